package xml2003

import (
	"context"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
	"sheetmill/core/sheet/xmlscan"
)

// maxStyles bounds cell styles; Excel stops at 65,490.
const maxStyles = 1 << 20

// styleDef is a style as the file defines it.
type styleDef struct{ id, parent, format string }

// survey scans the whole file: styles, sheets, and the end.
func (b *book) survey(ctx context.Context) error {
	ahead, err := b.text(ctx)
	if err != nil {
		return err
	}
	defer ahead.Close()
	s := xmlscan.New(ahead, "", uint64(b.size), 0)
	var defs []styleDef
	for {
		token, err := s.Next()
		if err != nil {
			return err
		}
		switch token {
		case xmlscan.StartTag:
			if err := b.observe(s, &defs); err != nil {
				return err
			}
		case xmlscan.TextRun:
			if err := b.option(s); err != nil {
				return err
			}
		case xmlscan.EndOfDoc:
			b.size = s.Offset()
			b.keep(defs)
			return s.Finish()
		}
	}
}

// observe takes a start tag of the file.
func (b *book) observe(s *xmlscan.Scanner, defs *[]styleDef) (err error) {
	value := func(name string) string {
		raw, _ := s.LocalAttr(name)
		text, e := s.Value(raw)
		if e != nil {
			err = e
		}
		return text
	}
	switch name := string(s.Name); {
	case s.Depth() == 1 && name != "Workbook":
		return fault.New(fault.BadInput, say.T("The file is XML, not a spreadsheet.")).
			Hint(say.T("Export the table from the program that made it as .xlsx or .csv and add that file."))
	case name == "Style" && s.Inside("Workbook", "Styles", "Style"):
		if len(*defs) == maxStyles {
			return fault.New(fault.Limit, say.T("The workbook has more than {limit} cell styles.", "limit", maxStyles)).
				Hint(say.T("Copy the data into a new workbook and save it.")).At(s.Place())
		}
		*defs = append(*defs, styleDef{id: value("ID"), parent: value("Parent")})
	case name == "NumberFormat" && s.Inside("Workbook", "Styles", "Style", "NumberFormat"):
		(*defs)[len(*defs)-1].format = value("Format")
	case name == "Date1904" && s.Inside("Workbook", "ExcelWorkbook", "Date1904"):
		b.date1904 = true
	case name == "Worksheet" && s.Depth() == 2:
		if len(b.sheets) == b.limits.MaxSheets {
			return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", b.limits.MaxSheets)).
				Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.Place())
		}
		b.sheets = append(b.sheets, sheetPart{info: sheet.Info{Name: value("Name")}})
	case name == "Table" && s.Inside("Workbook", "Worksheet", "Table"):
		sheet := &b.sheets[len(b.sheets)-1]
		if sheet.end > 0 {
			return s.Skip() // a second table is not one that Excel reads
		}
		sheet.start = s.Start
		if err := s.Skip(); err != nil {
			return err
		}
		sheet.end = s.Offset()
	}
	return err
}

// option takes text outside of tables: what WorksheetOptions say of a sheet.
func (b *book) option(s *xmlscan.Scanner) error {
	if s.Depth() != 4 || !s.Inside("Workbook", "Worksheet", "WorksheetOptions", "Visible") {
		return nil
	}
	text, err := s.AppendText(nil)
	if v := string(xmlscan.Trim(text)); v == "SheetHidden" || v == "SheetVeryHidden" {
		b.sheets[len(b.sheets)-1].info.Hidden = true
	}
	return err
}

// keep makes the number formats of the styles; one without a format of its own
// has its parent's.
func (b *book) keep(defs []styleDef) {
	const custom = 1000 // ids past all built-in ones
	b.styles = make(map[string]int, len(defs))
	at := make(map[string]int, len(defs))
	for i, d := range defs {
		at[d.id] = i
	}
	codes, ids := map[int]string{}, make([]int, len(defs))
	idOf := map[string]int{"": 0, "General": 0}
	for i, d := range defs {
		format := d.format
		for range 8 { // styles that inherit in a circle end here
			parent, ok := at[d.parent]
			if format != "" || !ok {
				break
			}
			d = defs[parent]
			format = d.format
		}
		format = numfmt.Code(format)
		id, ok := idOf[format]
		if !ok {
			id = custom + len(codes)
			idOf[format], codes[id] = id, format
		}
		ids[i] = id
		b.styles[defs[i].id] = i
	}
	b.formats = numfmt.New(codes, ids, b.date1904)
}
