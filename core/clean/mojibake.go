package clean

import (
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// mojibake finds what a text was before it was decoded with the wrong
// encoding; "" for a text that seems right. It knows UTF-8 read as Windows-1252
// or Latin-1, UTF-8 read as GBK, and what remains of a text that was lost.
func mojibake(b []byte) (repaired string, found bool) {
	i := 0
	for i < len(b) && b[i] < utf8.RuneSelf {
		i++
	}
	if i == len(b) {
		return "", false
	}
	first, _ := utf8.DecodeRune(b[i:])
	switch {
	case first >= 0xc2 && first <= 0xf4:
		repaired = latinAsUTF8(b)
	case first == utf8.RuneError, first == '锟': // the mark of broken bytes, and that mark read as GBK
		return "", lostText(b)
	case gbkLeads().has(first):
		repaired = gbkAsUTF8(b)
	default:
		return "", false
	}
	return repaired, repaired != ""
}

func lostText(b []byte) bool {
	for rest := b; len(rest) > 0; {
		r, n := utf8.DecodeRune(rest)
		if r == '\uFFFD' && n > 1 {
			return true
		}
		if r == '锟' {
			next, width := utf8.DecodeRune(rest[n:])
			after, _ := utf8.DecodeRune(rest[n+width:])
			return next == '斤' && after == '拷'
		}
		rest = rest[n:]
	}
	return false
}

// latinAsUTF8 turns the characters back to bytes, which then are UTF-8.
func latinAsUTF8(b []byte) string {
	var raw []byte
	for _, r := range string(b) {
		c, ok := charmap.Windows1252.EncodeRune(r)
		switch {
		case ok:
		case r >= 0x80 && r <= 0x9f: // Windows-1252 has no such character; Latin-1 has
			c = byte(r)
		default:
			return ""
		}
		raw = append(raw, c)
	}
	if !utf8.Valid(raw) {
		return ""
	}
	return string(raw)
}

// gbkAsUTF8 turns characters back to their bytes in GBK, which then are UTF-8.
func gbkAsUTF8(b []byte) string {
	if utf8.RuneCount(b) < 3 {
		return ""
	}
	raw, err := simplifiedchinese.GBK.NewEncoder().Bytes(b)
	if err != nil || !utf8.Valid(raw) {
		return ""
	}
	for _, r := range string(raw) {
		if r >= utf8.RuneSelf && !unicode.Is(unicode.Han, r) && (r < 0x3000 || r > 0xffef) {
			return ""
		}
	}
	return string(raw)
}

// leads are the characters whose bytes in GBK may begin a Chinese one in UTF-8.
type leads [0x10000 / 64]uint64

func (l *leads) has(r rune) bool { return r < 0x10000 && l[r/64]>>(r%64)&1 != 0 }

// gbkLeads spares most Chinese text a way through the encoder.
var gbkLeads = sync.OnceValue(func() *leads {
	var l leads
	for lead := byte(0xe3); lead <= 0xe9; lead++ {
		for second := 0x80; second <= 0xbf; second++ {
			out, err := simplifiedchinese.GBK.NewDecoder().Bytes([]byte{lead, byte(second)})
			if err != nil {
				continue
			}
			if r, _ := utf8.DecodeRune(out); r < 0x10000 && r != utf8.RuneError {
				l[r/64] |= 1 << (r % 64)
			}
		}
	}
	return &l
})
