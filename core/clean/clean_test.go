package clean

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// cell is a dirty cell and what must become of it.
type cell struct {
	kind             sheet.Kind
	raw, value, rule string
}

type column struct {
	line             int
	typ, order, name string
	title            string
	options          Options
	part             Part
	findings         []string
	cells            []cell
}

// readTruth reads the truth set, testdata/*.txt; the format stands at the top
// of truth.txt.
func readTruth(t *testing.T) (columns []column) {
	t.Helper()
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no truth set", err)
	}
	for _, name := range files {
		columns = append(columns, readTruthFile(t, name)...)
	}
	return columns
}

func readTruthFile(t *testing.T, name string) []column {
	t.Helper()
	file, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	var columns []column
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		switch {
		case line == "" || line[0] == '#' && !strings.HasPrefix(line, "# |"):
		case strings.HasPrefix(line, "== "):
			head, title, _ := strings.Cut(line[3:], ": ")
			head, name, _ := strings.Cut(head, ", ")
			typ, order, _ := strings.Cut(head, " ")
			title, options, _ := strings.Cut(strings.TrimSuffix(title, "}"), " {")
			c := column{line: n, typ: typ, order: order, name: name, title: title}
			c.options, c.part = readOptions(t, name, options)
			columns = append(columns, c)
		case strings.HasPrefix(line, "! "):
			c := &columns[len(columns)-1]
			c.findings = append(c.findings, line[2:])
		default:
			part := strings.SplitN(line, "|", 4)
			if len(part) != 4 {
				t.Fatalf("%s:%d: %q has not four parts", file.Name(), n, line)
			}
			c := &columns[len(columns)-1]
			c.cells = append(c.cells, cell{
				kind: sheet.Kind(strings.TrimSpace(part[0])[0]), raw: unescape(t, n, part[1]),
				value: unescape(t, n, part[2]), rule: strings.TrimSpace(part[3]),
			})
		}
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	return columns
}

// readOptions reads what stands in braces after a column's title.
func readOptions(t *testing.T, name, s string) (o Options, part Part) {
	t.Helper()
	for option := range strings.SplitSeq(s, "; ") {
		word, value, _ := strings.Cut(option, " ")
		switch word {
		case "":
		case "type":
			o.Types = map[string]table.Type{name: table.Type(value)}
		case "off":
			o.Off = append(o.Off, value)
		case "order":
			o.DateOrder = value
		case "repair":
			o.Repair = []string{name}
		case "recode":
			if o.Recode == nil {
				o.Recode = map[string]map[string]*string{name: {}}
			}
			from, to, _ := strings.Cut(value, "=")
			if o.Recode[name][from] = nil; to != "" {
				o.Recode[name][from] = &to
			}
		case "part":
			part = Part(value)
		case "strict":
			o.Strict = true
		case "set":
			if o.Settings == nil {
				o.Settings = map[string]string{}
			}
			key, value, _ := strings.Cut(value, "=")
			o.Settings[key] = value
		default:
			t.Fatalf("%q is no option", option)
		}
	}
	if err := o.Check(); err != nil {
		t.Fatal(err)
	}
	return o, part
}

// unescape takes the one space off either side and reads Go's escapes.
func unescape(t *testing.T, line int, s string) string {
	t.Helper()
	s = strings.TrimSuffix(strings.TrimPrefix(s, " "), " ")
	out, err := strconv.Unquote(`"` + strings.ReplaceAll(s, `"`, `\"`) + `"`)
	if err != nil {
		t.Fatalf("line %d: %q: %v", line, s, err)
	}
	return out
}

// cleaned is a column after Decide and Apply.
type cleaned struct {
	verdict Verdict
	counts  Counts
	out     table.Vector
	rules   []string
}

func (c *cleaned) value(i int) string { return string(c.out.AppendText(nil, i)) }

// run cleans a column in one go and holds what must hold for every column.
func run(ctx Context, name string, cells *table.Cells) (*cleaned, error) {
	f := NewFacts(ctx, name)
	f.Observe(cells, 0, cells.Len())
	c := &cleaned{verdict: f.Decide(), rules: make([]string, cells.Len())}
	if err := c.apply(cells); err != nil {
		return c, err
	}
	return c, nil
}

