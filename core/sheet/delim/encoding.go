package delim

import (
	"bytes"
	"context"
	"io"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// bytesSeen is what one pass over the whole file tells of its bytes.
type bytesSeen struct {
	size     int64
	head     [4]byte
	nulEven  int64 // NUL bytes at even offsets: the high halves of UTF-16BE
	nulOdd   int64
	multi    int64 // well-formed UTF-8 sequences of more than a byte, up to enough
	long     int64 // of them, those of three bytes and more
	invalid  int64 // bytes that are no UTF-8
	cut      bool  // the file ends within a UTF-8 sequence
	controls int64 // control bytes in the part that was looked at for them
	looked   int64
	escapes  int64 // "ESC $", which switches ISO-2022-JP
	returns  int64 // carriage returns
	feeds    int64 // line feeds, up to enough
	both     int64 // the two together
	lastCR   bool  // the data so far ends with a carriage return
}

// enough well-formed sequences are counted to weigh against invalid ones.
const enough = 1 << 20

// looksForControls bounds the bytes among which control bytes are counted;
// the start of the file and every chunk that is no UTF-8 are looked at.
const looksForControls = 8 << 20

// chunkSize is how much of a file is read at once.
const chunkSize = 256 << 10

// each reads the whole file in chunks. A chunk
// begins with what the previous call left; end marks the last one.
func each(ctx context.Context, f sheet.File, chunk int, do func(data []byte, at int64, end bool) (left int)) error {
	return eachOf(ctx, f, 0, f.Size(), chunk, do)
}

// eachOf is each for a part of the file; end is the end of the part.
func eachOf(ctx context.Context, f sheet.File, at, to int64, chunk int, do func(data []byte, at int64, end bool) (left int)) error {
	buf := make([]byte, 0, max(chunk, minRead))
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		room := min(int64(cap(buf)), to-at)
		n, err := f.ReadAt(buf[len(buf):room], at+int64(len(buf)))
		buf = buf[:len(buf)+n]
		end := at+int64(len(buf)) >= to
		if err != nil && !(err == io.EOF && end) {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return unread(err)
		}
		left := do(buf, at, end)
		if end {
			return nil
		}
		used := len(buf) - left
		at += int64(used)
		buf = append(buf[:0], buf[used:]...)
	}
}

// look makes the pass, over the two halves of a large file side by side.
func look(ctx context.Context, f sheet.File, chunk int) (*bytesSeen, error) {
	middle := f.Size() / 2
	if middle > largeHalf {
		middle = lineStart(f, middle)
	} else {
		middle = 0
	}
	if middle == 0 {
		return lookAt(ctx, f, 0, f.Size(), chunk)
	}
	var second *bytesSeen
	failed := make(chan error, 1)
	go func() {
		var err error
		second, err = lookAt(ctx, f, middle, f.Size(), chunk)
		failed <- err
	}()
	seen, err := lookAt(ctx, f, 0, middle, chunk)
	if other := <-failed; err == nil {
		err = other
	}
	if err != nil {
		return nil, err
	}
	seen.join(second)
	return seen, nil
}

// largeHalf is the size from which a half is worth a goroutine.
const largeHalf = 4 << 20

// lineStart is the first start of a line after a place, so that no character
// of UTF-8 is cut; 0 when none is near.
func lineStart(f sheet.File, at int64) int64 {
	buf := make([]byte, 64<<10)
	n, _ := f.ReadAt(buf, at) // a file that cannot be read says so when it is looked at
	if k := bytes.IndexByte(buf[:n], '\n'); k >= 0 {
		return at + int64(k) + 1
	}
	return 0
}

// join adds what was seen of the rest of the file, which starts a line.
func (s *bytesSeen) join(o *bytesSeen) {
	s.nulEven, s.nulOdd = s.nulEven+o.nulEven, s.nulOdd+o.nulOdd
	s.multi, s.long, s.invalid = s.multi+o.multi, s.long+o.long, s.invalid+o.invalid
	s.cut, s.lastCR = o.cut, o.lastCR
	s.controls, s.looked, s.escapes = s.controls+o.controls, s.looked+o.looked, s.escapes+o.escapes
	s.returns, s.feeds, s.both = s.returns+o.returns, s.feeds+o.feeds, s.both+o.both
}

