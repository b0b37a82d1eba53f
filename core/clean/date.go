package clean

import "bytes"

// moment is what a text or serial number says when it is read as a date, a
// time or both. Which order day and month come in is the column's to decide,
// so the readings stand side by side.
type moment struct {
	days       [3]int64 // since 1970-01-01, by order
	fits       [3]bool  // whether that order gives a day of the calendar
	rules      [3]ruleSet
	clockRules ruleSet // of the time of day
	clock      bool    // has a time of day
	micros     int64   // since midnight
	zoned      bool
	zone       int  // minutes east of UTC
	month      bool // a year and month only
	shaped     bool // looks like a date even if no order gives one
	yearless   bool // 5月1日, and no year is known
	pivot      int  // the first two-digit year of the last century; of the reader
	year       int  // of dates without one, or 0; of the reader
	elapse     bool // has seconds, so that hours may pass 24
	oneTo      bool // a time such as 1:20, which may be a ratio or titre
}

// The orders of the parts of a date.
const (
	orderYMD = iota
	orderDMY
	orderMDY
)

// everyOrder sets a day that does not depend on the order.
func (m *moment) everyOrder(days int64, rules ruleSet) {
	m.days = [3]int64{days, days, days}
	m.fits = [3]bool{true, true, true}
	m.rules = [3]ruleSet{rules, rules, rules}
}

// clear makes it a moment that says nothing; what the reader gave it stays.
func (m *moment) clear() { *m = moment{pivot: m.pivot, year: m.year} }

// any tells whether some order gives a date.
func (m *moment) any() bool { return m.fits[0] || m.fits[1] || m.fits[2] }

var (
	hanYear   = []byte("年")
	hanMonth  = []byte("月")
	hanDay    = []byte("日")
	hanDayToo = []byte("号")
)

// isoDate reads 2023-05-01 as it stands, the spelling that most dates have. It
// only spares readDate's steps.
func isoDate(b []byte, m *moment) bool {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return false
	}
	y, ny := digits(b, 4)
	mo, nm := digits(b[5:], 2)
	d, nd := digits(b[8:], 2)
	if ny != 4 || nm != 2 || nd != 2 {
		return false
	}
	days, ok := dayNumber(y, mo, d)
	if ok {
		m.clear()
		m.shaped = true
		m.everyOrder(days, 0)
	}
	return ok
}

// dated tells that a text can be no number, for its first digits are followed
// by a mark between the parts of a date and another digit.
func dated(b []byte) bool {
	i := 0
	for i < len(b) && i < 5 && digit(b[i]) {
		i++
	}
	if i == 0 || i+1 >= len(b) {
		return false
	}
	switch b[i] {
	case '-', '/':
		i++
	case hanYear[0]:
		if !bytes.HasPrefix(b[i:], hanYear) {
			return false
		}
		i += len(hanYear)
	default:
		return false
	}
	return i < len(b) && digit(b[i])
}

// readDate reads a tidied, folded text as a date, perhaps with a time.
func readDate(b []byte, m *moment) bool {
	if len(b) < 6 || len(b) > 48 {
		return false
	}
	m.clear()
	if letter(b[0]) {
		return readNamedFirst(b, m)
	}
	first, n := digits(b, 8)
	switch {
	case n == 8:
		return compactDate(b, m)
	case n == 0 || n > 4 || n == len(b) || n == 3:
		return false
	}
	rest := b[n:]
	if han := trimBlanks(rest); bytes.HasPrefix(han, hanYear) {
		return readHan(first, n, han[len(hanYear):], m)
	}
	if bytes.HasPrefix(rest, hanMonth) && n <= 2 {
		return m.monthDay(b)
	}
	sep := rest[0]
	switch {
	case letter(sep):
		sep = 0
	case sep != '-' && sep != '/' && sep != '.' && sep != ' ':
		return false
	default:
		rest = rest[1:]
		if sep == '.' && len(rest) > 0 && rest[0] == ' ' { // 3. März 2023
			rest, sep = rest[1:], ' '
		}
		if sep == ' ' {
			rest = bytes.TrimPrefix(rest, ofMonth)
		}
	}
	if len(rest) > 0 && letter(rest[0]) {
		return readNamedSecond(first, n, sep, rest, m)
	}
	second, n2 := digits(rest, 5)
	if sep == 0 || sep == ' ' || n2 == 0 {
		return false
	}
	rest = rest[n2:]
	if len(rest) == 0 {
		return yearMonth(first, n, second, n2, sep, m)
	}
	if n2 > 2 || rest[0] != sep {
		return false
	}
	third, n3 := digits(rest[1:], 5)
	if n3 == 0 || n3 == 3 || n3 > 4 || n == 4 && n3 > 2 {
		return false
	}
	rest = rest[1+n3:]
	if !m.rest(rest) {
		return false
	}
	m.shaped = n == 4 || n3 == 4 || n == 2 && n2 == 2 && n3 == 2
	switch {
	case n == 4:
		rules := ruleYMD
		iso := sep == '-' && n2 == 2 && n3 == 2 && (len(rest) == 0 || rest[0] != ',' && rest[1] != ' ')
		if iso {
			rules = 0
		}
		if days, ok := dayNumber(first, second, third); ok {
			m.everyOrder(days, rules)
		}
	case n3 == 4:
		m.order(orderDMY, third, second, first, ruleDMY)
		m.order(orderMDY, third, first, second, ruleMDY)
	default:
		if n == 2 {
			m.order(orderYMD, m.fullYear(first), second, third, ruleYMD|ruleShortYear)
		}
		if n3 == 2 {
			m.order(orderDMY, m.fullYear(third), second, first, ruleDMY|ruleShortYear)
			m.order(orderMDY, m.fullYear(third), first, second, ruleMDY|ruleShortYear)
		}
	}
	return m.shaped || m.any()
}

