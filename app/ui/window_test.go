package ui_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/storage"
	"fyne.io/fyne/v2/test"

	"sheetmill/app/ui"
	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// TestPictures compares the screens with what they looked like when a person looked
// at them. New pictures are in testdata/failed; move them where they are right.
func TestPictures(t *testing.T) {
	for _, c := range []struct {
		name  string
		lang  say.Lang
		theme view.Theme
		do    func(w *ui.Window, c *client, q *queue)
	}{
		{"welcome-en-light", say.English, view.Light, func(_ *ui.Window, c *client, _ *queue) { c.items = nil; c.events.Library() }},
		{"table-en-light", say.English, view.Light, func(w *ui.Window, _ *client, _ *queue) { ui.Choose(w, 7, 1) }},
		{"table-zh-dark", say.Chinese, view.Dark, func(w *ui.Window, _ *client, _ *queue) { ui.Choose(w, 4, 4); ui.Turn(w, "changes") }},
		{"picker-zh-light", say.Chinese, view.Light, func(w *ui.Window, _ *client, q *queue) {
			ui.Do(w, "add")
			q.drain()
			typeKeys(w, fyne.KeyDown, fyne.KeySpace)
		}},
		{"read-again-en-dark", say.English, view.Dark, func(w *ui.Window, c *client, _ *queue) {
			c.reading = view.Reading{Text: true, Encoding: "gb18030", Delimiter: ";", Header: "3,4", Range: "A3:Z104"}
			ui.Do(w, "readAgain")
		}},
		{"filter-zh-light", say.Chinese, view.Light, func(w *ui.Window, _ *client, _ *queue) { ui.Choose(w, 4, 1); ui.Do(w, "filter") }},
		{"broken-zh-light", say.Chinese, view.Light, func(_ *ui.Window, c *client, _ *queue) { c.events.Open(c.items[3].Ref) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			fake := newClient()
			fake.settings.Language, fake.settings.Theme = c.lang, c.theme
			fake.items = some()
			ref := fake.items[2].Ref
			fake.tables[ref] = ward(1_000_000, 150)
			fake.tables[ref].state.Name = "lab_results.xlsx"
			w, q := start(t, fake, 980, 560)
			if !strings.HasPrefix(c.name, "welcome") {
				fake.events.Open(ref)
				q.drain()
			}
			c.do(w, fake, q)
			q.drain()
			test.AssertImageMatches(t, c.name+".png", w.Fyne().Canvas().Capture())
		})
	}
}

