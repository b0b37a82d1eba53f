package clean

import (
	"math"

	"sheetmill/core/sheet"
)

// Serial days of a spreadsheet, counted from the day before 1900-01-01. Excel
// counts a 29 February 1900 that never was, so up to there serial 1 is
// 1900-01-01 and after it one day less has passed than the serial says.
const (
	serialEpoch1900 = -25568 // 1899-12-31, days since 1970-01-01
	serialEpoch1904 = -24107 // 1904-01-01
	serialLeap      = 60     // the day that never was
	serialEnd       = 2958466
	// A cell shown as a time of day may hold days too: up to a year of them
	// is elapsed time, more is a moment whose date is not shown.
	serialTimeEnd = 366
)

// readSerial reads a number shown as date, time or both.
func readSerial(x float64, kind sheet.Kind, date1904 bool, m *moment) bool {
	m.clear()
	if kind == sheet.Duration || kind == sheet.Time && x < serialTimeEnd {
		if x < 0 && kind == sheet.Time || math.Abs(x) >= serialEnd {
			return false
		}
		m.clock, m.micros = true, millis(x)
		return true
	}
	if x < 0 || x >= serialEnd {
		return false
	}
	day := math.Floor(x)
	micros := millis(x - day)
	if micros >= microsPerDay {
		day, micros = day+1, micros-microsPerDay
	}
	days := int64(day)
	switch {
	case date1904:
		days += serialEpoch1904
	case days == 0 || days == serialLeap:
		return false
	case days > serialLeap:
		days += serialEpoch1900 - 1
	default:
		days += serialEpoch1900
	}
	m.everyOrder(days, 0)
	m.micros = micros
	m.clock = micros != 0 || kind == sheet.DateTime || kind == sheet.Time
	return true
}

// millis is days in microseconds, to the millisecond: a serial day of our time
// holds no more, and its last digits are noise.
func millis(days float64) int64 { return int64(math.Round(days*86_400_000)) * 1000 }
