package xlsx

import (
	"math"
	"strings"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet"
)

// maxStyles bounds cell styles and number formats; Excel stops at 65,490.
const maxStyles = 1 << 20

// formats are the workbook's number formats. Cell.Style indexes codes.
type formats struct {
	codes []format
	// byStyle is what <c s="i"> means.
	byStyle []styleFormat
}

// format is one number format: a built-in one by its id, or a code.
type format struct {
	id   int
	code string // "" for a built-in one that the file does not spell out
	kind sheet.Kind
}

type styleFormat struct {
	index int32
	kind  sheet.Kind
}

// of is the number format of a cell style; a style that the file does not
// have is general.
func (f *formats) of(style int) (int32, sheet.Kind) {
	if style >= len(f.byStyle) {
		return 0, sheet.Number
	}
	s := f.byStyle[style]
	return s.index, s.kind
}

// readFormats reads the styles part; "" is a book without styles.
func readFormats(p *pack, part string) (formats, error) {
	f := formats{codes: []format{{kind: sheet.Number}}}
	file := p.find(part)
	if file == nil {
		return f, nil
	}
	codes := map[int]string{}
	var styles []int // number format ids of cellXfs
	inCells := false
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
		return f, err
	}
	index := map[int]int32{0: 0}
	if code := codes[0]; code != "" && !strings.EqualFold(code, "general") {
		delete(index, 0) // the file gives the id of General to another format
	}
	f.byStyle = make([]styleFormat, len(styles))
	for i, id := range styles {
		n, ok := index[id]
		if !ok {
			n = int32(len(f.codes))
			index[id] = n
			made := format{id: id, code: codes[id]}
			if made.code != "" {
				made.kind = classify(made.code)
			} else {
				made.kind = builtin(id)
			}
			f.codes = append(f.codes, made)
		}
		f.byStyle[i] = styleFormat{n, f.codes[n].kind}
	}
	return f, nil
}
