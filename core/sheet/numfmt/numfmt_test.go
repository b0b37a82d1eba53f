package numfmt_test

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/numfmt"
)

// TestFractions: as Excel shows them, places and all.
func TestFractions(t *testing.T) {
	for _, c := range []struct {
		code  string
		value float64
		want  string
	}{
		{"# ?/?", 0.00046, "0    "}, {"# ?/?", 1.5, "1 1/2"}, {"# ?/?", -1.5, "-1 1/2"}, {"# ?/?", 0.5, " 1/2"}, {"0 ?/?", 0.5, "0 1/2"},
		{`#\ ??/??`, -1.05, "-1  1/20"}, {`#\ ??/??`, -1.03, "-1  1/33"}, {`#\ ??/??`, -1.01, "-1  1/99"}, {`#\ ??/??`, -1, "-1      "},
		{`#\ ???/???`, -1.05, "-1   1/20 "}, {`#\ ?/2`, 1.5, "1 1/2"}, {`#\ ??/16`, -1.05, "-1  1/16"}, {`#\ ??/16`, 1.99, "2      "}, {`#\ ?/10`, 0.3, " 3/10"}, {`#\ ??/100`, -1.05, "-1  5/100"},
		{"?/?", 1.5, "3/2"}, {"?/?", 0, "0/1"}, {`# ?/?;(# ?/?)`, -2.25, "(2 1/4)"}, {`# ?/?" in"`, 2.75, "2 3/4 in"}, {`#\ ??/?????????`, 0.00046296333332685726, " 4051/8750153  "},
	} {
		f := numfmt.New(map[int]string{164: c.code}, []int{164}, false)
		cell := sheet.Cell{}
		cell.Style, cell.Kind = f.Of(0)
		if got := f.Display(cell, strconv.AppendFloat(nil, c.value, 'g', -1, 64)); got != c.want || cell.Kind != sheet.Number {
			t.Errorf("%v in %s is shown as %q, want %q", c.value, c.code, got, c.want)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestAppendNumber: the text reads back as the same number, and is the one
// that .xlsx files have.
func TestAppendNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", math.Copysign(0, -1): "0", 1: "1", -12.5: "-12.5", 0.30000000000000004: "0.30000000000000004", 1e20: "100000000000000000000", 1e21: "1E+21",
		1e-7: "0.0000001", 1.5e-8: "1.5E-08", 123456789012345678: "123456789012345680",
	} {
		if got, ok := numfmt.AppendNumber([]byte("x"), v); !ok || string(got) != "x"+want {
			t.Errorf("%v is spelled %q, want %q", v, got, want)
		}
	}
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if got, ok := numfmt.AppendNumber([]byte("x"), v); ok || string(got) != "x" {
			t.Errorf("%v is spelled %q", v, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.Float64().Draw(t, "number")
		text, ok := numfmt.AppendNumber(nil, v)
		back, err := strconv.ParseFloat(string(text), 64)
		if !ok || err != nil || back != v {
			t.Fatalf("%v is spelled %q: %v", v, text, err)
		}
	})
}
