package pipeline

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"sheetmill/core/blob"
	"sheetmill/core/fault"
	"sheetmill/core/locate"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// rawTable is the checkpoint, opened, with the tables found in it.
type rawTable struct {
	*table.RawReader
	object blob.Object
	layout locate.Layout
}

func (r *rawTable) close() { _ = r.object.Close() }

// read gives the raw table: the stored one when an earlier attempt got so far,
// else one made from the source now.
func (p *Parser) read(ctx context.Context, args Args, key string, progress *tracker) (*rawTable, error) {
	var sketch locate.Sketch
	raw, err := p.checkpoint(ctx, key, &sketch)
	if err == nil {
		p.hits.Raw.Add(1)
		progress.at(stageRead, 1, 1)
	} else {
		err = p.discard(ctx, key, err)
		if !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.BadInput) {
			return nil, err
		}
		if err := p.readSource(ctx, args, key, &sketch, progress); err != nil {
			return nil, err
		}
		if raw, err = p.openRaw(ctx, key); err != nil {
			return nil, err
		}
	}
	raw.layout = sketch.Decide(raw.Info().Facts, args.Options.Locate)
	return raw, nil
}

// checkpoint opens the stored raw table and shows its rows to the sketch, as
// reading the source would have.
func (p *Parser) checkpoint(ctx context.Context, key string, sketch *locate.Sketch) (*rawTable, error) {
	raw, err := p.openRaw(ctx, key)
	if err != nil {
		return nil, err
	}
	if err := raw.Each(ctx, func(b *sheet.Batch) error { sketch.Observe(b); return nil }); err != nil {
		raw.close()
		return nil, err
	}
	return raw, nil
}

func (p *Parser) openRaw(ctx context.Context, key string) (*rawTable, error) {
	object, err := p.store.Open(ctx, key)
	if err != nil {
		return nil, err
	}
	reader, err := table.NewRawReader(object)
	if err != nil {
		_ = object.Close()
		return nil, err
	}
	return &rawTable{RawReader: reader, object: object}, nil
}

// readSource streams the chosen sheet into the raw table and the sketch.
func (p *Parser) readSource(ctx context.Context, args Args, key string, sketch *locate.Sketch, progress *tracker) error {
	object, err := p.store.Open(ctx, args.FileKey)
	if err != nil {
		return err
	}
	defer func() { _ = object.Close() }()
	book, err := p.openBook(ctx, object, args)
	if err != nil {
		return err
	}
	defer func() { _ = book.Close() }()
	candidates, err := ChooseSheets(book.Sheets(), args.Options.Sheet)
	if err != nil {
		return err
	}
	for _, index := range candidates {
		cells, err := p.readSheet(ctx, book, index, key, sketch, progress, maxText(object.Size()))
		if err != nil || cells > 0 {
			return err
		}
	}
	return errNoCells
}

// errNoCells is a source in which there is nothing to mill.
var errNoCells = fault.New(fault.BadInput, say.T("No sheet of the file holds any cell.")).
	Hint(say.T("Check that the right file was exported, and that its data is not in a picture."))

// ChooseSheets finds a sheet by name, or by number from 1; "#2" is the second
// sheet whatever the sheets are named. With choice "" it
// lists the visible sheets in order (all when every one is hidden), of which
// the first that holds cells is meant.
func ChooseSheets(sheets []sheet.Info, choice string) ([]int, error) {
	if number, ok := strings.CutPrefix(choice, "#"); ok {
		if n, err := strconv.Atoi(number); err == nil && n >= 1 && n <= len(sheets) {
			return []int{n - 1}, nil
		}
	}
	var visible []int
	for i, s := range sheets {
		if choice != "" && s.Name == choice {
			return []int{i}, nil
		}
		if !s.Hidden {
			visible = append(visible, i)
		}
	}
	if choice == "" {
		if len(visible) == 0 {
			for i := range sheets {
				visible = append(visible, i)
			}
		}
		return visible, nil
	}
	if n, err := strconv.Atoi(choice); err == nil && n >= 1 && n <= len(sheets) {
		return []int{n - 1}, nil
	}
	return nil, fault.New(fault.NotFound, say.T("The file has no sheet {sheet}.", "sheet", strconv.Quote(choice))).
		Hint(say.T("Run sniff to see its sheets; --sheet takes a name, or a number up to {n}.", "n", len(sheets)))
}

// readSheet reads one sheet, twice when a column turns up late, and tells how
// many cells it holds. A sheet without any stores nothing.
func (p *Parser) readSheet(ctx context.Context, book sheet.Book, index int, key string, sketch *locate.Sketch, progress *tracker, most int64) (cells int64, err error) {
	isText := book.Encoding() != ""
	info := table.RawInfo{Format: book.Format(), Encoding: book.Encoding()}
	if !isText {
		info.Sheet, info.Sheets = book.Sheets()[index].Name, book.Sheets()
	}
	codes := padder{book: book}
	var columns []int
	for {
		var late []int
		err = p.put(ctx, key, func(w io.Writer) error {
			raw := table.NewRawWriter(w, isText, columns)
			defer raw.Abort()
			*sketch = locate.Sketch{}
			text := int64(0)
			facts, err := stream(ctx, book, index, func(b *sheet.Batch, done, total int64) error {
				codes.pad(b)
				if text += int64(len(b.Bytes)); text > most {
					return tooMuchText(most)
				}
				// Both only look at the batch: side by side.
				err := table.EachColumn(ctx, 2, func(_, part int) error {
					if part == 0 {
						sketch.Observe(b)
						return nil
					}
					return raw.Add(ctx, b)
				})
				if err != nil {
					return err
				}
				progress.reading(done, total, raw.Rows())
				return nil
			})
			if err != nil {
				return err
			}
			cells, late, columns = raw.Cells(), raw.Late(), raw.Columns()
			if len(late) > 0 || cells == 0 {
				return errNotStored
			}
			info.Facts = facts
			return raw.Close(ctx, info)
		})
		if errors.Is(err, errNotStored) && len(late) > 0 {
			continue
		}
		if errors.Is(err, errNotStored) {
			err = nil
		}
		return cells, err
	}
}

// maxText bounds the text of a sheet's cells by the size of its source, in
// bytes: a workbook names a text once and may use it in every cell.
func maxText(source int64) int64 {
	const harmless, blowUp = 256 << 20, 500
	return max(harmless, blowUp*source)
}

func tooMuchText(limit int64) error {
	return fault.New(fault.Limit, say.T("The cells hold more than {limit} bytes of text, out of all proportion to the file's size.", "limit", limit)).
		Hint(say.T("Check where the file comes from; it repeats a long text in a great many cells."))
}

// errNotStored ends a writing that is not to be kept.
var errNotStored = errors.New("not stored")

// stream reads a sheet to its end.
func stream(ctx context.Context, book sheet.Book, index int, use func(b *sheet.Batch, done, total int64) error) (sheet.Facts, error) {
	rows, err := book.Rows(ctx, index)
	if err != nil {
		return sheet.Facts{}, err
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	for {
		err := rows.Next(ctx, &batch)
		if errors.Is(err, io.EOF) {
			return rows.Facts(), rows.Close()
		}
		if err != nil {
			return sheet.Facts{}, err
		}
		done, total := rows.Progress()
		if err := use(&batch, done, total); err != nil {
			return sheet.Facts{}, err
		}
	}
}
