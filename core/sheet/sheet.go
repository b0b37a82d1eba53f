// Package sheet is what Sheetmill knows of a spreadsheet file, whatever its
// format: a [Book] of sheets whose rows stream by in batches.
//
// Readers live in the packages below it, one per format; package detect looks
// at a file's bytes and opens the right one:
//
//	book, err := detect.Open(ctx, file, sheet.Options{Name: "lab.xlsx"})
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0)
//	defer rows.Close()
//	var batch sheet.Batch
//	for {
//		err := rows.Next(ctx, &batch)
//		if err == io.EOF { break } // the sheet's end was seen, not guessed
//		if err != nil { return err }
//		for _, row := range batch.Rows {
//			for _, cell := range batch.CellsOf(row) { use(cell.Col, cell.Kind, batch.Text(cell)) }
//		}
//	}
//
// A reader never shortens in silence: Next answers io.EOF only after it has
// seen the end of the sheet as the format marks it (the closing tag and the
// checksum of the part, the last byte of the text); anything less is a fault.
package sheet

import (
	"context"
	"io"
)

// Kind says what a cell holds. The letter is also how raw.parquet stores it.
type Kind byte

// The kinds of cells. Number-like kinds hold the number's text exactly as in
// the file; how it is shown (its number format) decides between them.
const (
	Empty    Kind = 0   // no cell here
	Text     Kind = 's' // text, possibly of length 0 (a formula that gave "")
	Quoted   Kind = 'q' // text that stood in quotes in a text file
	Number   Kind = 'n' // number
	Percent  Kind = 'p' // number shown as a percentage: 0.5 is shown as 50%
	Padded   Kind = 'z' // number shown with leading zeros, such as format 00000
	Date     Kind = 'd' // serial day shown as a date
	DateTime Kind = 'D' // serial day shown as date and time
	Time     Kind = 't' // fraction of a day shown as a time of day
	Duration Kind = 'u' // days shown as elapsed time, such as [h]:mm
	ISODate  Kind = 'i' // text of a date, time or both in ISO 8601 (xlsx t="d")
	Bool     Kind = 'b' // 0 or 1
	Error    Kind = 'e' // an error value such as #N/A
)

// Numeric tells whether the cell's text is a number, however it is shown.
func (k Kind) Numeric() bool {
	switch k {
	case Number, Percent, Padded, Date, DateTime, Time, Duration:
		return true
	}
	return false
}

// Temporal tells whether the cell is shown as a date, a time or both.
func (k Kind) Temporal() bool {
	switch k {
	case Date, DateTime, Time, Duration, ISODate:
		return true
	}
	return false
}

// Cell is one cell of a row. Its text is in the batch: see [Batch.Text].
type Cell struct {
	Col        int32 // 0-based column
	Style      int32 // the reader's number-format index; see Book.Display. 0 is general
	Start, End uint32
	Kind       Kind
	Formula    bool // the value is a formula's cached result
}

// Row is one row that the file holds. Rows come in ascending Number; rows the
// file does not hold are not there.
type Row struct {
	Number int64 // 1-based row of the sheet; for text files the record's number
	Line   int64 // 1-based physical line the row starts on; for workbooks = Number
	Offset int64 // byte offset in a text file (of the original bytes); -1 for workbooks
	First  int32 // index of its first cell in Batch.Cells
	Len    int32 // number of cells; 0 for a row without any
	Hidden bool
}

// Batch is a run of rows, reused from call to call: Next overwrites it.
type Batch struct {
	Rows  []Row
	Cells []Cell // in each row by ascending Col, at most one per column
	Bytes []byte // UTF-8 text of all cells
}

// Reset empties the batch, keeping its memory.
func (b *Batch) Reset() { b.Rows, b.Cells, b.Bytes = b.Rows[:0], b.Cells[:0], b.Bytes[:0] }

// CellsOf is the cells of one of the batch's rows.
func (b *Batch) CellsOf(r Row) []Cell { return b.Cells[r.First : r.First+r.Len] }

// Text is the cell's text, valid until the batch is filled again.
func (b *Batch) Text(c Cell) []byte { return b.Bytes[c.Start:c.End] }

// BatchRows and BatchBytes bound a batch: a reader stops filling at whichever
// comes first (a single larger row still comes whole).
const (
	BatchRows  = 1024
	BatchBytes = 1 << 20
)

// Info names one sheet of a book without reading it.
type Info struct {
	Name   string `json:"name"`
	Hidden bool   `json:"hidden,omitempty"`
}

// Range is a rectangle of cells. Rows are 1-based, columns 0-based, all inclusive.
type Range struct {
	FirstRow int64 `json:"firstRow"`
	LastRow  int64 `json:"lastRow"`
	FirstCol int   `json:"firstCol"`
	LastCol  int   `json:"lastCol"`
}

