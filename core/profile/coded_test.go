package profile

import (
	"fmt"
	"math/rand/v2"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sheetmill/core/table"
)

// codedOf tells a run by its different values.
func codedOf(v *table.Vector) *table.Coded {
	c := &table.Coded{}
	c.Values.Reset(v.Type)
	at := map[string]uint32{}
	for i, ok := range v.Valid {
		text := string(v.AppendText(nil, i))
		code, known := at[text]
		if ok && !known {
			code = uint32(len(at))
			at[text] = code
			switch v.Type {
			case table.String:
				c.Values.AppendString(v.StringAt(i))
			case table.Float:
				c.Values.AppendFloat(v.Floats[i])
			default:
				c.Values.AppendInt(v.Ints[i])
			}
		}
		if !ok {
			code = 1 << 30
		}
		c.Codes = append(c.Codes, code)
	}
	for i, code := range c.Codes {
		if code == 1<<30 {
			c.Codes[i] = uint32(len(at))
		}
	}
	return c
}

// TestCodedRunsComeToTheSame cuts a column into runs, some of them told by their
// different values, and compares it with the same rows in one run.
func TestCodedRunsComeToTheSame(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		typ := rapid.SampledFrom([]table.Type{table.Integer, table.Float, table.Date, table.DateTime, table.Time, table.String}).Draw(rt, "type")
		different := rapid.SampledFrom([]int{1, 3, 40, 5000}).Draw(rt, "different")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 0))
		whole, parts := NewColumn("x", typ), NewColumn("x", typ)
		var all table.Vector
		all.Reset(typ)
		for range rapid.IntRange(1, 6).Draw(rt, "runs") {
			var v table.Vector
			v.Reset(typ)
			for range r.IntN(2000) {
				x := int64(r.IntN(different)) - 20
				for _, to := range []*table.Vector{&v, &all} {
					switch {
					case x%11 == 0:
						to.AppendMissing()
					case typ == table.String:
						to.AppendString(fmt.Appendf(nil, "%d岁", x))
					case typ == table.Float:
						to.AppendFloat(float64(x) / 7)
					default:
						to.AppendInt(x)
					}
				}
			}
			if rapid.Bool().Draw(rt, "coded") {
				parts.AddCoded(codedOf(&v))
			} else {
				parts.Add(&v)
			}
		}
		whole.Add(&all)
		if diff := gocmp.Diff(whole.Done(), parts.Done()); diff != "" {
			rt.Fatal(diff)
		}
	})
}