func lookAt(ctx context.Context, f sheet.File, from, to int64, chunk int) (*bytesSeen, error) {
	seen := &bytesSeen{size: f.Size()}
	err := eachOf(ctx, f, from, to, chunk, func(data []byte, at int64, end bool) int {
		if at == 0 {
			copy(seen.head[:], data)
		}
		// Keep what the chunk's end cuts off for the next one.
		left := 0
		if !end {
			for left < utf8.UTFMax-1 && left < len(data)-1 && !utf8.RuneStart(data[len(data)-1-left]) {
				left++
			}
			if left++; utf8.FullRune(data[len(data)-left:]) {
				left = 0
			}
			data = data[:len(data)-left]
		}
		seen.take(data, at, end)
		return left
	})
	return seen, err
}

func (s *bytesSeen) take(data []byte, at int64, end bool) {
	if bytes.IndexByte(data, 0) >= 0 {
		for i, c := range data {
			if c == 0 {
				if (at+int64(i))&1 == 0 {
					s.nulEven++
				} else {
					s.nulOdd++
				}
			}
		}
	}
	s.lineEnds(data)
	valid := utf8.Valid(data)
	if (at == 0 || !valid) && s.looked < looksForControls {
		s.looked += int64(len(data))
		for _, c := range data {
			if control[c] {
				s.controls++
			}
		}
		s.escapes += int64(bytes.Count(data, []byte("\x1b$")))
	}
	if valid && s.multi >= enough {
		return
	}
	for i := 0; i < len(data); {
		if data[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n == 1 {
			if end && !utf8.FullRune(data[i:]) {
				s.cut = true
				return
			}
			s.invalid++
		} else {
			s.multi++
			if n > 2 {
				s.long++
			}
		}
		i += n
	}
}

// lineEnds counts carriage returns, alone and not.
func (s *bytesSeen) lineEnds(data []byte) {
	if s.feeds < enough {
		s.feeds += int64(bytes.Count(data, []byte{'\n'}))
	}
	if s.lastCR && data[0] == '\n' {
		s.both++
	}
	s.lastCR = data[len(data)-1] == '\r'
	if n := bytes.Count(data, []byte{'\r'}); n > 0 {
		s.returns += int64(n)
		s.both += int64(bytes.Count(data, []byte("\r\n")))
	}
}

// ends is what ends lines, when bytes below 0x80 are ASCII throughout.
func (s *bytesSeen) ends() []bool { return lineEndings(s.returns > s.both, s.feeds > 0) }

// control marks the bytes that do not occur in text. The separators of old
// exports (0x01 and 0x1C to 0x1F) do, and so does the escape of ISO-2022-JP.
var control = func() (t [256]bool) {
	for c := range 0x20 {
		t[c] = c != '\t' && c != '\n' && c != '\r' && c != '\v' && c != '\f' && c != 0x01 && c != 0x1a && c < 0x1b
	}
	t[0x7f] = true
	return t
}()

// choice is the encoding found and where the text starts.
type choice struct {
	charset
	start int64  // after the byte order mark
	ends  []bool // as for prober; nil when the bytes do not tell
}

// findEncoding decides from the whole file which encoding it is in.
func findEncoding(ctx context.Context, f sheet.File, override string) (choice, error) {
	if f.Size() == 0 {
		return choice{charset: utf8Set}, nil
	}
	seen, err := look(ctx, f, chunkSize)
	if err != nil {
		return choice{}, err
	}
	c, ok := seen.byteOrderMark()
	if override != "" {
		asked, err := charsetNamed(override)
		if err != nil {
			return choice{}, err
		}
		// A mark tells the byte order of the encoding that was asked for.
		if !ok || max(asked.unit, -asked.unit) != max(c.unit, -c.unit) {
			c = choice{charset: asked}
		}
		ok = true
	}
	if !ok {
		if c.charset, err = seen.charset(ctx, f); err != nil {
			return choice{}, err
		}
	}
	if c.name == utf8Set.name && (seen.invalid > 0 || seen.cut) {
		c.charset = utf8Mended
	}
	if c.unit == 0 || c.unit == 1 {
		c.ends = seen.ends()
	}
	return c, nil
}

// charset is the encoding of a file without a byte order mark.
func (s *bytesSeen) charset(ctx context.Context, f sheet.File) (charset, error) {
	if set, ok, err := s.wide(ctx, f); err != nil || ok {
		return set, err
	}
	switch {
	case s.controls*50 > s.looked, (s.nulEven+s.nulOdd)*50 > s.size:
		return charset{}, notText()
	case s.invalid == 0 && s.escapes > 0 && s.multi == 0:
		return iso2022jp, nil
	case s.invalid == 0 && (s.multi > 0 || !s.cut), s.mostlyUTF8():
		return utf8Set, nil
	}
	return findLegacy(ctx, f)
}

// mostlyUTF8 tells that the file is UTF-8 with a few bytes that are none, as a
// cut or a pasted byte leaves. Other encodings form a sequence of UTF-8 by
// chance at times, one of three bytes seldom, and far more bytes that are none.
func (s *bytesSeen) mostlyUTF8() bool {
	return s.multi > 0 && s.multi+2*s.long >= 2*s.invalid
}

func notText() *fault.Error {
	return fault.New(fault.BadInput, say.T("The file is not a text table: it holds binary data.")).
		Hint(say.T("Export it from the program that made it as .xlsx or .csv and add that file."))
}

func (s *bytesSeen) byteOrderMark() (choice, bool) {
	head := s.head[:min(s.size, 4)]
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return choice{charset: utf8Set, start: 3}, true
	case bytes.HasPrefix(head, []byte("\xff\xfe\x00\x00")) && s.size%4 == 0 && s.nulOdd*4 >= s.size:
		return choice{charset: utf32le, start: 4}, true
	case bytes.HasPrefix(head, []byte("\x00\x00\xfe\xff")):
		return choice{charset: utf32be, start: 4}, true
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return choice{charset: utf16le, start: 2}, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return choice{charset: utf16be, start: 2}, true
	}
	return choice{}, false
}