// Facts is what a reader learned of a sheet, whole once Next answered io.EOF.
type Facts struct {
	Merged   []Range `json:"merged,omitempty"`   // merged cells; the value is in the top left one
	Date1904 bool    `json:"date1904,omitempty"` // serial days count from 1904-01-01
	// Uncomputed counts formulas for which the file holds no value: the program
	// that wrote it never computed them. They are no cells.
	Uncomputed int64 `json:"uncomputed,omitempty"`
	HiddenCols []int `json:"hiddenCols,omitempty"`
	// Dialect is set for text files.
	Dialect *Dialect `json:"dialect,omitempty"`
	// Ragged lists rows of a text file whose number of fields differs from
	// the most common one: the first 1,000 row numbers; RaggedCount counts all.
	Ragged      []int64 `json:"ragged,omitempty"`
	RaggedCount int64   `json:"raggedCount,omitempty"`
	// Foreign lists rows of a text file with another delimiter or other quotes
	// than the rest, which were read so: the first 1,000 row numbers;
	// ForeignCount counts all.
	Foreign      []int64 `json:"foreign,omitempty"`
	ForeignCount int64   `json:"foreignCount,omitempty"`
	// BadBytes counts the places of a text file that its encoding cannot
	// decode; each is U+FFFD in the cells. 0 for workbooks.
	BadBytes int64 `json:"badBytes,omitempty"`
	// BadAt is the first of them.
	BadAt *BadByte `json:"badAt,omitempty"`
}

// BadByte is a place of a text file that its encoding cannot decode.
type BadByte struct {
	Row    int64  `json:"row"`            // the record it is in; 0 when that holds no row
	Line   int64  `json:"line"`           // on which the record starts
	Offset int64  `json:"offset"`         // of the byte in the file, or of its line where Byte is ""
	Byte   string `json:"byte,omitempty"` // as 0xE9
}

// Dialect is how a text file separates its fields.
type Dialect struct {
	Delimiter string `json:"delimiter"` // "" when every line is one field
	Quote     string `json:"quote"`     // "" when nothing is quoted
	Escape    string `json:"escape"`    // the quote itself when doubled, `\`, or ""
	Newline   string `json:"newline"`   // "\n", "\r\n", "\r" or "mixed"
}

// Book is an opened file. It may be used from one goroutine at a time.
type Book interface {
	// Format is "xlsx", "csv" and so on, by content.
	Format() string
	// Encoding is the text encoding by its IANA name, "" for workbooks.
	Encoding() string
	// Sheets lists the sheets in the book's order; a text file has one,
	// named after the file.
	Sheets() []Info
	// Rows streams a sheet's rows. One at a time: close it before the next.
	Rows(ctx context.Context, sheet int) (Rows, error)
	// Display formats a cell as the file's program shows it (number format
	// applied); text for kinds without a format is returned as it is.
	Display(cell Cell, text []byte) string
	// Close frees what Open took. It does not close the file it was given.
	Close() error
}

// Rows is a running read of one sheet.
type Rows interface {
	// Next replaces the batch with the next rows. It answers io.EOF, with an
	// empty batch, only when the sheet's end was seen. Any other error is a
	// fault with its place, and later calls repeat it. It stops within a
	// batch's time when ctx ends.
	Next(ctx context.Context, batch *Batch) error
	// Progress is how far the read is, in bytes of the stored file part.
	Progress() (done, total int64)
	// Facts is what is known so far; whole after io.EOF.
	Facts() Facts
	// Close stops the read and waits for what it started. It may be called twice.
	Close() error
}

// File is the bytes of a source: an object of the blob store or a plain file.
type File interface {
	io.ReaderAt
	Size() int64
}

// Options say how to open a book.
type Options struct {
	// Name of the file, for messages and for the sheet name of text files.
	// The content decides the format, never this.
	Name string
	// Encoding and Delimiter override detection in text files when set.
	Encoding, Delimiter string
	// Password opens an encrypted workbook. A book that needs one it was not
	// given is refused by NeedsPassword, one that does not open with it by
	// WrongPassword.
	Password string
	// Glance opens a file for a look at its first rows, by which nothing is decided: a large text file is
	// what its first megabytes are, and an xlsx workbook's shared strings are read as far as the cells ask for them;
	// what lies far behind the others reads as "…".
	Glance bool
	Limits Limits
}

// Limits refuse by name what would exhaust the machine. Zero fields take the
// values of DefaultLimits.
type Limits struct {
	MaxRows        int64 // rows that hold something, per sheet
	MaxColumns     int   // columns per sheet
	MaxCellBytes   int   // bytes of one cell's text
	MaxStringBytes int64 // bytes of a workbook's shared strings
	MaxInflated    int64 // bytes of one inflated part
	MaxSheets      int
}

// DefaultLimits fit a worker of 256 MiB.
var DefaultLimits = Limits{
	MaxRows:        200_000_000,
	MaxColumns:     65_536,
	MaxCellBytes:   16 << 20,
	MaxStringBytes: 1 << 30,
	MaxInflated:    64 << 30,
	MaxSheets:      10_000,
}

// OrDefault fills zero fields from DefaultLimits.
func (l Limits) OrDefault() Limits {
	d := DefaultLimits
	if l.MaxRows > 0 {
		d.MaxRows = l.MaxRows
	}
	if l.MaxColumns > 0 {
		d.MaxColumns = l.MaxColumns
	}
	if l.MaxCellBytes > 0 {
		d.MaxCellBytes = l.MaxCellBytes
	}
	if l.MaxStringBytes > 0 {
		d.MaxStringBytes = l.MaxStringBytes
	}
	if l.MaxInflated > 0 {
		d.MaxInflated = l.MaxInflated
	}
	if l.MaxSheets > 0 {
		d.MaxSheets = l.MaxSheets
	}
	return d
}
