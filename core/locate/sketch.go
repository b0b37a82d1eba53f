package locate

import (
	"hash/maphash"
	"slices"
	"unicode/utf8"

	"sheetmill/core/sheet"
)

// How much of a sheet is remembered. Counts are kept of every row; the rest
// does not grow with their number.
const (
	maxBlocks   = 128     // blocks told apart; later rows belong to the last one
	maxColumns  = 1 << 17 // columns counted, over all blocks
	headRows    = 64      // first rows kept of a block
	headBytes   = 8 << 20 // and of all blocks together so many bytes
	firstRows   = 4       // kept of the sheet's first block whatever they take
	tailRows    = 32      // last rows kept of a block
	tailCells   = 32      // and of each so many cells
	nameBytes   = 1000    // of a cell's text in a block's first rows, which may be names
	textBytes   = 160     // of a cell's text elsewhere
	namingRows  = 16      // rows of a block that may be its header
	maxRepeated = 100_000 // rows that say a header again
	maxMarked   = 100_000 // rows that may be titles of groups, or totals
)

// Sketch gathers what Decide needs while rows stream by. Its size does not
// grow with the number of rows. The zero value is ready.
type Sketch struct {
	blocks   []*block
	kept     int // bytes of all heads
	columns  int // of all blocks
	repeats  map[uint64][]repeat
	repeated int
	seed     maphash.Seed
	classes  []class // of the row at hand
	marks    []marked
	fresh    bool // the last row is the newest of marks
	texts    *[knownTexts]knownText
}

// repeat is a row that may be a header, and the later rows with the same text.
type repeat struct {
	hash   uint64
	number int64
	later  []int64
}

// marked is a row that may be the title of a group or a row of totals.
type marked struct {
	number int64
	col    int // of its first cell
	count  int // of its cells
	class  class
	text   string
	next   int  // cells of the row below, 0 at the end
	opens  bool // an empty row stands above it
}

// block is a run of rows without an empty row between them.
type block struct {
	first, last int64
	rows        int64
	cells       int64
	head        []keptRow
	tail        []keptRow // a ring of the newest; next is the oldest once it is full
	next        int
	columns     []column // by column of the sheet
}

// keptRow is a remembered row with its text in one piece.
type keptRow struct {
	number int64
	count  int // cells that hold something
	cells  []keptCell
	text   []byte
	due    int // 1 + its index in the batch at hand, while its cells are not taken yet
}

type keptCell struct {
	col        int32
	start, end uint32
	class      class
}

// column counts what a block holds in one column.
type column struct {
	counts [classes]int64
	first  uint64 // hash of the text in the block's first row
	again  int64  // later rows with the same text
	lone   int64  // cells that are the only one of their row
	top    int64  // the first row with a cell, and the last
	bottom int64
}

// Observe takes the next rows, in ascending order.
func (s *Sketch) Observe(batch *sheet.Batch) {
	if s.repeats == nil {
		s.repeats, s.seed = map[uint64][]repeat{}, maphash.MakeSeed()
	}
	first := max(len(s.blocks)-1, 0)
	for i, r := range batch.Rows {
		s.observe(batch, i, r.Number, batch.CellsOf(r))
	}
	for _, b := range s.blocks[first:] {
		s.takeTail(b, batch)
	}
}

func (s *Sketch) observe(batch *sheet.Batch, index int, number int64, cells []sheet.Cell) {
	found, named := 0, 0
	kinds := s.classes[:0]
	for _, c := range cells {
		k := s.classify(c.Kind, batch.Text(c))
		kinds = append(kinds, k)
		if k != blank {
			found++
		}
		if k == words || k == code {
			named++
		}
	}
	s.classes = kinds
	if found == 0 {
		return
	}
	b := s.blockFor(number)
	b.last = number
	b.rows++
	b.cells += int64(found)
	if last := int(cells[len(cells)-1].Col); last >= len(b.columns) {
		s.columns += last + 1 - len(b.columns)
		b.columns = append(b.columns, make([]column, last+1-len(b.columns))...)
	}
	s.count(b, batch, cells, found)
	if named > 1 && 2*named > found {
		s.findAgain(b, batch, number, cells)
	}
	s.mark(b, batch, number, found, cells)
	s.keep(b, batch, index, number, found, cells)
}

// mark notes a row that may be no data though it stands within: one that has
// a single cell, of words, or begins with a word for totals.
func (s *Sketch) mark(b *block, batch *sheet.Batch, number int64, found int, cells []sheet.Cell) {
	if s.fresh {
		s.marks[len(s.marks)-1].next = found
		s.fresh = false
	}
	if len(b.columns) < 3 || len(s.marks) == maxMarked {
		return
	}
	at := slices.IndexFunc(s.classes, func(k class) bool { return k != blank })
	text := batch.Text(cells[at])
	k := s.classes[at]
	if k != words && (k != code || found == 1) || found > 1 && (len(text) > longest || !isTotals(string(text))) {
		return
	}
	s.marks = append(s.marks, marked{
		number: number, col: int(cells[at].Col), count: found, text: string(clip(text, longest)),
		class: k, opens: b.rows == 1,
	})
	s.fresh = true
}

