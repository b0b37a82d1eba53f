package clean

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// codedOf tells a run by its different cells.
func codedOf(plain *table.Cells) *table.Cells {
	var c table.Cells
	at := map[string]uint32{}
	for i := range plain.Len() {
		code, known := at[string(plain.Raw(i))]
		if !known {
			code = uint32(len(at))
			at[string(plain.Raw(i))] = code
			c.Append(plain.At(i))
		}
		c.Codes = append(c.Codes, code)
	}
	return &c
}

// everything is all that cleaning a column tells.
type everything struct {
	Verdict Verdict
	Counts  Counts
	Values  []string
	Changes []string
	Flags   []string
	Err     string
}

func allOf(cells *table.Cells, cuts []int) everything {
	f := NewFacts(Context{}, "x")
	for k := range cuts[1:] {
		f.Observe(cells, cuts[k], cuts[k+1])
	}
	out := everything{Verdict: f.Decide()}
	var v table.Vector
	v.Reset(out.Verdict.Type)
	for k := range cuts[1:] {
		n, err := out.Verdict.Apply(cells, cuts[k], cuts[k+1], &v, func(i int, c Change) {
			out.Changes = append(out.Changes, fmt.Sprintf("%d %d %s %q", i, c.Kind, c.Rule, c.After))
		})
		if err != nil {
			out.Err = err.Error()
		}
		out.Counts.Add(n)
		out.Verdict.Flag(cells, cuts[k], cuts[k+1], func(i, finding int) {
			out.Flags = append(out.Flags, fmt.Sprintf("%d %d", i, finding))
		})
	}
	for i := range v.Len() {
		out.Values = append(out.Values, fmt.Sprintf("%t %s", v.Valid[i], v.AppendText(nil, i)))
	}
	return out
}

// TestCodedCellsComeToTheSame: a column told by its different cells has the verdict,
// the values, the changes and the flags of one told cell by cell.
func TestCodedCellsComeToTheSame(t *testing.T) {
	words := []string{
		"12", "12.5", "1,234", "1,5", "007", "<0.01", "12%", "12 mg", "５６", " 8 ", "-", "无", "NA", "未查", "男", "女", "Yes", "No", "#N/A",
		"2023-05-01", "2023/5/1", "5月1日", "13/02/2024", "2023年5月1日", "12:30", "110101199003074477", "13812345678", "é", "caf\u0065\u0301", "  two  spaces ", "",
	}
	kinds := []sheet.Kind{sheet.Text, sheet.Text, sheet.Text, sheet.Number, sheet.Quoted, sheet.Error, sheet.Date, sheet.Bool}
	rapid.Check(t, func(t *rapid.T) {
		pool := rapid.SliceOfN(rapid.SampledFrom(words), 1, 6).Draw(t, "words")
		few := rapid.SliceOfN(rapid.SampledFrom(kinds), 1, 2).Draw(t, "kinds")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
		var plain table.Cells
		for range rapid.IntRange(1, 900).Draw(t, "rows") {
			switch r.IntN(12) {
			case 0:
				plain.Append(sheet.Empty, nil)
			case 1:
				plain.Append(few[0], fmt.Appendf(nil, "%d", r.IntN(300)))
			default:
				plain.Append(few[r.IntN(len(few))], []byte(pool[r.IntN(len(pool))]))
			}
		}
		n := plain.Len()
		cuts := []int{0, rapid.IntRange(0, n).Draw(t, "cut"), n}
		if diff := cmp.Diff(allOf(&plain, cuts), allOf(codedOf(&plain), cuts)); diff != "" {
			t.Fatal(diff)
		}
	})
}
