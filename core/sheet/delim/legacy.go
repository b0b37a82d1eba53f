package delim

import (
	"context"
	"math"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/transform"

	"sheetmill/core/sheet"
)

// Encodings older than Unicode are told apart by how probable the file's
// bytes are under each: the logarithm of the probability of every character
// beyond ASCII, by a small model of the languages that are written in it.
// Encodings of several bytes explain two bytes with one character; a western
// letter explains one, but must make sense beside its neighbour.

// looksAtLegacy bounds the bytes beyond ASCII that are weighed. A run of ASCII
// costs nothing, so nearly every file is weighed whole.
const looksAtLegacy = 8 << 20

// histogram counts a file's characters beyond ASCII as one encoding cuts them.
type histogram struct {
	pairs   []uint32 // two-byte characters by their bytes
	singles [256]uint32
	long    int64 // three- and four-byte characters
	invalid int64
}

// cutter is how a multi-byte encoding cuts bytes: the length of the character
// that b starts with, 0 when b is too short to tell, -1 when it is invalid.
type cutter func(b []byte) int

func in(c, lo, hi byte) bool { return c >= lo && c <= hi }

func cutGB18030(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch {
	case !in(b[0], 0x81, 0xfe):
		return -1
	case in(b[1], 0x40, 0xfe) && b[1] != 0x7f:
		return 2
	case !in(b[1], 0x30, 0x39):
		return -1
	case len(b) < 4:
		return 0
	case in(b[2], 0x81, 0xfe) && in(b[3], 0x30, 0x39):
		return 4
	}
	return -1
}

func cutBig5(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if in(b[0], 0x81, 0xfe) && (in(b[1], 0x40, 0x7e) || in(b[1], 0xa1, 0xfe)) {
		return 2
	}
	return -1
}

func cutShiftJIS(b []byte) int {
	if in(b[0], 0xa1, 0xdf) {
		return 1
	}
	if len(b) < 2 {
		return 0
	}
	if (in(b[0], 0x81, 0x9f) || in(b[0], 0xe0, 0xfc)) && in(b[1], 0x40, 0xfc) && b[1] != 0x7f {
		return 2
	}
	return -1
}

func cutEUCJP(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch {
	case b[0] == 0x8e && in(b[1], 0xa1, 0xdf):
		return 2
	case b[0] == 0x8f && in(b[1], 0xa1, 0xfe):
		if len(b) < 3 {
			return 0
		}
		if in(b[2], 0xa1, 0xfe) {
			return 3
		}
	case in(b[0], 0xa1, 0xfe) && in(b[1], 0xa1, 0xfe):
		return 2
	}
	return -1
}

func cutEUCKR(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	if in(b[0], 0x81, 0xfe) && (in(b[1], 0x41, 0x5a) || in(b[1], 0x61, 0x7a) || in(b[1], 0x81, 0xfe)) {
		return 2
	}
	return -1
}

// findLegacy weighs the encodings and answers the most probable one.
func findLegacy(ctx context.Context, f sheet.File) (charset, error) {
	multis := multiByte()
	hists := make([]histogram, len(multis))
	for i := range hists {
		hists[i].pairs = make([]uint32, 1<<16)
	}
	beside := make([]uint32, 1<<16) // a byte beyond ASCII and the one before it
	var near [256]neighbours
	var looked int64
	err := each(ctx, f, chunkSize, func(data []byte, _ int64, end bool) int {
		left := 0
		if !end {
			left = cutTail(data)
			data = data[:len(data)-left]
		}
		if looked > looksAtLegacy {
			return 0
		}
		looked += countBeside(data, beside, &near)
		for i, m := range multis {
			hists[i].count(data, m.cut)
		}
		return left
	})
	if err != nil {
		return charset{}, err
	}
	best, top := cp1252, math.Inf(-1)
	for i, m := range multis {
		if w := m.weigh(&hists[i]); w > top {
			best, top = m.charset, w
		}
	}
	for _, s := range singleByte() {
		if w := s.weigh(beside, &near); w > top {
			best, top = s.charset, w
		}
	}
	return best, nil
}

// cutTail is how many bytes to leave for the next chunk, so that no character
// is cut: back to the last ASCII byte below all trail bytes, if that is near.
func cutTail(data []byte) int {
	for i := 1; i <= 4096 && i < len(data); i++ {
		if data[len(data)-i] < 0x30 {
			return i - 1
		}
	}
	return 0
}

func (h *histogram) count(data []byte, cut cutter) {
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		n := cut(data[i:])
		switch n {
		case 1:
			h.singles[data[i]]++
		case 2:
			h.pairs[int(data[i])<<8|int(data[i+1])]++
		case 3, 4:
			h.long++
		default:
			h.invalid++
			n = 1
		}
		i += n
	}
}

// neighbours counts what a byte beyond ASCII stands beside.
type neighbours struct {
	small uint32 // a small ASCII letter follows
	alone uint32 // no other byte beyond ASCII on either side
}

func countBeside(data []byte, beside []uint32, near *[256]neighbours) (looked int64) {
	prev := byte('\n')
	for i, c := range data {
		if c >= utf8.RuneSelf {
			beside[int(prev)<<8|int(c)]++
			looked++
			next := byte('\n')
			if i+1 < len(data) {
				next = data[i+1]
			}
			if next >= 'a' && next <= 'z' {
				near[c].small++
			}
			if prev < utf8.RuneSelf && next < utf8.RuneSelf {
				near[c].alone++
			}
		}
		prev = c
	}
	return looked
}

