package table

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"github.com/apache/arrow-go/v18/parquet"
	"github.com/apache/arrow-go/v18/parquet/schema"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// RawInfo describes a raw table; it is stored in its footer.
type RawInfo struct {
	Sheet    string       `json:"sheet"`            // "" for text files, which have no sheets
	Sheets   []sheet.Info `json:"sheets,omitempty"` // all sheets of the workbook
	Format   string       `json:"format"`
	Encoding string       `json:"encoding,omitempty"`
	Rows     int64        `json:"rows"`  // rows that hold a cell
	Cells    int64        `json:"cells"` // cells, empty positions not counted
	// Hidden counts rows that the sheet hides, as a filter does; FirstHidden is the first.
	Hidden      int64       `json:"hidden,omitempty"`
	FirstHidden int64       `json:"firstHidden,omitempty"`
	Facts       sheet.Facts `json:"facts"`
}

const metaRaw = "sheetmill.raw"

// The columns of a raw table before its cells. Text files add line and offset.
const (
	rawRow    = "row"
	rawHidden = "hidden"
	rawLine   = "line"
	rawOffset = "offset"
)

// A sheet whose few cells lie scattered over a vast area is refused by name:
// one with more positions (rows times columns) than MaxPositions, or with more
// than SparsePositions of which less than one in a thousand holds a cell.
const (
	MaxPositions    = 8_000_000_000
	SparsePositions = 200_000_000
)

// RawWriter writes cells as they stream by. Only sheet columns that hold a
// cell somewhere take room. Which ones do is known for sure at the end only:
// see Late.
type RawWriter struct {
	out                 io.Writer
	text                bool
	file                *parquetFile
	columns             []int   // sheet columns in file order; fixed with the first group
	slots               []int32 // sheet column -> 1 + index in columns; 0 for none, -1 for a late one
	late                []int
	fill                *rawGroup
	spare               *rawGroup
	pending             chan error // the result of the group being encoded
	rows                int64
	cells               int64
	hidden, firstHidden int64
	encoders            []encoder // one per worker
}

type rawGroup struct {
	rows, lines, offsets []int64
	hidden               []bool
	cells                []Cells
	bytes                int
}

// NewRawWriter starts a raw table. text adds line and byte offset to each row.
// columns are the sheet columns that hold cells where they are known already
// (from a first reading); nil learns them from the first row group.
func NewRawWriter(w io.Writer, text bool, columns []int) *RawWriter {
	r := &RawWriter{out: w, text: text, fill: &rawGroup{}, spare: &rawGroup{}}
	for _, c := range columns {
		r.slot(c)
	}
	return r
}

// slot finds the index of a sheet column, making one while that is possible.
func (w *RawWriter) slot(column int) int {
	for column >= len(w.slots) {
		w.slots = append(w.slots, 0)
	}
	switch s := w.slots[column]; {
	case s > 0:
		return int(s) - 1
	case s < 0:
		return -1
	}
	if w.file != nil {
		w.slots[column] = -1
		w.late = append(w.late, column)
		return -1
	}
	w.columns = append(w.columns, column)
	w.slots[column] = int32(len(w.columns))
	w.fill.cells = append(w.fill.cells, Cells{})
	return len(w.columns) - 1
}

