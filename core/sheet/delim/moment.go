package delim

import (
	"bytes"
	"strings"
)

// isMoment takes dates and times of digits: 2020-01-31, 31.1.20, 10:30,
// 2020-01-31T10:30:00Z, 1/31/2020 9:05 PM, 2020年1月31日.
func isMoment(b []byte) bool {
	if len(b) < 3 || len(b) > 40 || !digit(b[0]) {
		return false
	}
	if bytes.ContainsRune(b, '年') || bytes.ContainsRune(b, '月') || bytes.ContainsRune(b, '时') || bytes.ContainsRune(b, '時') {
		return strings.Trim(string(b), "0123456789年月日时時分秒: ") == ""
	}
	day, clock := b, []byte(nil)
	if i := bytes.IndexAny(b, " T"); i > 0 {
		day, clock = b[:i], trim(b[i+1:])
	}
	if isClock(b) {
		return true
	}
	return isDay(day) && (clock == nil || isClock(clock))
}

// isDay takes three numbers with the same sign between them, of which one may
// be a year of four digits.
func isDay(b []byte) bool {
	runs, years, run := 0, 0, 0
	sign := byte(0)
	for i := 0; i <= len(b); i++ {
		if i < len(b) && digit(b[i]) {
			run++
			continue
		}
		if run != 1 && run != 2 && run != 4 {
			return false
		}
		if run == 4 {
			years++
		}
		runs++
		run = 0
		if i < len(b) {
			if c := b[i]; c != '-' && c != '/' && c != '.' || sign != 0 && c != sign {
				return false
			}
			sign = b[i]
		}
	}
	return runs == 3 && years <= 1 || runs == 2 && years == 1 && sign != '.'
}

// isClock takes hours, minutes and perhaps seconds with a fraction, a half of
// the day and a time zone.
func isClock(b []byte) bool {
	if i := bytes.IndexAny(b, " AaPpZz+-"); i > 0 {
		if strings.Trim(string(b[i:]), " AaPpMmZz+-:0123456789.") != "" || len(b)-i > 8 {
			return false
		}
		b = b[:i]
	}
	runs, run := 1, 0
	for i, c := range b {
		switch {
		case digit(c):
			if run++; run > 2 {
				return false
			}
		case c == ':' && run > 0:
			runs++
			run = 0
		case (c == '.' || c == ',') && runs == 3 && run == 2:
			return len(b)-i <= 10 && strings.Trim(string(b[i+1:]), "0123456789") == ""
		default:
			return false
		}
	}
	return runs >= 2 && runs <= 3 && run == 2
}
