package clean

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"sheetmill/core/sheet"
	"sheetmill/core/table"
)

// corpus opens a folder of fixtures by others, or skips.
func corpus(t *testing.T, folder string) string {
	t.Helper()
	root := os.Getenv("SHEETMILL_CORPORA")
	if root == "" {
		t.Skip("SHEETMILL_CORPORA does not name the folder of fixtures")
	}
	return filepath.Join(root, folder)
}

// readCSV reads a file as columns of text cells; files that are not UTF-8 are
// Latin-1.
func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(b) {
		if b, err = charmap.ISO8859_1.NewDecoder().Bytes(b); err != nil {
			t.Fatal(err)
		}
	}
	r := csv.NewReader(strings.NewReader(strings.TrimPrefix(string(b), "\ufeff")))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func columnOf(rows [][]string, i int) *table.Cells {
	var cells table.Cells
	for _, row := range rows {
		if i < len(row) && row[i] != "" { // an empty field is no cell
			cells.Append(sheet.Text, []byte(row[i]))
		} else {
			cells.Append(sheet.Empty, nil)
		}
	}
	return &cells
}

// typesFloor is the part of corpora/types' columns that must have the
// annotated type. It only rises.
const typesFloor = 0.95

// TestTypesCorpus compares types with those annotated by ptype's authors
// (Ceritli and others 2020).
func TestTypesCorpus(t *testing.T) {
	folder := corpus(t, "types")
	b, err := os.ReadFile(filepath.Join(folder, "annotations.json"))
	if err != nil {
		t.Fatal(err)
	}
	var labels map[string][]string
	if err := json.Unmarshal(b, &labels); err != nil {
		t.Fatal(err)
	}
	right, all := 0, 0
	for file, columns := range labels {
		rows := readCSV(t, filepath.Join(folder, file+".csv"))
		name := func(i int) string { return rows[0][i] }
		data := rows[1:]
		if file == "auto" { // has no header
			name = func(int) string { return "" }
			data = rows
		}
		for i, label := range columns {
			cells := columnOf(data, i)
			got, err := run(Context{}, name(i), cells)
			if err != nil {
				t.Fatalf("%s, %s: %v", file, name(i), err)
			}
			all++
			if fitsLabel(label, got, cells) {
				right++
			} else {
				t.Logf("%s, %q: %s, annotated %s: %s", file, name(i), got.verdict.Type, label, got.verdict.Reason)
			}
		}
	}
	t.Logf("%d of %d columns", right, all)
	if part := float64(right) / float64(all); part < typesFloor {
		t.Errorf("%.3f of the columns have their type, want %.3f", part, typesFloor)
	}
}

// fitsLabel says whether a type is what a label of ptype means in our words.
// Its dates include bare years, months and hours, which are whole numbers
// here; its gender is text, or a whole number where it is coded as one; "all
// identical" is its word for columns of yes, no and more answers: text.
func fitsLabel(label string, got *cleaned, cells *table.Cells) bool {
	typ := got.verdict.Type
	switch label {
	case "string", "all identical":
		return typ == table.String
	case "integer", "float", "boolean":
		return string(typ) == label
	case "gender":
		return typ == table.String || typ == table.Integer && shortDigits(cells)
	case "date-eu", "date-iso-8601", "date-non-std":
		return typ == table.Date || typ == table.DateTime || typ == table.Integer && shortDigits(cells)
	}
	return false
}

// shortDigits tells whether every number of a column has four digits or less.
func shortDigits(cells *table.Cells) bool {
	for i := range cells.Len() {
		if _, raw := cells.At(i); len(raw) > 4 {
			return false
		}
	}
	return true
}

// beersFloor is how many of the cells that differ between corpora/cleaning/
// beers' dirty and clean tables must come out clean. It only rises. The others
// need knowledge that the column does not hold: "12.0 oz. Alumi-Tek" says more
// than a number, and 0.05% beside 0.05 may be either.
const beersFloor = 1005

