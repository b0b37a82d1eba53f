package locate

import (
	"testing"

	"pgregory.net/rapid"

	"sheetmill/core/sheet"
)

func TestClassify(t *testing.T) {
	for want, texts := range map[class][]string{
		blank:  {"", " ", "\u00a0", "\u3000"},
		absent: {"-", "--", "…", "(NA)", "n/a", "N.A.", "NaN", "null", "(X)", "[D]", "…"},
		words:  {"name", "数", "May be", "1,000 tons", "2000 (1,000)", "30 to 59 years", "x", "第1次 检查", "Number 5", "1 2 3"},
		code:   {"P001", "20-29", "C50.9", "2003-05", "1/2", "A1:B2", "6.5万"},
		number: {"1", "-1.5", "1,234.50", "1 234 567", "12%", "$5", "(1,000)", "<0.5", "≥60", "1e5", "1.5E-7", "５．１", "¥12", "2008.0", "+3"},
		moment: {"2023-01-02", "2023/1/2 10:30", "2023-01-02T10:30:00Z", "2023年1月2日", "12-Jan-2020", "Jan 5, 2020", "10:30", "3:00 PM", "31.12.2020 10:15:00"},
		truth:  {"true", "FALSE"},
	} {
		for _, text := range texts {
			if got := classify(sheet.Text, []byte(text)); got != want {
				t.Errorf("%q is class %d, want %d", text, got, want)
			}
		}
	}
	for kind, want := range map[sheet.Kind]class{
		sheet.Empty: blank, sheet.Number: number, sheet.Percent: number, sheet.Padded: number, sheet.Date: moment,
		sheet.Duration: moment, sheet.ISODate: moment, sheet.Bool: truth, sheet.Error: absent,
	} {
		if got := classify(kind, []byte("1")); got != want {
			t.Errorf("kind %c is class %d, want %d", kind, got, want)
		}
	}
}

// TestClassesRemembered: a class is the same however it is come by, first and again.
func TestClassesRemembered(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s Sketch
		texts := rapid.SliceOfN(rapid.OneOf(rapid.StringN(0, 12, 20), rapid.StringMatching(`[0-9.,\-/:% a-c]{0,18}`)), 1, 30).Draw(t, "texts")
		for range 2 {
			for _, text := range texts {
				for _, kind := range []sheet.Kind{sheet.Text, sheet.Quoted, sheet.Number, sheet.Empty} {
					if got, want := s.classify(kind, []byte(text)), classify(kind, []byte(text)); got != want {
						t.Fatalf("%q of kind %c is of class %d, not %d", text, kind, got, want)
					}
				}
			}
		}
	})
}
