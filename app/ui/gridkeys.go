package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"sheetmill/app/view"
)

// ask takes the keyboard.
func (g *grid) ask() {
	if c := fyne.CurrentApp().Driver().CanvasForObject(g); c != nil && !g.focus {
		c.Focus(g)
	}
}

// FocusGained shows the selection as the one that keys move.
func (g *grid) FocusGained() { g.focus = true; g.raster.Refresh() }

// FocusLost shows it fainter.
func (g *grid) FocusLost() { g.focus, g.shift = false, false; g.raster.Refresh() }

// TypedRune does nothing: cells are not edited here.
func (g *grid) TypedRune(rune) {}

// KeyDown notes the Shift key, which extends the selection.
func (g *grid) KeyDown(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		g.shift = true
	}
}

// KeyUp notes that Shift was let go.
func (g *grid) KeyUp(e *fyne.KeyEvent) {
	if e.Name == desktop.KeyShiftLeft || e.Name == desktop.KeyShiftRight {
		g.shift = false
	}
}

// TypedKey moves the active cell; with Shift it extends the selection.
func (g *grid) TypedKey(e *fyne.KeyEvent) {
	s := g.active
	if s.Row < 0 {
		s = view.Spot{Row: int(g.top / g.rowHeight()), Column: g.columnAt(g.left)}
		switch e.Name {
		case fyne.KeyUp, fyne.KeyDown, fyne.KeyLeft, fyne.KeyRight:
			g.choose(s, false)
			return
		}
	}
	switch e.Name {
	case fyne.KeyUp:
		s.Row--
	case fyne.KeyDown:
		s.Row++
	case fyne.KeyLeft:
		s.Column--
	case fyne.KeyRight:
		s.Column++
	case fyne.KeyPageUp:
		s.Row -= g.page()
		g.top -= float64(g.page()) * g.rowHeight()
	case fyne.KeyPageDown:
		s.Row += g.page()
		g.top += float64(g.page()) * g.rowHeight()
	case fyne.KeyHome:
		s.Column = 0
	case fyne.KeyEnd:
		s.Column = len(g.columns) - 1
	case fyne.KeyReturn, fyne.KeyEnter:
		if g.onKey != nil && g.active.Row >= 0 {
			g.onKey("origin")
		}
		return
	default:
		if g.onOther != nil {
			g.onOther(e)
		}
		return
	}
	g.choose(s, g.shift)
}

// TypedShortcut moves by whole stretches, selects all, copies.
func (g *grid) TypedShortcut(sc fyne.Shortcut) {
	switch sc := sc.(type) {
	case *fyne.ShortcutCopy:
		if g.onKey != nil {
			g.onKey("copy")
		}
	case *fyne.ShortcutSelectAll:
		g.chooseAll()
	case *desktop.CustomShortcut:
		if !g.leap(sc) {
			g.pass(sc)
		}
	default:
		g.pass(sc)
	}
}

// leap goes to an end of the table.
func (g *grid) leap(sc *desktop.CustomShortcut) bool {
	if sc.Modifier&^fyne.KeyModifierShift != fyne.KeyModifierShortcutDefault {
		return false
	}
	s := g.active
	if s.Row < 0 {
		s = view.Spot{}
	}
	switch sc.KeyName {
	case fyne.KeyUp:
		s.Row = 0
	case fyne.KeyDown:
		s.Row = g.rows - 1
	case fyne.KeyLeft:
		s.Column = 0
	case fyne.KeyRight:
		s.Column = len(g.columns) - 1
	case fyne.KeyHome:
		s = view.Spot{}
	case fyne.KeyEnd:
		s = view.Spot{Row: g.rows - 1, Column: len(g.columns) - 1}
	default:
		return false
	}
	g.choose(s, sc.Modifier&fyne.KeyModifierShift != 0)
	return true
}

// pass hands a shortcut on to the window: a widget that takes shortcuts gets all of them first.
func (g *grid) pass(sc fyne.Shortcut) {
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(g).(fyne.Shortcutable); ok {
		c.TypedShortcut(sc)
	}
}

// AcceptsTab lets Tab leave the grid.
func (g *grid) AcceptsTab() bool { return false }
