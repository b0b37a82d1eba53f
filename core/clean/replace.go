package clean

import (
	"bytes"

	"sheetmill/core/sheet"
)

// Part says which part of a column of limits is read: "" is the whole of it.
type Part string

// The parts that Options.Split gives columns of their own.
const (
	SignPart  Part = "sign"  // "<" of "<0.01"; nothing of a plain number
	ValuePart Part = "value" // "0.01" of "<0.01"; a plain number as it is
)

// replacer gives cells other texts before they are read, as a person chose:
// texts decoded again, values recoded, limits split. It reuses its memory.
type replacer struct {
	values map[string]*string // from value to value; nil is a missing one
	repair bool
	part   Part
	off    ruleSet

	tidied, half, scratch []byte
	num                   number
}

// newReplacer is nil where nothing is to be replaced.
func newReplacer(values map[string]*string, repair bool, part Part, off ruleSet) *replacer {
	if off&ruleRecode != 0 {
		values = nil
	}
	repair = repair && off&ruleRepair == 0
	if off&ruleSplit != 0 {
		part = ""
	}
	if len(values) == 0 && !repair && part == "" {
		return nil
	}
	return &replacer{values: values, repair: repair, part: part, off: off}
}

// replace gives what a cell is read as, and the rules that made it that; the
// kind is sheet.Empty where it is to be missing.
func (p *replacer) replace(kind sheet.Kind, raw []byte) (sheet.Kind, []byte, ruleSet) {
	rules := ruleSet(0)
	if p.repair && !kind.Numeric() {
		if was, _ := mojibake(raw); was != "" {
			kind, raw, rules = sheet.Text, []byte(was), ruleRepair
		}
	}
	if to, found := p.recoded(kind, raw); found {
		rules |= ruleRecode
		if to == nil {
			return sheet.Empty, nil, rules
		}
		kind, raw = sheet.Text, []byte(*to)
	}
	if p.part == "" {
		return kind, raw, rules
	}
	text := p.tidy(kind, raw)
	limit := len(text) > 0 && len(text) <= longestValue && readNumber(text, &p.num) && p.num.compared
	switch {
	case limit && p.part == SignPart:
		return sheet.Text, text[:signLength(text)], rules | ruleSplit
	case limit:
		return sheet.Text, trimBlanks(text[signLength(text):]), rules | ruleSplit
	case p.part == SignPart:
		return sheet.Empty, nil, rules | ruleSplit
	}
	return kind, raw, rules
}

// recoded finds the value that a cell is to have: by its text, the text
// without spaces and the like, or the number that it is.
func (p *replacer) recoded(kind sheet.Kind, raw []byte) (to *string, found bool) {
	if p.values == nil {
		return nil, false
	}
	if to, found = p.values[string(raw)]; found {
		return to, to == nil || *to != string(raw)
	}
	text := p.tidy(kind, raw)
	if to, found = p.values[string(p.tidied)]; !found && readNumber(text, &p.num) && p.num.fits[pointMode] {
		to, found = p.values[plainFloat(p.num.float(pointMode, &p.scratch))]
	}
	return to, found && (to == nil || *to != string(raw))
}

// tidy tidies a text and folds it.
func (p *replacer) tidy(kind sheet.Kind, raw []byte) []byte {
	if kind.Numeric() {
		p.tidied = append(p.tidied[:0], raw...)
		return raw
	}
	var tidied []byte
	if tidied, _ = tidy(raw, &p.half, p.off); p.off&ruleFullWidth != 0 {
		p.tidied = append(p.tidied[:0], tidied...)
		return p.tidied
	}
	p.tidied = append(p.tidied[:0], tidied...)
	folded, _ := fold(p.tidied, &p.half)
	return folded
}

// signLength is the length of the sign at the start of a limit.
func signLength(b []byte) int { return len(b) - len(bytes.TrimLeft(b, "<>=≤≥")) }

// replaced converts what cells are to be read as instead of what they hold.
func (a *applier) replaced(p *replacer, convert func(sheet.Kind, []byte) (ruleSet, outcome)) func(sheet.Kind, []byte) (ruleSet, outcome) {
	return func(kind sheet.Kind, raw []byte) (ruleSet, outcome) {
		kind, raw, made := p.replace(kind, raw)
		if made == 0 {
			return convert(kind, raw)
		}
		if kind == sheet.Empty {
			a.out.AppendMissing()
			return made, lose
		}
		rules, what := convert(kind, raw)
		if what == keep {
			what = edit
		}
		return made | rules, what
	}
}
