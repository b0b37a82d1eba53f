package ods

import (
	"archive/zip"
	"context"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/opc"
	"sheetmill/core/sheet/xmlscan"
)

// survey scans the part that holds the sheets, whole.
func (b *book) survey(ctx context.Context) error {
	body, err := b.source()
	if err != nil {
		return err
	}
	ahead := opc.NewReadAhead(ctx, body, b.size)
	defer ahead.Close()
	s := xmlscan.New(ahead, b.part, b.size, 0)
	inside := 0 // depth of office:spreadsheet, once seen
	for {
		t, err := s.Next()
		if err != nil {
			return err
		}
		switch t {
		case xmlscan.StartTag:
			switch {
			case s.Depth() == 1 && string(s.Name) != "document-content" && string(s.Name) != "document":
				return notSpreadsheet()
			case inside == 0 && s.Depth() == 3 && string(s.Name) == "spreadsheet":
				inside = 3
			case inside == 0:
				if err := b.styles.observe(s); err != nil {
					return err
				}
			case s.Depth() == inside+1 && string(s.Name) == "table":
				if err := b.addTable(s); err != nil {
					return err
				}
			}
		case xmlscan.EndOfDoc:
			if inside == 0 {
				return notSpreadsheet()
			}
			b.size = max(b.size, uint64(s.Offset()))
			return s.Finish()
		}
	}
}

func notSpreadsheet() error {
	return fault.New(fault.BadInput, say.T("The file is an OpenDocument file, but not a spreadsheet.")).
		Hint(say.T("Export the table from the program that made it as .xlsx or .csv and add that file."))
}

// addTable notes a sheet and scans past it.
func (b *book) addTable(s *xmlscan.Scanner) error {
	if len(b.tables) == b.limits.MaxSheets {
		return fault.New(fault.Limit, say.T("The workbook has more sheets than the limit of {limit} (MaxSheets).", "limit", b.limits.MaxSheets)).
			Hint(say.T("Split the workbook into smaller ones, or raise the limit.")).At(s.Place())
	}
	raw, _ := s.Attr("table:name")
	name, err := s.Value(raw)
	if err != nil {
		return err
	}
	style, _ := s.Attr("table:style-name")
	t := tablePart{info: sheet.Info{Name: name, Hidden: b.styles.hidden[string(style)]}, start: s.Start}
	if err := s.Skip(); err != nil {
		return err
	}
	t.end = s.Offset()
	b.tables = append(b.tables, t)
	return nil
}

// readCommon reads the styles that stand in a part of their own.
func (b *book) readCommon(ctx context.Context, pack *opc.Package, part *zip.File) error {
	inCommon := false
	return each(pack, part, func(s *xmlscan.Scanner) error {
		if s.Depth() == 2 {
			inCommon = string(s.Name) == "styles" // automatic ones are for pages
			return ctx.Err()
		}
		if !inCommon {
			return nil
		}
		return b.styles.observe(s)
	})
}
