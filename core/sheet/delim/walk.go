package delim

import (
	"bytes"
	"context"
	"fmt"
	"io"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// walker goes through a text file record by record. Detection and reading use
// the same walker, so what was counted is what will be read.
type walker struct {
	*scanner
	win    *window
	limits sheet.Limits

	text   []byte // the record just read, its line end included
	number int64  // of the record just read, from 1, blank lines counted
	line   int64  // physical line it starts on, from 1
	from   int64  // where it starts in the text
	ahead  int64  // line ends before the next record
	opened opener

	width int      // the usual number of fields, 0 when it is not known yet
	again *scanner // reads irregular records anew

	foreign *scanner          // by whose rules the record just read was read, nil for the file's
	others  map[form]*scanner // that were tried so far
}

// opener starts at the beginning of the text.
type opener func() source

func newWalker(open opener, f form, buffer int, limits sheet.Limits) *walker {
	return &walker{scanner: newScanner(f), win: newWindow(open(), buffer), limits: limits, opened: open}
}

// skipLine passes over the first line, which counts as a record.
func (w *walker) skipLine(ctx context.Context) error {
	f := w.form
	w.scanner = newScanner(form{cr: f.cr})
	err := w.next(ctx)
	w.scanner = newScanner(f)
	return err
}

// next reads the next record. It answers io.EOF after the last one.
func (w *walker) next(ctx context.Context) error {
	for {
		text := w.win.rest()
		if len(text) == 0 && w.win.eof {
			return io.EOF
		}
		if len(text) > 0 {
			if n, ok := w.record(text, w.win.eof); ok {
				w.foreign = nil
				if w.width > 0 && w.irregular() {
					n = w.reconsider(text, n)
				}
				if w.width >= fewestForeign && w.strange(text[:n]) {
					w.readForeign(text[:n])
				}
				w.from = w.win.pos()
				w.win.at += n
				w.text = text[:n]
				w.number++
				w.line = w.ahead + 1
				w.ahead += int64(w.lines)
				return nil
			}
			if w.win.src == nil {
				return errMore
			}
			if err := w.bounded(ctx, text); err != nil {
				return err
			}
		}
		if w.win.src == nil {
			return errMore
		}
		if err := w.win.more(ctx); err != nil {
			return err
		}
	}
}

// expect tells how many fields records usually have.
func (w *walker) expect(width int) {
	w.width, w.again = width, newScanner(w.form)
}

// irregular tells that the record just read is odd enough to doubt its quotes.
func (w *walker) irregular() bool {
	return w.mess > 0 && (len(w.spans) != w.width || w.lines > 1)
}

// reconsider reads a record with odd quotes anew, as one line only: first with
// the same rules, then so that a quote before a delimiter always closes. A
// reading with the usual number of fields is taken; so a stray quote does not
// merge cells or lines. It answers where the next record starts.
func (w *walker) reconsider(text []byte, n int) int {
	line, next := text[:n], n
	if k := w.firstBreak(line); k >= 0 {
		line = text[:k]
		next, _ = w.ending(text, k, true)
	}
	line = bytes.TrimRight(line, "\r")
	for _, tight := range []bool{false, true} {
		s := w.again
		s.tight, s.unclosed = tight, neverMet
		if _, ok := s.record(line, true); ok && len(s.spans) == w.width {
			w.spans, s.spans = s.spans, w.spans
			w.lines, w.mess, w.unclosed = 1, s.mess, neverMet
			return next
		}
	}
	return n
}

// bounded refuses a record that grows past the limits.
func (w *walker) bounded(ctx context.Context, text []byte) error {
	if len(text) <= w.limits.MaxCellBytes {
		return nil
	}
	if w.stuck >= 0 && w.unclosed == neverMet {
		closed, err := w.closesLater(ctx)
		if err != nil {
			return err
		}
		if !closed {
			w.unclosed = w.stuck
			return nil
		}
	}
	if len(w.spans) >= w.limits.MaxColumns {
		return tooWide(w.limits.MaxColumns).At(fmt.Sprintf("row %d", w.number+1))
	}
	last := 0
	if n := len(w.spans); n > 0 {
		last = int(w.spans[n-1].end)
	}
	if len(text)-last > w.limits.MaxCellBytes+minRead || len(text) > 4*w.limits.MaxCellBytes {
		return tooLong(w.limits.MaxCellBytes).At(fmt.Sprintf("row %d", w.number+1))
	}
	return nil
}

// closesLater looks through the rest of the file for a quote that could close
// the field the scanner is stuck in, without keeping what it reads.
func (w *walker) closesLater(ctx context.Context) (bool, error) {
	ahead := newWindow(w.opened(), cap(w.win.buf))
	from := w.win.pos() + int64(len(w.win.rest())) - 1
	for {
		if err := ahead.more(ctx); err != nil {
			return false, err
		}
		text := ahead.rest()
		if skip := from - ahead.pos(); skip > 0 {
			skip = min(skip, int64(len(text)))
			ahead.at += int(skip)
			text = ahead.rest()
		}
		for len(text) > 0 {
			k := bytes.IndexByte(text, w.quote)
			if k < 0 {
				ahead.at = len(ahead.buf)
				break
			}
			if k+1+len(w.delim)+1 >= len(text) && !ahead.eof {
				ahead.at += k // its surroundings are not all in sight
				break
			}
			if _, what := w.ending(text, k+1, ahead.eof); what != nothing {
				return true, nil
			}
			ahead.at += k + 1
			text = ahead.rest()
		}
		if ahead.eof {
			return false, nil
		}
	}
}

// blank tells whether the record just read is a line with nothing on it.
func (w *walker) blank() bool {
	return len(w.spans) == 1 && w.spans[0].start == w.spans[0].end && w.spans[0].shape == bare
}

func tooWide(n int) *fault.Error {
	return fault.New(fault.Limit, say.T("The row has more than {limit} columns.", "limit", n)).
		Hint(say.T("Check that the file is a table, or raise the limit MaxColumns."))
}

func tooLong(n int) *fault.Error {
	return fault.New(fault.Limit, say.T("The row holds a cell larger than {limit} bytes.", "limit", n)).
		Hint(say.T("Check that the file is a table and that its quotes are closed, or raise the limit MaxCellBytes."))
}

func tooMany(n int64) *fault.Error {
	return fault.New(fault.Limit, say.T("The file has more than {limit} rows.", "limit", n)).
		Hint(say.T("Split the file, or raise the limit MaxRows."))
}
