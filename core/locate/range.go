package locate

import "sheetmill/core/sheet"

// ranged is the part of the sheet that a range names; false where it names none.
func ranged(sections []*section, o Options) (*region, sheet.Range, bool) {
	if o.Range == "" {
		return nil, sheet.Range{}, false
	}
	at, err := sheet.ParseRange(o.Range)
	if err != nil {
		return nil, at, false // whoever took the option has refused it
	}
	r := newRegion()
	for _, b := range sections {
		if b.first <= at.LastRow && b.last >= at.FirstRow {
			r.add(b.cut(band{at.FirstCol, at.LastCol + 1}, at.FirstRow, at.LastRow)...)
		}
	}
	return r, at, true
}
