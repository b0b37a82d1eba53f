package xls

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"maps"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/crypt"
	"sheetmill/core/sheet/numfmt"
)

// What a BOF record says that follows ([MS-XLS] 2.4.21).
const (
	kindGlobals   = 0x0005
	kindSheet     = 0x0010
	kindWorkspace = 0x0100
)

// Bounds of what is no cell; Excel stops far below.
const maxStyles = 1 << 16

// globals is what the records of the workbook itself say, until all are read:
// texts wait for the code page, which may come behind them.
type globals struct {
	book      *book
	codes     map[int][]byte
	wide      map[int]string // codes of Excel 97
	styles    []int
	codePage  encoding.Encoding
	names     [][]byte // of the sheets, up to Excel 95
	listed    int
	strings   bool // the shared strings were read
	formatsAt int  // number of the next format that has none, up to Excel 4
}

// bof reads the BOF record read last.
func bof(r *records) (version int, kind uint16, ok bool) {
	if len(r.data) < 4 {
		return 0, 0, false
	}
	kind = binary.LittleEndian.Uint16(r.data[2:])
	switch r.id {
	case recBOF2:
		return 2, kind, true
	case recBOF3:
		return 3, kind, true
	case recBOF4:
		return 4, kind, true
	case recBOF:
		if binary.LittleEndian.Uint16(r.data) >= 0x0600 {
			return 8, kind, true
		}
		return 5, kind, true
	}
	return 0, 0, false
}

// readGlobals reads what is not in sheets.
func (b *book) readGlobals(ctx context.Context, opts sheet.Options) error {
	r := newRecords(b.stream, b.streamName)
	b.records = r
	if err := r.next(); err != nil {
		if errors.Is(err, io.EOF) {
			return r.cutShort()
		}
		return err
	}
	version, kind, ok := bof(r)
	if !ok {
		return fault.New(fault.BadInput, say.T("The file holds no Excel workbook.")).Hint(say.T("Save it as .xlsx and try again.")).At(r.place())
	}
	b.version = version
	g := &globals{book: b, codes: map[int][]byte{}, wide: map[int]string{}}
	if opts.Encoding != "" {
		if e, err := htmlindex.Get(opts.Encoding); err == nil {
			g.codePage = e
		}
	}
	overridden := g.codePage != nil
	err := func() error {
		switch {
		case version >= 5 && kind == kindSheet, version < 5 && kind != kindWorkspace:
			if err := g.addSheet(part{info: sheet.Info{Name: bareName(opts.Name)}, worksheet: true}); err != nil {
				return err
			}
			return g.read(ctx, opts, true, overridden)
		case version < 5:
			return g.workspace(ctx, opts, overridden)
		}
		return g.read(ctx, opts, false, overridden)
	}()
	if err != nil {
		return err
	}
	if version < 8 && g.codePage == nil {
		if err := g.listen(ctx); err != nil {
			return err
		}
	}
	g.settle()
	return nil
}