// Add takes the rows of a batch.
func (w *RawWriter) Add(ctx context.Context, batch *sheet.Batch) error {
	for _, row := range batch.Rows {
		if row.Len == 0 {
			continue
		}
		g := w.fill
		at := len(g.rows)
		for _, cell := range batch.CellsOf(row) {
			slot := w.slot(int(cell.Col))
			if slot < 0 {
				continue
			}
			text := batch.Text(cell)
			c := &g.cells[slot]
			c.Pad(at)
			c.Append(cell.Kind, text)
			g.bytes += len(text) + 5
		}
		g.rows = append(g.rows, row.Number)
		g.hidden = append(g.hidden, row.Hidden)
		if w.text {
			g.lines, g.offsets = append(g.lines, row.Line), append(g.offsets, row.Offset)
		}
		w.rows++
		w.cells += int64(row.Len)
		if row.Hidden {
			if w.hidden++; w.hidden == 1 {
				w.firstHidden = row.Number
			}
		}
		if len(g.rows) >= GroupRows || g.bytes+4*len(g.rows)*len(w.columns) >= w.groupBytes() {
			if err := w.flush(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupBytes is larger for very wide tables: each group costs a little for
// every column, so a group should not be of a few rows only.
func (w *RawWriter) groupBytes() int {
	return min(max(GroupBytes, 4096*len(w.columns)), 4*GroupBytes)
}

// Late lists sheet columns whose first cell came after the first row group.
// When there are any, the table is not whole: read the sheet again into a new
// writer that is given Columns.
func (w *RawWriter) Late() []int { return w.late }

// Columns lists every sheet column that held a cell, ascending.
func (w *RawWriter) Columns() []int {
	return slices.Sorted(slices.Values(slices.Concat(w.columns, w.late)))
}

// Cells and Rows count what was added.
func (w *RawWriter) Cells() int64 { return w.cells }

// Rows counts the rows added that hold a cell.
func (w *RawWriter) Rows() int64 { return w.rows }

// flush hands the filled group to be encoded while the next one fills.
func (w *RawWriter) flush(ctx context.Context) error {
	if err := w.wait(); err != nil {
		return err
	}
	columns := len(w.columns) + len(w.late)
	positions := w.rows * int64(columns)
	if positions > MaxPositions || positions > SparsePositions && w.cells < positions/1000 {
		return fault.New(fault.Limit, say.T("The sheet scatters {cells} cells over {rows} rows and {columns} columns: too many empty positions for a table.",
			"cells", w.cells, "rows", w.rows, "columns", columns)).
			Hint(say.T("Split the sheet into smaller tables and add each."))
	}
	if len(w.late) > 0 { // this writing is lost: only columns are learnt now
		w.fill.reset()
		return nil
	}
	if w.file == nil {
		if err := w.start(); err != nil {
			return err
		}
	}
	full := w.fill
	for i := range full.cells {
		full.cells[i].Pad(len(full.rows))
	}
	w.fill, w.spare = w.spare, full
	w.fill.reset()
	for len(w.fill.cells) < len(w.columns) {
		w.fill.cells = append(w.fill.cells, Cells{})
	}
	w.pending = make(chan error, 1)
	go func(done chan<- error) {
		var err error
		defer func() { done <- err }()
		defer recovered(&err)
		err = w.encode(ctx, full)
	}(w.pending)
	return nil
}

func (w *RawWriter) wait() error {
	if w.pending == nil {
		return nil
	}
	err := <-w.pending
	w.pending = nil
	return err
}

func (g *rawGroup) reset() {
	g.rows, g.lines, g.offsets, g.hidden = g.rows[:0], g.lines[:0], g.offsets[:0], g.hidden[:0]
	for i := range g.cells {
		g.cells[i].Reset()
	}
	g.bytes = 0
}

// start fixes the columns, in ascending order, and opens the file.
func (w *RawWriter) start() error {
	order := make([]int, len(w.columns))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return w.columns[a] - w.columns[b] })
	columns := make([]int, len(order))
	cells := make([]Cells, len(order))
	for to, from := range order {
		columns[to], cells[to] = w.columns[from], w.fill.cells[from]
		w.slots[columns[to]] = int32(to + 1)
	}
	w.columns, w.fill.cells = columns, cells

	required := parquet.Repetitions.Required
	fields := schema.FieldList{schema.NewInt64Node(rawRow, required, -1), schema.NewBooleanNode(rawHidden, required, -1)}
	if w.text {
		fields = append(fields, schema.NewInt64Node(rawLine, required, -1), schema.NewInt64Node(rawOffset, required, -1))
	}
	for _, c := range w.columns {
		fields = append(fields, schema.NewByteArrayNode(fmt.Sprintf("c%d", c), required, -1))
	}
	root, err := schema.NewGroupNode("raw", required, fields, -1)
	if err != nil {
		return err
	}
	w.encoders = make([]encoder, Workers())
	w.file, err = newParquetFile(w.out, root, parquet.NewWriterProperties(rawProperties()...))
	return err
}

func (w *RawWriter) encode(ctx context.Context, g *rawGroup) error {
	if len(g.rows) == 0 {
		return nil
	}
	heads := [][]int64{g.rows, nil}
	if w.text {
		heads = append(heads, g.lines, g.offsets)
	}
	return w.file.group(ctx, len(g.rows), func(worker, i int, c *chunk) error {
		switch e := &w.encoders[worker]; {
		case i >= len(heads):
			e.cells(&g.cells[i-len(heads)], c)
		case heads[i] == nil:
			e.flags(g.hidden, c)
		default:
			e.heads(heads[i], c)
		}
		return nil
	})
}

// Close writes what is left and the footer. The writer's own counts replace
// those in info.
func (w *RawWriter) Close(ctx context.Context, info RawInfo) error {
	if len(w.fill.rows) > 0 || w.file == nil {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	if err := w.wait(); err != nil {
		return err
	}
	info.Rows, info.Cells, info.Hidden, info.FirstHidden = w.rows, w.cells, w.hidden, w.firstHidden
	encoded, err := json.Marshal(info)
	if err != nil {
		return err
	}
	if err := w.file.meta.AppendKeyValueMetadata(metaRaw, string(encoded)); err != nil {
		return err
	}
	return w.file.close()
}

// Abort waits for what is being encoded; the table stays without a footer.
// After Close it does nothing.
func (w *RawWriter) Abort() { _ = w.wait() }
