package clean

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// hanDigit is the value of a Chinese digit, 〇 to 九 and those of accountants;
// -1 for any other character.
func hanDigit(r rune) int {
	switch r {
	case '零', '〇':
		return 0
	case '一', '壹':
		return 1
	case '二', '贰', '两':
		return 2
	case '三', '叁':
		return 3
	case '四', '肆':
		return 4
	case '五', '伍':
		return 5
	case '六', '陆':
		return 6
	case '七', '柒':
		return 7
	case '八', '捌':
		return 8
	case '九', '玖':
		return 9
	}
	return -1
}

// hanUnit is the value of a Chinese power of ten; 0 for any other character.
func hanUnit(r rune) int64 {
	switch r {
	case '十', '拾':
		return 10
	case '百', '佰':
		return 100
	case '千', '仟':
		return 1000
	case '万':
		return 1e4
	case '亿':
		return 1e8
	}
	return 0
}

var hanPercent, hanMinus, hanPoint = []byte("百分之"), []byte("负"), []byte("点")

// hanDigits spells a text that starts with Chinese numerals with digits, all
// through: 二〇二三年五月一日 is 2023年5月1日. False when it starts otherwise, or
// has numerals that are read in more than one way, such as 三万五.
func (rd *reader) hanDigits(b []byte) ([]byte, bool) {
	if len(b) < 3 || b[0] < 0xe3 || b[0] > 0xe9 { // the first bytes of Han characters
		return b, false
	}
	out := rd.han[:0]
	rest, minus := bytes.CutPrefix(b, hanMinus)
	if minus {
		out = append(out, '-')
	}
	rest, percent := bytes.CutPrefix(rest, hanPercent)
	if r, _ := utf8.DecodeRune(rest); hanDigit(r) < 0 && r != '十' && r != '拾' {
		return b, false
	}
	for len(rest) > 0 {
		r, n := utf8.DecodeRune(rest)
		if hanDigit(r) < 0 && hanUnit(r) != 10 {
			out = append(out, rest[:n]...)
			rest = rest[n:]
			continue
		}
		var ok bool
		if out, rest, ok = appendHanRun(out, rest); !ok {
			return b, false
		}
	}
	if percent {
		out = append(out, '%')
	}
	rd.han = out
	return out, len(out) <= longestValue
}

// appendHanRun spells the numerals at the start of b with digits.
func appendHanRun(out, b []byte) ([]byte, []byte, bool) {
	digits, n, units := 0, 0, false
	for n < len(b) {
		r, width := utf8.DecodeRune(b[n:])
		unit := hanUnit(r) > 0
		if !unit && hanDigit(r) < 0 {
			break
		}
		units = units || unit
		digits++
		n += width
	}
	run, rest := b[:n], b[n:]
	if units {
		x, ok := hanValue(run)
		if !ok {
			return out, rest, false
		}
		out = strconv.AppendInt(out, x, 10)
	} else {
		out = appendHanPlaces(out, run)
	}
	// 三点五 is 3.5, but 三点五十分 and 三点 are times.
	if after, ok := bytes.CutPrefix(rest, hanPoint); ok {
		k := 0
		for k < len(after) {
			r, width := utf8.DecodeRune(after[k:])
			if hanDigit(r) < 0 {
				break
			}
			k += width
		}
		if next, _ := utf8.DecodeRune(after[k:]); k > 0 && next != '分' && next != '十' && next != '刻' {
			return appendHanPlaces(append(out, '.'), after[:k]), after[k:], true
		}
	}
	return out, rest, digits <= 18
}

func appendHanPlaces(out, run []byte) []byte {
	for len(run) > 0 {
		r, n := utf8.DecodeRune(run)
		out = append(out, byte('0'+hanDigit(r)))
		run = run[n:]
	}
	return out
}

// hanValue reads numerals with powers of ten: 一万二千三百零五 is 12305. What is
// short for something, such as 一百五 for 150, is not read.
func hanValue(run []byte) (int64, bool) {
	var total, section int64
	digit, zero, last := -1, false, int64(0) // last power of ten of the section; 0 at its start
	gap := false                             // the section follows a greater one
	closed := func() bool {                  // a section may end in a digit only at its ones
		if digit < 0 {
			return section > 0
		}
		if last > 10 && !zero || gap && last == 0 && !zero {
			return false
		}
		section += int64(digit)
		return true
	}
	for len(run) > 0 {
		r, n := utf8.DecodeRune(run)
		run = run[n:]
		if d := hanDigit(r); d >= 0 {
			if digit >= 0 {
				return 0, false
			}
			if d == 0 {
				zero = true
				continue
			}
			digit = d
			continue
		}
		unit := hanUnit(r)
		if unit >= 1e4 {
			if !closed() || section == 0 || unit == 1e8 && total >= 1e8 || unit == 1e4 && total%1e8 != 0 {
				return 0, false
			}
			if unit == 1e8 {
				total = (total + section) * unit
			} else {
				total += section * unit
			}
			section, digit, zero, last, gap = 0, -1, false, 0, true
			continue
		}
		if digit < 0 {
			if unit != 10 || last != 0 || gap && !zero {
				return 0, false
			}
			digit = 1 // 十二
		}
		if last != 0 && (unit >= last || unit*10 < last && !zero) || gap && last == 0 && unit < 1000 && !zero {
			return 0, false
		}
		section += int64(digit) * unit
		digit, zero, last = -1, false, unit
	}
	if digit >= 0 {
		value := total + section + int64(digit)
		return value, closed()
	}
	return total + section, !zero && (section > 0 || gap)
}

// loneHan tells of a single numeral, perhaps with a unit: it may be a name.
func loneHan(b []byte) bool {
	r, n := utf8.DecodeRune(b)
	next, _ := utf8.DecodeRune(b[n:])
	return (hanDigit(r) >= 0 || r == '十') && hanDigit(next) < 0 && hanUnit(next) == 0 && next != '点'
}
