package htmltable

import (
	"strconv"
	"strings"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
)

// maxClasses bounds what is remembered of style sheets.
const maxClasses = 1 << 16

// classes are the number formats that a style sheet gives to classes of cells.
type classes map[string]string

// read takes the rules of a style sheet that say a number format, such as
//
//	.xl65 {mso-number-format:"Short Date";}
func (c classes) read(css string) {
	for css != "" && len(c) < maxClasses {
		rule, rest, ok := strings.Cut(css, "}")
		if !ok {
			return
		}
		css = rest
		names, body, ok := strings.Cut(rule, "{")
		if !ok {
			continue
		}
		format := numberFormat(body)
		if format == "" {
			continue
		}
		for name := range strings.SplitSeq(names, ",") {
			if i := strings.LastIndexByte(name, '.'); i >= 0 {
				c[strings.TrimSpace(name[i+1:])] = format
			}
		}
	}
}

// numberFormat is the number format in a list of style properties, or "". Its
// code is escaped as CSS is: \@ is @, \0022 a quotation mark.
func numberFormat(style string) string {
	_, raw, ok := strings.Cut(style, "mso-number-format:")
	if !ok {
		if _, after, ok := strings.Cut(style, "vnd.ms-excel.numberformat:"); ok {
			code, _, _ := strings.Cut(after, ";")
			return strings.TrimSpace(code)
		}
		return ""
	}
	raw = strings.TrimLeft(raw, " \t\r\n")
	if raw == "" {
		return ""
	}
	quote := raw[0]
	if quote == '"' || quote == '\'' {
		raw = raw[1:]
	} else {
		quote = 0
	}
	var code strings.Builder
	for i := 0; i < len(raw); i++ {
		ch := raw[i]
		switch {
		case ch == '\\' && i+4 < len(raw) && isHex(raw[i+1:i+5]):
			n, _ := strconv.ParseUint(raw[i+1:i+5], 16, 16) // four hex digits always fit
			code.WriteRune(rune(n))
			i += 4
		case ch == '\\' && i+1 < len(raw):
			i++
			code.WriteByte(raw[i])
		case quote != 0 && ch == quote, quote == 0 && (ch == ';' || ch == '}' || ch == '"' || ch == '\''):
			return strings.TrimSpace(code.String())
		default:
			code.WriteByte(ch)
		}
	}
	return strings.TrimSpace(code.String())
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// kinds remembers what numbers become under a format.
type kinds map[string]sheet.Kind

func (k kinds) of(format string) sheet.Kind {
	if format == "" {
		return sheet.Number
	}
	kind, ok := k[format]
	if !ok {
		_, kind = numfmt.New(map[int]string{1000: numfmt.Code(format)}, []int{1000}, false).Of(0)
		if len(k) < maxClasses {
			k[format] = kind
		}
	}
	return kind
}

// hides tells a style that its element is not shown.
func hides(style string) bool {
	_, rest, _ := strings.Cut(style, "display")
	rest, ok := strings.CutPrefix(strings.TrimLeft(rest, " \t\r\n"), ":")
	return ok && strings.HasPrefix(strings.TrimLeft(rest, " \t\r\n"), "none")
}