func (c *cleaned) apply(cells *table.Cells) error {
	c.out.Reset(c.verdict.Type)
	var tally Counts
	var wrong error
	var err error
	c.counts, err = c.verdict.Apply(cells, 0, cells.Len(), &c.out, func(i int, ch Change) {
		c.rules[i] = ch.Rule
		kind, raw := cells.At(i)
		switch ch.Kind {
		case Changed:
			tally.Changed++
			if string(ch.After) != c.value(i) {
				wrong = fmt.Errorf("row %d: after is %q, the value is %q", i, ch.After, c.value(i))
			}
		case SetMissing:
			tally.Missing++
			if ch.After != nil || c.out.Valid[i] {
				wrong = fmt.Errorf("row %d: %c %q is missing and has a value", i, kind, raw)
			}
		}
		if ch.Rule == "" {
			wrong = fmt.Errorf("row %d: %c %q changed without a rule", i, kind, raw)
		}
	})
	if err != nil {
		return err
	}
	if c.counts.Cells != c.counts.Kept+c.counts.Changed+c.counts.Missing || c.counts.Changed != tally.Changed || c.counts.Missing != tally.Missing {
		return fmt.Errorf("%+v does not reconcile with %+v", c.counts, tally)
	}
	if c.out.Len() != cells.Len() {
		return fmt.Errorf("%d rows became %d", cells.Len(), c.out.Len())
	}
	present := int64(0)
	for i := range cells.Len() {
		kind, raw := cells.At(i)
		if kind != sheet.Empty {
			present++
		} else if c.out.Valid[i] {
			return fmt.Errorf("row %d: a value from no cell", i)
		}
		if kind != sheet.Empty && c.rules[i] == "" && c.verdict.Type == table.String && kind == sheet.Text && c.value(i) != string(raw) {
			return fmt.Errorf("row %d: %q became %q and is called kept", i, raw, c.value(i))
		}
	}
	if present != c.counts.Cells {
		return fmt.Errorf("%d of %d cells were counted", c.counts.Cells, present)
	}
	return wrong
}

// truthFloor is how many pairs the truth set has at least. It only rises.
const truthFloor = 850

func TestTruth(t *testing.T) {
	columns := readTruth(t)
	pairs := 0
	for _, col := range columns {
		t.Run(fmt.Sprintf("%d %s", col.line, col.title), func(t *testing.T) {
			var cells table.Cells
			for _, c := range col.cells {
				cells.Append(c.kind, []byte(c.raw))
			}
			got, err := run(Context{Options: col.options, Part: col.part, Of: col.name}, col.name, &cells)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range col.findings {
				if !slices.ContainsFunc(got.verdict.Findings, func(f Finding) bool { return fmt.Sprint(f.Code, " ", f.Count) == want }) {
					t.Errorf("no finding %s, but %v", want, got.verdict.Findings)
				}
			}
			if string(got.verdict.Type) != col.typ || got.verdict.Order != col.order {
				t.Fatalf("is %s %s, want %s %s: %s", got.verdict.Type, got.verdict.Order, col.typ, col.order, got.verdict.Reason)
			}
			if got.verdict.Reason.IsZero() {
				t.Error("no reason")
			}
			for i, c := range col.cells {
				value := got.value(i)
				if !got.out.Valid[i] {
					value = "."
				}
				if value != c.value || got.rules[i] != c.rule {
					t.Errorf("%c %q became %q by %q, want %q by %q", c.kind, c.raw, value, got.rules[i], c.value, c.rule)
				}
			}
		})
		pairs += len(col.cells)
	}
	t.Logf("%d cells in %d columns", pairs, len(columns))
	if pairs < truthFloor {
		t.Errorf("the truth set has %d pairs, want %d", pairs, truthFloor)
	}
}

func TestDate1904(t *testing.T) {
	var cells table.Cells
	for _, s := range []string{"0", "1", "43585"} {
		cells.Append(sheet.Date, []byte(s))
	}
	got, err := run(Context{Date1904: true}, "", &cells)
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"1904-01-01", "1904-01-02", "2023-05-01"} {
		if got.value(i) != want {
			t.Errorf("serial day %d is %s, want %s", i, got.value(i), want)
		}
	}
}

// TestLastRow holds that one value in the last row decides, however many
// there are before it.
func TestLastRow(t *testing.T) {
	const rows = 200_000
	for _, test := range []struct {
		most, last string
		before     table.Type
		after      table.Type
	}{
		{"12", "x", table.Integer, table.String},
		{"12", "1.5", table.Integer, table.Float},
		{"12", "007", table.Integer, table.String},
		{"12", "123456789012345678", table.Integer, table.String},
		{"01/02/2023", "13/02/2023", table.String, table.Date},
		{"2023-05-01", "2023-02-30", table.Date, table.String},
		{"2023-05-01", "2023-05-01 10:00", table.Date, table.DateTime},
		{"1,234", "0,5", table.Integer, table.Float},
		{"NA", "无", table.Empty, table.String},
	} {
		var cells table.Cells
		for range rows {
			cells.Append(sheet.Text, []byte(test.most))
		}
		if got, err := run(Context{}, "", &cells); err != nil || got.verdict.Type != test.before {
			t.Errorf("%q is %s, want %s (%v)", test.most, got.verdict.Type, test.before, err)
		}
		cells.Append(sheet.Text, []byte(test.last))
		if got, err := run(Context{}, "", &cells); err != nil || got.verdict.Type != test.after {
			t.Errorf("%q and one %q are %s, want %s (%v)", test.most, test.last, got.verdict.Type, test.after, err)
		}
	}
}

