package ui_test

import (
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"sheetmill/app/ui"
	"sheetmill/app/view"
)

// opened is a window with an open table.
func opened(t *testing.T, rows, columns int) (*ui.Window, ui.Grid, *table, *queue) {
	t.Helper()
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(rows, columns)
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()
	return w, ui.GridOf(w), c.tables[ref], q
}

// gridOf is the grid of a window with an open table.
func gridOf(t *testing.T, rows, columns int) ui.Grid {
	t.Helper()
	w, _, _, _ := opened(t, rows, columns) //nolint:dogsled // the window is enough
	return ui.GridOf(w)
}

func press(g ui.Grid, at fyne.Position, m fyne.KeyModifier) {
	g.MouseDown(&desktop.MouseEvent{PointEvent: fyne.PointEvent{Position: at, AbsolutePosition: at}, Button: desktop.MouseButtonPrimary, Modifier: m})
}

func key(g ui.Grid, names ...fyne.KeyName) {
	for _, n := range names {
		g.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

func TestEndOfAMillionRowsIsReachedExactly(t *testing.T) {
	_, g, table, _ := opened(t, 1_000_000, 150)
	ctrl := func(k fyne.KeyName) {
		g.TypedShortcut(&desktop.CustomShortcut{KeyName: k, Modifier: fyne.KeyModifierShortcutDefault})
	}
	ctrl(fyne.KeyEnd)
	if got, want := g.Active(), (view.Spot{Row: 999_999, Column: 149}); got != want {
		t.Errorf("Ctrl+End chose %v, want %v", got, want)
	}
	a := g.Area()
	if a.Row+a.Rows != 1_000_000 || a.Column+a.Columns != 150 || table.area != a {
		t.Errorf("the last cell is chosen but %+v is on the screen, and the table was asked for %+v", a, table.area)
	}
	for range 500 {
		key(g, fyne.KeyUp)
	}
	if a := g.Area(); g.Active().Row != 999_499 || a.Row > 999_499 || a.Row+a.Rows <= 999_499 {
		t.Errorf("500 rows up from the end: row %d is chosen, %+v on the screen", g.Active().Row, a)
	}
	ctrl(fyne.KeyHome)
	if a := g.Area(); g.Active() != (view.Spot{}) || a.Row != 0 || a.Column != 0 {
		t.Errorf("Ctrl+Home chose %v, on the screen is %+v", g.Active(), a)
	}
}

func TestSelectionByMouseAndKeys(t *testing.T) {
	g := gridOf(t, 1000, 20)
	press(g, g.Place(3, 1), 0)
	if got, want := g.Selection(), (view.Area{Row: 3, Rows: 1, Column: 1, Columns: 1}); got != want {
		t.Errorf("a press selects %+v, want %+v", got, want)
	}
	press(g, g.Place(6, 2), fyne.KeyModifierShift)
	if got, want := g.Selection(), (view.Area{Row: 3, Rows: 4, Column: 1, Columns: 2}); got != want {
		t.Errorf("a press with Shift selects %+v, want %+v", got, want)
	}
	g.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	key(g, fyne.KeyDown, fyne.KeyLeft)
	g.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	if got, want := g.Selection(), (view.Area{Row: 3, Rows: 5, Column: 1, Columns: 1}); got != want {
		t.Errorf("arrows with Shift select %+v, want %+v", got, want)
	}
	press(g, g.Place(-1, 2), 0)
	if got, want := g.Selection(), (view.Area{Row: 0, Rows: 1000, Column: 2, Columns: 1}); got != want {
		t.Errorf("a press on a header selects %+v, want %+v", got, want)
	}
	press(g, fyne.NewPos(5, g.Place(4, 0).Y), 0)
	if got, want := g.Selection(), (view.Area{Row: 4, Rows: 1, Column: 0, Columns: 20}); got != want {
		t.Errorf("a press on a row's number selects %+v, want %+v", got, want)
	}
	key(g, fyne.KeyHome, fyne.KeyUp)
	if got, want := g.Active(), (view.Spot{Row: 3}); got != want {
		t.Errorf("Home and Up go to %v, want %v", got, want)
	}
}

func TestColumnIsResizedByItsEdge(t *testing.T) {
	g := gridOf(t, 100, 9)
	before, next := g.Width(1), g.Width(2)
	at := g.Edge(1)
	press(g, at, 0)
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at.AddXY(60, 0)}})
	g.DragEnd()
	if got := g.Width(1); got < before+59 || got > before+61 || g.Width(2) != next {
		t.Errorf("dragged by 60 the column is %g wide, was %g; the next one %g, was %g", got, before, g.Width(2), next)
	}
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: at.AddXY(-900, 0)}})
	if g.Width(1) < before {
		t.Error("a drag after the mouse was let go changes the width")
	}
	g.DoubleTapped(&fyne.PointEvent{Position: g.Edge(4)})
	if g.Width(4) <= 200 {
		t.Errorf("a column of long texts was fitted to %g", g.Width(4))
	}
}