func (m *moment) order(order, year, month, day int, rules ruleSet) {
	if days, ok := dayNumber(year, month, day); ok {
		m.days[order], m.fits[order], m.rules[order] = days, true, rules
	}
}

// fullYear reads a year of two digits; by default as Excel does.
func (m *moment) fullYear(y int) int {
	if y < m.pivot {
		return 2000 + y
	}
	return 1900 + y
}

// compactDate reads 20230501, alone or with a time after it.
func compactDate(b []byte, m *moment) bool {
	m.clear()
	y, mo, d := atoi(b[:4]), atoi(b[4:6]), atoi(b[6:8])
	days, ok := dayNumber(y, mo, d)
	if !ok || y < 1900 || y > 2100 || len(b) > 8 && !m.rest(b[8:]) {
		return false
	}
	m.everyOrder(days, ruleCompact)
	return true
}

// readHan reads what follows 年.
func readHan(year, width int, b []byte, m *moment) bool {
	rules := ruleYMDChinese
	switch width {
	case 2:
		year = m.fullYear(year)
		rules |= ruleShortYear
	case 4:
	default:
		return false
	}
	b = trimBlanks(b)
	month, n := digits(b, 3)
	if n == 0 || n > 2 {
		return false
	}
	b, ok := bytes.CutPrefix(trimBlanks(b[n:]), hanMonth)
	if !ok {
		return false
	}
	b = trimBlanks(b)
	m.shaped = true
	if len(b) == 0 {
		return m.firstOf(year, month)
	}
	return m.hanDay(year, month, b, rules)
}

// monthDay reads 5月1日, of the year that is known from elsewhere.
func (m *moment) monthDay(b []byte) bool {
	month, n := digits(b, 2)
	year, known := m.year, m.year != 0
	if !known {
		year = 2000 // a leap year: every day of a year is in it
	}
	if month < 1 || month > 12 || !m.hanDay(year, month, trimBlanks(b[n+len(hanMonth):]), ruleYMDChinese|ruleMonthDay) {
		return false
	}
	if !known {
		m.yearless, m.fits = m.any(), [3]bool{}
	}
	return known
}

// hanDay reads the day that follows 月, perhaps with a time.
func (m *moment) hanDay(year, month int, b []byte, rules ruleSet) bool {
	day, n := digits(b, 3)
	if n == 0 || n > 2 {
		return false
	}
	if b = b[n:]; len(b) > 1 && b[0] == ' ' && b[1] >= 0x80 {
		b = trimBlanks(b) // 5 月 1 日
	}
	switch {
	case bytes.HasPrefix(b, hanDay):
		b = b[len(hanDay):]
	case bytes.HasPrefix(b, hanDayToo):
		b = b[len(hanDayToo):]
	case len(b) > 0 && b[0] != ' ':
		return false
	}
	if len(b) > 0 && b[0] != ' ' && b[0] != 'T' {
		var ok bool
		if b, ok = m.time(b); !ok || len(b) > 0 {
			return false
		}
	} else if !m.rest(b) {
		return false
	}
	if days, ok := dayNumber(year, month, day); ok {
		m.everyOrder(days, rules)
	}
	return true
}