// TestFindings holds which finding each trouble gives.
func TestFindings(t *testing.T) {
	for _, test := range []struct {
		cells string
		code  string
		count int64
	}{
		{"1|2|3|x", FindingMixedNumbers, 1},
		{"2023-01-01|2023-01-02|soon", FindingMixedDates, 1},
		{"2023-02-30|2023-01-02", FindingImpossibleDate, 1},
		{"01/02/2023|03/04/2023", FindingDateOrder, 2},
		{"2023-01|2023-02", FindingMonths, 2},
		{"2023-05-01T08:30:00Z|2023-05-01T08:30:00+08:00", FindingZones, 2},
		{"1:20|1:40", FindingRatio, 2},
		{"1,234|5678", FindingDecimalMark, 1},
		{"007|12", FindingLeadingZeros, 1},
		{"123456789012345678|1", FindingLongDigits, 1},
		{"13812345678|13912345678", FindingPhone, 2},
		{"5%|0.5", FindingPercent, 1},
		{"$5|€5", FindingCurrency, 2},
		{"$5|$6", FindingCurrency, 2},
		{"5 mg|6 g", FindingUnit, 2},
		{"5 mg|6 mg", FindingUnit, 2},
		{"(1)|(2)", FindingParentheses, 2},
		{"<0.01|5", FindingCompared, 1},
		{"5|#DIV/0!", FindingErrors, 1},
		{"a|无", FindingMarkers, 1},
	} {
		var cells table.Cells
		for s := range strings.SplitSeq(test.cells, "|") {
			cells.Append(sheet.Text, []byte(s))
		}
		got, err := run(Context{}, "", &cells)
		if err != nil {
			t.Error(err)
			continue
		}
		found := false
		for _, f := range got.verdict.Findings {
			if f.Code != test.code {
				continue
			}
			found = true
			if f.Count != test.count || strings.ContainsAny(f.Text.String(), "{}") || !strings.HasSuffix(f.Text.String(), ".") {
				t.Errorf("%s: %d: %s", test.cells, f.Count, f.Text)
			}
		}
		if !found {
			t.Errorf("%s: no finding %s, but %v", test.cells, test.code, got.verdict.Findings)
		}
	}
}

// TestReplay holds that a verdict converts the same after it was stored.
func TestReplay(t *testing.T) {
	for _, col := range readTruth(t) {
		var cells table.Cells
		for _, c := range col.cells {
			cells.Append(c.kind, []byte(c.raw))
		}
		first, err := run(Context{Options: col.options, Part: col.part, Of: col.name}, col.name, &cells)
		if err != nil {
			t.Fatal(err)
		}
		stored, err := json.Marshal(first.verdict)
		if err != nil {
			t.Fatal(err)
		}
		again := &cleaned{rules: make([]string, cells.Len())}
		if err := json.Unmarshal(stored, &again.verdict); err != nil {
			t.Fatal(err)
		}
		if err := again.apply(&cells); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(first.out, again.out); diff != "" {
			t.Errorf("%s: %s", col.title, diff)
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	var numbers, texts table.Cells
	numbers.Append(sheet.Text, []byte("1"))
	texts.Append(sheet.Text, []byte("x"))
	f := NewFacts(Context{}, "")
	f.Observe(&numbers, 0, 1)
	v := f.Decide()
	var out table.Vector
	out.Reset(v.Type)
	if _, err := v.Apply(&texts, 0, 1, &out, nil); err == nil || out.Len() != 0 {
		t.Errorf("a text was taken for a number: %v", err)
	}
	out.Reset(table.String)
	if _, err := v.Apply(&numbers, 0, 1, &out, nil); err == nil {
		t.Error("numbers went into a vector of texts")
	}
}

// TestParallel holds that a verdict converts several runs at once.
func TestParallel(t *testing.T) {
	var cells table.Cells
	for i := range 4000 {
		cells.Append(sheet.Text, fmt.Appendf(nil, "¥%d,%03d.50", 1+i, i%1000))
	}
	whole, err := run(Context{}, "", &cells)
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]table.Vector, 4)
	errs := make([]error, len(parts))
	var wg sync.WaitGroup
	for p := range parts {
		parts[p].Reset(whole.verdict.Type)
		wg.Go(func() {
			_, errs[p] = whole.verdict.Apply(&cells, 1000*p, 1000*(p+1), &parts[p], func(int, Change) {})
		})
	}
	wg.Wait()
	var joined []float64
	for p := range parts {
		if errs[p] != nil {
			t.Error(errs[p])
		}
		joined = append(joined, parts[p].Floats...)
	}
	if diff := cmp.Diff(whole.out.Floats, joined); diff != "" {
		t.Error(diff)
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{"Hotel": false, "Tel. 1": true, "PhoneNumber": true, "联系电话": true, "telomere": false, "": false} {
		if got := NewFacts(Context{}, name).named(phoneNames); got != want {
			t.Errorf("%q names a telephone: %v", name, got)
		}
	}
}
