package detect

import (
	"bytes"

	"sheetmill/core/say"
)

// jsonOf names JSON text, a document or one a line (RFC 8259, JSON Lines): an
// object whose first name stands in quotes before a colon, or a list of such
// objects or of lists. A CSV file whose first field is in brackets is none.
func jsonOf(head []byte) (kind, bool) {
	text := bytes.TrimSpace(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")))
	found := isObject(text)
	if inner, ok := bytes.CutPrefix(text, []byte("[")); ok {
		inner = bytes.TrimSpace(inner)
		found = isObject(inner) || bytes.HasPrefix(inner, []byte("[")) && isList(inner)
	}
	if !found {
		return kind{}, false
	}
	return kind{say.T("The file is JSON, not a table."), say.T("Export its records as .csv or .xlsx from the program that made it and add that file.")}, true
}

// isObject tells text that starts as an object of JSON does.
func isObject(text []byte) bool {
	inner, ok := bytes.CutPrefix(text, []byte("{"))
	if !ok {
		return false
	}
	inner = bytes.TrimSpace(inner)
	if len(inner) == 0 || inner[0] != '"' {
		return len(inner) > 0 && inner[0] == '}' && len(inner) == 1
	}
	for i := 1; i < len(inner); i++ {
		switch inner[i] {
		case '\\':
			i++
		case '"':
			return bytes.HasPrefix(bytes.TrimLeft(inner[i+1:], " \t\r\n"), []byte(":"))
		}
	}
	return false
}

// isList tells a list of lists: the inner one is followed by a comma or the end
// of the outer one, with nothing of a list's kind before.
func isList(text []byte) bool {
	k := bytes.IndexByte(text, ']')
	if k < 0 || bytes.IndexByte(text[:k], '\n') >= 0 && !bytes.HasPrefix(bytes.TrimSpace(text[1:]), []byte(`"`)) {
		return false
	}
	rest := bytes.TrimSpace(text[k+1:])
	if next, ok := bytes.CutPrefix(rest, []byte(",")); ok {
		return bytes.HasPrefix(bytes.TrimSpace(next), []byte("["))
	}
	return bytes.Equal(rest, []byte("]"))
}
