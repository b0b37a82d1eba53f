package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// tappable is an area that can be tapped, or pressed by the keyboard.
type tappable struct {
	widget.BaseWidget
	keyed

	back   *canvas.Rectangle
	inner  fyne.CanvasObject
	hint   string
	tapped func()
}

func newTappable(w *window, o fyne.CanvasObject, hint string, tapped func()) *tappable {
	t := &tappable{back: canvas.NewRectangle(theme.Color(theme.ColorNameSeparator)), hint: hint, tapped: tapped}
	t.back.FillColor, t.back.CornerRadius = w.pal.panel, 5*w.zoom
	t.keyed = keyed{w, tapped, func(on bool) {
		t.back.StrokeWidth, t.back.StrokeColor = 0, nil
		if on {
			t.back.StrokeWidth, t.back.StrokeColor = 1.5*w.zoom, w.pal.accent
			w.reveal(t)
		}
		t.back.Refresh()
		w.hint(map[bool]string{true: t.hint}[on])
	}}
	t.inner = inset(o, 4*w.zoom, 4*w.zoom, 4*w.zoom, 4*w.zoom)
	t.ExtendBaseWidget(t)
	return t
}

// pressable is a tappable part of the side panel, whose text stands in line with what is around it.
func (w *window) pressable(o fyne.CanvasObject, hint string, tapped func()) fyne.CanvasObject {
	return inset(newTappable(w, o, hint, tapped), 0, -4*w.zoom, 0, -4*w.zoom)
}

// Tapped does it.
func (t *tappable) Tapped(*fyne.PointEvent) { t.tapped() }

// MouseIn lights it up.
func (t *tappable) MouseIn(*desktop.MouseEvent) {
	t.back.FillColor = t.w.pal.stripe
	t.back.Refresh()
	t.w.hint(t.hint)
}

// MouseMoved does nothing more.
func (t *tappable) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the light away.
func (t *tappable) MouseOut() {
	t.back.FillColor = t.w.pal.panel
	t.back.Refresh()
	t.w.hint("")
}

// CreateRenderer draws what is in it.
func (t *tappable) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewStack(t.back, t.inner))
}
