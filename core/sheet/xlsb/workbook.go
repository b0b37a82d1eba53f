package xlsb

import (
	"archive/zip"
	"context"
	"encoding/binary"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
	"sheetmill/core/sheet/opc"
)

// Bounds of the parts that hold no cells.
const (
	maxRelations = 1 << 18
	maxSmallPart = 256 << 20 // bytes
	maxStyles    = 1 << 20
)

// relation is one line of a .rels part (ECMA-376 part 2, 9.3).
type relation struct{ id, kind, target string }

// relations reads the relations of a part; nil when it has none.
func relations(p *opc.Package, source string) ([]relation, error) {
	dir, base := path.Split(strings.ReplaceAll(source, `\`, "/"))
	f := p.Find(dir + "_rels/" + base + ".rels")
	if f == nil {
		return nil, nil
	}
	if err := small(f); err != nil {
		return nil, err
	}
	body, err := p.Text(f)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	decoder := xml.NewDecoder(body)
	decoder.Strict = false
	decoder.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is UTF-8 already
	var found []relation
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return found, nil
		}
		if err != nil {
			if e, ok := errors.AsType[*fault.Error](err); ok {
				return nil, e
			}
			return nil, fault.New(fault.BadInput, say.T("A part of the file is damaged.")).
				Hint(say.T("Copy or download the file again, or save it again in Excel.")).At(opc.PlaceOf(f.Name, decoder.InputOffset())).Because(err)
		}
		start, ok := token.(xml.StartElement)
		if !ok || start.Name.Local != "Relationship" {
			continue
		}
		var r relation
		external := false
		for _, a := range start.Attr {
			switch a.Name.Local {
			case "Id":
				r.id = a.Value
			case "Type":
				r.kind = a.Value[strings.LastIndexByte(a.Value, '/')+1:]
			case "Target":
				r.target = strings.ReplaceAll(a.Value, `\`, "/")
			case "TargetMode":
				external = a.Value == "External"
			}
		}
		if external || r.target == "" {
			continue
		}
		if !strings.HasPrefix(r.target, "/") {
			r.target = "/" + dir + r.target
		}
		r.target = strings.TrimPrefix(path.Clean(r.target), "/")
		if len(found) == maxRelations {
			return nil, fault.New(fault.Limit, say.T("The workbook has more than {limit} relations between its parts.", "limit", maxRelations)).
				Hint(say.T("Open the file in Excel and save it again.")).At(f.Name)
		}
		found = append(found, r)
	}
}

func small(f *zip.File) error {
	if f.UncompressedSize64 > maxSmallPart {
		return fault.New(fault.Limit, say.T("A part of the workbook that holds no cells inflates to {size} bytes, over the limit of {limit}.", "size", f.UncompressedSize64, "limit", maxSmallPart)).
			Hint(say.T("Copy the data into a new workbook and save it.")).At(f.Name)
	}
	return nil
}

// mainParts are the parts that may be the workbook, likeliest first.
func mainParts(p *opc.Package) []*zip.File {
	var parts []*zip.File
	rels, err := relations(p, "")
	if err == nil { // else the usual name may still be right
		for _, r := range rels {
			if f := p.Find(r.target); f != nil && r.kind == "officeDocument" {
				parts = append(parts, f)
			}
		}
	}
	if f := p.Find("xl/workbook.bin"); f != nil {
		parts = append(parts, f)
	}
	return parts
}

// isBook tells whether a part begins as a binary workbook.
func isBook(p *opc.Package, f *zip.File) bool {
	body, err := p.Binary(f)
	if err != nil {
		return false
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	r := newRecords(body, f.Name, 0)
	return r.next() == nil && r.id == recBeginBook
}

// each calls visit on every record of a part that holds no cells, up to the
// record that ends its content, and proves the part's end.
func (b *book) each(ctx context.Context, f *zip.File, last int, visit func(*records) error) error {
	if err := small(f); err != nil {
		return err
	}
	body, err := b.pack.Binary(f)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // nothing was written; reading told all
	r := newRecords(body, f.Name, b.limits.MaxCellBytes)
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
		if r.id == last {
			return r.finish()
		}
		if err := visit(r); err != nil {
			return err
		}
	}
}

// readBook finds the workbook part and what it names.
func (b *book) readBook(ctx context.Context) error {
	var main *zip.File
	for _, f := range mainParts(b.pack) {
		if isBook(b.pack, f) {
			main = f
			break
		}
	}
	if main == nil {
		return fault.New(fault.BadInput, say.T("The file holds no Excel workbook.")).Hint(say.T("Save it as .xlsx and try again."))
	}
	rels, err := relations(b.pack, main.Name)
	if err != nil {
		return err
	}
	dir := path.Dir(strings.ReplaceAll(main.Name, `\`, "/"))
	styles, err := b.only(rels, "styles", path.Join(dir, "styles.bin"))
	if err != nil {
		return err
	}
	if b.stringsPart, err = b.only(rels, "sharedStrings", path.Join(dir, "sharedStrings.bin")); err != nil {
		return err
	}
	byID := make(map[string]relation, len(rels))
	for _, r := range rels {
		byID[r.id] = r
	}
	count := 0
	err = b.each(ctx, main, recEndBook, func(r *records) error {
		switch r.id {
		case recBookProps:
			b.date1904 = len(r.data) > 0 && r.data[0]&1 != 0
		case recBundle:
			count++
			return b.bundle(r, byID, path.Join(dir, fmt.Sprintf("worksheets/sheet%d.bin", count)))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return b.readFormats(ctx, styles)
}

// only is the part of that kind, by relation or by its usual name; "" when the
// book has none. A part that is named but missing is a fault: without its
// formats every date would be a number.
func (b *book) only(rels []relation, kind, usual string) (string, error) {
	missing := ""
	for _, r := range rels {
		if r.kind != kind {
			continue
		}
		if b.pack.Find(r.target) != nil {
			return r.target, nil
		}
		missing = r.target
	}
	if b.pack.Find(usual) != nil {
		return usual, nil
	}
	if missing != "" {
		return "", fault.New(fault.BadInput, say.T("A part that the workbook needs is missing from the file.")).
			Hint(say.T("Open the file in Excel and save it again to repair it.")).At(missing)
	}
	return "", nil
}

// bundle reads a sheet's entry ([MS-XLSB] 2.4.304). guess is its part in a
// package that lost its relations.
func (b *book) bundle(r *records, byID map[string]relation, guess string) error {
	if len(r.data) < 8 {
		return r.damaged()
	}
	state := binary.LittleEndian.Uint32(r.data)
	id, rest, ok := wideText(nil, r.data[8:])
	if !ok {
		return r.damaged()
	}
	name, _, ok := wideText(nil, rest)
	if !ok {
		return r.damaged()
	}
	rel, known := byID[string(id)]
	switch {
	case known && rel.kind != "worksheet" && strings.HasSuffix(strings.ToLower(rel.kind), "sheet"):
		return nil // a chart, a dialog or macros
	case !known && len(byID) == 0:
		rel.target = guess
	case len(id) == 0 && len(byID) > 0:
		return nil // a module of Excel 5 or 95: listed, but nowhere in the file
	}
	if len(b.sheets) == b.limits.MaxSheets {
		return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", b.limits.MaxSheets)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(r.place())
	}
	b.sheets = append(b.sheets, sheetPart{sheet.Info{Name: string(name), Hidden: state&3 != 0}, rel.target})
	return nil
}

// readFormats reads the styles part; "" is a book without styles.
func (b *book) readFormats(ctx context.Context, part string) error {
	f := b.pack.Find(part)
	if f == nil {
		b.formats = numfmt.New(nil, nil, b.date1904)
		return nil
	}
	codes := map[int]string{}
	var styles []int
	inCells := false
	err := b.each(ctx, f, recEndStyles, func(r *records) error {
		if len(styles) == maxStyles || len(codes) == maxStyles {
			return fault.New(fault.Limit, say.T("The workbook has more than {limit} cell styles.", "limit", maxStyles)).
				Hint(say.T("Copy the data into a new workbook and save it.")).At(r.place())
		}
		switch r.id {
		case recBeginCellXFs:
			inCells = true
		case recEndCellXFs:
			inCells = false
		case recFormat:
			if len(r.data) < 6 {
				return r.damaged()
			}
			code, _, ok := wideText(nil, r.data[2:])
			if !ok {
				return r.damaged()
			}
			codes[int(binary.LittleEndian.Uint16(r.data))] = string(code)
		case recXF:
			if inCells {
				if len(r.data) < 4 {
					return r.damaged()
				}
				styles = append(styles, int(binary.LittleEndian.Uint16(r.data[2:])))
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	b.formats = numfmt.New(codes, styles, b.date1904)
	return nil
}
