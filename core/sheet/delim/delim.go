// Package delim reads delimited text: CSV, TSV and their kin.
//
// Encoding and dialect are found from the file's whole content, or taken from
// the options; rows then stream in one pass of bounded memory:
//
//	book, err := delim.Open(ctx, file, sheet.Options{Name: "lab.csv"})
//	if err != nil { return err }
//	defer book.Close()
//	rows, err := book.Rows(ctx, 0) // and on as package sheet shows
//
// What is read is what is there. A field that stood in quotes has kind
// sheet.Quoted, even when it is empty; an empty bare field is no cell; spaces
// outside of quotes are not part of a quoted field. A blank line is a record
// without a row: it is counted in Row.Number and not given. Quotes that are
// not well formed are kept as text.
//
// A row here and there that is written in another dialect than its file is read
// in its own, and listed in Facts.Foreign. Text in columns of fixed width is not
// taken apart: where a column ends, nothing in such a file says, and a guess that
// cuts a value is worse than a line in one cell.
//
// A large text is parsed in chunks side by side, with the same rows in the same
// order as one reading from start to end gives; see chunk.go.
//
// Row.Offset is exact in every encoding: line ends stand for themselves in all
// of them, so that lines of the text can be matched with lines of the bytes.
package delim

import (
	"context"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// bufferSize is how much text is in memory at once; more only for a record
// that is larger.
const bufferSize = 256 << 10

// Open finds out a text file's encoding and dialect and answers a book of one
// sheet, named after the file without its extension.
//
// Format is "tsv" when tabs separate and "csv" otherwise. A first line such as
// "sep=;", which Excel understands, decides the delimiter and is not a row,
// though it counts as a record. opts.Encoding and opts.Delimiter (the
// delimiter itself, or "tab") override what would be found. Faults: BadInput
// for what is not text, Usage for an unknown encoding, Limit, Unreachable.
func Open(ctx context.Context, f sheet.File, opts sheet.Options) (sheet.Book, error) {
	return open(ctx, f, opts, bufferSize)
}

func open(ctx context.Context, f sheet.File, opts sheet.Options, buffer int) (*book, error) {
	b := &book{file: f, place: Shown(opts.Name), limits: opts.Limits.OrDefault(), buffer: buffer, chunk: chunkText}
	if buffer != bufferSize {
		b.chunk = buffer
	}
	b.name = opts.Name
	if i := strings.LastIndexAny(b.name, `/\`); i >= 0 {
		b.name = b.name[i+1:]
	}
	if stem := strings.TrimSuffix(b.name, path.Ext(b.name)); stem != "" {
		b.name = stem
	}
	if err := b.detect(ctx, opts); err != nil {
		return nil, fault.Of(err).At(b.place)
	}
	return b, nil
}

// Shown is a file's name for messages: names that would break a line are quoted.
func Shown(name string) string {
	for _, r := range name {
		if r < ' ' || r == 0x7f || r == '\uFFFD' || !strconv.IsPrint(r) {
			return strconv.Quote(name)
		}
	}
	return name
}

// book is an opened text file.
type book struct {
	file   sheet.File
	name   string // of its sheet
	place  string
	limits sheet.Limits
	buffer int
	chunk  int

	choice
	form    form
	dialect sheet.Dialect
	width   int // the most common number of fields
	sep     bool
}

func (b *book) source() source { return newSource(b.file, b.charset, b.start, b.buffer) }

func (b *book) detect(ctx context.Context, opts sheet.Options) error {
	var err error
	if b.choice, err = findEncoding(ctx, b.file, opts.Encoding); err != nil {
		return err
	}
	p := &prober{open: b.source, buffer: b.buffer, chunk: b.chunk, limits: b.limits, ends: b.ends}
	asked := delimiterNamed(opts.Delimiter)
	line, err := firstLine(ctx, p)
	if err != nil {
		return err
	}
	if d, ok := sepLine(line); ok {
		p.skip, b.sep = true, true
		if asked == "" {
			asked = d
		}
	}
	t, err := p.find(ctx, asked)
	if err != nil {
		return err
	}
	b.form = t.form
	b.width, _ = t.usual()
	b.dialect = t.dialect()
	return nil
}

// delimiterNamed takes names that are easier to type than what they stand for.
func delimiterNamed(s string) string {
	switch strings.ToLower(s) {
	case "tab", `\t`:
		return "\t"
	case "comma":
		return ","
	case "semicolon":
		return ";"
	case "space":
		return " "
	case "pipe":
		return "|"
	}
	return s
}

// firstLine is the text's first line if it is short.
func firstLine(ctx context.Context, p *prober) (string, error) {
	win := newWindow(p.open(), minRead)
	for !win.eof && len(win.buf) < minRead {
		if err := win.more(ctx); err != nil {
			return "", err
		}
	}
	line, _, _ := strings.Cut(string(win.buf), "\n")
	line, _, _ = strings.Cut(line, "\r")
	return line, nil
}

// sepLine tells a line such as "sep=;", in quotes or not.
func sepLine(line string) (string, bool) {
	if len(line) > 1 && line[0] == '"' && line[len(line)-1] == '"' {
		line = line[1 : len(line)-1]
	}
	const mark = "sep="
	if len(line) <= len(mark) || !strings.EqualFold(line[:len(mark)], mark) {
		return "", false
	}
	delim := line[len(mark):]
	return delim, utf8.RuneCountInString(delim) == 1 && delim != "\uFFFD"
}

func (b *book) Format() string {
	if b.form.delim == "\t" {
		return "tsv"
	}
	return "csv"
}

func (b *book) Encoding() string     { return b.charset.name }
func (b *book) Sheets() []sheet.Info { return []sheet.Info{{Name: b.name}} }

func (b *book) Display(_ sheet.Cell, text []byte) string { return string(text) }

func (b *book) Close() error { return nil }

func (b *book) Rows(ctx context.Context, index int) (sheet.Rows, error) {
	if index != 0 {
		return nil, fault.New(fault.NotFound, say.T("A text file has one sheet only.")).At(b.place)
	}
	dialect := b.dialect
	return &rows{book: b, ctx: ctx, facts: sheet.Facts{Dialect: &dialect}}, nil
}
