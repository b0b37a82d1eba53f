package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// panes are the library, the table and the side panel side by side. The outer two keep
// their widths when the window grows; their edges can be dragged.
type panes struct {
	w                   *window
	left, middle, right fyne.CanvasObject
	edges               [2]*edge
	root                *fyne.Container
}

func newPanes(w *window, left, middle, right fyne.CanvasObject) *panes {
	p := &panes{w: w, left: left, middle: middle, right: right}
	p.edges[0] = newEdge(w, func(dx float32) { w.left += dx / w.zoom; p.root.Refresh() })
	p.edges[1] = newEdge(w, func(dx float32) { w.right -= dx / w.zoom; p.root.Refresh() })
	p.root = &fyne.Container{Layout: p, Objects: []fyne.CanvasObject{left, middle, right, p.edges[0], p.edges[1]}}
	return p
}

// The bounds of the outer panes' widths, at zoom 1.
const (
	leastPane = 200
	mostPane  = 560
	leastBody = 300
)

// MinSize leaves the table some room.
func (p *panes) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(640, 360) }

// Layout places them.
func (p *panes) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	w := p.w
	w.left = min(max(w.left, leastPane), mostPane)
	w.right = min(max(w.right, leastPane+60), mostPane)
	left := w.left * w.zoom
	right := w.right * w.zoom
	panel := w.panel && w.center.kind == "table" // nothing is told of no table
	visible(p.right, panel)
	visible(p.edges[1], panel)
	if !panel {
		right = 0
	}
	// A narrow window takes from the outer panes first.
	if over := left + right + leastBody*w.zoom - s.Width; over > 0 {
		left = fyne.Max(leastPane*0.7*w.zoom, left-over)
		if over = left + right + leastBody*w.zoom - s.Width; over > 0 && panel {
			right = fyne.Max(leastPane*w.zoom, right-over)
		}
	}
	place := func(o fyne.CanvasObject, x, width float32) {
		o.Move(fyne.NewPos(x, 0))
		o.Resize(fyne.NewSize(fyne.Max(0, width), s.Height))
	}
	place(p.left, 0, left)
	end := s.Width
	if panel {
		end -= right + 1 // its edge
	}
	place(p.middle, left+1, end-left-1)
	place(p.right, s.Width-right, right)
	place(p.edges[0], left-2, 6)
	place(p.edges[1], s.Width-right-4, 6)
}

// edge is the line between two panes, which can be dragged.
type edge struct {
	widget.BaseWidget

	w     *window
	line  *canvas.Rectangle
	moved func(dx float32)
}

func newEdge(w *window, moved func(dx float32)) *edge {
	e := &edge{w: w, line: canvas.NewRectangle(w.pal.line), moved: moved}
	e.ExtendBaseWidget(e)
	return e
}

// Dragged moves it.
func (e *edge) Dragged(d *fyne.DragEvent) { e.moved(d.Dragged.DX) }

// DragEnd does nothing more.
func (e *edge) DragEnd() {}

// Cursor shows that it can be dragged.
func (e *edge) Cursor() desktop.Cursor { return desktop.HResizeCursor }

// CreateRenderer draws the line in the middle of what can be taken.
func (e *edge) CreateRenderer() fyne.WidgetRenderer {
	back := canvas.NewRectangle(color.Transparent)
	return widget.NewSimpleRenderer(&fyne.Container{Layout: edgeLayout{}, Objects: []fyne.CanvasObject{back, e.line}})
}

type edgeLayout struct{}

func (edgeLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.NewSize(6, 10) }

func (edgeLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	o[1].Move(fyne.NewPos(2, 0))
	o[1].Resize(fyne.NewSize(1, s.Height))
}
