package clean

import (
	"math"

	"sheetmill/core/table"
)

// sentinels are numbers that stand for a missing value where they lie far from
// all others.
var sentinels = [...]float64{-1, -9, -99, -999, -9999, 99, 999, 9999, 99999, 999999, 888, 8888, 777, 7777}

// extremes are the smallest and largest numbers of a column, with how often it
// holds each sentinel. They are of numbers read with a decimal point.
type extremes struct {
	counts    [len(sentinels)]int64
	plain     int64   // numbers that are no sentinel
	low, high float64 // of these
}

func (e *extremes) add(r *reading, times int64, scratch *[]byte) {
	n := &r.num
	if !n.fits[pointMode] {
		return
	}
	x := n.float(pointMode, scratch)
	if a := math.Abs(x); a <= 999999 && a == math.Trunc(a) && n.mant != 0 {
		switch n.digits[len(n.digits)-1] {
		case '1', '7', '8', '9', '0':
			for i, s := range sentinels {
				if x == s {
					e.counts[i] += times
					return
				}
			}
		}
	}
	e.take(x, x, times)
}

func (e *extremes) take(low, high float64, n int64) {
	if n == 0 {
		return
	}
	if e.plain == 0 || low < e.low {
		e.low = low
	}
	if e.plain == 0 || high > e.high {
		e.high = high
	}
	e.plain += n
}

func (e *extremes) merge(next *extremes) {
	for i, n := range next.counts {
		e.counts[i] += n
	}
	e.take(next.low, next.high, next.plain)
}

// suspects are the sentinels that lie apart: negative ones where nothing else
// is, others at least three times as far as anything else.
func (e *extremes) suspects() (values []string, cells int64) {
	const enough = 5 // fewer numbers say nothing of what is usual
	if e.plain < enough {
		return nil, 0
	}
	for i, n := range e.counts {
		s := sentinels[i]
		apart := s > 0 && s >= 3*max(e.high, -e.low) || s < -1 && e.low >= 0 && s <= -e.high/50 || s == -1 && e.low > 0
		if n > 0 && apart && n < e.plain {
			values, cells = append(values, string(table.AppendFloat(nil, s))), cells+n
		}
	}
	return values, cells
}
