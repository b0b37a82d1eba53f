package clean

import (
	"slices"
	"strings"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// pointers tell, for each code of finding that points at cells, whether a cell
// is one of them.
var pointers = map[string]func(v *Verdict, f *Finding, r *reading) bool{
	FindingMixedNumbers: func(_ *Verdict, _ *Finding, r *reading) bool {
		return r.state == valued && (!r.isNumber || r.num.compared) // num is an earlier cell's where this is no number
	},
	FindingMixedDates: func(_ *Verdict, _ *Finding, r *reading) bool {
		return (!r.isMoment || !r.when.any()) && r.state == valued
	},
	FindingImpossibleDate: func(_ *Verdict, _ *Finding, r *reading) bool {
		return r.isMoment && !r.when.any() || r.serial && !r.isMoment && !r.isTime
	},
	FindingDateOrder: func(_ *Verdict, _ *Finding, r *reading) bool {
		m := &r.when
		return r.isMoment && m.fits[orderDMY] && m.fits[orderMDY] && m.days[orderDMY] != m.days[orderMDY]
	},
	FindingMonths:   func(_ *Verdict, _ *Finding, r *reading) bool { return r.isMoment && r.when.month },
	FindingYearless: func(_ *Verdict, _ *Finding, r *reading) bool { return r.yearless },
	FindingDamagedDigits: func(_ *Verdict, _ *Finding, r *reading) bool {
		return r.kind == sheet.Number && r.isNumber && r.num.magnitude(pointMode) > longDigits
	},
	FindingPercent: func(_ *Verdict, f *Finding, r *reading) bool { // the rarer kind
		signed := len(f.Examples) > 0 && strings.Contains(f.Examples[0], "%")
		return r.isNumber && (r.num.edits&rulePercent != 0) == signed && (signed || r.num.sig > 0 && r.kind != sheet.Percent)
	},
	FindingUnit: func(v *Verdict, _ *Finding, r *reading) bool {
		return v.Type == table.String && r.isNumber && r.num.edits&ruleUnit != 0
	},
	FindingCompared: func(_ *Verdict, _ *Finding, r *reading) bool { return r.isNumber && r.num.compared },
	FindingErrors:   func(_ *Verdict, _ *Finding, r *reading) bool { return r.state == failed },
	FindingSentinel: func(_ *Verdict, f *Finding, r *reading) bool {
		return r.isNumber && slices.Contains(f.Examples, plainFloat(r.num.float(pointMode, new([]byte))))
	},
	FindingSimilar: func(_ *Verdict, f *Finding, r *reading) bool {
		return slices.ContainsFunc(f.Clusters, func(c Cluster) bool {
			return slices.ContainsFunc(c.Levels[1:], func(l Level) bool { return l.Text == string(r.text) })
		})
	},
	FindingMojibake: func(_ *Verdict, _ *Finding, r *reading) bool {
		_, found := mojibake(r.raw)
		return found
	},
	FindingIDCard: func(_ *Verdict, f *Finding, r *reading) bool {
		return f.Severity == Damage && len(r.folded) == idCardLength && idCardDigits(r.folded) && !idCardChecked(r.folded)
	},
	FindingMarkers: func(v *Verdict, _ *Finding, r *reading) bool { return r.state == marked && v.Type == table.String },
}

// Points tells whether the finding points at cells.
func (f *Finding) Points() bool { return pointers[f.Code] != nil }

// Points tells whether some finding points at cells.
func (v *Verdict) Points() bool {
	return slices.ContainsFunc(v.Findings, func(f Finding) bool { return f.Points() })
}

// Flag calls use with each cell of the rows [from, to) that a finding points
// at, given by the row's index in cells and the finding's in Findings.
func (v *Verdict) Flag(cells *table.Cells, from, to int, use func(i, finding int)) {
	var at []int
	for k := range v.Findings {
		if pointers[v.Findings[k].Code] != nil {
			at = append(at, k)
		}
	}
	if len(at) == 0 {
		return
	}
	rd := v.reader()
	if worthCodes(cells, to-from) {
		entries := cells.Entries()
		pointed := make([][]int, entries.Len())
		some := false
		for code := range pointed {
			pointed[code] = v.pointedAt(&rd, at, entries, code)
			some = some || pointed[code] != nil
		}
		for i := from; some && i < to; i++ {
			for _, k := range pointed[cells.Codes[i]] {
				use(i, k)
			}
		}
		return
	}
	for i := from; i < to; i++ {
		for _, k := range v.pointedAt(&rd, at, cells, i) {
			use(i, k)
		}
	}
}

// pointedAt lists the findings, of those at hand, that point at a cell.
func (v *Verdict) pointedAt(rd *reader, at []int, cells *table.Cells, i int) (found []int) {
	kind, raw := cells.At(i)
	if kind == sheet.Empty {
		return nil
	}
	r := rd.cell(kind, raw)
	if r.state == blank {
		return nil
	}
	for _, k := range at {
		f := &v.Findings[k]
		if f.Code != FindingErrors && r.state == failed {
			continue
		}
		if pointers[f.Code](v, f, r) {
			found = append(found, k)
		}
	}
	return found
}
