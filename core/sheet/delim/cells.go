package delim

// likeness is between 0 and 1: how much a bare cell looks like what people
// keep in cells. value tells that it is a value by itself: a number, a date,
// a time, an address of the web or of mail.
func likeness(cell []byte) (like float64, value bool) {
	inner := trim(cell)
	switch {
	case len(inner) == 0:
		return 0.5, false
	case isValue(inner):
		if cell[0] == ' ' || cell[len(cell)-1] == ' ' {
			return 0.9, true
		}
		return 1, true
	case len(inner) > 4000:
		return 0.3, false
	}
	like = textLike(inner)
	if cell[0] == ' ' {
		like *= 0.7 // as after a comma in prose
	}
	return like, false
}

func trim(b []byte) []byte {
	for len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

func digit(c byte) bool { return c >= '0' && c <= '9' }

// isValue tells numbers, dates, times and addresses by their shape.
func isValue(cell []byte) bool {
	cell = trim(cell)
	if len(cell) == 0 || len(cell) > 2000 {
		return false
	}
	return isNumber(cell) || isMoment(cell) || isAddress(cell) || isHardware(cell)
}

// isNumber takes signs, currency, percent, exponents, decimal points and
// commas, and groups of three.
func isNumber(b []byte) bool {
	for len(b) > 0 && (b[0] == '+' || b[0] == '-' || b[0] == '$' || b[0] == '(') {
		b = b[1:]
	}
	for _, sign := range []string{"€", "£", "¥", "￥"} {
		if len(b) > len(sign) && string(b[:len(sign)]) == sign {
			b = b[len(sign):]
		}
	}
	for len(b) > 0 && (b[len(b)-1] == '%' || b[len(b)-1] == ')') {
		b = b[:len(b)-1]
	}
	digits, marks, exponent := 0, 0, false
	lastMark := -1
	for i, c := range b {
		switch {
		case digit(c):
			digits++
		case c == '.' || c == ',':
			if i > 0 && lastMark == i-1 {
				return false
			}
			if lastMark >= 0 && i-lastMark != 4 && b[lastMark] == c {
				return false
			}
			lastMark = i
			marks++
		case (c == 'e' || c == 'E') && digits > 0 && !exponent && i+1 < len(b):
			exponent = true
		case (c == '+' || c == '-') && exponent && (b[i-1] == 'e' || b[i-1] == 'E'):
		default:
			return false
		}
	}
	return digits > 0 && (marks <= 1 || digits >= 3)
}

// isHardware takes addresses of network cards and of IP version 6.
func isHardware(b []byte) bool {
	colons, run := 0, 0
	for _, c := range b {
		switch {
		case digit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F':
			if run++; run > 4 {
				return false
			}
		case c == ':':
			colons++
			run = 0
		default:
			return false
		}
	}
	return colons >= 5
}

func isAddress(b []byte) bool {
	s := string(b)
	for _, scheme := range []string{"http://", "https://", "ftp://"} {
		if len(s) > len(scheme) && s[:len(scheme)] == scheme {
			for i := range len(s) {
				if s[i] == ' ' || s[i] == '\t' {
					return false
				}
			}
			return true
		}
	}
	at, dot := -1, -1
	for i := range len(s) {
		switch c := s[i]; {
		case c == '@':
			if at >= 0 || i == 0 {
				return false
			}
			at = i
		case c == '.':
			dot = i
		case c == ' ' || c == ',' || c == ';' || c == '|' || c == '\t' || c == ':':
			return false
		}
	}
	return at > 0 && dot > at+1 && dot < len(s)-1
}

// isCode tells a cell that is one word of letters, digits and the signs that
// codes and names of files have.
func isCode(b []byte) bool {
	for _, c := range b {
		switch {
		case digit(c), c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '-', c == '_', c == '.', c == '/', c == '@', c == '+':
		default:
			return false
		}
	}
	return len(b) > 0 && len(b) <= 64
}
