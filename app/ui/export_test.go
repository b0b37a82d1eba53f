package ui

import (
	"image"

	"fyne.io/fyne/v2"

	"sheetmill/app/view"
)

// Choose selects a cell.
func Choose(w *Window, row, column int) { w.grid.choose(view.Spot{Row: row, Column: column}, false) }

// Do does an action by its name.
func Do(w *Window, action string) { w.do(action) }

// Drop drops files on the window.
func Drop(w *Window, uris ...fyne.URI) { w.dropped(uris) }

// Dialogs counts the dialogs that are open.
func Dialogs(w *Window) int { return len(w.modals) }

// Cards counts the cards that are shown.
func Cards(w *Window) int { return len(w.cards.list) }

// Turn turns the side panel to a page.
func Turn(w *Window, page string) { w.side.turn(page) }

// Grid is the grid of a window.
type Grid struct{ *grid }

// GridOf is the grid of a window.
func GridOf(w *Window) Grid { return Grid{w.grid} }

// Selection is the selected part.
func (g Grid) Selection() view.Area { return g.selection() }

// Active is the cell that keys move.
func (g Grid) Active() view.Spot { return g.active }

// Area is what is on the screen.
func (g Grid) Area() view.Area { return g.area() }

// Width of a column.
func (g Grid) Width(column int) float64 { return g.widths[column] }

// Place is the middle of a cell, in the grid; row -1 is the header.
func (g Grid) Place(row, column int) fyne.Position {
	y := g.headerHeight() + (float64(row)+0.5)*g.rowHeight() - g.top
	if row < 0 {
		y = g.headerHeight() / 4
	}
	return fyne.NewPos(float32(g.numbersWidth()+g.starts[column]-g.left+g.widths[column]/2), float32(y))
}

// Edge is the right edge of a column, in the header.
func (g Grid) Edge(column int) fyne.Position {
	return fyne.NewPos(float32(g.numbersWidth()+g.starts[column+1]-g.left), 10)
}

// Reaching tells whether a selection goes on by itself.
func (g Grid) Reaching() bool { return g.drag.beyond != nil }

// Tick is the next moment of a selection that goes on by itself.
func (g Grid) Tick() { g.drag.beyond.Tick(0) }

// Paint draws the grid.
func (g Grid) Paint(w, h int) image.Image { return g.paint(w, h) }

// FitMiddle cuts a text in its middle.
func FitMiddle(s string, w float32) string { return fitMiddle(s, w, 13, fyne.TextStyle{}) }

// CloseDialogs closes all dialogs.
func CloseDialogs(w *Window) {
	for len(w.modals) > 0 {
		w.modals[0].close()
	}
}

// Answer does what Return does in the uppermost dialog.
func Answer(w *Window) { w.modals[len(w.modals)-1].done() }

// Type types a text into what has the keyboard.
func Type(w *Window, text string) {
	for _, r := range text {
		w.win.Canvas().Focused().TypedRune(r)
	}
}

// Press presses the first tool of the side panel that is called so.
func Press(w *Window, text string) { press(w.side.body, text) }

func press(o fyne.CanvasObject, text string) bool {
	switch o := o.(type) {
	case *tool:
		if o.text != nil && o.text.Text == text {
			o.press()
			return true
		}
	case *fyne.Container:
		for _, inner := range o.Objects {
			if press(inner, text) {
				return true
			}
		}
	}
	return false
}
