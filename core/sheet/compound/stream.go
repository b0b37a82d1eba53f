package compound

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"sort"
)

// Stream is one stream of a compound file. It is a sheet.File; its errors are
// faults that name the stream and the offset in it.
type Stream struct {
	owner *File
	name  string
	size  int64
	runs  []run
	small []byte // the bytes of a small stream, instead of runs
	ended bool   // the chain ended before size
}

// run is sectors that stand one behind the other in the file.
type run struct {
	from int64 // offset in the stream
	at   int64 // offset in the file
}

// Size is the stream's length in bytes.
func (s *Stream) Size() int64 { return s.size }

// Name is the stream's name as the file spells it.
func (s *Stream) Name() string { return s.name }

// chain follows a stream's sectors from start, for at most size bytes.
func (c *File) chain(name string, start uint32, size uint64) (*Stream, error) {
	s := &Stream{owner: c, name: name}
	limit := int64(min(size, uint64(c.file.Size())))
	last := uint32(endOfChain)
	var got int64
	for sector := start; got < limit && sector < lastRegular; {
		if sector >= c.sectors() {
			s.ended = true // past the file's end: what is missing is told by who reads it
			break
		}
		if last == endOfChain || sector != last+1 {
			s.runs = append(s.runs, run{from: got, at: c.at(sector)})
		}
		got += 1 << c.shift
		last = sector
		var err error
		if sector, err = c.next(sector); err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				s.ended = true
				break
			}
			return nil, c.lost(name, got, err)
		}
	}
	if overlap(s.runs, got) {
		return nil, circle(Place(name, got))
	}
	switch {
	case name == "": // tables and directory are as long as their chain
		s.size = got
	case int64(min(size, 1<<62)) > got:
		// The directory may promise more than there is; what the stream itself
		// holds decides whether anything is missing.
		s.size, s.ended = got, true
	default:
		s.size = int64(size)
	}
	return s, nil
}

// overlap tells whether a chain of so many bytes has a sector twice.
func overlap(runs []run, size int64) bool {
	if len(runs) < 2 {
		return false
	}
	type piece struct{ at, end int64 }
	pieces := make([]piece, len(runs))
	for i, r := range runs {
		to := size
		if i+1 < len(runs) {
			to = runs[i+1].from
		}
		pieces[i] = piece{r.at, r.at + to - r.from}
	}
	slices.SortFunc(pieces, func(a, b piece) int { return cmp.Compare(a.at, b.at) })
	for i := 1; i < len(pieces); i++ {
		if pieces[i].at < pieces[i-1].end {
			return true
		}
	}
	return false
}

// small reads a stream that stands in the mini stream, 64 bytes at a time.
func (c *File) small(e entry) (*Stream, error) {
	if c.mini == nil {
		mini, err := c.chain("", c.entries[0].start, uint64(c.file.Size()))
		if err != nil {
			return nil, err
		}
		c.mini = mini
	}
	s := &Stream{owner: c, name: e.name}
	const size = 1 << miniShift
	sector := e.start
	for uint64(len(s.small)) < e.size {
		if sector >= lastRegular {
			s.ended = true
			break
		}
		var piece [size]byte
		if n, err := c.mini.ReadAt(piece[:], int64(sector)<<miniShift); n < size && !short(err) {
			return nil, err
		} else if n == 0 {
			s.ended = true
			break
		}
		s.small = append(s.small, piece[:min(size, e.size-uint64(len(s.small)))]...)
		var next [4]byte
		if n, err := c.minis.ReadAt(next[:], int64(sector)*4); n < len(next) && !short(err) {
			return nil, err
		} else if n < len(next) {
			s.ended = uint64(len(s.small)) < e.size
			break
		}
		sector = binary.LittleEndian.Uint32(next[:])
	}
	s.size = int64(len(s.small))
	return s, nil
}

// short tells an end that came too early from a file that cannot be read.
func short(err error) bool { return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) }

// Ended tells that the stream's chain of sectors ended before the length that
// the directory states.
func (s *Stream) Ended() bool { return s.ended }

// ReadAt reads the stream's bytes at an offset. At its end it answers io.EOF;
// bytes that the file should hold and does not are a fault.
func (s *Stream) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= s.size {
		return 0, io.EOF
	}
	if s.runs == nil {
		n := copy(p, s.small[off:])
		if n < len(p) {
			return n, io.EOF
		}
		return n, nil
	}
	done := 0
	i := sort.Search(len(s.runs), func(i int) bool { return s.runs[i].from > off }) - 1
	for ; done < len(p) && i < len(s.runs); i++ {
		r := s.runs[i]
		end := s.size
		if i+1 < len(s.runs) {
			end = s.runs[i+1].from
		}
		want := p[done:min(int64(len(p)), int64(done)+end-off)]
		n, err := s.owner.file.ReadAt(want, r.at+off-r.from)
		done += n
		off += int64(n)
		if n < len(want) {
			return done, s.owner.lost(s.name, off, err)
		}
	}
	if done < len(p) {
		return done, io.EOF
	}
	return done, nil
}

// lost is the fault of bytes that could not be read.
func (c *File) lost(stream string, offset int64, err error) error {
	if err == nil || short(err) {
		return CutShort(Place(stream, offset)).Because(io.ErrUnexpectedEOF)
	}
	return unreadable(err).At(Place(stream, offset))
}

// Place is an offset in a stream, for faults.
func Place(stream string, offset int64) string {
	if stream == "" {
		return fmt.Sprintf("byte %d", offset)
	}
	return fmt.Sprintf("%s, byte %d", stream, offset)
}