// table maps a model's characters to the logarithm of their probability.
type table map[rune]float64

// band gives the characters of list an equal share of a probability mass.
func (t table) band(list string, mass float64) {
	p := math.Log(mass / float64(utf8.RuneCountInString(list)))
	for _, r := range list {
		if old, ok := t[r]; !ok || old < p {
			t[r] = p
		}
	}
}

// ranked gives earlier characters of list more of a probability mass.
func (t table) ranked(list string, mass float64) {
	n, sum := 0, 0.0
	for range list {
		sum += 1 / float64(n+8)
		n++
	}
	k := 0
	for _, r := range list {
		p := math.Log(mass / float64(k+8) / sum)
		if old, ok := t[r]; !ok || old < p {
			t[r] = p
		}
		k++
	}
}

const impossible = -22 // of a character that the encoding does not have

// multi is an encoding of several bytes with the model of its language.
type multi struct {
	charset
	cut    cutter
	common table
	// rest is for characters that are not common, by their bytes.
	rest func(hi, lo byte, r rune) float64
}

func (m *multi) weigh(h *histogram) float64 {
	dec := m.decode()
	w := impossible * float64(h.invalid)
	w += -15 * float64(h.long)
	for pair, n := range h.pairs {
		if n == 0 {
			continue
		}
		hi, lo := byte(pair>>8), byte(pair)
		w += float64(n) * m.of(decodeOne(dec, hi, lo), hi, lo)
	}
	for _, n := range h.singles {
		if n > 0 { // half-width katakana
			w += float64(n) * -9.5
		}
	}
	return w
}

func (m *multi) of(r rune, hi, lo byte) float64 {
	if r == utf8.RuneError {
		return impossible
	}
	if p, ok := m.common[r]; ok {
		return p
	}
	if unicode.Is(unicode.Co, r) {
		return impossible
	}
	return m.rest(hi, lo, r)
}

func decodeOne(dec transform.Transformer, b ...byte) rune {
	var out [16]byte
	dec.Reset()
	n, _, err := dec.Transform(out[:], b, true)
	r, size := utf8.DecodeRune(out[:n])
	if err != nil || size != n {
		return utf8.RuneError
	}
	return r
}

const (
	cjkMarks  = "，。、：；（）！？“”《》「」【】　·—…～％"
	wideSigns = "０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ－＋＝／℃→①②③④⑤■□●○◎★☆◆▲△※"
)

// multiByte are the encodings of several bytes. Their models never change.
var multiByte = sync.OnceValue(func() []multi {
	chinese := func(list string) table {
		t := table{}
		t.ranked(list, 0.66)
		t.band(cjkMarks, 0.10)
		t.band(wideSigns, 0.01)
		return t
	}
	mainland := chinese(commonSimplified)
	mainland.band(commonTraditional, 0.01) // GBK has them, too
	ja := table{}
	ja.ranked(commonKana, 0.40)
	ja.ranked(commonRomaji, 0.15)
	ja.ranked(commonKanji, 0.24)
	ja.band("、。「」ー・（）！？　～『』：／", 0.10)
	ja.band(wideSigns, 0.01)
	ko := table{}
	ko.ranked(commonHangul, 0.80)
	ko.band("·…“”‘’「」", 0.01)
	return []multi{
		{gb18030, cutGB18030, mainland, func(hi, lo byte, _ rune) float64 {
			switch {
			case lo < 0xa1 || hi < 0xa1: // beyond GB 2312
				return -16.5
			case hi >= 0xb0 && hi <= 0xd7: // its first level, the usual 3,755
				return -9.7
			case hi >= 0xd8 && hi <= 0xf7:
				return -12.6
			}
			return -12
		}},
		{big5, cutBig5, chinese(commonTraditional), func(hi, _ byte, _ rune) float64 {
			switch {
			case hi >= 0xa4 && hi <= 0xc6: // the usual 5,401
				return -10
			case hi >= 0xc9 && hi <= 0xf9:
				return -13
			case hi < 0xa1: // Hong Kong's additions
				return -17
			}
			return -12
		}},
		{shiftJIS, cutShiftJIS, ja, func(hi, _ byte, r rune) float64 {
			return japaneseRest(hi >= 0x88 && hi <= 0x98, hi <= 0x84, r)
		}},
		{eucJP, cutEUCJP, ja, func(hi, _ byte, r rune) float64 {
			return japaneseRest(hi >= 0xb0 && hi <= 0xcf, hi <= 0xa8, r)
		}},
		{eucKR, cutEUCKR, ko, func(hi, lo byte, _ rune) float64 {
			switch {
			case lo < 0xa1 || hi < 0xa1: // syllables beyond KS X 1001
				return -15
			case hi >= 0xb0 && hi <= 0xc8:
				return -9.2
			case hi >= 0xca && hi <= 0xfd: // Chinese characters
				return -13.5
			}
			return -12
		}},
	}
})

func japaneseRest(firstLevel, signs bool, r rune) float64 {
	switch {
	case firstLevel:
		return -10
	case unicode.In(r, unicode.Hiragana, unicode.Katakana):
		return -10
	case signs:
		return -11.5
	}
	return -13.5
}
