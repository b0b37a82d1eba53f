package clean

import "strings"

// monthOf are the months by their names in lower case, with and without
// accents: English, German, French, Spanish, Italian, Portuguese and Dutch.
// Short names that are English words (out, set, gen) are left out.
var monthOf = indexMonths(
	"january jan januar januari janvier janv enero ene gennaio janeiro jänner jaenner",
	"february feb februar februari février fevrier févr fevr febrero febbraio fevereiro fev",
	"march mar märz maerz mrz mär mars marzo março marco maart mrt",
	"april apr avril avr abril abr aprile",
	"may mai mayo maggio mag maio mei",
	"june jun juni juin junio giugno giu junho",
	"july jul juli juillet juil julio luglio lug julho",
	"august aug août aout agosto ago augustus",
	"september sept sep septembre septiembre settembre setembro",
	"october oct oktober okt octobre octubre ottobre ott outubro",
	"november nov novembre noviembre novembro",
	"december dec dezember dez décembre déc diciembre dic dicembre dezembro",
)

func indexMonths(lines ...string) map[string]int {
	m := map[string]int{}
	for i, line := range lines {
		for name := range strings.FieldsSeq(line) {
			m[name] = i + 1
		}
	}
	return m
}

// ofMonth stands before month and year in Spanish and Portuguese.
var ofMonth = []byte("de ")

const longestMonth = 12 // bytes

// monthName takes the name of a month off the start, perhaps with a point
// behind it.
func monthName(b []byte) (month int, rest []byte) {
	var low [longestMonth]byte
	n := 0
	for n < len(b) && n < longestMonth {
		c := b[n]
		switch {
		case letter(c):
			c |= 0x20
		case c == 0xc3 && n+1 < len(b) && n+1 < longestMonth: // À to ÿ
			low[n] = c
			n++
			if c = b[n]; c < 0xa0 {
				c += 0x20
			}
		default:
			c = 0
		}
		if c == 0 {
			break
		}
		low[n] = c
		n++
	}
	month, known := monthOf[string(low[:n])]
	if !known {
		return 0, b
	}
	if rest = b[n:]; len(rest) > 0 && rest[0] == '.' {
		rest = rest[1:]
	}
	return month, rest
}
