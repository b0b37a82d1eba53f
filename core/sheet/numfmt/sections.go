package numfmt

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// conditional is the section of a format code that applies to a number by a
// condition such as [>=1000], without the condition, and the number as that
// section shows it: a section for negative numbers only says so in its own
// way, so the number loses its sign. "" stands for a code without conditions,
// where the sign alone decides. A section without a condition takes what the
// others leave.
func conditional(code string, v float64) (section string, shown float64) {
	if !strings.ContainsAny(code, "<>=") {
		return "", v
	}
	found := false
	sections := splitSections(code)
	for i, section := range sections {
		op, limit, rest := condition(section)
		switch {
		case op != "":
			found = true
			if holds(v, op, limit) {
				if v < 0 && limit <= 0 && op[0] == '<' && op != "<>" {
					v = -v
				}
				return rest, v
			}
		case found && (i == len(sections)-1 || i == 2):
			return section, v
		case found && v < 0: // the second of three
			return section, -v
		}
	}
	return "", v
}

// splitSections cuts a code at the semicolons that are not quoted.
func splitSections(code string) []string {
	var sections []string
	from := 0
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			n := strings.IndexByte(code[i+1:], '"')
			if n < 0 {
				return append(sections, code[from:])
			}
			i += n + 1
		case '\\', '_', '*':
			_, n := utf8.DecodeRuneInString(code[i+1:])
			i += n
		case ';':
			sections = append(sections, code[from:i])
			from = i + 1
		}
	}
	return append(sections, code[from:])
}

// condition is the one in a section's leading brackets, and the section
// without it; op is "" where there is none.
func condition(section string) (op string, limit float64, rest string) {
	for at := 0; at < len(section) && section[at] == '['; {
		n := strings.IndexByte(section[at:], ']')
		if n < 0 {
			break
		}
		inside := section[at+1 : at+n]
		number := strings.TrimLeft(inside, "<>=")
		if op := inside[:len(inside)-len(number)]; op != "" {
			limit, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
			if err != nil {
				break
			}
			return op, limit, section[:at] + section[at+n+1:]
		}
		at += n + 1
	}
	return "", 0, section
}

func holds(v float64, op string, limit float64) bool {
	switch op {
	case "<":
		return v < limit
	case "<=":
		return v <= limit
	case ">":
		return v > limit
	case ">=":
		return v >= limit
	case "=":
		return v == limit
	case "<>":
		return v != limit
	}
	return false
}
