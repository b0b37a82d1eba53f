package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// line is one line of text that is cut to its width with an ellipsis, at its end, or in
// its middle where the end tells things apart, as in names of files.
type line struct {
	widget.BaseWidget

	text   *canvas.Text
	full   string
	middle bool
	least  float32 // its width at least
}

// newLine makes a line of text; size is in units at this zoom.
func newLine(text string, size float32, c color.Color, bold bool) *line {
	l := &line{text: canvas.NewText(text, c), full: text}
	l.text.TextSize, l.text.TextStyle.Bold = size, bold
	l.ExtendBaseWidget(l)
	return l
}

func (l *line) set(text string, c color.Color) {
	if l.full == text && l.text.Color == c {
		return
	}
	l.full, l.text.Color = text, c
	l.fit()
	l.text.Refresh()
}

func (l *line) fit() {
	w := l.Size().Width
	if l.middle {
		l.text.Text = fitMiddle(l.full, w, l.text.TextSize, l.text.TextStyle)
	} else {
		l.text.Text = fitFyne(l.full, w, l.text.TextSize, l.text.TextStyle)
	}
}

// Resize cuts the text anew.
func (l *line) Resize(s fyne.Size) {
	l.BaseWidget.Resize(s)
	l.fit()
	l.text.Refresh()
}

// MinSize is the line's height; it can be as narrow as there is room.
func (l *line) MinSize() fyne.Size {
	return fyne.NewSize(l.least, fyne.MeasureText("Mg", l.text.TextSize, l.text.TextStyle).Height)
}

// CreateRenderer draws the text.
func (l *line) CreateRenderer() fyne.WidgetRenderer { return widget.NewSimpleRenderer(l.text) }

// fitMiddle keeps the beginning and the end of a text.
func fitMiddle(s string, w, size float32, style fyne.TextStyle) string {
	if fyne.MeasureText(s, size, style).Width <= w {
		return s
	}
	r := []rune(s)
	tail := min(9, len(r)/3)
	end := string(r[len(r)-tail:])
	room := w - fyne.MeasureText(end, size, style).Width
	if room < 3*size {
		return fitFyne(s, w, size, style)
	}
	return fitFyne(string(r[:len(r)-tail])+"           ", room, size, style) + end
}

// tool is a flatTool that the keyboard reaches.
type tool struct {
	flatTool
	keyed
}

// flatTool is a button with an icon, a text or both, flat until the pointer is over it. What it
// does is told by hint, which the window shows in the status line.
type flatTool struct {
	widget.BaseWidget

	icon   *widget.Icon
	text   *canvas.Text
	back   *canvas.Rectangle
	pal    *palette
	hint   string
	tell   func(string)
	tapped func()
	strong bool // filled with the accent
	off    bool
	zoom   float32
}

func (w *window) newTool(icon fyne.Resource, text, hint string, tapped func()) *tool {
	t := &tool{}
	t.fill(w, t, icon, text, hint, tapped)
	return t
}

// fill makes a tool of which self is the whole.
func (t *tool) fill(w *window, self fyne.Widget, icon fyne.Resource, text, hint string, tapped func()) {
	t.fit(w, icon, text, hint, tapped)
	t.keyed = keyed{w, func() { t.Tapped(nil) }, func(on bool) {
		t.back.StrokeWidth, t.back.StrokeColor = 0, nil
		if on {
			t.back.StrokeWidth, t.back.StrokeColor = 1.5*t.zoom, t.pal.accent
			if t.strong {
				t.back.StrokeColor = t.pal.text
			}
			w.reveal(self)
		}
		t.back.Refresh()
		if t.hint != "" {
			t.tell(map[bool]string{true: t.hint}[on])
		}
	}}
	t.ExtendBaseWidget(self)
}

func (t *flatTool) fit(w *window, icon fyne.Resource, text, hint string, tapped func()) {
	t.pal, t.hint, t.tell, t.tapped, t.zoom = w.pal, hint, w.hint, tapped, w.zoom
	t.back = canvas.NewRectangle(color.Transparent)
	t.back.CornerRadius = 6 * w.zoom
	if icon != nil {
		t.icon = widget.NewIcon(icon)
	}
	if text != "" {
		t.text = canvas.NewText(text, w.pal.text)
		t.text.TextSize = 13 * w.zoom
	}
}

// primary makes it the one that stands out.
func (t *tool) primary(icon fyne.Resource) *tool {
	t.strong = true
	if t.icon != nil {
		t.icon.SetResource(theme.NewColoredResource(icon, theme.ColorNameForegroundOnPrimary))
	}
	if t.text != nil {
		t.text.Color, t.text.TextStyle.Bold = t.pal.onColor, true
	}
	t.back.FillColor = t.pal.accent
	return t
}

