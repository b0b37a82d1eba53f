package e2e

import (
	"os"
	"strconv"
	"testing"

	"sheetmill/core/synth"
)

// mostDeaf is the longest, in microseconds, that the window's thread may work before it listens again. It is its own
// processor time, not the clock's: a machine that is busy with other things fails nothing here.
// BenchmarkMillion and BenchmarkProgress tell the clock's.
const mostDeaf = 100_000

// The window listens all the time: while a job reports how far it is, while a wide table opens by
// itself, while it scrolls by key and by bar, and while it is sorted.
func TestTheWindowIsNeverDeaf(t *testing.T) {
	p := newPerson(t, newScreen(t))
	path := p.path("wide.csv")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	const rows = 20_000
	if err := synth.CSV(file, synth.CSVOptions{Rows: rows, Cols: 150}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	r := p.start(t)
	hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
	hear(r, "beats", func(beats) bool { return true }) // the driver has made what it needs
	from := len(r.lines())
	second, _ := p.command(t, path)
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == rows && g.Described })
	press(r, "drawn", func(d drawn) bool { return d.Row > 0 }, func() { r.click(cellX, cellY); r.keys("Next") })
	r.do("key", "--repeat", "60", "--repeat-delay", "30", "Next")
	r.do("mousemove", "--window", r.window, strconv.Itoa(barX), strconv.Itoa(barTop), "mousedown", "1")
	for y := barTop; y < barBottom; y += 30 {
		r.do("mousemove", "--window", r.window, strconv.Itoa(barX), strconv.Itoa(y))
	}
	r.do("mouseup", "1")
	press(r, "drawn", func(d drawn) bool { return d.Row+d.Rows == rows }, func() { r.click(cellX, cellY); r.keys("ctrl+End") })
	press(r, "table", func(g grid) bool { return len(g.Sort) == 1 && !g.Busy }, func() { r.click(cellX, cellY); r.keys("ctrl+shift+s") })
	hear(r, "beats", func(beats) bool { return true })

	worst := r.deaf(from)
	if worst.CPU == 0 {
		t.Fatal("the program does not tell how long its window works at a time")
	}
	t.Logf("the window was deaf for %.1f ms of its own work, %.1f ms by the clock", float64(worst.CPU)/1000, float64(worst.Wall)/1000)
	if worst.CPU > mostDeaf {
		t.Errorf("the window worked for %d µs without listening; the limit is %d", worst.CPU, mostDeaf)
	}
	r.keys("ctrl+q")
	r.end()
}
