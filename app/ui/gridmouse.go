package ui

import (
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"sheetmill/app/view"
)

// dragging is what the pressed mouse does.
type dragging struct {
	kind    dragKind
	column  int             // being resized
	upright bool            // which scroll bar
	grip    float64         // where in the thumb, or the edge, it was taken
	beyond  *fyne.Animation // goes on while the pointer is beside the cells
	x, y    float64         // where it is then
}

type dragKind int

const (
	dragNothing dragKind = iota
	dragCells
	dragColumns
	dragRows
	dragEdge
	dragBar
)

// edgeReach is how near to a column's edge the pointer takes it, in units.
const edgeReach = 4

type rectangle struct{ x, y, w, h float64 }

// thumb is where a scroll bar's thumb is; false when all fits.
func (g *grid) thumb(upright bool) (rectangle, bool) {
	thick := barSize * g.zoom
	w, h := float64(g.Size().Width), float64(g.Size().Height)
	start, length, all, seen, at := g.numbersWidth(), w-g.numbersWidth()-thick, g.wide(), g.bodyWidth(), g.left
	if upright {
		start, length, all, seen, at = g.headerHeight(), h-g.headerHeight()-thick, g.height(), g.bodyHeight(), g.top
	}
	if all <= seen || length <= 0 {
		return rectangle{}, false
	}
	size := math.Max(28*g.zoom, length*seen/all)
	place := start + (length-size)*at/(all-seen)
	if upright {
		return rectangle{w - thick, place, thick, size}, true
	}
	return rectangle{place, h - thick, size, thick}, true
}

// scrollTo moves a thumb's start to a place.
func (g *grid) scrollTo(upright bool, place float64) {
	t, ok := g.thumb(upright)
	if !ok {
		return
	}
	thick := barSize * g.zoom
	if upright {
		length := float64(g.Size().Height) - g.headerHeight() - thick - t.h
		g.top = (place - g.headerHeight()) / length * (g.height() - g.bodyHeight())
	} else {
		length := float64(g.Size().Width) - g.numbersWidth() - thick - t.w
		g.left = (place - g.numbersWidth()) / length * (g.wide() - g.bodyWidth())
	}
	g.settle()
}

// spot is the cell under a place; Row -1 over the header, Column -1 over the row numbers.
func (g *grid) spot(x, y float64) view.Spot {
	s := view.Spot{Row: -1, Column: -1}
	if y >= g.headerHeight() {
		s.Row = int((y - g.headerHeight() + g.top) / g.rowHeight())
	}
	if x >= g.numbersWidth() {
		s.Column = g.columnAt(x - g.numbersWidth() + g.left)
		if x-g.numbersWidth()+g.left >= g.starts[len(g.starts)-1] {
			s.Column = len(g.columns) // past the last
		}
	}
	return s
}

// edge is the column whose right edge is under a place of the header; -1 for none.
func (g *grid) edge(x, y float64) int {
	if y >= g.headerHeight() || x < g.numbersWidth() || len(g.columns) == 0 {
		return -1
	}
	at := x - g.numbersWidth() + g.left
	c := g.columnAt(at)
	reach := edgeReach * g.zoom
	switch {
	case g.starts[c+1]-at <= reach && at-g.starts[c+1] <= reach:
		return c
	case c > 0 && at-g.starts[c] <= reach:
		return c - 1
	}
	return -1
}

// MouseDown takes what is under the pointer.
func (g *grid) MouseDown(e *desktop.MouseEvent) {
	g.ask()
	if len(g.columns) == 0 {
		return
	}
	x, y := float64(e.Position.X), float64(e.Position.Y)
	extend := e.Modifier&fyne.KeyModifierShift != 0
	for _, upright := range []bool{true, false} {
		if t, ok := g.thumb(upright); ok {
			along, start, size, across := y, t.y, t.h, x >= t.x
			if !upright {
				along, start, size, across = x, t.x, t.w, y >= t.y
			}
			if !across || upright && y < g.headerHeight() {
				continue
			}
			grip := along - start
			if grip < 0 || grip >= size { // beside the thumb: it comes under the pointer
				grip = size / 2
			}
			g.drag = dragging{kind: dragBar, upright: upright, grip: grip}
			g.scrollTo(upright, along-grip)
			return
		}
	}
	if c := g.edge(x, y); c >= 0 && e.Button == desktop.MouseButtonPrimary {
		g.drag = dragging{kind: dragEdge, column: c, grip: x - (g.numbersWidth() + g.starts[c+1] - g.left)}
		return
	}
	s := g.spot(x, y)
	secondary := e.Button == desktop.MouseButtonSecondary
	switch {
	case s.Row >= g.rows && s.Row >= 0 || s.Column >= len(g.columns):
		return
	case s.Row < 0 && s.Column < 0: // the corner: everything
		g.chooseAll()
	case s.Row < 0:
		g.pressHeader(s.Column, x, extend, secondary, e.AbsolutePosition)
	case s.Column < 0:
		g.chooseRows(s.Row, extend)
		g.drag = dragging{kind: dragRows}
	default:
		sel := g.selection()
		inside := s.Row >= sel.Row && s.Row < sel.Row+sel.Rows && s.Column >= sel.Column && s.Column < sel.Column+sel.Columns
		if !secondary || !inside {
			g.choose(s, extend && !secondary)
		}
		if !secondary {
			g.drag = dragging{kind: dragCells}
		}
	}
	if secondary && s.Row >= 0 && g.onCell != nil {
		g.onCell(e.AbsolutePosition)
	}
}