func TestWhatIsAddedReachesTheClient(t *testing.T) {
	c := newClient()
	w, _ := start(t, c, 1000, 700)
	ui.Drop(w, storage.NewFileURI("/data/lab.xlsx"), storage.NewFileURI("/data/more"))
	if !c.was("add /data/lab.xlsx /data/more") {
		t.Errorf("dropped files were not added: %v", c.asked)
	}
	fyne.CurrentApp().Clipboard().SetContent("a\tb\n1\t2\n")
	ui.Do(w, "pasteTable")
	if !c.was("paste") {
		t.Error("a pasted table was not added")
	}
	copied := filepath.Join(t.TempDir(), "化验 1.csv")
	if err := os.WriteFile(copied, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	fyne.CurrentApp().Clipboard().SetContent("file://" + strings.ReplaceAll(copied, " ", "%20") + "\r\n")
	ui.Do(w, "pasteTable")
	if !c.was("add " + copied) {
		t.Errorf("a file copied in a file manager was not added: %v", c.asked)
	}
	fyne.CurrentApp().Clipboard().SetContent("hello")
	ui.Do(w, "pasteTable")
	if ui.Cards(w) != 1 {
		t.Error("pasting what is no table says nothing")
	}
}

func TestLanguageLightAndSizeChangeWhileATableIsOpen(t *testing.T) {
	w, g, table, q := opened(t, 5000, 30)
	press(g, g.Place(9, 2), 0)
	before := g.Selection()
	ui.Do(w, "theme")
	q.drain()
	ui.Do(w, "zoomIn")
	q.drain()
	ui.Do(w, "zoomIn")
	q.drain()
	now := ui.GridOf(w)
	if now.Selection() != before || table.closed {
		t.Errorf("the selection was %+v and is %+v; the table was closed: %v", before, now.Selection(), table.closed)
	}
	if now.Width(2) <= g.Width(2)*1.15 {
		t.Errorf("at 121 %% a column is %g wide, was %g", now.Width(2), g.Width(2))
	}
	ui.Do(w, "zoomReset")
	q.drain()
	if got := ui.GridOf(w).Width(2); got != g.Width(2) {
		t.Errorf("back at plain size a column is %g wide, was %g", got, g.Width(2))
	}
}

func TestQuittingWhileWorkGoesOnAsks(t *testing.T) {
	c := newClient()
	c.items = some()
	w, _ := start(t, c, 1000, 700)
	ui.Do(w, "quit")
	if c.was("quit") || ui.Dialogs(w) != 1 {
		t.Error("it quits while jobs run, without asking")
	}
	c = newClient()
	c.items = some()[2:3]
	w, _ = start(t, c, 1000, 700)
	ui.Do(w, "quit")
	if !c.was("quit") {
		t.Error("it does not quit although nothing runs")
	}
}

func TestTroubleIsACardAndTheSameTroubleIsOne(t *testing.T) {
	c := newClient()
	w, q := start(t, c, 1000, 700)
	for range 3 {
		c.events.Trouble(view.Trouble{What: say.T("Export"), Fault: fault.New(fault.Unreachable, say.T("The file cannot be written.")).At("/x")})
		q.drain()
	}
	if ui.Cards(w) != 1 {
		t.Errorf("%d cards for the same trouble three times", ui.Cards(w))
	}
	c.events.Trouble(view.Trouble{What: say.T("Export"), Fault: fault.New(fault.Unreachable, say.T("The file cannot be written.")).At("/y")})
	q.drain()
	if ui.Cards(w) != 2 {
		t.Errorf("%d cards for two troubles", ui.Cards(w))
	}
}

func TestNothingIsDoneAfterClose(t *testing.T) {
	c := newClient()
	c.items = some()
	w, q := start(t, c, 1000, 700)
	for range 50 {
		c.events.Item(c.items[0]) // a beat is due now
	}
	w.Close()
	c.events.Open(c.items[2].Ref)
	c.events.Library()
	q.drain()
	if len(c.tables) != 0 {
		t.Error("a table was opened after the window was closed")
	}
}

// TestStalls drives the window as a person would and measures the longest time for which
// it answers nothing. It is a measurement: SHEETMILL_STALL=100ms makes more than that a failure.
func TestStalls(t *testing.T) {
	limit, err := time.ParseDuration(os.Getenv("SHEETMILL_STALL"))
	if err != nil {
		t.Skip("SHEETMILL_STALL is not set: the longest stall that is allowed, such as 100ms")
	}
	w, g, _, q := opened(t, 1_000_000, 150)
	worst, what := time.Duration(0), ""
	measure := func(name string, f func()) {
		begin := time.Now()
		f()
		q.drain()
		g.Paint(1300, 1000)
		if d := time.Since(begin); d > worst {
			worst, what = d, name
		}
	}
	for range 200 {
		measure("page down", func() { key(g, fyne.KeyPageDown) })
		measure("right", func() { key(g, fyne.KeyRight) })
	}
	for _, page := range []string{"changes", "findings", "versions", "column"} {
		measure(page, func() { ui.Turn(w, page) })
	}
	measure("sort", func() { ui.Do(w, "sort") })
	measure("filter", func() { ui.Do(w, "filter") })
	t.Logf("the longest stall is %v, at %s", worst, what)
	if worst > limit {
		t.Errorf("the window stood still for %v at %s; the limit is %v", worst, what, limit)
	}
}
