package xlsx_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"sheetmill/core/fault"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsx"
)

// withSheet is a workbook whose sheet part is written piece by piece.
func withSheet(tb testing.TB, write func(io.Writer) error) []byte {
	tb.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, text := range workbook("") {
		f, err := w.Create(name)
		switch {
		case err != nil:
		case strings.HasSuffix(name, "sheet1.xml"):
			err = write(f)
		default:
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		tb.Fatal(err)
	}
	return buf.Bytes()
}

// TestGhostRows: rows and cells that hold nothing cost next to nothing, and
// too many of them are refused before they are read.
func TestGhostRows(t *testing.T) {
	ghosts := func(n int) []byte {
		return withSheet(t, func(w io.Writer) error {
			if _, err := io.WriteString(w, `<worksheet><sheetData>`); err != nil {
				return err
			}
			many := strings.Repeat(`<row spans="1:1"><c s="1"/></row>`, 1000)
			for range n / 1000 {
				if _, err := io.WriteString(w, many); err != nil {
					return err
				}
			}
			_, err := io.WriteString(w, one+`</sheetData></worksheet>`)
			return err
		})
	}
	limits := sheet.Limits{MaxRows: 1}
	book, err := xlsx.Open(context.Background(), bytes.NewReader(ghosts(100_000)), sheet.Options{Limits: limits})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if cells, _, err := read(t, book, 0); err != nil || show(cells) != `R100001C0n:"1"` {
		t.Errorf("ghosts: %s, %v", show(cells), err)
	}

	file := ghosts(5_000_000)
	start := time.Now()
	book, err = openBytes(t, file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	if _, err := book.Rows(context.Background(), 0); !fault.Is(err, fault.Limit) || !strings.Contains(err.Error(), "bomb") {
		t.Errorf("many ghosts: %v", err)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("took %v to refuse", took)
	}
}
