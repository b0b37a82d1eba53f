package xlsx

// opened is a cell's tag as read: where it is, its type and its style.
type opened struct {
	col   int
	row   int64 // 0 when the tag does not say
	kind  cellType
	style int
}

// plainCell takes a whole cell in the form that nearly every program writes,
//
//	<c r="B7" s="1" t="s"><v>12</v></c>
//
// when the window holds all of it and its value has nothing to resolve. It is
// the general way of cells, an element and a value at a time, made short: what
// it does not recognise it leaves untouched. <c r="B7" s="1"/> has an empty
// number for a value, which makes no cell.
func (s *scanner) plainCell(c *opened) (value []byte, ok bool) {
	const head, open, shut = `<c r="`, "<v>", "</v></c>"
	b := s.buf[s.pos:s.end]
	if s.selfEnd || len(b) < len(head) || string(b[:len(head)]) != head {
		return nil, false
	}
	i := len(head)
	col := 0
	for i < len(b) && b[i]-'A' < 26 {
		col = col*26 + int(b[i]-'A') + 1
		i++
	}
	letters := i - len(head)
	for i < len(b) && b[i]-'0' <= 9 {
		i++
	}
	digits := i - len(head) - letters
	if letters < 1 || letters > 3 || digits < 1 || digits > 10 || i == len(b) || b[i] != '"' {
		return nil, false
	}
	i++
	kind, style := typeNumber, 0
	for i+4 < len(b) && b[i] == ' ' && b[i+2] == '=' && b[i+3] == '"' {
		name, from := b[i+1], i+4
		i = from
		switch name {
		case 's':
			style = 0
			for i < len(b) && b[i]-'0' <= 9 && i-from < 9 {
				style = style*10 + int(b[i]-'0')
				i++
			}
		case 't':
			for i < len(b) && b[i]-'A' < 58 { // letters
				i++
			}
			kind = cellTypeOf(b[from:i])
		default:
			return nil, false
		}
		if i == len(b) || b[i] != '"' {
			return nil, false
		}
		i++
	}
	*c = opened{col: col - 1, kind: kind, style: style}
	b = b[i:]
	if len(b) >= 2 && b[0] == '/' && b[1] == '>' {
		s.pos += i + 2
		c.kind = typeNumber // of any type, it holds nothing
		return nil, true
	}
	if len(b) < 1+len(open) || b[0] != '>' || string(b[1:1+len(open)]) != open {
		return nil, false
	}
	from := 1 + len(open)
	n := from
	for n < len(b) && b[n] != '<' {
		if b[n] == '&' || b[n] == '\r' {
			return nil, false
		}
		n++
	}
	if len(b)-n < len(shut) || string(b[n:n+len(shut)]) != shut {
		return nil, false
	}
	s.pos += i + n + len(shut)
	return b[from:n], true
}
