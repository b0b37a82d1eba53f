// Package readtest is what the tests of readers share: it reads a sheet whole
// while it holds the reader to the contract of core/sheet, and spells cells so
// that they can be compared.
//
//	cells, facts, err := readtest.Read(t, book, 0)
//	readtest.Show(cells) // R1C0s:"a" R1C1n:"2.5"
package readtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
)

// Open is the Open of a reader.
type Open func(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error)

// Cell is a cell that was read, with the text that it is shown as.
type Cell struct {
	Row         int64
	Col         int
	Kind        sheet.Kind
	Formula     bool
	Hidden      bool // its row is
	Text, Shown string
}

// String is the cell for messages: B7 n"1.5", and what more there is to it.
func (c Cell) String() string {
	s := fmt.Sprintf("%s %c%q", sheet.Address(c.Col, c.Row), c.Kind, c.Text)
	if c.Formula {
		s += " formula"
	}
	if c.Hidden {
		s += " hidden"
	}
	return s
}

// Spelled is cells as they spell themselves.
func Spelled(cells []Cell) []string {
	spelled := make([]string, len(cells))
	for i, c := range cells {
		spelled[i] = c.String()
	}
	return spelled
}

// Corpora is the folder of fixtures by others; without it the test is skipped.
func Corpora(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("SHEETMILL_CORPORA")
	if dir == "" {
		t.Skip("SHEETMILL_CORPORA is not set: the fixtures by others are not here")
	}
	return dir
}

// Read reads a sheet to its end. The reader's promises are checked on the way.
func Read(tb testing.TB, book sheet.Book, index int) ([]Cell, sheet.Facts, error) {
	tb.Helper()
	ctx := context.Background()
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return nil, sheet.Facts{}, err
	}
	defer func() {
		if err := errors.Join(rows.Close(), rows.Close()); err != nil {
			tb.Error(err)
		}
	}()
	var cells []Cell
	var batch sheet.Batch
	last := int64(0)
	for {
		err := rows.Next(ctx, &batch)
		if err != nil {
			if len(batch.Rows)+len(batch.Cells) > 0 {
				tb.Errorf("the batch is not empty with error %v", err)
			}
			if again := rows.Next(ctx, &batch); !errors.Is(again, err) {
				tb.Errorf("Next answered %v, then %v", err, again)
			}
			if !errors.Is(err, io.EOF) {
				return cells, rows.Facts(), err
			}
			if done, total := rows.Progress(); done != total {
				tb.Errorf("progress is %d of %d at the end", done, total)
			}
			return cells, rows.Facts(), nil
		}
		for _, row := range batch.Rows {
			if row.Number <= last {
				tb.Fatalf("row %d comes after row %d", row.Number, last)
			}
			last = row.Number
			col := int32(-1)
			for _, c := range batch.CellsOf(row) {
				if c.Col <= col {
					tb.Fatalf("row %d: column %d comes after column %d", row.Number, c.Col, col)
				}
				col = c.Col
				if c.Kind == sheet.Empty {
					tb.Fatalf("row %d, column %d is of no kind", row.Number, c.Col)
				}
				if !utf8.Valid(batch.Text(c)) {
					tb.Fatalf("row %d, column %d is not UTF-8", row.Number, c.Col)
				}
				cells = append(cells, Cell{Row: row.Number, Col: int(c.Col), Kind: c.Kind, Formula: c.Formula, Hidden: row.Hidden,
					Text: string(batch.Text(c)), Shown: book.Display(c, batch.Text(c))})
			}
		}
	}
}

// All reads every sheet of a file.
func All(tb testing.TB, open Open, file []byte, opts sheet.Options) (map[string][]Cell, error) {
	tb.Helper()
	book, err := open(context.Background(), bytes.NewReader(file), opts)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err := book.Close(); err != nil {
			tb.Error(err)
		}
	}()
	all := map[string][]Cell{}
	for i, info := range book.Sheets() {
		cells, _, err := Read(tb, book, i)
		if err != nil {
			return nil, err
		}
		all[fmt.Sprintf("%d %s", i, info.Name)] = cells
	}
	return all, nil
}

// Show spells cells: row, column, = for a formula, kind, text, and behind ~ the
// text that is shown where it is another.
func Show(cells []Cell) string {
	var b strings.Builder
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "R%dC%d", c.Row, c.Col)
		if c.Hidden {
			b.WriteByte('-')
		}
		if c.Formula {
			b.WriteByte('=')
		}
		fmt.Fprintf(&b, "%c:%q", c.Kind, c.Text)
		if c.Shown != c.Text {
			fmt.Fprintf(&b, "~%q", c.Shown)
		}
	}
	return b.String()
}

// Sound fails unless err is nil or the file's own fault.
func Sound(tb testing.TB, err error) {
	tb.Helper()
	if err == nil {
		return
	}
	if code := fault.CodeOf(err); code != fault.BadInput && code != fault.Limit {
		tb.Errorf("not the file's fault: %v", err)
	}
}

// Small keeps fuzzed files from taking memory that a fuzzer cannot spare.
var Small = sheet.Limits{MaxRows: 10_000, MaxColumns: 2000, MaxCellBytes: 1 << 16, MaxStringBytes: 1 << 20, MaxInflated: 1 << 22, MaxSheets: 20}

// Fuzz reads all of a file that may be anything.
func Fuzz(tb testing.TB, open Open, file []byte) {
	tb.Helper()
	_, err := All(tb, open, file, sheet.Options{Name: "fuzz", Limits: Small})
	Sound(tb, err)
}

// places is how a fault of a file named cut names the part and the offset.
var places = regexp.MustCompile(`^cut: (.*, )?byte \d+`)

// Truncated cuts a file at many places: none may read without a fault that is
// the file's own and names the part and the offset. (A few bytes do not tell
// their format.) From the byte that whole
// names on, what is cut is no part of the sheet; 0 stands for the file's end.
func Truncated(tb testing.TB, open Open, file []byte, whole int) {
	tb.Helper()
	if whole == 0 {
		whole = len(file)
	}
	step := max(1, whole/200)
	for at := whole - 1; at >= 8; at -= step {
		_, err := All(tb, open, file[:at], sheet.Options{Name: "cut"})
		if f := fault.Of(err); err == nil || f.Code != fault.BadInput || !places.MatchString(f.Place) {
			tb.Errorf("cut at %d of %d: %v", at, len(file), err)
		}
	}
}

// inOrder is the cells of all sheets, whatever these are called: names of files
// inside others have no checksum.
func inOrder(all map[string][]Cell) (cells [][]Cell) {
	for _, name := range slices.Sorted(maps.Keys(all)) {
		cells = append(cells, all[name])
	}
	return cells
}

// Flipped changes one bit at many places of a file: it reads as before, where
// the bit says nothing, or is refused. It never reads as something else.
func Flipped(tb testing.TB, open Open, file []byte) {
	tb.Helper()
	opts := sheet.Options{Name: "flipped", Limits: Small}
	want, err := All(tb, open, file, opts)
	if err != nil {
		tb.Fatal(err)
	}
	refused := 0
	for at := 0; at < len(file); at += max(1, len(file)/1000) {
		bad := bytes.Clone(file)
		bad[at] ^= 1 << (at % 8)
		got, err := All(tb, open, bad, opts)
		if err != nil {
			Sound(tb, err)
			refused++
		} else if diff := cmp.Diff(inOrder(want), inOrder(got)); diff != "" {
			tb.Errorf("byte %d of %d reads otherwise: %s", at, len(file), diff)
		}
	}
	if refused == 0 {
		tb.Error("no changed bit was noticed")
	}
}
