package table

import (
	"math"
	"strconv"
	"time"
)

// Type is the type of a clean column. The words are those of `sniff --json`.
type Type string

// The types. Dates and times carry no zone: they are what the sheet shows.
const (
	Integer  Type = "integer" // int64
	Float    Type = "float"   // IEEE 754 binary64, never NaN or infinite
	Boolean  Type = "boolean"
	Date     Type = "date"     // days since 1970-01-01
	DateTime Type = "datetime" // microseconds since 1970-01-01T00:00:00
	Time     Type = "time"     // microseconds since midnight; up to days for elapsed time
	String   Type = "string"   // UTF-8
	Empty    Type = "empty"    // every value is missing
)

// Vector holds the values of one column over a run of rows. All slices that
// its type uses have one entry a row; the entry of a missing value is zero.
type Vector struct {
	Type   Type
	Valid  []bool    // false where the value is missing
	Ints   []int64   // Integer, Date, DateTime, Time
	Floats []float64 // Float
	Bools  []bool    // Boolean
	Ends   []uint32  // String: value i is Bytes[Ends[i-1]:Ends[i]], from 0 for i = 0
	Bytes  []byte
}

// Reset empties the vector and sets its type, keeping its memory.
func (v *Vector) Reset(t Type) {
	v.Type = t
	v.Valid, v.Ints, v.Floats, v.Bools = v.Valid[:0], v.Ints[:0], v.Floats[:0], v.Bools[:0]
	v.Ends, v.Bytes = v.Ends[:0], v.Bytes[:0]
}

// Len is the number of rows.
func (v *Vector) Len() int { return len(v.Valid) }

// AppendMissing adds a row without a value.
func (v *Vector) AppendMissing() {
	v.Valid = append(v.Valid, false)
	switch v.Type {
	case Integer, Date, DateTime, Time:
		v.Ints = append(v.Ints, 0)
	case Float:
		v.Floats = append(v.Floats, 0)
	case Boolean:
		v.Bools = append(v.Bools, false)
	case String:
		v.Ends = append(v.Ends, uint32(len(v.Bytes)))
	case Empty:
	}
}

// AppendInt adds a value to a vector of Integer, Date, DateTime or Time.
func (v *Vector) AppendInt(x int64) { v.Valid, v.Ints = append(v.Valid, true), append(v.Ints, x) }

// AppendFloat adds a value to a vector of Float.
func (v *Vector) AppendFloat(x float64) {
	v.Valid, v.Floats = append(v.Valid, true), append(v.Floats, x)
}

// AppendBool adds a value to a vector of Boolean.
func (v *Vector) AppendBool(x bool) { v.Valid, v.Bools = append(v.Valid, true), append(v.Bools, x) }

// AppendString adds a value to a vector of String.
func (v *Vector) AppendString(x []byte) {
	v.Bytes = append(v.Bytes, x...)
	v.Valid, v.Ends = append(v.Valid, true), append(v.Ends, uint32(len(v.Bytes)))
}

// StringAt is row i of a vector of String, valid until the vector changes.
func (v *Vector) StringAt(i int) []byte {
	start := uint32(0)
	if i > 0 {
		start = v.Ends[i-1]
	}
	return v.Bytes[start:v.Ends[i]]
}

// AppendText adds row i in its plain spelling to dst: what CSV export and the
// ledger show. A missing value adds nothing.
func (v *Vector) AppendText(dst []byte, i int) []byte {
	if !v.Valid[i] {
		return dst
	}
	switch v.Type {
	case Integer:
		return strconv.AppendInt(dst, v.Ints[i], 10)
	case Float:
		return AppendFloat(dst, v.Floats[i])
	case Boolean:
		return strconv.AppendBool(dst, v.Bools[i])
	case Date:
		return AppendDate(dst, v.Ints[i])
	case DateTime:
		return AppendDateTime(dst, v.Ints[i])
	case Time:
		return AppendTime(dst, v.Ints[i])
	case String:
		return append(dst, v.StringAt(i)...)
	}
	return dst
}

