package xlsx

import (
	"math"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/numfmt"
)

// maxStyles bounds cell styles and number formats; Excel stops at 65,490.
const maxStyles = 1 << 20

// maxCodeBytes bounds the text of all number formats; Excel writes at most 255
// characters for each.
const maxCodeBytes = 16 << 20

// readFormats reads the styles part; "" is a book without styles.
func readFormats(p *pack, part string, date1904 bool) (*numfmt.Formats, error) {
	file := p.Find(part)
	if file == nil {
		return numfmt.New(nil, nil, date1904), nil
	}
	codes := map[int]string{}
	var styles []int // number format ids of cellXfs
	inCells := false
	codeBytes := 0
	err := p.each(file, func(s *scanner) error {
		if s.depth() == 2 {
			inCells = string(s.name) == "cellXfs"
		}
		if s.depth() != 3 {
			return nil
		}
		if len(styles) == maxStyles || len(codes) == maxStyles {
			return fault.New(fault.Limit, say.T("The workbook has more than {limit} cell styles.", "limit", maxStyles)).
				Hint(say.T("Copy the data into a new workbook and save it.")).At(s.place())
		}
		switch string(s.name) {
		case "numFmt":
			raw, _ := s.attr("numFmtId")
			code, err := s.attrText("formatCode")
			if err != nil {
				return err
			}
			if codeBytes += len(code); codeBytes > maxCodeBytes {
				return fault.New(fault.Limit, say.T("The workbook's number formats take more than {limit} bytes.", "limit", maxCodeBytes)).
					Hint(say.T("Copy the data into a new workbook and save it.")).At(s.place())
			}
			if id, ok := integer(raw); ok && id <= math.MaxInt32 {
				codes[int(id)] = string(unescape([]byte(code)))
			}
		case "xf":
			if inCells {
				raw, _ := s.attr("numFmtId")
				id, ok := integer(raw)
				if !ok || id > math.MaxInt32 {
					id = 0
				}
				styles = append(styles, int(id))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return numfmt.New(codes, styles, date1904), nil
}
