package delim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"sort"
	"strings"
	"testing"

	"sheetmill/core/locate"
	"sheetmill/core/sheet"
	"sheetmill/core/synth"
)

// What TestPollutions has reached; these only rise.
const (
	floorPollution     = 0.994 // mean F1 over all kinds
	floorPollutionKind = 0.95  // mean F1 of the worst kind
)

// loaded is what was read of a text: the rows that name columns, and the rest.
type loaded struct{ header, records [][]string }

// TestPollutions reads every pollution of every base table with nothing asked
// for. What is compared are multisets, as in Vitagliano et al., "Pollock"
// (2023): cells of the header, records, cells. A text whose lines all belong to
// its table is judged by its rows as they are read, first row for header, and
// by the table that is located in it; any other by the located tables alone.
func TestPollutions(t *testing.T) {
	type sum struct {
		scores [3]float64
		n      float64
	}
	kinds := map[string]*sum{}
	note := func(p synth.Polluted, way string, got loaded) {
		scores := [3]float64{
			f1(slices.Concat(p.Header...), slices.Concat(got.header...)),
			f1(joined(p.Records), joined(got.records)),
			f1(slices.Concat(p.Records...), slices.Concat(got.records...)),
		}
		key := p.Kind + ", " + way
		if kinds[key] == nil {
			kinds[key] = &sum{}
		}
		s := kinds[key]
		s.n++
		mean := 0.0
		for i, f := range scores {
			s.scores[i] += f
			mean += f / 3
		}
		if want := os.Getenv("POLLUTION"); want != "" && mean < 0.985 && strings.Contains(p.Name+way, want) {
			t.Logf("%s, %s: %.3f", p.Name, way, scores)
		}
	}
	for i, p := range synth.Pollutions(1) {
		if raceDetector && i%8 != 0 {
			continue // it costs ten times as much, and one text shows it as much as eight
		}
		rows, tables := load(t, p)
		if !p.Located {
			note(p, "rows", rows)
		}
		note(p, "tables", tables)
	}
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	sort.Strings(names)
	total, worst := 0.0, 1.0
	for _, name := range names {
		s := kinds[name]
		mean := (s.scores[0] + s.scores[1] + s.scores[2]) / 3 / s.n
		t.Logf("%-34s %4.0f files: header %.3f, records %.3f, cells %.3f: %.3f",
			name, s.n, s.scores[0]/s.n, s.scores[1]/s.n, s.scores[2]/s.n, mean)
		total += mean / float64(len(names))
		worst = min(worst, mean)
	}
	t.Logf("mean F1 over %d kinds: %.4f, worst %.3f", len(names), total, worst)
	if raceDetector {
		return
	}
	if total < floorPollution || worst < floorPollutionKind {
		t.Errorf("below the floors %.3f and %.3f", floorPollution, floorPollutionKind)
	}
}

// load reads a text both ways.
func load(t *testing.T, p synth.Polluted) (rows, tables loaded) {
	t.Helper()
	ctx := context.Background()
	book, err := open(ctx, bytes.NewReader(p.Data), sheet.Options{Name: "polluted.csv"}, bufferSize)
	if err != nil {
		t.Errorf("%s: %v", p.Name, err)
		return rows, tables
	}
	reading, err := book.Rows(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer reading.Close()
	var sketch locate.Sketch
	var batch sheet.Batch
	lines := map[int64][]string{}
	last := int64(0)
	for {
		err := reading.Next(ctx, &batch)
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Errorf("%s: %v", p.Name, err)
			return rows, tables
		}
		sketch.Observe(&batch)
		for _, row := range batch.Rows {
			line := []string{}
			for _, c := range batch.CellsOf(row) {
				for len(line) < int(c.Col) {
					line = append(line, "")
				}
				line = append(line, string(batch.Text(c)))
			}
			lines[row.Number], last = line, row.Number
			if rows.header == nil {
				rows.header = [][]string{line}
			} else {
				rows.records = append(rows.records, line)
			}
		}
	}
	for _, table := range sketch.Decide(reading.Facts(), locate.Options{}).Tables {
		for _, n := range table.HeaderRows {
			tables.header = append(tables.header, lines[n])
		}
		skipped := map[int64]bool{}
		for _, s := range table.Skipped {
			skipped[s.Row] = true
		}
		for n := table.FirstDataRow; n <= min(last, table.LastDataRow); n++ {
			if line, ok := lines[n]; ok && !skipped[n] {
				tables.records = append(tables.records, line)
			}
		}
	}
	return rows, tables
}

// joined is each record as one text. Empty cells at its end are none: a sheet
// has no cell there.
func joined(records [][]string) []string {
	out := make([]string, len(records))
	for i, r := range records {
		for len(r) > 0 && r[len(r)-1] == "" {
			r = r[:len(r)-1]
		}
		out[i] = fmt.Sprintf("%q", r)
	}
	return out
}

// f1 compares two multisets. Empty cells do not count.
func f1(want, got []string) float64 {
	counts := map[string]int{}
	wants, gots, both := 0, 0, 0
	for _, w := range want {
		if w != "" {
			counts[w]++
			wants++
		}
	}
	for _, g := range got {
		if g != "" {
			gots++
			if counts[g] > 0 {
				counts[g]--
				both++
			}
		}
	}
	if wants == 0 && gots == 0 {
		return 1
	}
	return 2 * float64(both) / float64(wants+gots)
}
