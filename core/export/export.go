// Package export writes a clean table in the formats that other programs read.
//
//	err := export.Write(ctx, reader, export.CSV, out, export.Options{BOM: true})
//
// Rows stream from the table to the writer; no format holds the whole table.
package export

import (
	"context"
	"io"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/internal/until"
	"sheetmill/core/say"
	"sheetmill/core/table"
)

// Format is a file format.
type Format string

// The formats.
const (
	Parquet Format = "parquet"
	CSV     Format = "csv"  // RFC 4180, UTF-8, CRLF; dates and times in ISO 8601, missing is empty (see Write)
	XLSX    Format = "xlsx" // one sheet, header in bold, dates as dates
	JSON    Format = "json" // an array of one object a row; missing is null
)

// Formats lists them all.
func Formats() []Format { return []Format{Parquet, CSV, XLSX, JSON} }

// ParseFormat finds a format by name; anything else is fault.Usage.
func ParseFormat(name string) (Format, error) {
	for _, f := range Formats() {
		if strings.EqualFold(strings.TrimSpace(name), string(f)) {
			return f, nil
		}
	}
	return "", fault.New(fault.Usage, say.T("There is no export format {name}.", "name", name)).
		Hint(say.T("Choose parquet, csv, xlsx or json."))
}

// Options say how to write.
type Options struct {
	// BOM starts a CSV file with a byte order mark, by which Excel knows UTF-8.
	BOM bool
	// Sheet names the sheet of a workbook; "data" when empty.
	Sheet string
	// Progress, when set, is told how many rows are read for the file so far; Parquet,
	// which is copied as it is, tells none.
	Progress func(rows int64)
}

// Table is a clean table to export.
type Table struct {
	*table.Reader
	// Bytes are the table's own Parquet file.
	Bytes table.Source

	progress func(rows int64)
}

// Write writes the table. Errors of w come back as they are; a table too
// large for the format is fault.Limit and nothing is written.
//
// In CSV a missing value is an empty field and an empty text is "". A table of
// one column has "" for both: readers skip a blank line, and its row with it.
func Write(ctx context.Context, t Table, format Format, w io.Writer, o Options) error {
	t.progress = o.Progress
	switch format {
	case Parquet:
		_, err := io.Copy(w, until.Reader(ctx, io.NewSectionReader(t.Bytes, 0, t.Bytes.Size())))
		return err
	case CSV:
		return writeCSV(ctx, t, w, o)
	case XLSX:
		return writeXLSX(ctx, t, w, o)
	case JSON:
		return writeJSON(ctx, t, w)
	}
	_, err := ParseFormat(string(format))
	return err
}

// A page is a run of rows in memory. Its rows are a power of two, so that pages
// start where those of the file do.
const (
	firstPageRows = 1024
	maxPageRows   = 8192
	pageBytes     = 8 << 20 // aimed at; a page of one row may be larger
)

// eachPage reads the table from top to bottom. No page crosses row groups,
// whose bytes are bounded; within one, pages shrink where values are large.
func eachPage(ctx context.Context, t Table, use func(vectors []*table.Vector, rows int) error) error {
	rows := min(firstPageRows, fitPage(firstPageRows, 1, 16*len(t.Columns())))
	offset := 0
	for g := range t.Groups() {
		for end := offset + t.GroupRows(g); offset < end; {
			n := min(rows, end-offset)
			vectors, err := t.Page(ctx, int64(offset), int64(n), nil)
			if err != nil {
				return err
			}
			if err := use(vectors, n); err != nil {
				return err
			}
			offset += n
			if t.progress != nil {
				t.progress(int64(offset))
			}
			rows = fitPage(rows, n, sizeOf(vectors))
		}
	}
	return nil
}

// fitPage is how many rows to read at once, after rows before and n rows that
// took size bytes.
func fitPage(rows, n, size int) int {
	expected := size / n * rows
	for rows > 1 && expected > pageBytes {
		rows, expected = rows/2, expected/2
	}
	if rows < maxPageRows && 2*expected <= pageBytes {
		rows *= 2
	}
	return rows
}

func sizeOf(vectors []*table.Vector) (size int) {
	for _, v := range vectors {
		size += len(v.Valid) + 8*len(v.Ints) + 8*len(v.Floats) + len(v.Bools) + 4*len(v.Ends) + len(v.Bytes)
	}
	return size
}