// wide tells UTF-16 without a mark: the ASCII characters that any table holds
// (digits, delimiters, line ends) put their NUL halves all on one side, and
// the whole decodes to characters that text is made of.
func (s *bytesSeen) wide(ctx context.Context, f sheet.File) (charset, bool, error) {
	few, many, set := s.nulEven, s.nulOdd, utf16le
	if s.nulEven > s.nulOdd {
		few, many, set = many, few, utf16be
	}
	if s.size < 4 || many == 0 || few*20 > many || many*100 < s.size {
		return charset{}, false, nil
	}
	var units, odd, ascii, letters, lines, feeds int64
	err := each(ctx, f, chunkSize, func(data []byte, _ int64, end bool) int {
		high := false
		i := 0
		for ; i+2 <= len(data); i += 2 {
			u := unitAt(data[i:], set.unit)
			units++
			low := u >= 0xdc00 && u < 0xe000
			if low != high || u < 0x20 && control[u] || u >= 0xfff0 && u != 0xfffd || u >= 0xe000 && u < 0xf900 {
				odd++
			}
			high = u >= 0xd800 && u < 0xdc00
			if data[i] >= ' ' && data[i] < 0x7f && data[i+1] >= ' ' && data[i+1] < 0x7f {
				letters++
			}
			switch {
			case u == '\n' || u == '\r':
				lines++
				ascii++
			case u == '\t' || u >= ' ' && u < 0x7f:
				ascii++
			}
			if data[i] == '\n' || data[i+1] == '\n' {
				feeds++
			}
		}
		if end {
			return 0
		}
		return len(data) - i
	})
	if letters*2 > units || lines == 0 && feeds > 0 || ascii*10 < many*9 {
		return charset{}, false, err // ASCII with a few NULs, or no text at all
	}
	return set, err == nil && odd*50 <= units, err
}
