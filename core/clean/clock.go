package clean

import "bytes"

const (
	microsPerSecond = 1_000_000
	microsPerMinute = 60 * microsPerSecond
	microsPerHour   = 60 * microsPerMinute
	microsPerDay    = 24 * microsPerHour
)

// rest reads what follows a date: nothing, or a space or T and a time.
func (m *moment) rest(b []byte) bool {
	if len(b) == 0 {
		return true
	}
	if b[0] == ',' {
		b = b[1:]
	}
	if len(b) < 2 || b[0] != ' ' && b[0] != 'T' {
		return false
	}
	b, ok := m.time(trimBlanks(b[1:]))
	return ok && len(b) == 0 && m.micros < microsPerDay
}

// readTime reads a tidied, folded text as a time of day or elapsed time.
func readTime(b []byte, m *moment) bool {
	if len(b) < 3 || len(b) > 32 || !bytes.ContainsAny(b, ":时点時點") {
		return false
	}
	m.clear()
	negative := b[0] == '-'
	if negative {
		b = b[1:]
	}
	b, ok := m.time(b)
	if !ok || len(b) > 0 || m.zoned || negative && !m.elapse {
		return false
	}
	if negative {
		m.micros = -m.micros
	}
	return true
}

// halfDays are the words that say which half of the day a time is in; they
// come before it in Chinese and after it in English.
var halfDays = []struct {
	word  string
	after bool // noon or later
}{
	{"上午", false}, {"下午", true}, {"凌晨", false}, {"早上", false}, {"晚上", true}, {"中午", true},
	{"AM", false}, {"PM", true}, {"am", false}, {"pm", true}, {"a.m.", false}, {"p.m.", true}, {"A.M.", false}, {"P.M.", true}, {"Am", false}, {"Pm", true},
}

func halfDay(b []byte) (index, length int) {
	if len(b) < 2 || b[0] < 'A' {
		return 0, 0
	}
	for i := range halfDays {
		if w := halfDays[i].word; len(b) >= len(w) && string(b[:len(w)]) == w {
			return i + 1, len(w)
		}
	}
	return 0, 0
}

// time reads a time off the start of b: 14:30, 14:30:05.25, 2:30 PM,
// 下午2点30分, each with a zone where one follows.
func (m *moment) time(b []byte) ([]byte, bool) {
	half, length := halfDay(b)
	b = trimBlanks(b[length:])
	hour, n := digits(b, 5)
	if n == 0 || n > 4 {
		return nil, false
	}
	rules := ruleSet(0)
	if n == 1 {
		rules |= ruleClock
	}
	m.oneTo = n == 1 && hour == 1 && half == 0
	b = b[n:]
	var minute, second int
	var micros int64
	var three, ok bool
	switch {
	case len(b) > 0 && b[0] == ':':
		if minute, b, ok = sixty(b[1:]); !ok {
			return nil, false
		}
		if len(b) > 0 && b[0] == ':' {
			three = true
			if second, b, ok = sixty(b[1:]); !ok {
				return nil, false
			}
			if micros, b, ok = fraction(b); !ok {
				return nil, false
			}
		}
	default:
		if minute, second, b, ok = hanClock(b); !ok {
			return nil, false
		}
		rules |= ruleClockChinese
	}
	m.oneTo = m.oneTo && !three && rules&ruleClockChinese == 0
	if half == 0 {
		if tail := trimBlanks(b); len(tail) > 0 {
			if half, length = halfDay(tail); half > 0 {
				b = tail[length:]
				m.oneTo = false
			}
		}
	}
	if half > 0 {
		rules = rules&^ruleClock | ruleHalfDay
		after := halfDays[half-1].after
		switch {
		case hour > 23:
			return nil, false
		case hour == 12 && !after:
			hour = 0
		case hour < 12 && after && !(half == 6 && hour >= 10): // 中午11点 is 11
			hour += 12
		}
	}
	if b, ok = m.zoneOf(b); !ok {
		return nil, false
	}
	if hour > 23 && (!three || half > 0) {
		return nil, false
	}
	m.clock, m.elapse, m.clockRules = true, three, rules
	m.micros = int64(hour)*microsPerHour + int64(minute)*microsPerMinute + int64(second)*microsPerSecond + micros
	return b, true
}

// sixty reads two digits under 60.
func sixty(b []byte) (int, []byte, bool) {
	x, n := digits(b, 3)
	return x, b[n:], n == 2 && x < 60
}

// fraction reads the decimals of a second; more than microseconds would be lost.
func fraction(b []byte) (int64, []byte, bool) {
	if len(b) < 2 || b[0] != '.' && b[0] != ',' || !digit(b[1]) {
		return 0, b, true
	}
	x, n := int64(0), 1
	for place := int64(microsPerSecond / 10); n < len(b) && digit(b[n]); n++ {
		if place == 0 && b[n] != '0' {
			return 0, nil, false
		}
		x += int64(b[n]-'0') * place
		place /= 10
	}
	return x, b[n:], true
}

// hanClock reads 时30分05秒 after the hour.
func hanClock(b []byte) (minute, second int, rest []byte, ok bool) {
	for _, mark := range []string{"时", "点", "點", "時"} {
		if bytes.HasPrefix(b, []byte(mark)) {
			b, ok = b[len(mark):], true
			break
		}
	}
	if !ok || len(b) == 0 {
		return 0, 0, b, ok
	}
	if half := []byte("半"); bytes.HasPrefix(b, half) {
		return 30, 0, b[len(half):], true
	}
	minute, n := digits(b, 3)
	if n == 0 || n > 2 || minute > 59 {
		return 0, 0, nil, false
	}
	if b = b[n:]; len(b) == 0 {
		return minute, 0, b, true
	}
	if !bytes.HasPrefix(b, []byte("分")) {
		return 0, 0, nil, false
	}
	b = b[len("分"):]
	if second, n = digits(b, 3); n > 0 {
		if n > 2 || second > 59 || !bytes.HasPrefix(b[n:], []byte("秒")) {
			return 0, 0, nil, false
		}
		b = b[n+len("秒"):]
	}
	return minute, second, b, true
}

// zoneOf reads Z, UTC, +08:00 and the like off the start.
func (m *moment) zoneOf(b []byte) ([]byte, bool) {
	if len(b) == 0 {
		return b, true
	}
	zone := trimBlanks(b)
	switch string(zone) {
	case "Z", "UTC", "GMT", "z":
		m.zoned = true
		return nil, true
	}
	if len(zone) < 3 || zone[0] != '+' && zone[0] != '-' {
		return b, true
	}
	hours, n := digits(zone[1:], 2)
	if n != 2 || hours > 14 {
		return nil, false
	}
	minutes := 0
	if tail := zone[3:]; len(tail) > 0 {
		if tail[0] == ':' {
			tail = tail[1:]
		}
		if minutes, n = digits(tail, 3); n != 2 || minutes > 59 || n != len(tail) {
			return nil, false
		}
	}
	m.zoned, m.zone = true, hours*60+minutes
	if zone[0] == '-' {
		m.zone = -m.zone
	}
	return nil, true
}
