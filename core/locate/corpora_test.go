package locate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
	"sheetmill/core/sheet/delim"
	"sheetmill/core/testenv"
)

// floors are the least F1 of each class of lines, per collection. They only
// rise. What people call derived is mostly told by meaning ("United States"),
// and most groups of cius are rows of data with a state's name; so few of these are found.
var floors = map[string]map[string]float64{
	"cius": {"header": 0.996, "metadata": 0.996, "data": 0.992, "notes": 0.992, "derived": 0.43},
	"saus": {"header": 0.986, "metadata": 0.982, "data": 0.983, "notes": 0.981, "derived": 0.18, "group": 0.91},
}

// score counts lines of one class.
type score struct{ hit, extra, missed int }

func (s score) precision() float64 { return float64(s.hit) / float64(max(1, s.hit+s.extra)) }
func (s score) recall() float64    { return float64(s.hit) / float64(max(1, s.hit+s.missed)) }
func (s score) f1() float64        { return float64(2*s.hit) / float64(max(1, 2*s.hit+s.extra+s.missed)) }

// TestLineClasses compares each line's part in the layout with what people
// said of it. The collections' blank lines are not asked about.
func TestLineClasses(t *testing.T) {
	dir := filepath.Join(testenv.Corpora(t), "structure")
	labels := map[string]map[string][]string{}
	raw, err := os.ReadFile(filepath.Join(dir, "lines.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &labels); err != nil {
		t.Fatal(err)
	}
	for _, collection := range sortedKeys(floors) {
		scores := map[string]*score{}
		wrong := 0
		for _, name := range sortedKeys(labels[collection]) {
			layout := locateFile(t, filepath.Join(dir, collection, name))
			got := lineClasses(layout, len(labels[collection][name]))
			if !count(scores, labels[collection][name], got) {
				wrong++
				t.Logf("%s: %s: header lines differ", collection, name)
			}
		}
		for _, class := range sortedKeys(scores) {
			s := scores[class]
			t.Logf("%s %-8s precision %.3f, recall %.3f, F1 %.3f of %d lines", collection, class, s.precision(), s.recall(), s.f1(), s.hit+s.missed)
		}
		t.Logf("%s: header lines differ in %d of %d files", collection, wrong, len(labels[collection]))
		for class, floor := range floors[collection] {
			if got := scores[class].f1(); got < floor {
				t.Errorf("%s: %s lines at F1 %.4f, below the floor %.3f", collection, class, got, floor)
			}
		}
	}
}

// lineClasses says of each line what it is to the layout: what it is to any of
// its tables before what stands between them.
func lineClasses(l locate.Layout, lines int) []string {
	classes := make([]string, lines)
	put := func(from, to int64, class string) {
		for row := max(from, 1); row <= min(to, int64(lines)); row++ {
			classes[row-1] = class
		}
	}
	for i, table := range l.Tables {
		if i == 0 {
			put(1, table.Range.FirstRow-1, "metadata")
		}
		put(table.Range.LastRow+1, int64(lines), "notes")
	}
	for _, table := range l.Tables {
		put(table.FirstDataRow, table.LastDataRow, "data")
		for _, row := range table.HeaderRows {
			put(row, row, "header")
		}
		for _, skipped := range table.Skipped {
			class := map[string]string{locate.WhyTotals: "derived", locate.WhyRepeatedHeader: "header", locate.WhyGroup: "group"}[skipped.Why]
			put(skipped.Row, skipped.Row, class)
		}
	}
	return classes
}

// count adds a file's lines to the scores and tells whether its header is right.
func count(scores map[string]*score, want, got []string) bool {
	right := true
	for i, w := range want {
		if w == "empty" {
			continue
		}
		for _, class := range []string{w, got[i]} {
			if scores[class] == nil {
				scores[class] = &score{}
			}
		}
		if w == got[i] {
			scores[w].hit++
			continue
		}
		right = right && w != "header" && got[i] != "header"
		scores[w].missed++
		scores[got[i]].extra++
	}
	return right
}

func locateFile(t *testing.T, path string) locate.Layout {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	book, err := delim.Open(t.Context(), bytes.NewReader(content), sheet.Options{Name: filepath.Base(path)})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.Rows(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var sketch locate.Sketch
	var batch sheet.Batch
	for {
		err := rows.Next(t.Context(), &batch)
		if errors.Is(err, io.EOF) {
			return sketch.Decide(rows.Facts(), locate.Options{})
		}
		if err != nil {
			t.Fatal(err)
		}
		sketch.Observe(&batch)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
