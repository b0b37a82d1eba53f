package locate

import (
	"encoding/binary"

	"sheetmill/core/sheet"
)

// Most cells are plain numbers, or texts that stood before: both have their class
// without a look at every character's part in it.

// plainNumber tells of digits with nothing but points between.
func plainNumber(text []byte) bool {
	digits := false
	for _, c := range text {
		switch {
		case '0' <= c && c <= '9':
			digits = true
		case c != '.':
			return false
		}
	}
	return digits && len(text) <= longest
}

// knownText remembers the class of a short text.
type knownText struct {
	first, last uint64 // bytes of it: with its length, all of them
	length      int8   // 0: none is remembered
	class       class
}

const (
	knownTexts  = 1 << 10
	longestText = 16 // bytes of a text that is remembered
)

// classify is the class of a cell, remembered where its text is short.
func (s *Sketch) classify(kind sheet.Kind, text []byte) class {
	if kind != sheet.Text && kind != sheet.Quoted {
		return classify(kind, text)
	}
	if plainNumber(text) {
		return number
	}
	n := len(text)
	if n == 0 || n > longestText {
		return classifyText(text)
	}
	k := knownText{length: int8(n)}
	switch {
	case n >= 8:
		k.first, k.last = binary.LittleEndian.Uint64(text), binary.LittleEndian.Uint64(text[n-8:])
	case n >= 4:
		k.first, k.last = uint64(binary.LittleEndian.Uint32(text)), uint64(binary.LittleEndian.Uint32(text[n-4:]))
	default:
		k.first = uint64(text[0]) | uint64(text[n/2])<<8 | uint64(text[n-1])<<16
	}
	if s.texts == nil {
		s.texts = new([knownTexts]knownText)
	}
	at := &s.texts[(k.first*0x9e3779b97f4a7c15^k.last*0xc2b2ae3d27d4eb4f)>>(64-10)]
	if at.first != k.first || at.last != k.last || at.length != k.length {
		k.class = classifyText(text)
		*at = k
	}
	return at.class
}
