package query

import (
	"strings"
	"time"
)

const (
	microsPerSecond = 1_000_000
	microsPerDay    = 24 * 60 * 60 * microsPerSecond
)

// moments are the spellings of dates and times, longest last, with what each stands for.
var moments = []struct {
	layout string
	next   func(time.Time) time.Time // the first moment after it
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{"2006-01-02", func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15", func(t time.Time) time.Time { return t.Add(time.Hour) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }}, // reads a fraction too
}

// parseDay reads a date, with or without a time, cut short or not: the first and
// the last microsecond since 1970-01-01 of what it stands for.
func parseDay(text string) (first, last int64, ok bool) {
	text = strings.NewReplacer("/", "-", " ", "T").Replace(text)
	for _, m := range moments {
		t, err := time.Parse(m.layout, text)
		if err != nil {
			continue
		}
		first = t.UnixMicro()
		if t.Nanosecond() != 0 {
			return first, first, true
		}
		return first, m.next(t).UnixMicro() - 1, true
	}
	return 0, 0, false
}

// floorDays is the day of a moment.
func floorDays(micros int64) int64 {
	day := micros / microsPerDay
	if micros%microsPerDay < 0 {
		day--
	}
	return day
}

// parseClock reads a time of day or an elapsed time: hours, minutes and, where
// they are there, seconds with a fraction; the first and the last microsecond of it.
func parseClock(text string) (first, last int64, ok bool) {
	text, negative := strings.CutPrefix(text, "-")
	parts := strings.Split(text, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return 0, 0, false
	}
	var micros int64
	for i, part := range parts {
		whole, fraction, _ := strings.Cut(part, ".")
		n, ok := digits(whole)
		if !ok || i > 0 && (n > 59 || len(whole) > 2) || i < 2 && fraction != "" || len(fraction) > 6 {
			return 0, 0, false
		}
		micros = micros*60 + n*microsPerSecond
		if fraction != "" {
			f, ok := digits((fraction + "000000")[:6])
			if !ok {
				return 0, 0, false
			}
			micros += f
		}
	}
	span := int64(microsPerSecond)
	switch {
	case len(parts) == 2:
		micros, span = micros*60, 60*microsPerSecond
	case strings.Contains(parts[2], "."):
		span = 1
	}
	if negative {
		return -micros - span + 1, -micros, true
	}
	return micros, micros + span - 1, true
}

func digits(s string) (n int64, ok bool) {
	if s == "" || len(s) > 9 {
		return 0, false
	}
	for _, c := range s {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int64(c-'0')
	}
	return n, true
}
