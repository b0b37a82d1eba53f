package compound_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/sheet/compound"
	"sheetmill/core/sheet/readtest"
)

// pattern is bytes that tell their place.
func pattern(size int) []byte {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(i*7 + i>>9)
	}
	return b
}

func whole(file []byte, name string) ([]byte, error) {
	c, err := compound.Open(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	s, err := c.Stream(name)
	if err != nil || s == nil {
		return nil, err
	}
	return io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
}

// TestStreams: streams of any size, past what the header's list of tables
// holds, are read whole and from anywhere.
func TestStreams(t *testing.T) {
	want := map[string][]byte{"One": pattern(4096), "Two": pattern(5000), "Large": pattern(9 << 20)}
	file := readtest.Container(want)
	for name, data := range want {
		got, err := whole(file, strings.ToUpper(name))
		if err != nil || !bytes.Equal(got, data) {
			t.Fatalf("%s: %d bytes of %d, %v", name, len(got), len(data), err)
		}
	}
	c, err := compound.Open(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	names := c.Names()
	slices.Sort(names)
	if !slices.Equal(names, []string{"Large", "One", "Two"}) {
		t.Errorf("names %v", names)
	}
	s, err := c.Stream("Two")
	if err != nil {
		t.Fatal(err)
	}
	for at := range 5000 {
		piece := make([]byte, 600)
		n, err := s.ReadAt(piece, int64(at))
		if err != nil && err != io.EOF || !bytes.Equal(piece[:n], want["Two"][at:min(at+600, 5000)]) {
			t.Fatalf("at %d: %d bytes, %v", at, n, err)
		}
	}
	if missing, err := c.Stream("Three"); missing != nil || err != nil {
		t.Errorf("a stream that is not there: %v, %v", missing, err)
	}
}

// tableAt is where the entry of a sector in the allocation table stands.
func tableAt(file []byte, sector int) int {
	return 512*(1+int(binary.LittleEndian.Uint32(file[76:]))) + 4*sector
}

// TestHostile: chains in circles, sectors past the file's end and counts
// without end are refused; nothing hangs.
func TestHostile(t *testing.T) {
	fresh := func() []byte { return readtest.Container(map[string][]byte{"Workbook": pattern(20_000)}) }
	put := func(file []byte, at int, v uint32) []byte {
		binary.LittleEndian.PutUint32(file[at:], v)
		return file
	}
	dir := binary.LittleEndian.Uint32(fresh()[48:])
	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"a stream in a circle":        {put(fresh(), tableAt(fresh(), 9), 3), "circle"},
		"a stream of one sector":      {put(fresh(), tableAt(fresh(), 0), 0), "circle"},
		"the directory in a circle":   {put(fresh(), tableAt(fresh(), int(dir)), dir), "circle"},
		"a stream that ends too soon": {put(fresh(), tableAt(fresh(), 9), 0xfffffffe), ""},
		"a stream past the file":      {put(fresh(), tableAt(fresh(), 9), 1<<20), ""},
		"a directory past the file":   {put(fresh(), 48, 1<<20), "cut short"},
		"tables past the file":        {put(fresh(), 68, 1<<20), "cut short"},
		"tables in a circle":          {put(fresh(), 68, 0), "circle"},
		"sectors of a strange size":   {put(fresh(), 28, 0x0007fffe), "damaged"},
		"no tables":                   {put(fresh(), 76, 0xffffffff), ""},
	} {
		got, err := whole(c.file, "Workbook")
		switch {
		case c.want == "" && (err != nil || len(got) >= 20_000):
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		case c.want != "" && (!fault.Is(err, fault.BadInput) || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v", name, err)
		}
	}
	file := fresh()
	for n := 0; n < len(file); n += 13 {
		if _, err := whole(file[:n], "Workbook"); err != nil && !fault.Is(err, fault.BadInput) {
			t.Fatalf("cut at %d: %v", n, err)
		}
	}
}

// TestBrokenDisk: a file that cannot be read is not taken for a broken one.
func TestBrokenDisk(t *testing.T) {
	file := readtest.Container(map[string][]byte{"Workbook": pattern(20_000)})
	for lost := range len(file) / 512 {
		c, err := compound.Open(broken{bytes.NewReader(file), int64(lost) * 512})
		if err == nil {
			var s *compound.Stream
			if s, err = c.Stream("Workbook"); err == nil && s != nil {
				_, err = io.ReadAll(io.NewSectionReader(s, 0, s.Size()))
			}
		}
		if err != nil && !fault.Is(err, fault.Unreachable) {
			t.Fatalf("sector %d is lost: %v", lost, err)
		}
	}
}

// broken is a file of which one sector cannot be read.
type broken struct {
	*bytes.Reader
	lost int64
}

func (b broken) ReadAt(p []byte, off int64) (int, error) {
	if off < b.lost+512 && off+int64(len(p)) > b.lost {
		return 0, io.ErrClosedPipe
	}
	return b.Reader.ReadAt(p, off)
}

func FuzzCompound(f *testing.F) {
	f.Add(readtest.Container(map[string][]byte{"Workbook": pattern(5000), "Book": pattern(100)}))
	f.Fuzz(func(t *testing.T, file []byte) {
		if _, err := whole(file, "Workbook"); err != nil && !fault.Is(err, fault.BadInput) {
			t.Error(err)
		}
	})
}
