package ods

import (
	"strconv"

	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/sheet/xmlscan"
)

// maxStyles bounds styles and number formats, as Excel's 65,490 do with room.
const maxStyles = 1 << 20

// look is what a cell's style says that its value does not.
type look byte

const (
	plain   look = iota
	padded       // shown with leading zeros
	elapsed      // a time that counts hours past 24
)

// styles are those of sheets and cells by name (ODF 1.3 part 3, 16 and 17).
type styles struct {
	hidden map[string]bool // styles of sheets that are not shown
	data   map[string]look // number formats
	cells  map[string]cellStyle

	style  string // the style being read, and the number format
	format string
}

// cellStyle is the number format of a style, or the style to ask for it.
type cellStyle struct{ format, parent string }

// observe takes a start tag in front of the sheets.
func (st *styles) observe(s *xmlscan.Scanner) error {
	switch string(s.Name) {
	case "style", "number-style", "date-style", "time-style", "percentage-style", "currency-style", "text-style", "boolean-style":
	case "table-properties":
		if display, _ := s.Attr("table:display"); string(display) == "false" && st.style != "" {
			st.hidden[st.style] = true
		}
		return nil
	case "number":
		st.number(s)
		return nil
	default:
		return nil
	}
	if st.hidden == nil {
		st.hidden, st.data, st.cells = map[string]bool{}, map[string]look{}, map[string]cellStyle{}
	}
	if len(st.hidden)+len(st.data)+len(st.cells) >= maxStyles {
		return fault.New(fault.Limit, say.T("The workbook has more than {limit} cell styles.", "limit", maxStyles)).
			Hint(say.T("Copy the data into a new workbook and save it.")).At(s.Place())
	}
	raw, _ := s.Attr("style:name")
	name := string(raw)
	st.style, st.format = "", ""
	switch string(s.Name) {
	case "style":
		family, _ := s.Attr("style:family")
		switch string(family) {
		case "table":
			st.style = name
		case "table-cell":
			format, _ := s.Attr("style:data-style-name")
			parent, _ := s.Attr("style:parent-style-name")
			st.cells[name] = cellStyle{string(format), string(parent)}
		}
	case "number-style":
		st.format = name
	case "time-style":
		if cut, _ := s.Attr("number:truncate-on-overflow"); string(cut) == "false" {
			st.data[name] = elapsed
		}
	}
	return nil
}

// number reads the digits of a number format.
func (st *styles) number(s *xmlscan.Scanner) {
	if st.format == "" {
		return
	}
	count := func(attr string) int {
		raw, _ := s.Attr(attr)
		n, err := strconv.Atoi(string(raw))
		if err != nil {
			return 0
		}
		return n
	}
	grouped, _ := s.Attr("number:grouping")
	if count("number:min-integer-digits") > 1 && count("number:decimal-places") == 0 && string(grouped) != "true" {
		st.data[st.format] = padded
	}
}

// of is the look of a cell style.
func (st *styles) of(name []byte) look {
	c, ok := st.cells[string(name)]
	for range 8 { // styles that inherit in a circle end here
		if !ok {
			break
		}
		if c.format != "" {
			return st.data[c.format]
		}
		c, ok = st.cells[c.parent]
	}
	return plain
}
