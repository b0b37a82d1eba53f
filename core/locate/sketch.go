package locate

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// How much of a sheet is remembered row by row. Counts are kept of every row.
const (
	headRows    = 64      // first rows of a block
	headCells   = 1 << 16 // and of them so many cells
	tailRows    = 32      // last rows of a block
	tailCells   = 32      // and of each so many cells
	maxBlocks   = 256     // blocks told apart; later rows belong to the last one
	textKept    = 200     // bytes of a cell's text
	valuesKept  = 64      // distinct values counted per column
	repeatsKept = 10_000  // rows that repeat one of the first rows
)

// Sketch gathers what Decide needs while rows stream by. Its size does not
// grow with the number of rows. The zero value is ready.
type Sketch struct {
	blocks  []*block
	repeats map[uint64][]int64 // hash of a remembered row -> later rows with the same text
	seed    maphash.Seed
	started bool
	kinds   []class // of the row at hand
}

// block is a run of rows without an empty row between them.
type block struct {
	first, last int64
	rows        int64
	cells       int64
	head        []row
	tail        []row // the newest, oldest first
	headCells   int
	columns     map[int]*column
	gaps        bool // later blocks were joined to it for want of room
}

type row struct {
	number int64
	count  int // cells that hold something
	byKind [classes]int
	cells  []cell
	hash   uint64
}

type cell struct {
	col   int
	class class
	kind  sheet.Kind
	text  string
}

type column struct {
	counts [classes]int64
	values map[uint64]int64 // hash of value -> rows, for the first distinct ones
}

// Observe takes the next rows, in ascending order.
func (s *Sketch) Observe(batch *sheet.Batch) {
	if !s.started {
		s.started, s.seed, s.repeats = true, maphash.MakeSeed(), map[uint64][]int64{}
	}
	for _, r := range batch.Rows {
		s.observe(batch, r)
	}
}

func (s *Sketch) observe(batch *sheet.Batch, r sheet.Row) {
	cells := batch.CellsOf(r)
	var counts [classes]int
	found := 0
	kinds := s.kinds[:0]
	for _, c := range cells {
		k := classify(c.Kind, batch.Text(c))
		kinds = append(kinds, k)
		counts[k]++
		if k != blank || c.Kind == sheet.Error || len(bytes.TrimSpace(batch.Text(c))) > 0 {
			found++
		}
	}
	s.kinds = kinds
	if found == 0 {
		return
	}
	b := s.blockFor(r.Number)
	b.last = r.Number
	b.rows++
	b.cells += int64(found)
	for i, c := range cells {
		b.column(int(c.Col)).add(s.seed, kinds[i], batch.Text(c))
	}
	var hash uint64
	if counts[words] > 1 && 2*counts[words] > found { // only such a row can be a header said again
		hash = s.hash(batch, cells)
		if rows, known := s.repeats[hash]; known && len(rows) < repeatsKept {
			s.repeats[hash] = append(rows, r.Number)
		}
	}
	keepHead := len(b.head) < 4 || len(b.head) < headRows && b.headCells+len(cells) <= headCells
	limit := len(cells)
	if !keepHead {
		limit = min(limit, tailCells)
	}
	kept := row{number: r.Number, count: found, byKind: counts, hash: hash}
	if !keepHead && len(b.tail) == tailRows { // take over the oldest row's memory
		kept.cells = b.tail[0].cells[:0]
		copy(b.tail, b.tail[1:])
		b.tail = b.tail[:tailRows-1]
	}
	for i, c := range cells[:limit] {
		if kinds[i] == blank && c.Kind != sheet.Error && len(bytes.TrimSpace(batch.Text(c))) == 0 {
			continue
		}
		kept.cells = append(kept.cells, cell{col: int(c.Col), class: kinds[i], kind: c.Kind, text: clip(batch.Text(c))})
	}
	if keepHead {
		b.head = append(b.head, kept)
		b.headCells += len(cells)
		if _, known := s.repeats[hash]; hash != 0 && !known {
			s.repeats[hash] = nil
		}
		return
	}
	b.tail = append(b.tail, kept)
}

func clip(text []byte) string {
	if len(text) <= textKept {
		return string(text)
	}
	cut := textKept
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return string(text[:cut])
}

func (s *Sketch) hash(batch *sheet.Batch, cells []sheet.Cell) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for _, c := range cells {
		_, _ = h.Write(batch.Text(c))
		_ = h.WriteByte(0)
		_ = h.WriteByte(byte(c.Col))
		_ = h.WriteByte(byte(c.Col >> 8))
	}
	return h.Sum64()
}

func (s *Sketch) blockFor(number int64) *block {
	if n := len(s.blocks); n > 0 {
		b := s.blocks[n-1]
		if number == b.last+1 {
			return b
		}
		if n == maxBlocks {
			b.gaps = true
			return b
		}
	}
	b := &block{first: number, columns: map[int]*column{}}
	s.blocks = append(s.blocks, b)
	return b
}

func (b *block) column(col int) *column {
	c := b.columns[col]
	if c == nil {
		c = &column{values: map[uint64]int64{}}
		b.columns[col] = c
	}
	return c
}

func (c *column) add(seed maphash.Seed, k class, text []byte) {
	c.counts[k]++
	if k != words {
		return
	}
	h := maphash.Bytes(seed, text)
	if _, known := c.values[h]; known || len(c.values) < valuesKept {
		c.values[h]++
	}
}

// rowsKept is the remembered rows of a block in order.
func (b *block) rowsKept() []row { return append(append([]row(nil), b.head...), b.tail...) }
