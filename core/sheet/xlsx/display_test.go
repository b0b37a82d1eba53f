package xlsx_test

import (
	"bytes"
	"context"
	"io"
	"testing"

	"sheetmill/core/sheet"
	"sheetmill/core/sheet/xlsx"
)

// showCell is how a number or other value is shown under a format code, and
// its kind.
func showCell(t *testing.T, code, cell string) (string, sheet.Kind) {
	t.Helper()
	return firstCell(t, workbook(data(`<row>`+cell+`</row>`)).styles(code))
}

// firstCell is how the first cell of a workbook is shown, and its kind.
func firstCell(t *testing.T, p parts) (string, sheet.Kind) {
	t.Helper()
	book, err := xlsx.Open(context.Background(), bytes.NewReader(p.zip(t)), sheet.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows(context.Background(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var batch sheet.Batch
	if err := rows.Next(context.Background(), &batch); err != nil {
		t.Fatal(err)
	}
	c := batch.Cells[0]
	shown := book.Display(c, batch.Text(c))
	if err := rows.Next(context.Background(), &batch); err != io.EOF {
		t.Fatal(err)
	}
	return shown, c.Kind
}

// TestDisplayGeneral: as Excel shows these numbers in a wide column.
func TestDisplayGeneral(t *testing.T) {
	for value, want := range map[string]string{
		"0": "0", "-0": "0", "1": "1", "-1.5": "-1.5", "0.1": "0.1", "0.30000000000000004": "0.3",
		"12345678901": "12345678901", "123456789012": "1.23457E+11", "-123456789012": "-1.23457E+11",
		"1E+20": "1E+20", "99999999999.9": "1E+11", "1234.56789012": "1234.56789", "0.1234567891234": "0.123456789",
		"0.0001234567890": "0.000123457", "0.00001": "0.00001", "0.00001234567": "1.23457E-05", "1e-10": "1E-10",
		"1.3333332600000001": "1.33333326", "123456789.987": "123456790", "1234567.8987654": "1234567.899",
		"1e999": "1e999",
	} {
		if got, _ := showCell(t, "General", `<c><v>`+value+`</v></c>`); got != want {
			t.Errorf("%s is shown as %s, want %s", value, got, want)
		}
	}
}

func TestDisplayFormats(t *testing.T) {
	for _, c := range []struct{ code, value, want string }{
		{"0.00", "1.5", "1.50"},
		{"0%", "0.5", "50%"},
		{"00000", "42", "00042"},
		{"yyyy-mm-dd", "45351", "2024-02-29"},
		{"yyyy-mm-dd", "1", "1900-01-01"}, {"yyyy-mm-dd", "59", "1900-02-28"}, {"yyyy-mm-dd", "60", "1900-02-29"}, {"yyyy-mm-dd", "61", "1900-03-01"},
		{`yyyy"年"m"月"d"日"`, "45351", "2024年2月29日"},
		{"[h]:mm", "1.5", "36:00"},
		{"@", "0.30000000000000004", "0.3"},
		{"G/通用格式", "0.30000000000000004", "0.3"},
		{`[>999999]0.0,,"M";[>999]0,"K";0`, "1200000", "1.2M"},
		{`[>999999]0.0,,"M";[>999]0,"K";0`, "1200", "1K"},
		{`[>999999]0.0,,"M";[>999]0,"K";0`, "12", "12"},
		{`[Red][<0]"neg";"pos"`, "-1", "neg"},
	} {
		if got, _ := showCell(t, c.code, `<c s="1"><v>`+c.value+`</v></c>`); got != c.want {
			t.Errorf("%s in %s is shown as %q, want %q", c.value, c.code, got, c.want)
		}
	}
	for cell, want := range map[string]string{
		`<c t="b"><v>1</v></c>`:                "TRUE",
		`<c t="b"><v>0</v></c>`:                "FALSE",
		`<c t="e"><v>#N/A</v></c>`:             "#N/A",
		`<c t="d" s="1"><v>2024-02-29</v></c>`: "2024-02-29",
		`<c t="str" s="1"><v>0.5</v></c>`:      "0.5",
		`<c s="99"><v>1.50</v></c>`:            "1.5",
		`<c s="-1"><v>1.50</v></c>`:            "1.5",
		`<c s="1"><v>123456789012345</v></c>`:  "12345678901234500%",
	} {
		if got, _ := showCell(t, "0%", cell); got != want {
			t.Errorf("%s is shown as %q, want %q", cell, got, want)
		}
	}
}

func TestKinds(t *testing.T) {
	for code, want := range map[string]sheet.Kind{
		"General": sheet.Number, "0": sheet.Number, "0.00": sheet.Number, "#,##0": sheet.Number, "@": sheet.Number, "": sheet.Number,
		"0.00E+00": sheet.Number, "# ?/?": sheet.Number, `_(* #,##0.00_);_(* \(#,##0.00\);_(* "-"??_);_(@_)`: sheet.Number,
		"G/通用格式": sheet.Number, `G/通用格式"天"`: sheet.Number, `"yyyy"0`: sheet.Number, `[Red]0`: sheet.Number, `\d0`: sheet.Number, `[$€-407] 0`: sheet.Number,
		`[DBNum1][$-804]General`: sheet.Number, `0"h"`: sheet.Number, `0.0"s"`: sheet.Number, ";;;": sheet.Number, "000.0": sheet.Number, "0,000": sheet.Number, "#00": sheet.Number,
		`[$USD] #,##0`: sheet.Number, `[=1]"yes";[=0]"no";0`: sheet.Number,
		"0%": sheet.Percent, "0.00%": sheet.Percent, `0.0\%`: sheet.Number, `#,##0.0%;[Red]-0%`: sheet.Percent,
		"00": sheet.Padded, "00000": sheet.Padded, "000-00-0000": sheet.Padded, `[Blue]0000`: sheet.Padded, "0000;@": sheet.Padded,
		"yyyy-mm-dd": sheet.Date, "m/d/yy": sheet.Date, "d-mmm": sheet.Date, "mmm-yy": sheet.Date, "dddd": sheet.Date, "m": sheet.Date, "mmmmm": sheet.Date,
		`yyyy"年"m"月"d"日"`: sheet.Date, `[$-804]yyyy"年"m"月"`: sheet.Date, `[$-F800]dddd\,\ mmmm\ dd\,\ yyyy`: sheet.Date, "aaaa": sheet.Date, `[$-411]ggge"年"`: sheet.Date,
		"yyyy/m/d;@": sheet.Date, "YYYY-MM-DD": sheet.Date, "e/m/d": sheet.Date, `""yyyy`: sheet.Date, "yyyy年m月d日": sheet.Date,
		"yyyy-mm-dd hh:mm:ss": sheet.DateTime, "m/d/yy h:mm": sheet.DateTime, `yyyy"年"m"月"d"日" h"时"mm"分"`: sheet.DateTime, "d h": sheet.DateTime, "dd.mm.yyyy hh:mm AM/PM": sheet.DateTime,
		"h:mm": sheet.Time, "hh:mm:ss": sheet.Time, "mm:ss": sheet.Time, "mm:ss.0": sheet.Time, "h:mm AM/PM": sheet.Time, `上午/下午h"时"mm"分"`: sheet.Time, "[$-F400]h:mm:ss AM/PM": sheet.Time, "ss": sheet.Time, "h:mm A/P": sheet.Time,
		"[h]:mm": sheet.Duration, "[hh]:mm:ss": sheet.Duration, "[mm]:ss": sheet.Duration, "[ss]": sheet.Duration, "[H]": sheet.Duration,
		"mm/dd hh:mm": sheet.DateTime, "hh:mm mm/dd": sheet.DateTime,
	} {
		if _, got := showCell(t, code, `<c s="1"><v>1</v></c>`); got != want {
			t.Errorf("%s is %c, want %c", code, got, want)
		}
	}
}

// TestDisplayBuiltin: formats that files name by id only.
func TestDisplayBuiltin(t *testing.T) {
	for _, c := range []struct{ id, value, want string }{
		{"0", "0.30000000000000004", "0.3"}, {"1", "1.6", "2"}, {"2", "1.5", "1.50"}, {"3", "1234.5", "1,235"}, {"4", "1234.5", "1,234.50"},
		{"9", "0.25", "25%"}, {"10", "0.25", "25.00%"}, {"11", "12345", "1.23E+04"}, {"12", "1.5", "1 1/2"},
		{"14", "45351", "2/29/24"}, {"15", "45351", "29-Feb-24"}, {"20", "0.75", "18:00"}, {"21", "0.75", "18:00:00"}, {"22", "45351.75", "2/29/24 18:00"},
		{"31", "45351", "2024年2月29日"}, {"57", "45351", "2024年2月"}, {"58", "45351", "2月29日"}, {"32", "0.75", "18时00分"},
		{"45", "0.5", "00:00"}, {"46", "1.5", "36:00:00"}, {"49", "1.5", "1.5"}, {"163", "1.5000000000000002", "1.5"}, {"23", "2", "2"},
	} {
		p := workbook(data(`<row><c s="0"><v>`+c.value+`</v></c></row>`)).with("xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="`+c.id+`"/></cellXfs></styleSheet>`)
		if got, _ := firstCell(t, p); got != c.want {
			t.Errorf("%s in format %s is shown as %q, want %q", c.value, c.id, got, c.want)
		}
	}
}

func TestBuiltinKinds(t *testing.T) {
	for id, want := range map[string]sheet.Kind{
		"0": sheet.Number, "1": sheet.Number, "9": sheet.Percent, "10": sheet.Percent, "14": sheet.Date, "17": sheet.Date, "18": sheet.Time, "21": sheet.Time, "22": sheet.DateTime,
		"27": sheet.Date, "31": sheet.Date, "32": sheet.Time, "34": sheet.Time, "36": sheet.Date, "37": sheet.Number, "44": sheet.Number, "45": sheet.Time, "46": sheet.Duration, "47": sheet.Time,
		"48": sheet.Number, "49": sheet.Number, "50": sheet.Date, "55": sheet.Time, "57": sheet.Date, "58": sheet.Date, "59": sheet.Number, "160": sheet.Number, "x": sheet.Number, "-14": sheet.Number,
	} {
		p := workbook(data(`<row><c s="0"><v>1</v></c></row>`)).with("xl/styles.xml", `<styleSheet><cellXfs><xf numFmtId="`+id+`"/></cellXfs></styleSheet>`)
		cells, _, err := readParts(t, p)
		if err != nil {
			t.Fatal(err)
		}
		if cells[0].Kind != want {
			t.Errorf("%s is %c, want %c", id, cells[0].Kind, want)
		}
	}
}