// TestBeersCorpus compares cleaned cells with a table cleaned by hand, as
// numbers where both are (12.0 is 12), and holds that no right cell is harmed.
func TestBeersCorpus(t *testing.T) {
	folder := corpus(t, "cleaning/beers")
	dirty, want := readCSV(t, filepath.Join(folder, "dirty.csv")), readCSV(t, filepath.Join(folder, "clean.csv"))
	fixed, all, harmed := 0, 0, 0
	for i, name := range dirty[0] {
		cells := columnOf(dirty[1:], i)
		got, err := run(Context{}, name, cells)
		if err != nil {
			t.Fatal(err)
		}
		fixedHere, allHere, harmedHere := 0, 0, 0
		for k := range cells.Len() {
			_, raw := cells.At(k)
			value, right := got.value(k), want[k+1][i]
			same := sameNumber(value, right) || sameWords(value, right)
			if string(raw) != right {
				allHere++
				if same {
					fixedHere++
				}
			} else if !same {
				harmedHere++
			}
		}
		t.Logf("%s: %s; %d of %d dirty cells are clean, %d right ones harmed", name, got.verdict.Type, fixedHere, allHere, harmedHere)
		fixed, all, harmed = fixed+fixedHere, all+allHere, harmed+harmedHere
	}
	t.Logf("%d of %d", fixed, all)
	if fixed < beersFloor || harmed > 0 {
		t.Errorf("%d of %d dirty cells are clean, want %d; %d right ones are harmed", fixed, all, beersFloor, harmed)
	}
}

// What findings must reach on corpora/cleaning/beers: how many of the cells that
// they point at are wrong there, and how many of the wrong cells the findings and
// the ledger together show. Both only rise.
const (
	beersPrecision = 0.9
	beersRecall    = 0.9
)

// TestBeersFindings holds that findings point at cells that the hand-cleaned
// table has otherwise.
func TestBeersFindings(t *testing.T) {
	folder := corpus(t, "cleaning/beers")
	dirty, want := readCSV(t, filepath.Join(folder, "dirty.csv")), readCSV(t, filepath.Join(folder, "clean.csv"))
	flagged, right, wrong, seen := 0, 0, 0, 0
	for i, name := range dirty[0] {
		cells := columnOf(dirty[1:], i)
		got, err := run(Context{}, name, cells)
		if err != nil {
			t.Fatal(err)
		}
		points := make([]string, cells.Len())
		got.verdict.Flag(cells, 0, cells.Len(), func(k, finding int) { points[k] = got.verdict.Findings[finding].Code })
		for k, code := range points {
			isWrong := dirty[k+1][i] != want[k+1][i]
			if isWrong {
				wrong++
			}
			if code != "" {
				flagged++
			}
			switch {
			case code != "" && isWrong:
				right++
				seen++
			case code != "":
				t.Logf("%s: %q is right, but %s points at it", name, dirty[k+1][i], code)
			case isWrong && got.rules[k] != "":
				seen++
			}
		}
	}
	precision, recall := float64(right)/float64(flagged), float64(seen)/float64(wrong)
	t.Logf("%d cells are pointed at, %d of them wrong: precision %.3f; of %d wrong cells %d are seen: recall %.3f, by findings alone %.3f",
		flagged, right, precision, wrong, seen, recall, float64(right)/float64(wrong))
	if precision < beersPrecision || recall < beersRecall {
		t.Errorf("precision %.3f, want %.3f; recall %.3f, want %.3f", precision, beersPrecision, recall, beersRecall)
	}
}

// TestBeersChanges holds that what is changed equals the hand-cleaned table, or
// is the same number in another spelling: listed case by case.
func TestBeersChanges(t *testing.T) {
	folder := corpus(t, "cleaning/beers")
	dirty, want := readCSV(t, filepath.Join(folder, "dirty.csv")), readCSV(t, filepath.Join(folder, "clean.csv"))
	changed, fine := 0, 0
	cases := map[string]int{}
	for i, name := range dirty[0] {
		cells := columnOf(dirty[1:], i)
		got, err := run(Context{}, name, cells)
		if err != nil {
			t.Fatal(err)
		}
		for k, rule := range got.rules {
			if rule == "" {
				continue
			}
			changed++
			value, right := got.value(k), want[k+1][i]
			switch {
			case value == right:
				fine++
				cases[name+" by "+rule+": equal"]++
			case sameNumber(value, right):
				fine++
				cases[name+" by "+rule+": the same number, spelled otherwise"]++
			case sameWords(value, right):
				fine++
				cases[fmt.Sprintf("%s by %s: format only, %q is %q there", name, rule, value, right)]++
			default:
				cases[fmt.Sprintf("%s by %s: %q is %q there", name, rule, value, right)]++
			}
		}
	}
	for c, n := range cases {
		t.Logf("%6d %s", n, c)
	}
	if changed == 0 || float64(fine) < 0.99*float64(changed) {
		t.Errorf("%d of %d changes are right", fine, changed)
	}
}

// sameWords tells that two texts differ by spaces only.
func sameWords(a, b string) bool { return slices.Equal(strings.Fields(a), strings.Fields(b)) }

func sameNumber(a, b string) bool {
	if a == b {
		return true
	}
	var x, y number
	return readNumber([]byte(a), &x) && readNumber([]byte(b), &y) && x.edits == 0 && y.edits == 0 &&
		x.float(pointMode, new([]byte)) == y.float(pointMode, new([]byte))
}
