package synth

import (
	"io"
	"strconv"
	"strings"
)

// CSVOptions size a CSV file. Zero values stand for 1,000,000 rows below the
// header, 50 columns and seed 0.
type CSVOptions struct {
	Rows, Cols int
	Seed       uint64
}

// CSV writes a hospital's export as UTF-8 text with commas and LF, holding one
// piece of it in memory at a time. Its dirt is what such files have: words for
// missing values, comparators, quoted fields with commas, quotes and line
// breaks, thousands marks, full-width digits, dates in several forms. Every
// row has all its fields. A wrong size is a fault.Usage; errors of w are
// returned as they are.
func CSV(w io.Writer, o CSVOptions) error {
	rows, cols := orDefault(o.Rows, 1_000_000), orDefault(o.Cols, 50)
	if err := checkSize(rows, cols, 0); err != nil {
		return err
	}
	r, all := random(o.Seed), columns(cols)
	b := make([]byte, 0, 2*flushAt)
	for i, c := range all {
		b = appendField(appendComma(b, i), c.name)
	}
	b = append(b, '\n')
	for row := 1; row <= rows; row++ {
		p := newPatient(&r, row)
		for i := range all {
			b = appendComma(b, i)
			b = appendCSV(b, &r, all[i].fill(&r, &p), all[i].style)
		}
		b = append(b, '\n')
		if len(b) >= flushAt {
			if _, err := w.Write(b); err != nil {
				return err
			}
			b = b[:0]
		}
	}
	_, err := w.Write(b)
	return err
}

// flushAt is how many bytes are gathered before they are written.
const flushAt = 1 << 16

func appendComma(b []byte, field int) []byte {
	if field > 0 {
		b = append(b, ',')
	}
	return b
}

func appendCSV(b []byte, r *random, v value, s style) []byte {
	switch v.kind {
	case number:
		if s == styleThousands && r.chance(500) {
			return appendField(b, string(appendThousands(nil, v.n, v.decimals)))
		}
		if v.decimals == 0 && r.chance(1) {
			return append(b, fullWidth(strconv.Itoa(v.n))...)
		}
		return appendDecimal(b, v.n, v.decimals)
	case day:
		y, m, d := civil(v.n)
		if r.chance(2) {
			return appendDate(b, y, m, d, 1, "年", "月", "日")
		}
		return appendDate(b, y, m, d, 1, "/", "/", "")
	case moment:
		y, m, d := civil(v.n / daySeconds)
		b = append(appendDate(b, y, m, d, 2, "-", "-", ""), ' ')
		return appendClock(b, v.n%daySeconds)
	case word, unique:
		if r.chance(1) { // a remark pasted into the cell
			return appendField(b, v.text+"\n(已复核, 见\"备注\")")
		}
		return appendField(b, v.text)
	case blank:
	}
	return b
}

// appendField quotes a field where RFC 4180 asks for it.
func appendField(b []byte, s string) []byte {
	if !strings.ContainsAny(s, ",\"\r\n") {
		return append(b, s...)
	}
	b = append(b, '"')
	b = append(b, strings.ReplaceAll(s, `"`, `""`)...)
	return append(b, '"')
}

func appendDate(b []byte, year, month, day, width int, afterYear, afterMonth, afterDay string) []byte {
	b = append(appendPadded(b, year, 4), afterYear...)
	b = append(appendPadded(b, month, width), afterMonth...)
	return append(appendPadded(b, day, width), afterDay...)
}

func appendClock(b []byte, seconds int) []byte {
	b = append(appendPadded(b, seconds/3600, 2), ':')
	b = append(appendPadded(b, seconds/60%60, 2), ':')
	return appendPadded(b, seconds%60, 2)
}

// appendThousands is appendDecimal with a comma at each group of three.
func appendThousands(b []byte, n, decimals int) []byte {
	plain := string(appendDecimal(nil, n, decimals))
	whole, _, _ := strings.Cut(plain, ".")
	for i := range len(whole) {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b = append(b, ',')
		}
		b = append(b, whole[i])
	}
	return append(b, plain[len(whole):]...)
}

// fullWidth is text as an input method in full-width mode leaves it.
func fullWidth(s string) string {
	return strings.Map(func(c rune) rune {
		if '!' <= c && c <= '~' {
			return c + 0xfee0
		}
		return c
	}, s)
}
