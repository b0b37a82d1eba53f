// Package compound reads OLE compound files ([MS-CFB]): the containers of .xls,
// .doc and their kin, and of Office files with a password.
//
//	c, err := compound.Open(file)
//	if err != nil { return err }
//	if s := c.Stream("Workbook"); s != nil {
//		s.ReadAt(buf, 0) // its bytes, wherever the file keeps them
//	}
//
// Nothing is read ahead of need: a stream is a list of the runs of sectors that
// it stands in. Chains that run in circles or past the file's end are faults
// that name the stream and the offset; counts in the header are not believed.
package compound

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// Magic is what compound files start with.
const Magic = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

// Sector numbers with a meaning of their own ([MS-CFB] 2.1).
const (
	lastRegular = 0xfffffffa
	endOfChain  = 0xfffffffe
)

const (
	headerSize    = 512
	inHeader      = 109     // sectors of the allocation table that the header lists
	entrySize     = 128     // bytes of a directory entry
	miniShift     = 6       // small streams stand in sectors of 64 bytes
	mostEntries   = 1 << 17 // directory entries read; Office writes a few dozen
	defaultCutoff = 4096    // streams below it are small
)

// File is an opened compound file.
type File struct {
	file   sheet.File
	shift  uint   // a sector is 1<<shift bytes
	cutoff uint64 // streams below it stand in the mini stream
	tables []uint32
	table  cached // the sector of the allocation table read last
	mini   *Stream
	minis  *Stream // the allocation table of the mini stream

	entries []entry
	cut     error // where the directory ends too early, if it does
}

// cached is one sector of the allocation table.
type cached struct {
	index uint32
	valid bool
	data  []byte
}

// entry is one of the directory ([MS-CFB] 2.6.1).
type entry struct {
	name               string
	kind               byte // 1 storage, 2 stream, 5 root
	left, right, child uint32
	start              uint32
	size               uint64
}

// Open reads the file's header and directory. A file that is not a sound
// compound file is a BadInput fault. The file stays the caller's to close.
func Open(f sheet.File) (*File, error) {
	var h [headerSize]byte
	if n, err := f.ReadAt(h[:], 0); n < len(h) {
		if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return nil, unreadable(err)
		}
		return nil, CutShort(Place("", int64(n))).Because(io.ErrUnexpectedEOF)
	}
	if !bytes.HasPrefix(h[:], []byte(Magic)) {
		return nil, damaged("")
	}
	c := &File{file: f, shift: uint(binary.LittleEndian.Uint16(h[30:])), cutoff: uint64(binary.LittleEndian.Uint32(h[56:]))}
	if c.shift != 9 && c.shift != 12 {
		return nil, damaged("")
	}
	if c.cutoff == 0 || c.cutoff > 1<<16 {
		c.cutoff = defaultCutoff
	}
	if err := c.readTables(h[:]); err != nil {
		return nil, err
	}
	if err := c.whole(); err != nil {
		return nil, err
	}
	if err := c.readDirectory(binary.LittleEndian.Uint32(h[48:])); err != nil {
		return nil, err
	}
	minis, err := c.chain("", binary.LittleEndian.Uint32(h[60:]), uint64(f.Size()))
	if err != nil {
		minis = &Stream{} // without small streams, nobody needs it
	}
	c.minis = minis
	return c, nil
}

// sectors is how many sectors the file has room for, one begun counted.
func (c *File) sectors() uint32 {
	n := (c.file.Size() - 1) >> c.shift
	return uint32(min(max(n, 0), lastRegular))
}

// readTables lists the sectors of the allocation table: 109 in the header, the
// others in a chain of sectors of their own.
func (c *File) readTables(h []byte) error {
	for i := range inHeader {
		if s := binary.LittleEndian.Uint32(h[76+4*i:]); s < lastRegular {
			c.tables = append(c.tables, s)
		}
	}
	next := binary.LittleEndian.Uint32(h[68:])
	data := make([]byte, 1<<c.shift)
	for range c.sectors() { // a chain that is longer runs in circles
		if next >= lastRegular || len(c.tables) == 0 {
			return nil
		}
		if n, err := c.file.ReadAt(data, c.at(next)); n < len(data) {
			return c.lost("", c.at(next), err)
		}
		for i := 0; i+8 <= len(data); i += 4 {
			if s := binary.LittleEndian.Uint32(data[i:]); s < lastRegular {
				c.tables = append(c.tables, s)
			}
		}
		if len(c.tables) > int(c.sectors()) {
			return circle("")
		}
		next = binary.LittleEndian.Uint32(data[len(data)-4:])
	}
	return nil
}

// whole tells a file that was cut short in its allocation table. What else ends
// too early is told where it is read: not every program counts its sectors right.
func (c *File) whole() error {
	for _, t := range c.tables {
		if c.at(t)+1<<c.shift > c.file.Size() {
			return CutShort(Place("", c.file.Size()))
		}
	}
	return nil
}

