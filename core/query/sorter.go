package query

import (
	"bufio"
	"bytes"
	"cmp"
	"container/heap"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// SortBytes is the memory that sorting takes before it goes on in temporary files.
const SortBytes = 32 << 20

// sortBytes is SortBytes but in tests.
var sortBytes = SortBytes

// sorter orders rows by keys that compare as bytes do. The first eight bytes of a
// key stand beside the row, so that most comparisons look no further.
type sorter struct {
	columns []table.Column
	keys    []Key
	most    int
	entries []entry
	rest    []byte // of the keys, after their first eight bytes
	runs    []*os.File
	missing []uint32 // rows without the first key, where it is the only one
	key     []byte
}

type entry struct {
	head     uint64
	start, n uint32 // of the rest
	row      uint32
}

const entryBytes = 24

// newSorter makes room for so many rows at once: a slice that grows is there twice for a while.
func newSorter(columns []table.Column, keys []Key, most, rows int) *sorter {
	return &sorter{columns: columns, keys: keys, most: most, entries: make([]entry, 0, min(rows, most/entryBytes))}
}

// add takes in the rows of a group that pass.
func (s *sorter) add(ctx context.Context, from *scan, start int64) error {
	for i, ok := range from.pass {
		if !ok {
			continue
		}
		row := uint32(start) + uint32(i)
		if len(s.keys) == 1 && !from.keys[0].Valid[i] {
			s.missing = append(s.missing, row)
			continue
		}
		s.key = s.key[:0]
		for k, by := range s.keys {
			if len(s.keys) > 1 {
				s.key = appendMissing(s.key, from.keys[k].Valid[i])
			}
			at := len(s.key)
			s.key = appendKey(s.key, &from.keys[k], i)
			if by.Descending {
				for j := at; j < len(s.key); j++ {
					s.key[j] = ^s.key[j]
				}
			}
		}
		var head [8]byte
		n := copy(head[:], s.key)
		e := entry{head: binary.BigEndian.Uint64(head[:]), start: uint32(len(s.rest)), n: uint32(len(s.key) - n), row: row}
		s.rest = append(s.rest, s.key[n:]...)
		s.entries = append(s.entries, e)
		if len(s.entries)*entryBytes+len(s.rest) >= s.most {
			if err := s.spill(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// A key that is missing comes after every other, ascending or descending.
func appendMissing(key []byte, valid bool) []byte {
	if valid {
		return append(key, 0)
	}
	return append(key, 1)
}

func (s *sorter) sort() {
	slices.SortFunc(s.entries, func(a, b entry) int {
		if a.head != b.head {
			return cmp.Compare(a.head, b.head)
		}
		if n := bytes.Compare(s.rest[a.start:a.start+a.n], s.rest[b.start:b.start+b.n]); n != 0 {
			return n
		}
		return cmp.Compare(a.row, b.row)
	})
}

// spill writes what is in memory to a file, sorted: head, row, length and rest of each.
func (s *sorter) spill(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return context.Cause(ctx)
	}
	s.sort()
	file, err := os.CreateTemp("", "sheetmill-sort-")
	if err != nil {
		return noRoom(err)
	}
	s.runs = append(s.runs, file)
	out := bufio.NewWriterSize(file, 1<<20)
	var line [16]byte
	for _, e := range s.entries {
		binary.BigEndian.PutUint64(line[:], e.head)
		binary.BigEndian.PutUint32(line[8:], e.row)
		binary.BigEndian.PutUint32(line[12:], e.n)
		_, _ = out.Write(line[:]) // bufio keeps the first error for Flush
		_, _ = out.Write(s.rest[e.start : e.start+e.n])
	}
	s.entries, s.rest = s.entries[:0], s.rest[:0]
	if err := out.Flush(); err != nil {
		return noRoom(err)
	}
	return nil
}

func noRoom(err error) error {
	return fault.New(fault.Unreachable, say.T("There is no room for sorting in the folder for temporary files.")).
		Hint(say.T("Free some space on that disk and try again.")).Because(err)
}

// order gives the rows in order.
func (s *sorter) order(ctx context.Context) ([]uint32, error) {
	rows := make([]uint32, 0, len(s.entries)+len(s.missing))
	if len(s.runs) == 0 {
		s.sort()
		for _, e := range s.entries {
			rows = append(rows, e.row)
		}
	} else {
		if err := s.spill(ctx); err != nil {
			return nil, err
		}
		s.entries, s.rest = nil, nil
		var err error
		if rows, err = merge(ctx, s.runs); err != nil {
			return nil, err
		}
	}
	slices.Sort(s.missing)
	return append(rows, s.missing...), nil
}

// close removes what was written.
func (s *sorter) close() {
	for _, f := range s.runs {
		_ = f.Close()
		_ = os.Remove(f.Name())
	}
	s.runs = nil
}

// run is a file being read, at its next entry.
type run struct {
	in   *bufio.Reader
	head uint64
	row  uint32
	rest []byte
}

func (r *run) next() error {
	var line [16]byte
	if _, err := io.ReadFull(r.in, line[:]); err != nil {
		return err
	}
	r.head, r.row = binary.BigEndian.Uint64(line[:]), binary.BigEndian.Uint32(line[8:])
	n := int(binary.BigEndian.Uint32(line[12:]))
	r.rest = slices.Grow(r.rest[:0], n)[:n]
	_, err := io.ReadFull(r.in, r.rest)
	return err
}

type runs []*run

func (r *runs) Len() int      { return len(*r) }
func (r *runs) Swap(i, j int) { (*r)[i], (*r)[j] = (*r)[j], (*r)[i] }
func (r *runs) Less(i, j int) bool {
	a, b := (*r)[i], (*r)[j]
	if a.head != b.head {
		return a.head < b.head
	}
	if n := bytes.Compare(a.rest, b.rest); n != 0 {
		return n < 0
	}
	return a.row < b.row
}
func (r *runs) Push(x any) { *r = append(*r, x.(*run)) } //nolint:forcetypeassert // heap's interface
func (r *runs) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}

// merge joins sorted files.
func merge(ctx context.Context, files []*os.File) ([]uint32, error) {
	var open runs
	for _, f := range files {
		if _, err := f.Seek(0, io.SeekStart); err != nil {
			return nil, noRoom(err)
		}
		r := &run{in: bufio.NewReaderSize(f, 256<<10)}
		err := r.next()
		if errors.Is(err, io.EOF) {
			continue
		}
		if err != nil {
			return nil, noRoom(err)
		}
		open = append(open, r)
	}
	heap.Init(&open)
	var rows []uint32
	for len(open) > 0 {
		if len(rows)%65536 == 0 && ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		rows = append(rows, open[0].row)
		switch err := open[0].next(); {
		case err == nil:
			heap.Fix(&open, 0)
		case errors.Is(err, io.EOF):
			heap.Pop(&open)
		default:
			return nil, noRoom(err)
		}
	}
	return rows, nil
}
