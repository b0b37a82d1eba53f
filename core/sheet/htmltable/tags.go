package htmltable

import (
	"bytes"
	"strconv"
	"strings"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xmlscan"
)

// attrs is what of a tag's attributes has a meaning here.
type attrs struct {
	tag
	wide, high int
	plain      bool // it takes columns without being merged of them
	hidden     bool
}

// readAttrs reads the attributes of the tag that the tokenizer stands on.
func (r *rows) readAttrs(value []byte, more bool) attrs {
	a := attrs{wide: 1, high: 1, tag: tag{value: value[:0]}}
	for more {
		var key, v []byte
		key, v, more = r.z.TagAttr()
		switch string(key) {
		case "colspan":
			a.wide = spanOf(v, 16_384)
		case "rowspan":
			a.high = spanOf(v, 1<<20)
		case "span":
			a.wide = spanOf(v, 16_384)
		case "style":
			style := r.style(v)
			a.hidden, a.plain = a.hidden || style.hidden, a.plain || style.plain
			if style.format != "" {
				a.format = style.format
			}
		case "hidden":
			a.hidden = true
		case "class":
			if a.format == "" {
				for name := range bytes.FieldsSeq(v) {
					if format, ok := r.classes[string(name)]; ok {
						a.format = format
					}
				}
			}
		case "x:num", "sdval":
			a.numbered, a.value = true, append(a.value[:0], v...)
		case "sdnum": // languages and the format, parted by semicolons
			if _, rest, ok := strings.Cut(string(v), ";"); ok {
				if _, format, ok := strings.Cut(rest, ";"); ok {
					a.format = format
				}
			}
		case "x:bool":
			a.truth, a.value = true, append(a.value[:0], v...)
		case "x:err":
			a.failed, a.value = true, append(a.value[:0], v...)
		case "x:fmla":
			a.formula = true
		}
	}
	return a
}

// style is what a list of style properties says; files repeat a few of them.
type style struct {
	format        string
	hidden, plain bool
}

func (r *rows) style(v []byte) style {
	s, ok := r.styles[string(v)]
	if !ok {
		text := string(v)
		s = style{numberFormat(text), hides(strings.ToLower(text)), strings.Contains(text, "mso-ignore:colspan")}
		if len(r.styles) < maxClasses && len(text) < 1<<10 {
			r.styles[text] = s
		}
	}
	return s
}

// spanOf reads how many rows or columns a cell takes; 0, which stands for all
// that are left, is one.
func spanOf(v []byte, most int) int {
	n, err := strconv.Atoi(string(bytes.TrimSpace(v)))
	if err != nil || n < 1 {
		return 1
	}
	return min(n, most)
}

// void elements have no end tag.
var void = map[string]bool{"br": true, "img": true, "input": true, "hr": true, "col": true, "meta": true, "link": true, "wbr": true, "area": true, "base": true, "embed": true, "param": true, "source": true, "track": true, "frame": true}

// open takes a start tag.
func (r *rows) open(batch *sheet.Batch) error {
	raw, more := r.z.TagName()
	name := string(raw)
	inTable := len(r.tables) > 0
	f := r.sink()
	if f.hide != "" && name != "td" && name != "th" && name != "tr" && name != "table" {
		if name == f.hide {
			f.depth++
		}
		return nil
	}
	switch name {
	case "td", "th":
		if !inTable {
			f.block()
			return nil
		}
		t := r.tables[len(r.tables)-1]
		a := r.readAttrs(r.value, more)
		r.value = a.value
		if err := r.startCell(batch, a.wide, a.high, !a.plain); err != nil {
			return err
		}
		a.value = t.cell.value[:0]
		a.value = append(a.value, r.value...)
		t.cell = a.tag
	case "tr":
		if !inTable {
			f.block()
			return nil
		}
		return r.startRow(batch, r.readAttrs(nil, more).hidden)
	case "table":
		return r.startTable(batch, r.readAttrs(nil, more).hidden)
	case "thead", "tbody", "tfoot", "colgroup", "caption":
		if inTable {
			return r.endRow(batch)
		}
	case "col":
		if inTable {
			r.column(r.readAttrs(nil, more))
		}
	case "br":
		f.newline()
	case "pre":
		f.block()
		f.pre++
	case "html", "body":
		r.opened = true
	case "style":
		r.styling = true
	case "script", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp", "template":
		r.mute = true
		r.framed = r.framed || name == "iframe"
	case "frameset", "frame":
		r.framed = true
	case "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "section", "article", "header", "footer", "form", "center", "address", "option":
		f.block()
		fallthrough
	default:
		if more && !void[name] && r.readAttrs(nil, more).hidden {
			f.hide, f.depth = name, 0
		}
	}
	return nil
}

// column notes columns that are not shown.
func (r *rows) column(a attrs) {
	t := r.tables[len(r.tables)-1]
	limit := r.book.limits.MaxColumns
	for c := t.cols; a.hidden && c < min(t.cols+a.wide, limit); c++ {
		r.hidden[c] = true
	}
	t.cols = min(t.cols+a.wide, limit)
}

// shut takes an end tag.
func (r *rows) shut(batch *sheet.Batch, name string) error {
	f := r.sink()
	if f.hide == name {
		if f.depth--; f.depth < 0 {
			f.hide = ""
		}
	}
	inTable := len(r.tables) > 0
	switch name {
	case "td", "th":
		if inTable {
			return r.endCell()
		}
		f.block()
	case "tr", "thead", "tbody", "tfoot":
		if inTable {
			return r.endRow(batch)
		}
		f.block()
	case "table":
		if inTable {
			return r.endTable(batch)
		}
	case "html", "body":
		r.closed = true
	case "style":
		r.styling = false
	case "script", "title", "textarea", "noscript", "iframe", "noembed", "noframes", "xmp", "template":
		r.mute = false
	case "pre":
		f.pre = max(0, f.pre-1)
		f.block()
	case "p", "div", "li", "ul", "ol", "dl", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "section", "article", "header", "footer", "form", "center", "address", "option", "caption":
		f.block()
	}
	return nil
}

// comment takes what Excel says in comments: the style sheet of older versions,
// and how days are counted.
func (r *rows) comment(text []byte) {
	if len(text) > 1<<20 {
		return
	}
	low := bytes.ToLower(text)
	if bytes.Contains(low, []byte("<x:date1904")) {
		r.facts.Date1904 = true
	}
	if bytes.Contains(text, []byte("mso-number-format")) {
		r.classes.read(string(text))
	}
}

// meaning is the cell's kind and its text as core/sheet has them. A value that
// is not what the page says it is reads as the text that is shown.
func (t *tag) meaning(shown []byte, kinds kinds) (sheet.Kind, []byte) {
	switch value := xmlscan.Trim(t.value); {
	case t.failed:
		if len(value) == 0 {
			value = shown
		}
		return sheet.Error, value
	case t.truth && bytes.EqualFold(value, []byte("true")):
		return sheet.Bool, []byte("1")
	case t.truth && bytes.EqualFold(value, []byte("false")):
		return sheet.Bool, []byte("0")
	case t.numbered:
		if len(value) == 0 {
			value = shown
		}
		if xmlscan.IsNumber(value) {
			return kinds.of(t.format), value
		}
	}
	if shown == nil {
		return sheet.Empty, nil
	}
	return sheet.Text, shown
}
