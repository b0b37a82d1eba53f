package ui

import (
	"image"
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
)

// cells is what a grid draws. Every method answers at once; a cell that is not
// read yet says so, and the grid is refreshed when it is.
type cells interface {
	Cell(row, column int) view.Cell
	Row(shown int) int64
	Show(a view.Area)
}

// Sizes of the grid at zoom 1, in Fyne's units.
const (
	rowHeight    = 26
	headerHeight = 64
	charWidth    = 7.4
	cellPad      = 8
	barSize      = 10 // of a scroll bar
	minColumn    = 40
	maxColumn    = 900
)

// grid is a virtual table: one picture of the cells that are on the screen,
// drawn anew for each change. Offsets are 64-bit, so no number of rows is too many.
type grid struct {
	widget.BaseWidget

	// What it tells of.
	onSelect func()                               // the active cell or the selection moved
	onSort   func(column int)                     // the header was asked to sort
	onHeader func(column int, at fyne.Position)   // menu of a column, at a place of the window
	onCell   func(at fyne.Position)               // menu of the selection
	onKey    func(action string)                  // copy, origin
	onOther  func(*fyne.KeyEvent) bool            // keys that are not the grid's
	onDrawn  func(a view.Area, whole bool)        // what is on the screen was drawn; nil when nobody asks
	run      func(func())                         // onto the drawing thread
	label    func(c view.Column) (missing string) // the header's words on what is missing

	source  cells
	columns []view.Column
	rows    int
	sorts   []view.SortKey
	filters map[int]bool // filtered columns
	serial  int

	pal  *palette
	zoom float64

	widths []float64 // by column
	starts []float64 // of each column, and the end of the last
	custom map[int]float64
	top    float64 // offset of the first row, in units
	left   float64

	active view.Spot // Row -1: nothing selected
	anchor view.Spot
	shift  bool
	focus  bool
	hover  view.Spot // Row -1: the header
	inside bool
	onEdge bool // the pointer is where a column is resized
	drag   dragging

	raster *canvas.Raster
	image  *image.RGBA
	odd    []oddText // texts that the pen cannot draw
	over   *fyne.Container
	pens   map[penKey]*pen
	shown  view.Area // the last that was asked for
}

// penKey names a pen: its size in 64ths of a pixel and its weight.
type penKey struct {
	size int
	bold bool
}

// newGrid makes an empty grid.
func newGrid(pal *palette, zoom float32, run func(func())) *grid {
	g := &grid{pal: pal, zoom: float64(zoom), run: run, custom: map[int]float64{}, pens: map[penKey]*pen{}, active: view.Spot{Row: -1}}
	g.raster = canvas.NewRaster(g.paint)
	g.over = fyne.NewContainer() //nolint:staticcheck // no layout: texts are placed one by one
	g.ExtendBaseWidget(g)
	return g
}

// show takes the state of a table. The place and selection stay where they can.
func (g *grid) show(source cells, s view.TableState) {
	if g.source != source {
		g.custom, g.top, g.left, g.active, g.shown = map[int]float64{}, 0, 0, view.Spot{Row: -1}, view.Area{}
	}
	g.source, g.rows, g.sorts = source, s.Shown, s.Sort
	g.filters = map[int]bool{}
	for _, f := range s.Filters {
		g.filters[f.Column] = true
	}
	if g.serial != s.Serial || len(g.columns) != len(s.Columns) {
		g.shown = view.Area{} // other rows stand there now
	}
	g.serial, g.columns = s.Serial, s.Columns
	g.measure()
	if g.active.Row >= g.rows || g.active.Column >= len(g.columns) {
		g.active = view.Spot{Row: -1}
	}
	g.settle()
}

// measure lays out the columns.
func (g *grid) measure() {
	g.widths = make([]float64, len(g.columns))
	g.starts = make([]float64, len(g.columns)+1)
	for i, c := range g.columns {
		w, ok := g.custom[i]
		if !ok {
			chars := float64(min(max(c.Width, 4), 40))
			name := 0.0 // ideographs are as wide as two letters
			for _, r := range c.Name {
				name++
				if r >= 0x2E80 {
					name++
				}
			}
			name = min(name+6, 27) // beside the type and the arrow
			w = max(chars, name)*charWidth + 2*cellPad
		}
		g.widths[i] = w * g.zoom
		g.starts[i+1] = g.starts[i] + g.widths[i]
	}
}

// settle brings the offsets into their bounds, asks for what is on the screen, and draws.
func (g *grid) settle() {
	g.top = math.Max(0, math.Min(g.top, g.height()-g.bodyHeight()))
	g.left = math.Max(0, math.Min(g.left, g.wide()-g.bodyWidth()))
	if g.source != nil && len(g.columns) > 0 && g.bodyHeight() > 0 {
		if a := g.area(); a != g.shown {
			g.shown = a
			g.source.Show(a)
		}
	}
	g.raster.Refresh()
}

// Refresh draws it anew.
func (g *grid) Refresh() { g.settle() }

// Resize sets the size.
func (g *grid) Resize(s fyne.Size) {
	g.BaseWidget.Resize(s)
	g.settle()
}

// MinSize is small: a grid scrolls.
func (g *grid) MinSize() fyne.Size { return fyne.NewSize(120, 120) }

