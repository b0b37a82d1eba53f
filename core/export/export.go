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
	CSV     Format = "csv"  // RFC 4180, UTF-8, CRLF; dates and times in ISO 8601, missing is empty
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
}

// Table is a clean table to export.
type Table struct {
	*table.Reader
	// Bytes are the table's own Parquet file.
	Bytes table.Source
}

// Write writes the table. Errors of w come back as they are; a table too
// large for the format is fault.Limit and nothing is written.
func Write(ctx context.Context, t Table, format Format, w io.Writer, o Options) error {
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

// pageRows is how many rows are in memory at once.
const pageRows = 8192

// eachPage reads the table from top to bottom.
func eachPage(ctx context.Context, t Table, use func(vectors []*table.Vector, rows int) error) error {
	for offset := int64(0); offset < t.Rows(); offset += pageRows {
		vectors, err := t.Page(ctx, offset, pageRows, nil)
		if err != nil {
			return err
		}
		if err := use(vectors, int(min(pageRows, t.Rows()-offset))); err != nil {
			return err
		}
	}
	return nil
}
