package synth_test

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"sheetmill/core/fault"
	"sheetmill/core/synth"
)

type generator struct {
	name  string
	write func(io.Writer) error
	// sum is the SHA-256 of the output. It changes only with the generator or
	// the pinned compressor, and then assets/sample changes too: make assets.
	sum string
}

func generators() []generator {
	return []generator{
		{"sample", synth.Sample,
			"2b4e41053407547e4bb3a23ea1333c895566dda158ff66d37448ac47bbe9e37f"},
		{"reference 400 x 151", func(w io.Writer) error { return synth.Reference(w, synth.ReferenceOptions{Rows: 400, Seed: 7}) },
			"ae01b6d633d4347067e2dbf2192f9e95f5152e59f21ddd70d7ea6c14cc0ac8e7"},
		{"csv 2000 x 50", func(w io.Writer) error { return synth.CSV(w, synth.CSVOptions{Rows: 2000, Seed: 7}) },
			"7f59e6c2fe9ccd1b407247086702d0f6ccceb40e66e4dd49e82e7ebb41686429"},
	}
}

func TestBytesNeverMove(t *testing.T) {
	for _, g := range generators() {
		t.Run(g.name, func(t *testing.T) {
			for range 2 {
				h := sha256.New()
				if err := g.write(h); err != nil {
					t.Fatal(err)
				}
				if got := hex.EncodeToString(h.Sum(nil)); got != g.sum {
					t.Errorf("SHA-256 %s, want %s", got, g.sum)
				}
			}
		})
	}
}

func TestSeedDecides(t *testing.T) {
	var one, two bytes.Buffer
	must(t, synth.CSV(&one, synth.CSVOptions{Rows: 20, Seed: 1}))
	must(t, synth.CSV(&two, synth.CSVOptions{Rows: 20, Seed: 2}))
	if bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two seeds gave the same bytes")
	}
}

func TestReferenceAsExcelReadsIt(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.Reference(&file, synth.ReferenceOptions{Rows: 300, Seed: 1}))
	checkXML(t, file.Bytes())

	book, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	must(t, err)
	defer book.Close()
	rows, err := book.GetRows("检验结果", excelize.Options{RawCellValue: true})
	must(t, err)
	if len(rows) != 301 {
		t.Fatalf("%d rows, want 300 below a header", len(rows))
	}
	if want := []string{"序号", "样本编号", "病历号", "姓名"}; !slices.Equal(rows[0][:4], want) {
		t.Errorf("header starts %q, want %q", rows[0][:4], want)
	}
	if len(rows[0]) != 151 || len(slices.Compact(slices.Sorted(slices.Values(rows[0])))) != 151 {
		t.Errorf("want 151 different headers, got %d", len(rows[0]))
	}
	for cell, want := range map[string]string{"A301": "300", "B301": "LIS00000300", "C301": "0000072100"} {
		if got, err := book.GetCellValue("检验结果", cell); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", cell, got, err, want)
		}
	}

	var sst struct {
		Count  int `xml:"count,attr"`
		Unique int `xml:"uniqueCount,attr"`
		Items  []struct {
			T string `xml:"t"`
		} `xml:"si"`
	}
	must(t, xml.Unmarshal(part(t, file.Bytes(), "xl/sharedStrings.xml"), &sst))
	sheet := part(t, file.Bytes(), "xl/worksheets/sheet1.xml")
	if refs := bytes.Count(sheet, []byte(`t="s"`)); sst.Count != refs || sst.Unique != len(sst.Items) {
		t.Errorf("count %d for %d references, uniqueCount %d for %d items", sst.Count, refs, sst.Unique, len(sst.Items))
	}
	if !bytes.Contains(sheet, []byte(">5.1100000000000003<")) {
		t.Error("numbers do not have Excel's 17 digits")
	}
}