// read reads the records of the workbook, or of the one sheet that is all of
// it, up to its end.
func (g *globals) read(ctx context.Context, opts sheet.Options, alone, overridden bool) error {
	r := g.book.records
	for n, depth := 0, 1; depth > 0; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return r.cutShort()
			}
			return err
		}
		switch r.id {
		case recBOF, recBOF2, recBOF3, recBOF4:
			if !alone {
				return nil // the first sheet: some programs leave the end record out
			}
			depth++
		case recEOF:
			depth--
		default:
			if depth == 1 {
				if err := g.record(opts, overridden); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (g *globals) record(opts sheet.Options, overridden bool) error {
	b, r := g.book, g.book.records
	switch r.id {
	case recFilePass:
		c, err := crypt.FilePass(r.data, b.version == 8, opts.Password)
		if err != nil {
			return err
		}
		r.cipher = c
	case recCodePage:
		if len(r.data) >= 2 && !overridden {
			g.codePage = codePage(binary.LittleEndian.Uint16(r.data))
		}
	case recDateMode:
		b.date1904 = len(r.data) > 0 && r.data[0] == 1
	case recBoundSheet:
		return g.boundSheet()
	case recFormat, recFormat2:
		return g.format()
	case recXF, recXF2, recXF3, recXF4:
		return g.style()
	case recSST:
		if g.strings { // a second one has no indexes
			return nil
		}
		g.strings = true
		return b.readStrings()
	}
	return nil
}

// boundSheet reads a sheet's entry ([MS-XLS] 2.4.28).
func (g *globals) boundSheet() error {
	b, r := g.book, g.book.records
	if len(r.data) < 7 {
		return r.damaged()
	}
	offset := int64(binary.LittleEndian.Uint32(r.data))
	const worksheet = 0
	p := part{offset: offset, index: g.listed, worksheet: r.data[5] == worksheet}
	p.info.Hidden = r.data[4]&3 != 0
	g.listed++
	count := int(r.data[6])
	if b.version == 8 {
		var j joined
		j.begin(r, 7)
		name, err := j.unicode(nil, count)
		if err != nil {
			return err
		}
		p.info.Name = string(name)
	}
	if !p.worksheet {
		return nil
	}
	if b.version < 8 {
		g.names = append(g.names, append([]byte(nil), r.data[7:min(7+count, len(r.data))]...))
	}
	return g.addSheet(p)
}

func (g *globals) addSheet(p part) error {
	b := g.book
	if len(b.sheets) == b.limits.MaxSheets {
		return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", b.limits.MaxSheets)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(b.records.place())
	}
	b.sheets = append(b.sheets, p)
	return nil
}

// format reads a number format's code. Up to Excel 4 they have no ids: styles
// count them.
func (g *globals) format() error {
	b, r := g.book, g.book.records
	if len(g.codes)+len(g.wide) >= maxStyles {
		return tooManyStyles(r)
	}
	at := 0 // of the length
	id := g.formatsAt
	switch {
	case b.version >= 5:
		if len(r.data) < 3 {
			return nil
		}
		at, id = 2, int(binary.LittleEndian.Uint16(r.data))
	case b.version == 4:
		at = 2
	}
	g.formatsAt++
	if b.version == 8 {
		var j joined
		j.begin(r, 4)
		if len(r.data) < 4 {
			return nil
		}
		code, err := j.unicode(nil, int(binary.LittleEndian.Uint16(r.data[2:])))
		if err == nil { // one that is damaged says nothing
			g.wide[id] = string(code)
		}
		return nil
	}
	if len(r.data) > at {
		g.codes[id] = append([]byte(nil), r.data[at+1:min(at+1+int(r.data[at]), len(r.data))]...)
	}
	return nil
}

// style reads the number format of a cell style.
func (g *globals) style() error {
	r := g.book.records
	if len(g.styles) == maxStyles {
		return tooManyStyles(r)
	}
	id := 0
	switch {
	case r.id == recXF && len(r.data) >= 4:
		id = int(binary.LittleEndian.Uint16(r.data[2:]))
	case r.id == recXF2 && len(r.data) >= 3:
		id = int(r.data[2] & 0x3f)
	case (r.id == recXF3 || r.id == recXF4) && len(r.data) >= 2:
		id = int(r.data[1])
	}
	g.styles = append(g.styles, id)
	return nil
}

func tooManyStyles(r *records) error {
	return fault.New(fault.Limit, say.T("The workbook has more than {limit} cell styles.", "limit", maxStyles)).
		Hint(say.T("Copy the data into a new workbook and save it.")).At(r.place())
}

// settle makes what was read into what the book uses.
func (g *globals) settle() {
	b := g.book
	if g.codePage != nil {
		b.setEncoding(g.codePage)
	}
	for i, raw := range g.names {
		b.sheets[i].info.Name = string(b.encoded(nil, raw))
	}
	codes := make(map[int]string, len(g.codes)+len(g.wide))
	for id, raw := range g.codes {
		codes[id] = string(b.encoded(nil, raw))
	}
	maps.Copy(codes, g.wide)
	b.formats = numfmt.New(codes, g.styles, b.date1904)
}

// workspace reads a workbook of Excel 4: sheets one behind the other, each
// with its name in front and its own styles. They count on from sheet to sheet.
func (g *globals) workspace(ctx context.Context, opts sheet.Options, overridden bool) error {
	r := g.book.records
	var name []byte
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if err := r.next(); err != nil {
			if errors.Is(err, io.EOF) {
				return r.cutShort()
			}
			return err
		}
		switch r.id {
		case recSheetHeader:
			if len(r.data) < 5 {
				return r.damaged()
			}
			name = append([]byte(nil), r.data[5:min(5+int(r.data[4]), len(r.data))]...)
		case recBOF4:
			_, kind, _ := bof(r)
			p := part{offset: r.at, index: g.listed, firstXF: len(g.styles), worksheet: kind == kindSheet}
			g.listed++
			if p.worksheet {
				g.names = append(g.names, name)
				if err := g.addSheet(p); err != nil {
					return err
				}
			}
			first := len(g.styles)
			formats := g.formatsAt
			if err := g.read(ctx, opts, true, overridden); err != nil {
				return err
			}
			for i := first; i < len(g.styles); i++ {
				g.styles[i] += formats
			}
		case recEOF:
			return nil
		default:
			if err := g.record(opts, overridden); err != nil {
				return err
			}
		}
	}
}