// at is where a sector starts in the file.
func (c *File) at(sector uint32) int64 { return (int64(sector) + 1) << c.shift }

// next is the sector behind another in its chain.
func (c *File) next(sector uint32) (uint32, error) {
	perTable := uint32(1) << (c.shift - 2)
	index := sector / perTable
	if int(index) >= len(c.tables) {
		return 0, io.ErrUnexpectedEOF
	}
	if !c.table.valid || c.table.index != index {
		if c.table.data == nil {
			c.table.data = make([]byte, 1<<c.shift)
		}
		n, err := c.file.ReadAt(c.table.data, c.at(c.tables[index]))
		if err != nil && !errors.Is(err, io.EOF) {
			return 0, err
		}
		for i := n; i < len(c.table.data); i++ { // cut short: what is not there ends a chain
			c.table.data[i] = 0xff
		}
		c.table.index, c.table.valid = index, true
	}
	return binary.LittleEndian.Uint32(c.table.data[4*(sector%perTable):]), nil
}

// readDirectory reads the entries of the directory, as many as there are of a
// damaged one.
func (c *File) readDirectory(start uint32) error {
	dir, err := c.chain("", start, mostEntries*entrySize)
	if err != nil {
		return err
	}
	var raw [entrySize]byte
	for off := int64(0); off+entrySize <= dir.Size(); off += entrySize {
		if n, err := dir.ReadAt(raw[:], off); n < entrySize {
			if len(c.entries) > 0 && !fault.Is(err, fault.Unreachable) {
				c.cut = err
				break
			}
			return err
		}
		c.entries = append(c.entries, c.parseEntry(raw[:]))
	}
	if dir.ended && c.cut == nil {
		c.cut = CutShort(Place("", c.file.Size()))
	}
	if len(c.entries) == 0 {
		return CutShort(Place("", min(c.at(start), c.file.Size())))
	}
	return nil
}

func (c *File) parseEntry(raw []byte) entry {
	e := entry{
		kind: raw[66], left: binary.LittleEndian.Uint32(raw[68:]), right: binary.LittleEndian.Uint32(raw[72:]),
		child: binary.LittleEndian.Uint32(raw[76:]), start: binary.LittleEndian.Uint32(raw[116:]),
		size: binary.LittleEndian.Uint64(raw[120:]),
	}
	if c.shift == 9 {
		e.size &= 0xffffffff // the upper half may be anything in such files
	}
	if n := int(binary.LittleEndian.Uint16(raw[64:])); n >= 2 && n <= 64 {
		units := make([]uint16, n/2-1)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(raw[2*i:])
		}
		e.name = string(utf16.Decode(units))
	}
	return e
}

// Names lists the streams and storages at the top of the file, or all there
// are when the directory's tree is broken.
func (c *File) Names() []string {
	var names []string
	for _, i := range c.top() {
		names = append(names, c.entries[i].name)
	}
	return names
}

// top is the entries right below the root. Embedded objects have streams of
// the same names deeper down.
func (c *File) top() []int {
	var found []int
	seen := make([]bool, len(c.entries))
	todo := []uint32{c.entries[0].child}
	for len(todo) > 0 {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if uint64(i) >= uint64(len(c.entries)) || seen[i] {
			continue
		}
		seen[i] = true
		if e := c.entries[i]; e.kind == 1 || e.kind == 2 {
			found = append(found, int(i))
			todo = append(todo, e.left, e.right)
		}
	}
	if len(found) > 0 {
		return found
	}
	for i, e := range c.entries {
		if e.kind == 1 || e.kind == 2 {
			found = append(found, i)
		}
	}
	return found
}

// Stream opens the stream of that name at the top of the file, whatever the
// case of its letters; nil when there is none, a fault when it may have been in
// what is lost of the directory.
func (c *File) Stream(name string) (*Stream, error) {
	for _, i := range c.top() {
		e := c.entries[i]
		if e.kind != 2 || !strings.EqualFold(e.name, name) {
			continue
		}
		if e.size < c.cutoff {
			return c.small(e)
		}
		return c.chain(e.name, e.start, e.size)
	}
	return nil, c.cut
}

func damaged(place string) *fault.Error {
	return fault.New(fault.BadInput, say.T("The file begins as an old Office file, but is damaged.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(place)
}

// CutShort is the fault of a file or stream that ends too early, at a place.
func CutShort(place string) *fault.Error {
	return fault.New(fault.BadInput, say.T("The file is cut short.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(place)
}

func circle(place string) *fault.Error {
	return fault.New(fault.BadInput, say.T("The file is damaged: a chain of its sectors runs in a circle.")).
		Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(place)
}

func unreadable(err error) *fault.Error {
	if e, ok := errors.AsType[*fault.Error](err); ok {
		return e
	}
	return fault.New(fault.Unreachable, say.T("The file cannot be read just now.")).
		Hint(say.T("Check the disk or the network and try again.")).Because(err)
}
