package delim

import (
	"math"
	"sync"
	"unicode"
	"unicode/utf8"
)

// single is an encoding of one byte with the model of the languages in it.
type single struct {
	charset
	letters table // lower-case letters
	signs   table
	// script is set where whole words are beyond ASCII; elsewhere a letter
	// beyond ASCII rarely stands beside another.
	script bool
	prior  float64 // of the whole encoding
}

// singleByte are the encodings of one byte. Their models never change.
var singleByte = sync.OnceValue(func() []single {
	russian, greek := table{}, table{}
	russian.ranked(frequentRussian, 0.9)
	greek.ranked(frequentGreek, 0.9)
	western, central, turkish := table{}, table{}, table{}
	western.ranked(frequentWestern, 0.75)
	central.ranked(frequentCentral, 0.70)
	turkish.ranked(frequentTurkish, 0.75)
	signs := table{}
	signs.band(signsAnywhere, 0.2)
	return []single{
		{cp1252, western, signs, false, 0},
		{cp1250, central, signs, false, -3},
		{latin2, central, signs, false, -6},
		{macintosh, western, signs, false, -6},
		{cp850, western, signs, false, -8},
		{cp1254, turkish, signs, false, -4},
		{cp1251, russian, signs, true, -1},
		{koi8r, russian, signs, true, -2},
		{iso5, russian, signs, true, -4},
		{cp866, russian, signs, true, -3},
		{cp1253, greek, signs, true, -3},
	}
})

// weigh adds up how probable each byte beyond ASCII is after the byte before it.
func (s *single) weigh(beside []uint32, near *[256]neighbours) float64 {
	var runes [256]rune
	dec := s.decode()
	for c := range 256 {
		runes[c] = decodeOne(dec, byte(c))
	}
	w := s.prior
	for pair, n := range beside {
		if n > 0 {
			w += float64(n) * s.of(runes[pair>>8], runes[pair&0xff])
		}
	}
	for c, n := range near {
		if s.script && unicode.IsLetter(runes[c]) {
			// Words of another alphabet have several of its letters, and none of ours.
			w -= 6*float64(n.small) + 3*float64(n.alone)
		}
	}
	return w
}

func (s *single) of(prev, r rune) float64 {
	if r == utf8.RuneError || unicode.Is(unicode.C, r) {
		return impossible / 2
	}
	p, ok := s.signs[r] // "µ" and "º" among them, which count as letters
	switch {
	case !ok && unicode.IsLetter(r):
		return s.letter(prev, r)
	case !ok:
		return -11
	}
	if unicode.IsLetter(prev) && prev >= utf8.RuneSelf && !s.script {
		p -= 2
	}
	return p
}

func (s *single) letter(prev, r rune) float64 {
	small := unicode.ToLower(r)
	p, ok := s.letters[small]
	if !ok {
		p = -10
	}
	if small != r || !unicode.IsLower(r) { // a capital
		switch {
		case unicode.IsLower(prev): // within a word
			p -= 7
		case unicode.IsUpper(prev):
			p--
		default:
			p -= 1.5
		}
	}
	switch beyond := prev >= utf8.RuneSelf; {
	case s.script && beyond && unicode.IsLetter(prev):
		if unicode.IsUpper(prev) && r == small {
			p -= 0.5
		}
	case s.script && !beyond && unicode.IsLetter(prev):
		p -= 6 // two alphabets in one word
	case s.script:
		p -= 0.5
	case beyond && unicode.IsLetter(prev):
		p -= 3
	case beyond:
		p -= 4
	case !unicode.IsLetter(prev) && r == small:
		p -= 1.5
	}
	return math.Max(p, impossible/2)
}