func TestReferenceHasTheSizeOfTheGuide(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.Reference(&file, synth.ReferenceOptions{}))
	sheet := part(t, file.Bytes(), "xl/worksheets/sheet1.xml")
	if got := bytes.Count(sheet, []byte("<c ")); got != 504_340 {
		t.Errorf("%d cells, want 504,340", got)
	}
	if !bytes.Contains(sheet[:1000], []byte(`<dimension ref="A1:EU3340"/>`)) {
		t.Error("the dimension is not A1:EU3340")
	}
}

func TestReferenceScales(t *testing.T) {
	for _, o := range []synth.ReferenceOptions{{Rows: 1, Cols: 1}, {Rows: 1, Cols: 16_384}, {Rows: 3000, Cols: 3}} {
		var file bytes.Buffer
		must(t, synth.Reference(&file, o))
		book, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
		must(t, err)
		rows, err := book.GetRows("检验结果")
		must(t, err)
		must(t, book.Close())
		if len(rows) != o.Rows+1 || len(rows[0]) != o.Cols {
			t.Errorf("%+v gave %d x %d", o, len(rows), len(rows[0]))
		}
	}
}

func TestCSVIsWhole(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.CSV(&file, synth.CSVOptions{Rows: 3000, Cols: 50, Seed: 3}))
	records, err := csv.NewReader(&file).ReadAll() // refuses records of another length
	must(t, err)
	if len(records) != 3001 || len(records[0]) != 50 {
		t.Fatalf("%d x %d", len(records), len(records[0]))
	}
	seen := map[string]bool{}
	for _, record := range records[1:] {
		for _, field := range record {
			for _, dirt := range []string{"\n", `"`, ",", "年", "未查", "N/A", "<"} {
				seen[dirt] = seen[dirt] || strings.Contains(field, dirt)
			}
			seen[""] = seen[""] || field == ""
			seen["full width"] = seen["full width"] || strings.ContainsAny(field, "０１２３４５６７８９")
		}
	}
	for dirt, there := range seen {
		if !there {
			t.Errorf("no field with %q", dirt)
		}
	}
}

func TestSampleShowsEverything(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.Sample(&file))
	checkXML(t, file.Bytes())
	book, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	must(t, err)
	defer book.Close()

	if got := book.GetSheetList(); !slices.Equal(got, []string{"检验结果", "参考范围"}) {
		t.Fatalf("sheets %q", got)
	}
	rows, err := book.GetRows("检验结果", excelize.Options{RawCellValue: true})
	must(t, err)
	groups := slices.DeleteFunc(slices.Clone(rows[3]), func(s string) bool { return s == "" })
	if diff := cmp.Diff([]string{"基本信息", "血常规", "生化", "其他"}, groups); diff != "" {
		t.Error(diff)
	}
	var cells []string
	blankRows := 0
	for _, row := range rows[5:] {
		if len(row) == 0 {
			blankRows++
		}
		cells = append(cells, row...)
	}
	if blankRows < 3 {
		t.Errorf("%d blank rows among the data", blankRows)
	}
	for _, want := range []string{"<0.01", "N/A", "无", "未查", "是", "否", "合计"} {
		if !slices.Contains(cells, want) {
			t.Errorf("no cell %q", want)
		}
	}
	for what, has := range map[string]func(string) bool{
		"full-width digits":   func(s string) bool { return strings.ContainsAny(s, "０１２３４５６７８９") },
		"a date in Chinese":   func(s string) bool { return strings.HasPrefix(s, "2023年") },
		"a date with strokes": func(s string) bool { return strings.HasPrefix(s, "2023/") },
		"thousands marks":     func(s string) bool { return strings.HasPrefix(s, "1,") },
		"leading zeros":       func(s string) bool { return len(s) == 8 && strings.HasPrefix(s, "000") },
	} {
		if !slices.ContainsFunc(cells, has) {
			t.Errorf("no cell with %s", what)
		}
	}
	for cell, want := range map[string]string{"B6": "1", "C6": "1201", "B5": "序号", "L5": "是否空腹"} {
		if got, err := book.GetCellValue("检验结果", cell, excelize.Options{RawCellValue: true}); err != nil || got != want {
			t.Errorf("%s is %q, %v; want %q", cell, got, err, want)
		}
	}
	merged, err := book.GetMergeCells("检验结果")
	must(t, err)
	if len(merged) < 20 {
		t.Errorf("%d merged ranges", len(merged))
	}
}