// pressHeader selects a column, or opens its menu.
func (g *grid) pressHeader(column int, x float64, extend, secondary bool, at fyne.Position) {
	right := g.numbersWidth() + g.starts[column+1] - g.left
	if g.rows == 0 {
		g.active = view.Spot{Row: -1}
	}
	g.chooseColumns(column, extend)
	if menu := secondary || x >= right-22*g.zoom; menu && g.onHeader != nil && !extend {
		g.onHeader(column, at)
		return
	}
	g.drag = dragging{kind: dragColumns}
}

func (g *grid) chooseAll() {
	if g.rows == 0 {
		return
	}
	g.active, g.anchor = view.Spot{}, view.Spot{Row: g.rows - 1, Column: len(g.columns) - 1}
	g.settle()
	if g.onSelect != nil {
		g.onSelect()
	}
}

// MouseUp lets go.
func (g *grid) MouseUp(*desktop.MouseEvent) { g.release() }

// DragEnd lets go, wherever the pointer is.
func (g *grid) DragEnd() { g.release() }

func (g *grid) release() {
	if g.drag.kind != dragNothing {
		g.stayHere()
		g.drag = dragging{}
		g.raster.Refresh()
	}
}

// Dragged goes on with what was taken.
func (g *grid) Dragged(e *fyne.DragEvent) {
	g.follow(float64(e.Position.X), float64(e.Position.Y))
	g.reach(float64(e.Position.X), float64(e.Position.Y))
}

// follow brings what was taken to a place.
func (g *grid) follow(x, y float64) {
	switch g.drag.kind {
	case dragEdge:
		c := g.drag.column
		w := (x - g.drag.grip - g.numbersWidth() + g.left - g.starts[c]) / g.zoom
		g.custom[c] = math.Max(minColumn, math.Min(maxColumn, w))
		g.measure()
		g.settle()
	case dragBar:
		along := x
		if g.drag.upright {
			along = y
		}
		g.scrollTo(g.drag.upright, along-g.drag.grip)
	case dragCells:
		s := g.spot(math.Max(x, g.numbersWidth()), math.Max(y, g.headerHeight()))
		if x < g.numbersWidth() {
			s.Column = g.columnAt(g.left) - 1
		}
		if y < g.headerHeight() {
			s.Row = int(g.top/g.rowHeight()) - 1
		}
		g.choose(s, true)
	case dragRows:
		s := g.spot(0, math.Max(y, g.headerHeight()))
		g.chooseRows(min(max(s.Row, 0), g.rows-1), true)
	case dragColumns:
		c := g.spot(math.Max(x, g.numbersWidth()), 0).Column
		g.chooseColumns(min(max(c, 0), len(g.columns)-1), true)
	case dragNothing:
	}
}

// DoubleTapped fits a column to its edge, sorts by a header, or asks where a cell is from.
func (g *grid) DoubleTapped(e *fyne.PointEvent) {
	if len(g.columns) == 0 {
		return
	}
	x, y := float64(e.Position.X), float64(e.Position.Y)
	if c := g.edge(x, y); c >= 0 {
		g.fitColumn(c)
		return
	}
	s := g.spot(x, y)
	switch {
	case s.Column < 0 || s.Column >= len(g.columns):
	case s.Row < 0:
		if g.onSort != nil {
			g.onSort(s.Column)
		}
	case s.Row < g.rows && g.onKey != nil:
		g.onKey("origin")
	}
}

// fitColumn makes a column as wide as what is on the screen of it.
func (g *grid) fitColumn(c int) {
	p, bold := g.pen(13, false), g.pen(13, true)
	most := bold.width(g.columns[c].Name) + int(46*g.zoom)
	a := g.area()
	for row := a.Row; row < a.Row+a.Rows; row++ {
		if cell := g.source.Cell(row, c); len(cell.Text) < 1000 {
			most = max(most, p.width(cell.Text))
		}
	}
	g.custom[c] = math.Max(minColumn, math.Min(maxColumn, float64(most)/g.zoom+2*cellPad+4))
	g.measure()
	g.settle()
}

// scrollFactor makes a notch of the wheel, 10 of Fyne's units, more than a row.
const scrollFactor = 4

// Scrolled moves the rows, or with Shift the columns.
func (g *grid) Scrolled(e *fyne.ScrollEvent) {
	dx, dy := float64(e.Scrolled.DX), float64(e.Scrolled.DY)
	if g.shift && dx == 0 {
		dx, dy = dy, 0
	}
	g.left -= dx * scrollFactor
	g.top -= dy * scrollFactor
	g.settle()
}

// MouseIn and MouseMoved light up what is under the pointer.
func (g *grid) MouseIn(e *desktop.MouseEvent) { g.MouseMoved(e) }

// MouseMoved lights up what is under the pointer.
func (g *grid) MouseMoved(e *desktop.MouseEvent) {
	if len(g.columns) == 0 {
		return
	}
	at := g.spot(float64(e.Position.X), float64(e.Position.Y))
	g.onEdge = g.edge(float64(e.Position.X), float64(e.Position.Y)) >= 0
	if g.inside && at == g.hover {
		return
	}
	before := g.hover
	was := g.inside
	g.inside, g.hover = true, at
	// Only the header lights up columns, and only cells rows: other moves look the same.
	if !was || before.Row != at.Row || at.Row < 0 {
		g.raster.Refresh()
	}
}

// MouseOut takes the light away.
func (g *grid) MouseOut() {
	g.inside = false
	g.raster.Refresh()
}

// Cursor shows what the pointer would take.
func (g *grid) Cursor() desktop.Cursor {
	if g.drag.kind == dragEdge {
		return desktop.HResizeCursor
	}
	if g.inside && g.onEdge {
		return desktop.HResizeCursor
	}
	return desktop.DefaultCursor
}
