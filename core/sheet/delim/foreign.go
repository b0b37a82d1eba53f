package delim

import "bytes"

// A row here and there is written in another dialect than its file: pasted
// from elsewhere, or put there by another program. Such a row is read in its
// own dialect if that gives it as many fields as the other rows have, and is
// listed: see sheet.Facts.

// fewestForeign is the number of fields from which a match is no accident.
const fewestForeign = 3

// rules are those that the record just read was read by.
func (w *walker) rules() *scanner {
	if w.foreign != nil {
		return w.foreign
	}
	return w.scanner
}

// strange tells that the record just read may be in another dialect.
func (w *walker) strange(text []byte) bool {
	return len(w.spans) != w.width || text[0] == '\'' && w.quote != '\''
}

// readForeign reads the record, if it can, as one of another dialect.
func (w *walker) readForeign(text []byte) {
	if w.blank() || len(w.delim) == 0 {
		return
	}
	if w.quote != '\'' && text[0] == '\'' && w.try(text, form{w.delim, '\'', '\'', w.cr}, true) {
		return
	}
	if len(w.spans) > (w.width+1)/2 {
		return // it has delimiters of the file
	}
	for _, d := range []string{";", ",", "\t", "|"} {
		if d == w.delim || bytes.Count(text, []byte(d)) < w.width-1 {
			continue
		}
		// Few fields that are not quoted may be prose.
		f := w.form
		f.delim = d
		if w.try(text, f, w.width == fewestForeign) {
			return
		}
	}
}

// try reads the record in a form, and takes that if it fits. strict asks for
// quotes around every field.
func (w *walker) try(text []byte, f form, strict bool) bool {
	s := w.others[f]
	if s == nil {
		if w.others == nil {
			w.others = map[form]*scanner{}
		}
		s = newScanner(f)
		w.others[f] = s
	}
	s.unclosed = neverMet
	n, ok := s.record(text, true)
	if !ok || n != len(text) || len(s.spans) != w.width || s.mess > 0 {
		return false
	}
	if strict {
		for _, sp := range s.spans {
			if sp.shape < quoted {
				return false
			}
		}
	}
	w.spans, s.spans = s.spans, w.spans
	w.lines, w.mess, w.foreign = s.lines, 0, s
	return true
}