// count adds a row's cells to the block's columns; found of them hold something.
func (s *Sketch) count(b *block, batch *sheet.Batch, cells []sheet.Cell, found int) {
	alone := 0
	if found == 1 {
		alone = 1
	}
	for i, c := range cells {
		k := s.classes[i]
		if k == blank {
			continue
		}
		column := &b.columns[c.Col]
		column.counts[k]++
		column.lone += int64(alone)
		if column.top == 0 {
			column.top = b.last
		}
		column.bottom = b.last
		if k != words && k != code {
			continue
		}
		if b.rows == 1 {
			column.first = maphash.Bytes(s.seed, batch.Text(c))
		} else if column.first != 0 && column.first == maphash.Bytes(s.seed, batch.Text(c)) {
			column.again++
		}
	}
}

// findAgain notes a row of names among a block's first, and whether this row
// says an earlier one again.
func (s *Sketch) findAgain(b *block, batch *sheet.Batch, number int64, cells []sheet.Cell) {
	// Two cells' hashes tell nearly always that it is no such row.
	from, to := 0, len(cells)-1
	for s.classes[from] == blank {
		from++
	}
	for s.classes[to] == blank {
		to--
	}
	short := maphash.Bytes(s.seed, batch.Text(cells[from])) ^ 31*maphash.Bytes(s.seed, batch.Text(cells[to]))
	known, candidate := s.repeats[short], b.rows <= namingRows
	if len(known) == 0 && !candidate {
		return
	}
	whole := s.hash(batch, cells)
	for i := range known {
		if known[i].hash == whole {
			if s.repeated < maxRepeated {
				s.repeated++
				known[i].later = append(known[i].later, number)
			}
			return
		}
	}
	if candidate {
		s.repeats[short] = append(known, repeat{hash: whole, number: number})
	}
}

func (s *Sketch) hash(batch *sheet.Batch, cells []sheet.Cell) uint64 {
	var h maphash.Hash
	h.SetSeed(s.seed)
	for i, c := range cells {
		if s.classes[i] == blank {
			continue
		}
		_, _ = h.Write(batch.Text(c))
		_, _ = h.Write([]byte{0, byte(c.Col), byte(c.Col >> 8), byte(c.Col >> 16)})
	}
	return h.Sum64()
}

// keep remembers the row, among the block's first or its last ones. Of these, most are
// forgotten before the batch ends: their cells are taken then.
func (s *Sketch) keep(b *block, batch *sheet.Batch, index int, number int64, found int, cells []sheet.Cell) {
	head := len(b.tail) == 0 && len(b.head) < headRows && s.kept < headBytes ||
		len(s.blocks) == 1 && len(b.head) < firstRows
	if head {
		limit := textBytes
		if len(b.head) < namingRows && len(cells) <= 1000 {
			limit = nameBytes
		}
		b.head = append(b.head, keptRow{number: number, count: found})
		row := &b.head[len(b.head)-1]
		s.fill(row, batch, cells, len(cells), limit)
		s.kept += len(row.text) + 16*len(row.cells)
		return
	}
	if len(b.tail) < tailRows {
		b.tail = append(b.tail, keptRow{})
	}
	row := &b.tail[b.next] // the oldest row's memory, once there are enough
	b.next = (b.next + 1) % tailRows
	row.number, row.count, row.cells, row.text, row.due = number, found, row.cells[:0], row.text[:0], index+1
}

// takeTail takes the cells of a block's last rows that stand in the batch.
func (s *Sketch) takeTail(b *block, batch *sheet.Batch) {
	for i := range b.tail {
		row := &b.tail[i]
		if row.due == 0 {
			continue
		}
		cells := batch.CellsOf(batch.Rows[row.due-1])
		s.classes = s.classes[:0]
		for _, c := range cells {
			s.classes = append(s.classes, s.classify(c.Kind, batch.Text(c)))
		}
		s.fill(row, batch, cells, tailCells, textBytes)
		row.due = 0
	}
}

// fill copies up to so many cells, each clipped to so many bytes.
func (s *Sketch) fill(row *keptRow, batch *sheet.Batch, cells []sheet.Cell, most, limit int) {
	for i, c := range cells {
		if s.classes[i] == blank {
			continue
		}
		if len(row.cells) == most {
			return
		}
		start := len(row.text)
		row.text = append(row.text, clip(batch.Text(c), limit)...)
		row.cells = append(row.cells, keptCell{
			col: c.Col, class: s.classes[i], start: uint32(start), end: uint32(len(row.text)),
		})
	}
}

// clip cuts text to so many bytes, not within a character.
func clip(text []byte, limit int) []byte {
	if len(text) <= limit {
		return text
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit]
}

// blockFor is the block that a row belongs to.
func (s *Sketch) blockFor(number int64) *block {
	if n := len(s.blocks); n > 0 {
		b := s.blocks[n-1]
		if number == b.last+1 || n == maxBlocks || s.columns >= maxColumns {
			return b
		}
	}
	b := &block{first: number}
	s.blocks = append(s.blocks, b)
	return b
}

// rowsKept is the remembered rows of a block in order.
func (b *block) rowsKept() []keptRow {
	rows := append([]keptRow(nil), b.head...)
	if len(b.tail) == tailRows {
		return append(append(rows, b.tail[b.next:]...), b.tail[:b.next]...)
	}
	return append(rows, b.tail...)
}
