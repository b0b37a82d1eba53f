package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/synth"
)

// item and grid are what the trace tells of a dataset and of the open table.
type item struct {
	Place, ID, Name, Phase string
	Done                   float64
	Rows, Columns          int64
	Transfer               string
	TransferDone           float64
	TransferFault          *fault.Error
}

type grid struct {
	Phase       string
	Rows, Shown int
	Columns     int
	Busy        bool
	Sort        []struct{ Column int }
	Filters     []struct{ Match, Low string }
	Described   bool
}

type origin struct {
	Address string
	Row     int64
}

type export struct {
	Path  string
	Ended bool
	Fault *fault.Error
}

// Where a cell of the first column is in a window of 1280 x 800, whether or not a bar of filters is shown above.
const cellX, cellY = 400, 300

// first clicks where the first dataset of the library is, below headings or none.
func (r *running) first() {
	for y := 95; y < 215; y += 20 {
		r.click(140, y)
	}
}

// An analyst's first hour with a file: she starts the program, adds the reference
// workbook, sees the bar move, sorts, filters, asks where a cell is from, exports, quits,
// starts again, and finds it there.
func TestFirstHour(t *testing.T) {
	p := newPerson(t, newScreen(t))
	book := p.path("reference.xlsx")
	file, err := os.Create(book)
	if err != nil {
		t.Fatal(err)
	}
	if err := synth.Reference(file, synth.ReferenceOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	r := p.start(t)
	hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
	p.screen.picture(t, "first-run")
	second, _ := p.command(t, book) // a second start hands its file over and ends
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "item", func(i item) bool { return i.Name == "reference.xlsx" && i.Done > 0 && i.Done < 1 })
	p.screen.picture(t, "at-work")
	hear(r, "open", func(item) bool { return true })
	ready := hear(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Described })
	if ready.Rows != 3339 || ready.Columns != 151 {
		t.Errorf("the table is %+v", ready)
	}
	bars := map[float64]bool{}
	for _, s := range r.lines() {
		var i item
		if s.Event == "item" && decode(s, &i) {
			bars[i.Done] = true
		}
	}
	if len(bars) < 3 {
		t.Errorf("the bar is seen at %d places", len(bars))
	}
	p.screen.picture(t, "table")

	press(r, "table", func(g grid) bool { return len(g.Sort) == 1 && !g.Busy }, func() { r.click(cellX, cellY); r.keys("ctrl+shift+s") })
	from := press(r, "origin", func(o origin) bool { return o.Address != "" }, func() { r.click(cellX, cellY); r.keys("ctrl+i") })
	if from.Row < 0 {
		t.Errorf("the cell is from %+v", from)
	}
	p.screen.picture(t, "origin")
	r.keys("Escape")
	filtered := press(r, "table", func(g grid) bool { return len(g.Filters) == 1 && !g.Busy }, func() {
		r.click(cellX, cellY)
		r.keys("ctrl+shift+l")
		r.types("2")
		r.keys("Return")
	})
	if filtered.Shown >= filtered.Rows {
		t.Errorf("the filter lets through %+v", filtered)
	}
	p.screen.picture(t, "filtered")
	written := press(r, "export", func(e export) bool { return e.Ended }, func() { r.keys("ctrl+e", "Return") })
	if info, err := os.Stat(written.Path); written.Fault != nil || err != nil || info.Size() < 100_000 || filepath.Dir(written.Path) != p.path("home") {
		t.Errorf("the export %+v: %v, %v", written, info, err)
	}
	r.keys("ctrl+q")
	r.end()

	r = p.start(t)
	still := hear(r, "item", func(i item) bool { return i.Name == "reference.xlsx" && i.Phase == "ready" })
	if still.Rows != 3339 {
		t.Errorf("after the restart it is %+v", still)
	}
	press(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == 3339 }, r.first)
	p.screen.picture(t, "again")
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.end()
}

// rows is a CSV of so many rows of three columns.
func rows(n int) []byte {
	out := []byte("id,value,day\n")
	for i := range n {
		out = fmt.Appendf(out, "P%d,%d.%d,2024/%d/%d\n", i+1, i%97, i%10, 1+i%12, 1+i%28)
	}
	return out
}

// file writes a file of a person's home.
func (p *person) file(t *testing.T, name string, content []byte) string {
	t.Helper()
	path := p.path("home", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func dialog(title string) func(string) bool { return func(s string) bool { return s == title } }

// Quitting while jobs run asks first; what was not done goes on at the next start. Until
// then a second start hands over its files, a folder of them and a path of its own.
func TestClosingAsks(t *testing.T) {
	t.Parallel() // it waits more than it works
	const many = 600_000
	p := newPerson(t, newScreen(t))
	long := p.file(t, "long.csv", rows(many))
	p.file(t, "门诊/一月.csv", rows(20))
	p.file(t, "门诊/二月.csv", rows(30))
	r := p.start(t, long)
	hear(r, "item", func(i item) bool { return i.Name == "long.csv" && i.Phase == "running" })
	second, _ := p.command(t, "门诊")
	second.Dir = p.path("home")
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "raise", func(any) bool { return true })
	hear(r, "item", func(i item) bool { return i.Name == "二月.csv" && i.Phase != "copying" })
	press(r, "dialog", dialog("Quit while work goes on?"), func() { r.keys("ctrl+q") })
	p.screen.picture(t, "closing-asks")
	r.keys("Escape") // not yet
	press(r, "dialog", dialog("Quit while work goes on?"), func() { r.keys("ctrl+q") })
	r.keys("Return")
	r.end()
	for _, s := range r.lines() {
		var i item
		if s.Event == "item" && decode(s, &i) && i.Name == "long.csv" && i.Phase == "ready" {
			t.Error("it was ready before the program ended, so that nothing was interrupted")
		}
	}

	r = p.start(t)
	for name, n := range map[string]int64{"long.csv": many, "一月.csv": 20, "二月.csv": 30} {
		if i := ever(r, "item", func(i item) bool { return i.Name == name && i.Phase == "ready" && i.Rows > 0 }); i.Rows != n {
			t.Errorf("%s is %+v", name, i)
		}
	}
	r.keys("ctrl+q") // nobody is asked
	r.end()
}