// TestSampleTotal has another program work out the formula of the totals row.
func TestSampleTotal(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.Sample(&file))
	book, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
	must(t, err)
	defer book.Close()
	total, err := book.SearchSheet("检验结果", "合计")
	must(t, err)
	cell := "X" + strings.TrimPrefix(total[0], "B")
	stored, err := book.GetCellValue("检验结果", cell)
	must(t, err)
	worked, err := book.CalcCellValue("检验结果", cell)
	must(t, err)
	if stored == "" || stored != worked {
		t.Errorf("%s holds %q, its formula gives %q", cell, stored, worked)
	}
}

// TestNobody checks the numbers of persons: right by GB 11643, and nobody's.
func TestNobody(t *testing.T) {
	var file bytes.Buffer
	must(t, synth.CSV(&file, synth.CSVOptions{Rows: 500}))
	records, err := csv.NewReader(&file).ReadAll()
	must(t, err)
	card, phone := slices.Index(records[0], "身份证号"), slices.Index(records[0], "联系电话")
	weights := []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	for _, record := range records[1:] {
		id, _, _ := strings.Cut(record[card], "\n")
		sum := 0
		for i, weight := range weights {
			sum += weight * int(id[i]-'0')
		}
		if len(id) != 18 || id[:2] != "99" || id[17] != "10X98765432"[sum%11] {
			t.Errorf("identity card %q", id)
		}
		if number, _, _ := strings.Cut(record[phone], "\n"); len(number) != 11 || number[:3] != "100" {
			t.Errorf("telephone %q", number)
		}
	}
}

func TestWrongSizesAreRefused(t *testing.T) {
	for name, err := range map[string]error{
		"too many rows":    synth.Reference(io.Discard, synth.ReferenceOptions{Rows: 1_048_576}),
		"too many columns": synth.Reference(io.Discard, synth.ReferenceOptions{Cols: 16_385}),
		"negative rows":    synth.CSV(io.Discard, synth.CSVOptions{Rows: -1}),
		"negative columns": synth.CSV(io.Discard, synth.CSVOptions{Cols: -1}),
	} {
		if !fault.Is(err, fault.Usage) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWriteErrorsComeBack(t *testing.T) {
	for _, g := range generators() {
		full := errors.New("disk full")
		if err := g.write(&failing{after: 20_000, err: full}); !errors.Is(err, full) {
			t.Errorf("%s: %v", g.name, err)
		}
	}
}

type failing struct {
	after int
	err   error
}

func (f *failing) Write(b []byte) (int, error) {
	if f.after -= len(b); f.after < 0 {
		return 0, f.err
	}
	return len(b), nil
}

// checkXML reads every part to its end as XML.
func checkXML(t *testing.T, file []byte) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	if z.File[0].Name != "[Content_Types].xml" {
		t.Errorf("first part is %s", z.File[0].Name)
	}
	for _, f := range z.File {
		decoder := xml.NewDecoder(bytes.NewReader(part(t, file, f.Name)))
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
	}
}

func part(t *testing.T, file []byte, name string) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	must(t, err)
	f, err := z.Open(name)
	must(t, err)
	defer f.Close()
	b, err := io.ReadAll(f)
	must(t, err)
	return b
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func BenchmarkCSV(b *testing.B) {
	var count counter
	for b.Loop() {
		if err := synth.CSV(&count, synth.CSVOptions{Rows: 20_000}); err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(int64(count) / int64(b.N))
}

func BenchmarkReference(b *testing.B) {
	for b.Loop() {
		if err := synth.Reference(io.Discard, synth.ReferenceOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

type counter int64

func (c *counter) Write(b []byte) (int, error) { *c += counter(len(b)); return len(b), nil }