// CreateRenderer makes the picture and what lies over it.
func (g *grid) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: fillLayout{}, Objects: []fyne.CanvasObject{g.raster, g.over}})
}

// fillLayout gives every object the whole area.
type fillLayout struct{}

func (fillLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	for _, o := range objects {
		o.Move(fyne.Position{})
		o.Resize(s)
	}
}
func (fillLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

// Geometry, in units.

func (g *grid) rowHeight() float64    { return rowHeight * g.zoom }
func (g *grid) headerHeight() float64 { return headerHeight * g.zoom }
func (g *grid) height() float64       { return float64(g.rows)*g.rowHeight() + barSize*g.zoom }
func (g *grid) wide() float64 {
	if len(g.starts) == 0 {
		return 0
	}
	return g.starts[len(g.starts)-1] + barSize*g.zoom
}

// numbersWidth is the width of the row numbers: as many digits as the last one has.
func (g *grid) numbersWidth() float64 {
	digits := 3
	for n := g.rows; n >= 1000; n /= 10 {
		digits++
	}
	return (float64(digits)*charWidth + 2*cellPad + 2) * g.zoom
}
func (g *grid) bodyHeight() float64 { return float64(g.Size().Height) - g.headerHeight() }
func (g *grid) bodyWidth() float64  { return float64(g.Size().Width) - g.numbersWidth() }

// area is the part that is on the screen.
func (g *grid) area() view.Area {
	first := int(g.top / g.rowHeight())
	last := min(g.rows, int((g.top+g.bodyHeight())/g.rowHeight())+1)
	from, to := g.columnAt(g.left), g.columnAt(g.left+g.bodyWidth())
	return view.Area{Row: first, Rows: max(0, last-first), Column: from, Columns: min(len(g.columns), to+1) - from}
}

// columnAt finds the column at an offset, or the last one before it.
func (g *grid) columnAt(x float64) int {
	i, exact := slices.BinarySearch(g.starts, x)
	if !exact {
		i--
	}
	return min(max(i, 0), max(0, len(g.columns)-1))
}

// selection is the selected part; Rows is 0 when nothing is.
func (g *grid) selection() view.Area {
	if g.active.Row < 0 {
		return view.Area{}
	}
	r0, r1 := min(g.active.Row, g.anchor.Row), max(g.active.Row, g.anchor.Row)
	c0, c1 := min(g.active.Column, g.anchor.Column), max(g.active.Column, g.anchor.Column)
	return view.Area{Row: r0, Rows: r1 - r0 + 1, Column: c0, Columns: c1 - c0 + 1}
}

// choose selects a cell, or extends the selection to it, and brings it into sight.
func (g *grid) choose(s view.Spot, extend bool) {
	if g.rows == 0 || len(g.columns) == 0 {
		return
	}
	s.Row = min(max(s.Row, 0), g.rows-1)
	s.Column = min(max(s.Column, 0), len(g.columns)-1)
	g.active = s
	if !extend {
		g.anchor = s
	}
	g.reveal(s)
	if g.onSelect != nil {
		g.onSelect()
	}
}

// chooseColumns selects whole columns; the place stays.
func (g *grid) chooseColumns(column int, extend bool) {
	if g.rows == 0 {
		return
	}
	if !extend || g.active.Row < 0 {
		g.anchor.Column = column
	}
	g.anchor.Row, g.active = g.rows-1, view.Spot{Row: 0, Column: column}
	g.settle()
	if g.onSelect != nil {
		g.onSelect()
	}
}

// chooseRows selects whole rows.
func (g *grid) chooseRows(row int, extend bool) {
	if !extend || g.active.Row < 0 {
		g.anchor.Row = row
	}
	g.anchor.Column, g.active = len(g.columns)-1, view.Spot{Row: row}
	g.settle()
	if g.onSelect != nil {
		g.onSelect()
	}
}

// reveal scrolls as little as shows a cell whole.
func (g *grid) reveal(s view.Spot) {
	y := float64(s.Row) * g.rowHeight()
	bottom := barSize * g.zoom
	if y < g.top {
		g.top = y
	} else if over := y + g.rowHeight() - g.top - g.bodyHeight() + bottom; over > 0 {
		g.top += over
	}
	if s.Column < len(g.widths) {
		if g.starts[s.Column] < g.left {
			g.left = g.starts[s.Column]
		} else if over := g.starts[s.Column+1] - g.left - g.bodyWidth() + bottom; over > 0 {
			g.left = math.Min(g.left+over, g.starts[s.Column])
		}
	}
	g.settle()
}

// page is how many whole rows are on the screen.
func (g *grid) page() int { return max(1, int(g.bodyHeight()/g.rowHeight())-1) }

// below is the place under a cell, or under a column's head where its row is -1.
func (g *grid) below(s view.Spot) fyne.Position {
	if s.Column >= len(g.widths) {
		return fyne.Position{}
	}
	y := g.headerHeight()
	if s.Row >= 0 {
		y = math.Min(y+float64(s.Row+1)*g.rowHeight()-g.top, float64(g.Size().Height))
	}
	return fyne.NewPos(float32(g.numbersWidth()+math.Max(0, g.starts[s.Column]-g.left)), float32(math.Max(y, g.headerHeight())))
}
