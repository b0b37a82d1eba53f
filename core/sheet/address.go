package sheet

import "strconv"

// ColumnName spells a 0-based column as spreadsheets do: A, B, ..., Z, AA.
func ColumnName(col int) string {
	var buf [8]byte
	at := len(buf)
	for col++; col > 0; col = (col - 1) / 26 {
		at--
		buf[at] = byte('A' + (col-1)%26)
	}
	return string(buf[at:])
}

// Address spells a cell in A1 style: column 0, row 1 is A1.
func Address(col int, row int64) string { return string(AppendAddress(nil, col, row)) }

// AppendAddress appends Address(col, row) to dst.
func AppendAddress(dst []byte, col int, row int64) []byte {
	return strconv.AppendInt(append(dst, ColumnName(col)...), row, 10)
}

// String spells the range in A1 style, such as "A3:F120".
func (r Range) String() string {
	return Address(r.FirstCol, r.FirstRow) + ":" + Address(r.LastCol, r.LastRow)
}

// ShownName is a file's name as messages show it: without folders, and quoted
// when it holds control characters.
func ShownName(name string) string {
	for i := len(name) - 1; i >= 0; i-- {
		if name[i] == '/' || name[i] == '\\' {
			name = name[i+1:]
			break
		}
	}
	if quoted := strconv.Quote(name); !strconv.CanBackquote(name) || name == "" {
		return quoted
	}
	return name
}
