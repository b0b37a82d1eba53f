package query

import (
	"encoding/binary"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"sheetmill/core/table"
)

// appendKey spells a value so that keys of one column compare, byte by byte, as
// the values do; no key is the beginning of another. A missing value adds nothing.
func appendKey(key []byte, v *table.Vector, i int) []byte {
	if !v.Valid[i] {
		return key
	}
	switch v.Type {
	case table.Integer, table.Date, table.DateTime, table.Time:
		return binary.BigEndian.AppendUint64(key, uint64(v.Ints[i])^(1<<63))
	case table.Float:
		bits := math.Float64bits(v.Floats[i] + 0) // -0 is 0
		if bits>>63 != 0 {
			return binary.BigEndian.AppendUint64(key, ^bits)
		}
		return binary.BigEndian.AppendUint64(key, bits|1<<63)
	case table.Boolean:
		if v.Bools[i] {
			return append(key, 1)
		}
		return append(key, 0)
	case table.String:
		return appendNatural(key, v.StringAt(i))
	case table.Empty:
	}
	return key
}

// keyBytes is how much of a text decides its place: texts that agree so far are equal.
const keyBytes = 512

// The classes of characters in a text's key, in their order. Numbers come before letters,
// Latin and other letters before Chinese ones, which are spelled in pinyin.
const (
	keyEnd    = 0x01
	keyRaw    = 0x02 // what texts that read alike differ in: case, leading zeros
	keyMark   = 0x10
	keyNumber = 0x20
	keyLetter = 0x30
	keyHan    = 0x40
)

// appendNatural spells a text for comparing as people do.
func appendNatural(key, text []byte) []byte {
	text = text[:min(len(text), keyBytes)]
	raw := text
	for len(text) > 0 {
		if c := text[0]; c >= '0' && c <= '9' {
			n := 1
			for n < len(text) && text[n] >= '0' && text[n] <= '9' {
				n++
			}
			digits := text[:n]
			for len(digits) > 1 && digits[0] == '0' {
				digits = digits[1:]
			}
			key = append(append(key, keyNumber, byte(len(digits)>>8), byte(len(digits))), digits...)
			text = text[n:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		key = appendLetter(key, r)
		text = text[n:]
	}
	key = append(key, keyRaw)
	for _, c := range raw {
		if key = append(key, c); c == 0 {
			key = append(key, 0xFF) // so that an end is never met before its time
		}
	}
	return append(key, 0, keyEnd)
}

func appendLetter(key []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf && ('a' <= r && r <= 'z'):
		return append(key, keyLetter, byte(r))
	case r < utf8.RuneSelf && ('A' <= r && r <= 'Z'):
		return append(key, keyLetter, byte(r|0x20))
	case r < utf8.RuneSelf:
		return append(key, keyMark, byte(r))
	}
	if sound := soundOf(r); sound != "" {
		key = append(append(key, keyHan), sound...)
		return utf8.AppendRune(key, r)
	}
	if unicode.IsLetter(r) {
		return utf8.AppendRune(append(key, keyLetter), unicode.ToLower(r))
	}
	return utf8.AppendRune(append(key, keyMark), r)
}

// sounds holds the pinyin of Chinese characters: letters, then the tone.
var sounds struct {
	once sync.Once
	of   map[rune]string
}

// soundOf is a Chinese character's first reading, such as "zhong1"; "" for any other.
func soundOf(r rune) string {
	if r < 0x3007 {
		return ""
	}
	sounds.once.Do(func() {
		sounds.of = make(map[rune]string, len(pinyin.PinyinDict))
		spelled := map[string]string{}
		for r, all := range pinyin.PinyinDict {
			reading, _, _ := strings.Cut(all, ",")
			if spelled[reading] == "" {
				spelled[reading] = plainSound(reading)
			}
			sounds.of[rune(r)] = spelled[reading]
		}
	})
	return sounds.of[r]
}

// toned lists the vowels with a tone, four of each, under the plain one.
var toned = map[rune]string{
	'a': "āáǎà", 'e': "ēéěè", 'i': "īíǐì", 'o': "ōóǒò", 'u': "ūúǔù", 'v': "ǖǘǚǜ", 'n': "\x00ńňǹ", 'm': "\x00ḿ\x00\x00",
}

// plainSound turns zhōng into zhong1; ü is v, and comes after u.
func plainSound(s string) string {
	tone := byte('5')
	var b strings.Builder
	for _, r := range s {
		if r == 'ü' {
			r = 'v'
		}
		for plain, marks := range toned {
			if n := strings.IndexRune(marks, r); n >= 0 {
				tone, r = '1'+byte(utf8.RuneCountInString(marks[:n])), plain
				break
			}
		}
		if r < utf8.RuneSelf {
			b.WriteByte(byte(r))
		}
	}
	return b.String() + string(tone)
}
