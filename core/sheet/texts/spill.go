package texts

import (
	"bufio"
	"encoding/binary"
	"io"
	"os"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// How texts lie in a file: each behind its length, in runs of runStrings. A run
// lies within one page, so that a text is found in one look; a long text lies
// outside of its run, which has its place instead.
const (
	runStrings = 16
	pageBytes  = 64 << 10
	cachePages = 512                         // 32 MiB
	longText   = pageBytes/runStrings - 2*10 // its length and place take up to ten bytes each
)

// spill is shared strings that are too many for memory: in a temporary file,
// which is gone with close. Cells mostly ask for strings in the order in which
// the file has them, and again for some; so pages are kept as they are used.
type spill struct {
	file  *os.File
	out   *bufio.Writer // while it is written
	runs  []int64       // where each run begins
	run   []byte        // the run at hand
	count uint64
	size  int64 // bytes of the runs written, and of the gaps between them

	slots  [cachePages]slot
	used   int
	hand   int
	slotOf []int32 // of each page: its slot from 1, 0 when it is not in memory
}

// slot holds a page.
type slot struct {
	page  int64
	bytes []byte
	seen  bool // asked for since the hand last passed
}

// newSpill makes the file.
func newSpill() (*spill, error) {
	file, err := os.CreateTemp("", "sheetmill-strings-")
	if err != nil {
		return nil, noRoom(err)
	}
	return &spill{file: file, out: bufio.NewWriterSize(file, 256<<10)}, nil
}

// add appends a text. Its length is doubled, and odd for a long one.
func (s *spill) add(text []byte) error {
	if n := uint64(len(text)); n <= longText {
		s.run = append(binary.AppendUvarint(s.run, 2*n), text...)
	} else {
		s.run = binary.AppendUvarint(s.run, 2*n+1)
		s.run = binary.AppendUvarint(s.run, uint64(s.size))
		if err := s.write(text); err != nil {
			return err
		}
	}
	s.count++
	if s.count%runStrings == 0 {
		return s.flush()
	}
	return nil
}

// flush writes the run at hand, on the next page if it does not fit this one.
func (s *spill) flush() error {
	if len(s.run) == 0 {
		return nil
	}
	if room := pageBytes - s.size%pageBytes; int64(len(s.run)) > room {
		if err := s.write(make([]byte, room)); err != nil {
			return err
		}
	}
	s.runs = append(s.runs, s.size)
	err := s.write(s.run)
	s.run = s.run[:0]
	return err
}

func (s *spill) write(b []byte) error {
	n, err := s.out.Write(b)
	s.size += int64(n)
	if err != nil {
		return noRoom(err)
	}
	return nil
}

// finish ends the writing.
func (s *spill) finish() error {
	if err := s.flush(); err != nil {
		return err
	}
	if err := s.out.Flush(); err != nil {
		return noRoom(err)
	}
	s.out, s.run = nil, nil
	s.slotOf = make([]int32, s.size/pageBytes+1)
	return nil
}

// append appends string i, which is below count, to dst.
func (s *spill) append(dst []byte, i uint64) ([]byte, error) {
	at := s.runs[i/runStrings]
	page, err := s.page(at / pageBytes)
	if err != nil {
		return dst, err
	}
	run := page[at%pageBytes:]
	for range i % runStrings {
		n, head := binary.Uvarint(run)
		run = run[head:]
		if n%2 == 0 {
			run = run[n/2:]
		} else {
			_, place := binary.Uvarint(run)
			run = run[place:]
		}
	}
	n, head := binary.Uvarint(run)
	run = run[head:]
	if n%2 == 0 {
		return append(dst, run[:n/2]...), nil
	}
	place, _ := binary.Uvarint(run)
	from := len(dst)
	dst = append(dst, make([]byte, n/2)...)
	return dst, s.read(dst[from:], int64(place))
}

// page is the bytes of a page.
func (s *spill) page(n int64) ([]byte, error) {
	if at := s.slotOf[n]; at > 0 {
		s.slots[at-1].seen = true
		return s.slots[at-1].bytes, nil
	}
	slot, err := s.load(n)
	if err != nil {
		return nil, err
	}
	return slot.bytes, nil
}

// load reads a page into the slot of one that was not asked for lately.
func (s *spill) load(page int64) (*slot, error) {
	n := s.used
	if n < cachePages {
		s.used++
		s.slots[n].bytes = make([]byte, pageBytes)
	} else {
		for s.slots[s.hand].seen {
			s.slots[s.hand].seen = false
			s.hand = (s.hand + 1) % cachePages
		}
		n = s.hand
		s.hand = (s.hand + 1) % cachePages
		s.slotOf[s.slots[n].page] = 0
	}
	slot := &s.slots[n]
	slot.page, slot.bytes = page, slot.bytes[:min(pageBytes, s.size-page*pageBytes):pageBytes]
	if err := s.read(slot.bytes, page*pageBytes); err != nil {
		slot.bytes = slot.bytes[:0]
		return nil, err
	}
	s.slotOf[page] = int32(n) + 1
	return slot, nil
}

func (s *spill) read(into []byte, at int64) error {
	if _, err := s.file.ReadAt(into, at); err != nil && err != io.EOF {
		return fault.New(fault.Unreachable, say.T("A temporary file cannot be read back.")).
			Hint(say.T("Check the disk of the folder for temporary files and try again.")).Because(err)
	}
	return nil
}

// close removes the file.
func (s *spill) close() error {
	err := s.file.Close()
	if removed := os.Remove(s.file.Name()); err == nil {
		err = removed
	}
	return err
}

func noRoom(err error) error {
	return fault.New(fault.Unreachable, say.T("There is no room for the workbook's texts in the folder for temporary files.")).
		Hint(say.T("Free some space on that disk, or name another folder in TMPDIR, and try again.")).Because(err)
}