// yearMonth reads 2023-05, 2023/5 and 05/2023.
func yearMonth(first, n, second, n2 int, sep byte, m *moment) bool {
	if sep == '.' {
		return false
	}
	year, month := first, second
	if n2 == 4 && n <= 2 {
		year, month = second, first
	} else if n != 4 || n2 > 2 {
		return false
	}
	if year < 1900 || year > 2100 {
		return false
	}
	return m.firstOf(year, month)
}

func (m *moment) firstOf(year, month int) bool {
	days, ok := dayNumber(year, month, 1)
	if ok {
		m.month = true
		m.everyOrder(days, ruleMonth)
	}
	return ok
}

// readNamedFirst reads "May 5, 2023" and "May 2023".
func readNamedFirst(b []byte, m *moment) bool {
	month, b := monthName(b)
	if month == 0 || len(b) < 2 {
		return false
	}
	sep := b[0]
	if sep != ' ' && sep != '-' && sep != '/' && sep != ',' {
		return false
	}
	b = trimBlanks(b[1:])
	day, n := digits(b, 5)
	if n == 4 && n == len(b) {
		return day >= 1900 && day <= 2100 && m.firstOf(day, month)
	}
	if n == 0 || n > 2 {
		return false
	}
	b = ordinal(b[n:])
	if len(b) < 2 || b[0] != ',' && b[0] != ' ' && b[0] != '-' {
		return false
	}
	return m.namedYear(trimBlanks(b[1:]), month, day)
}

// readNamedSecond reads "5 May 2023", "05-May-23" and "2023-May-05".
func readNamedSecond(first, n int, sep byte, b []byte, m *moment) bool {
	month, b := monthName(b)
	if month == 0 {
		return false
	}
	if sep == 0 {
		if len(b) > 0 && !digit(b[0]) {
			return false
		}
	} else {
		if len(b) > 0 && b[0] == ',' {
			b = b[1:]
		}
		if len(b) < 2 || b[0] != sep && b[0] != ' ' {
			return false
		}
		b = bytes.TrimPrefix(b[1:], ofMonth)
	}
	if n <= 2 {
		return m.namedYear(b, month, first)
	}
	day, w := digits(b, 3)
	if w == 0 || w > 2 || !m.rest(b[w:]) {
		return false
	}
	m.shaped = true
	if days, ok := dayNumber(first, month, day); ok {
		m.everyOrder(days, ruleMonthName)
	}
	return true
}

// namedYear reads the year, and perhaps a time, that end a date with a name.
func (m *moment) namedYear(b []byte, month, day int) bool {
	year, n := digits(b, 5)
	rules := ruleMonthName
	switch n {
	case 2:
		year = m.fullYear(year)
		rules |= ruleShortYear
	case 4:
	default:
		return false
	}
	if !m.rest(b[n:]) {
		return false
	}
	m.shaped = true
	if days, ok := dayNumber(year, month, day); ok {
		m.everyOrder(days, rules)
	}
	return true
}

// ordinal takes st, nd, rd, th off.
func ordinal(b []byte) []byte {
	if len(b) > 2 {
		switch string(b[:2]) {
		case "st", "nd", "rd", "th":
			return b[2:]
		}
	}
	return b
}

// digits reads up to limit digits: their value and how many there were.
func digits(b []byte, limit int) (value, n int) {
	for n < len(b) && n < limit && digit(b[n]) {
		value = value*10 + int(b[n]-'0')
		n++
	}
	return value, n
}

// dayNumber is the days from 1970-01-01 to a day of the Gregorian calendar;
// false where there is no such day, or its year has not four digits.
func dayNumber(year, month, day int) (int64, bool) {
	if year < 1000 || year > 9999 || month < 1 || month > 12 || day < 1 || day > monthDays(year, month) {
		return 0, false
	}
	// Howard Hinnant, "chrono-compatible low-level date algorithms": years
	// start in March, so that the leap day is the last.
	y, m := year, month-3
	if m < 0 {
		y, m = y-1, m+12
	}
	era := y / 400
	yoe := y - era*400
	return int64(era*146097 + yoe*365 + yoe/4 - yoe/100 + (153*m+2)/5 + day - 1 - 719468), true
}

func monthDays(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}