// AppendFloat spells a float in the shortest way that reads back the same,
// without an exponent between 1e-6 and 1e21.
func AppendFloat(dst []byte, x float64) []byte {
	a := math.Abs(x)
	if a != 0 && a < 1e9 {
		if short, ok := appendDecimal(dst, x, a); ok {
			return short
		}
	}
	format := byte('f')
	if a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(dst, x, format, -1, 64)
}

// appendDecimal spells a number of few decimals, as measured ones are; false for
// others. Of up to 15 digits only one decimal is nearest to a float, so the first
// that reads back the same is the shortest; and both m and 10^k are exact, so m / 10^k
// is what it reads back as.
func appendDecimal(dst []byte, x, a float64) ([]byte, bool) {
	power := int64(1)
	for decimals := range 5 {
		m := int64(a*float64(power) + 0.5)
		if float64(m)/float64(power) != a {
			power *= 10
			continue
		}
		if x < 0 {
			dst = append(dst, '-')
		}
		dst = strconv.AppendInt(dst, m/power, 10)
		if decimals > 0 {
			dst = append(dst, '.')
			for m %= power; power > 1; m %= power {
				power /= 10
				dst = append(dst, byte('0'+m/power))
			}
		}
		return dst, true
	}
	return dst, false
}

const (
	microsPerSecond = int64(time.Second / time.Microsecond)
	microsPerDay    = 24 * 60 * 60 * microsPerSecond
)

// AppendDate spells days since 1970-01-01 as 2006-01-02.
func AppendDate(dst []byte, days int64) []byte {
	year, month, day := civil(days)
	if year < 0 || year > 9999 {
		return time.Unix(days*86400, 0).UTC().AppendFormat(dst, "2006-01-02")
	}
	dst = append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10), '-')
	return appendTwo(append(appendTwo(dst, month), '-'), day)
}

// civil is the day of the calendar so many days after 1970-01-01. Years begin with
// March here, so that a leap day ends one (Hinnant 2013, "chrono-Compatible Low-Level Date Algorithms").
func civil(days int64) (year, month, day int64) {
	const era = 146_097 // days of 400 years
	days += 719_468     // from 0000-03-01
	eras := days / era
	if days < 0 {
		eras = (days - era + 1) / era
	}
	of := days - eras*era
	year = (of - of/1460 + of/36_524 - of/146_096) / 365
	of -= 365*year + year/4 - year/100
	month = (5*of + 2) / 153
	day = of - (153*month+2)/5 + 1
	year += eras * 400
	if month += 3; month > 12 {
		month, year = month-12, year+1
	}
	return year, month, day
}

func appendTwo(dst []byte, n int64) []byte { return append(dst, byte('0'+n/10), byte('0'+n%10)) }

// AppendDateTime spells microseconds since 1970-01-01 as 2006-01-02T15:04:05,
// with a fraction of a second where there is one.
func AppendDateTime(dst []byte, micros int64) []byte {
	days := micros / microsPerDay
	if micros -= days * microsPerDay; micros < 0 {
		days, micros = days-1, micros+microsPerDay
	}
	return AppendTime(append(AppendDate(dst, days), 'T'), micros)
}

// AppendTime spells microseconds since midnight as 15:04:05, with a fraction
// of a second where there is one. Elapsed time may pass 24 hours.
func AppendTime(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	seconds := micros / microsPerSecond
	if hours := seconds / 3600; hours < 100 {
		dst = appendTwo(dst, hours)
	} else {
		dst = strconv.AppendInt(dst, hours, 10)
	}
	dst = appendTwo(append(dst, ':'), seconds/60%60)
	dst = appendTwo(append(dst, ':'), seconds%60)
	if frac := micros % microsPerSecond; frac != 0 {
		digits := strconv.AppendInt(nil, microsPerSecond+frac, 10)[1:]
		for digits[len(digits)-1] == '0' {
			digits = digits[:len(digits)-1]
		}
		dst = append(append(dst, '.'), digits...)
	}
	return dst
}