func TestTableCommandsAskTheTable(t *testing.T) {
	w, g, table, q := opened(t, 1000, 20)
	press(g, g.Place(2, 1), 0)
	press(g, g.Place(8, 3), fyne.KeyModifierShift)
	ui.Do(w, "copy")
	q.drain()
	if want := (view.Area{Row: 2, Rows: 7, Column: 1, Columns: 3}); table.copied != want {
		t.Errorf("copied %+v, want %+v", table.copied, want)
	}
	press(g, g.Place(2, 1), 0)
	for _, want := range []view.SortKey{{Column: 1}, {Column: 1, Descending: true}} {
		ui.Do(w, "sort")
		if s := table.state.Sort; len(s) != 1 || s[0] != want {
			t.Errorf("sorted by %v, want %v", s, want)
		}
	}
	ui.Do(w, "sort")
	if s := table.state.Sort; len(s) != 0 {
		t.Errorf("sorting was not taken back: %v", s)
	}
	ui.Do(w, "origin")
	q.drain()
	if ui.Dialogs(w) != 1 {
		t.Error("where a cell is from is not shown")
	}
}

func TestHeaderOfAnEmptyTable(t *testing.T) {
	g := gridOf(t, 0, 5)
	press(g, g.Place(-1, 2), 0)
	key(g, fyne.KeyDown, fyne.KeyPageDown, fyne.KeyEnd)
	if s := g.Selection(); s.Rows != 0 {
		t.Errorf("selected %+v of a table without rows", s)
	}
}

func BenchmarkPageScroll(b *testing.B) {
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(1_000_000, 150)
	w, q := start(b, c, 1920, 1080)
	c.events.Open(ref)
	q.drain()
	g := ui.GridOf(w)
	for b.Loop() {
		key(g, fyne.KeyPageDown)
		g.Paint(1300, 1000)
	}
}

// TestASelectionGoesOnBesideTheCells drags below the last row on the screen and
// above the first, and holds the pointer there.
func TestASelectionGoesOnBesideTheCells(t *testing.T) {
	g := gridOf(t, 1000, 40)
	page := g.Area().Rows
	start := g.Place(3, 1)
	press(g, start, 0)
	below := fyne.NewPos(start.X, g.Size().Height+200)
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: below}})
	first := g.Selection()
	if !g.Reaching() || first.Row != 3 || first.Row+first.Rows <= page || g.Area().Row == 0 {
		t.Errorf("below the rows %+v is selected of %+v, and it goes on: %v", first, g.Area(), g.Reaching())
	}
	g.Tick()
	if s := g.Selection(); s.Row != 3 || s.Rows <= first.Rows {
		t.Errorf("a pointer that stands still selects %+v after %+v", s, first)
	}
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: start}})
	if g.Reaching() {
		t.Error("it goes on over the cells")
	}
	g.Dragged(&fyne.DragEvent{PointEvent: fyne.PointEvent{Position: below}})
	g.DragEnd()
	if g.Reaching() {
		t.Error("it goes on after the mouse was let go")
	}
}