func (t *flatTool) disable(off bool) {
	if t.off == off {
		return
	}
	t.off = off
	if t.text != nil {
		t.text.Color = t.pal.text
		if off {
			t.text.Color = t.pal.faint
		}
	}
	t.Refresh()
}

// Tapped does it.
func (t *flatTool) Tapped(*fyne.PointEvent) {
	if !t.off && t.tapped != nil {
		t.tapped()
	}
}

// MouseIn lights it up and tells what it does.
func (t *flatTool) MouseIn(*desktop.MouseEvent) {
	if t.tell != nil && t.hint != "" {
		t.tell(t.hint)
	}
	if !t.off && !t.strong {
		t.back.FillColor = t.pal.hover
		t.back.Refresh()
	}
}

// MouseMoved does nothing more.
func (t *flatTool) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes it back.
func (t *flatTool) MouseOut() {
	if t.tell != nil && t.hint != "" {
		t.tell("")
	}
	if !t.strong {
		t.back.FillColor = color.Transparent
		t.back.Refresh()
	}
}

// MinSize fits icon and text.
func (t *flatTool) MinSize() fyne.Size {
	w := 12 * t.zoom
	if t.icon != nil {
		w += 18 * t.zoom
	}
	if t.text != nil {
		w += fyne.MeasureText(t.text.Text, t.text.TextSize, t.text.TextStyle).Width + 4*t.zoom
		if t.icon != nil {
			w += 5 * t.zoom
		}
	}
	return fyne.NewSize(w, 30*t.zoom)
}

// CreateRenderer lays out icon and text.
func (t *flatTool) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.back}
	if t.icon != nil {
		objects = append(objects, t.icon)
	}
	if t.text != nil {
		objects = append(objects, t.text)
	}
	return widget.NewSimpleRenderer(&fyne.Container{Layout: toolLayout{t}, Objects: objects})
}

type toolLayout struct{ t *flatTool }

func (l toolLayout) MinSize([]fyne.CanvasObject) fyne.Size { return l.t.MinSize() }

func (l toolLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	t := l.t
	t.back.Resize(s)
	content := t.MinSize().Width - 12*t.zoom
	x := (s.Width - content) / 2
	if t.icon != nil {
		size := 18 * t.zoom
		t.icon.Resize(fyne.NewSize(size, size))
		t.icon.Move(fyne.NewPos(x, (s.Height-size)/2))
		x += size + 5*t.zoom
	}
	if t.text != nil {
		if t.icon == nil {
			x += 2 * t.zoom
		}
		m := fyne.MeasureText(t.text.Text, t.text.TextSize, t.text.TextStyle)
		t.text.Resize(m)
		t.text.Move(fyne.NewPos(x, (s.Height-m.Height)/2))
	}
}

// bar is a thin bar of progress.
type bar struct {
	widget.BaseWidget

	ground, done *canvas.Rectangle
	share        float64
	height       float32
}

func newBar(pal *palette, height float32) *bar {
	b := &bar{ground: canvas.NewRectangle(pal.stripe), done: canvas.NewRectangle(pal.accent), height: height}
	b.ground.CornerRadius, b.done.CornerRadius = height/2, height/2
	b.ExtendBaseWidget(b)
	return b
}

func (b *bar) set(share float64, c color.Color) {
	share = min(max(share, 0), 1)
	if b.share == share && b.done.FillColor == c {
		return
	}
	b.share, b.done.FillColor = share, c
	b.place()
	b.done.Refresh()
}

func (b *bar) place() {
	s := b.Size()
	b.ground.Resize(s)
	w := s.Width * float32(b.share)
	if w > 0 {
		w = fyne.Max(w, s.Height)
	}
	b.done.Resize(fyne.NewSize(w, s.Height))
}

// Resize sets the size.
func (b *bar) Resize(s fyne.Size) { b.BaseWidget.Resize(s); b.place() }

// MinSize is its height.
func (b *bar) MinSize() fyne.Size { return fyne.NewSize(40, b.height) }

// CreateRenderer draws both parts.
func (b *bar) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(container.NewWithoutLayout(b.ground, b.done))
}

// field is an entry that hands the keys it has no use for to the window.
type field struct {
	widget.Entry

	keys   func(*fyne.KeyEvent) bool
	escape func()
	enter  func()
}

func newField() *field {
	f := &field{}
	f.ExtendBaseWidget(f)
	return f
}

// atEnd shows the end of a text that is longer than the field.
func (f *field) atEnd() {
	f.CursorColumn = len([]rune(f.Text))
	f.Refresh()
}

// TypedKey hands on.
func (f *field) TypedKey(e *fyne.KeyEvent) {
	switch {
	case e.Name == fyne.KeyEscape && f.escape != nil:
		f.escape()
	case (e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter) && f.enter != nil:
		f.enter()
	case f.keys != nil && f.keys(e):
	default:
		f.Entry.TypedKey(e)
	}
}
