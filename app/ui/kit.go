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

// tool is a button with an icon, a text or both, flat until the pointer is over it. What it
// does is told by hint, which the window shows in the status line.
type tool struct {
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
	t := &tool{pal: w.pal, hint: hint, tell: w.hint, tapped: tapped, zoom: w.zoom, back: canvas.NewRectangle(color.Transparent)}
	t.back.CornerRadius = 6 * w.zoom
	if icon != nil {
		t.icon = widget.NewIcon(icon)
	}
	if text != "" {
		t.text = canvas.NewText(text, w.pal.text)
		t.text.TextSize = 13 * w.zoom
	}
	t.ExtendBaseWidget(t)
	return t
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

func (t *tool) disable(off bool) {
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
func (t *tool) Tapped(*fyne.PointEvent) {
	if !t.off && t.tapped != nil {
		t.tapped()
	}
}

// MouseIn lights it up and tells what it does.
func (t *tool) MouseIn(*desktop.MouseEvent) {
	if t.tell != nil && t.hint != "" {
		t.tell(t.hint)
	}
	if !t.off && !t.strong {
		t.back.FillColor = t.pal.hover
		t.back.Refresh()
	}
}

// MouseMoved does nothing more.
func (t *tool) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes it back.
func (t *tool) MouseOut() {
	if t.tell != nil && t.hint != "" {
		t.tell("")
	}
	if !t.strong {
		t.back.FillColor = color.Transparent
		t.back.Refresh()
	}
}

// MinSize fits icon and text.
func (t *tool) MinSize() fyne.Size {
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
func (t *tool) CreateRenderer() fyne.WidgetRenderer {
	objects := []fyne.CanvasObject{t.back}
	if t.icon != nil {
		objects = append(objects, t.icon)
	}
	if t.text != nil {
		objects = append(objects, t.text)
	}
	return widget.NewSimpleRenderer(&fyne.Container{Layout: toolLayout{t}, Objects: objects})
}

type toolLayout struct{ t *tool }

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

// inset puts space around an object.
func inset(o fyne.CanvasObject, top, right, bottom, left float32) *fyne.Container {
	return &fyne.Container{Layout: insetLayout{top, right, bottom, left}, Objects: []fyne.CanvasObject{o}}
}

type insetLayout struct{ top, right, bottom, left float32 }

func (l insetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	m := objects[0].MinSize()
	return fyne.NewSize(m.Width+l.left+l.right, m.Height+l.top+l.bottom)
}

func (l insetLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	objects[0].Move(fyne.NewPos(l.left, l.top))
	objects[0].Resize(fyne.NewSize(s.Width-l.left-l.right, s.Height-l.top-l.bottom))
}

// sized gives an object at least a size; 0 leaves a side as it is.
func sized(o fyne.CanvasObject, width, height float32) *fyne.Container {
	return &fyne.Container{Layout: sizedLayout{width, height}, Objects: []fyne.CanvasObject{o}}
}

type sizedLayout struct{ w, h float32 }

func (l sizedLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().Max(fyne.NewSize(l.w, l.h))
}

func (l sizedLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) { objects[0].Resize(s) }

// backed puts a colour behind an object.
func backed(c color.Color, o fyne.CanvasObject) *fyne.Container {
	return container.NewStack(canvas.NewRectangle(c), o)
}

// tight stacks objects from top to bottom with a gap.
func tight(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: tightLayout{gap: gap}, Objects: objects}
}

// row puts objects side by side with a gap, each at its own width, centred upright.
func row(gap float32, objects ...fyne.CanvasObject) *fyne.Container {
	return &fyne.Container{Layout: tightLayout{gap: gap, across: true}, Objects: objects}
}

type tightLayout struct {
	gap    float32
	across bool
}

func (l tightLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	var s fyne.Size
	n := 0
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if l.across {
			s.Width, s.Height = s.Width+m.Width, fyne.Max(s.Height, m.Height)
		} else {
			s.Height, s.Width = s.Height+m.Height, fyne.Max(s.Width, m.Width)
		}
		n++
	}
	if n > 1 && l.across {
		s.Width += l.gap * float32(n-1)
	} else if n > 1 {
		s.Height += l.gap * float32(n-1)
	}
	return s
}

func (l tightLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	at := float32(0)
	for _, o := range objects {
		if !o.Visible() {
			continue
		}
		m := o.MinSize()
		if l.across {
			o.Move(fyne.NewPos(at, (s.Height-m.Height)/2))
			o.Resize(m)
			at += m.Width + l.gap
			continue
		}
		o.Move(fyne.NewPos(0, at))
		// What wraps knows its height only once it has its width.
		o.Resize(fyne.NewSize(s.Width, m.Height))
		if m = o.MinSize(); m.Height != o.Size().Height {
			o.Resize(fyne.NewSize(s.Width, m.Height))
		}
		at += m.Height + l.gap
	}
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

// border puts objects at the edges of another one, without gaps; each may be nil.
func border(top, bottom, left, right, middle fyne.CanvasObject) *fyne.Container {
	c := &fyne.Container{Layout: borderLayout{top, bottom, left, right, middle}}
	for _, o := range []fyne.CanvasObject{middle, top, bottom, left, right} {
		if o != nil {
			c.Objects = append(c.Objects, o)
		}
	}
	return c
}

type borderLayout struct{ top, bottom, left, right, middle fyne.CanvasObject }

func (l borderLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	s := leastOf(l.middle)
	for _, o := range []fyne.CanvasObject{l.left, l.right} {
		m := leastOf(o)
		s.Width, s.Height = s.Width+m.Width, fyne.Max(s.Height, m.Height)
	}
	for _, o := range []fyne.CanvasObject{l.top, l.bottom} {
		m := leastOf(o)
		s.Width, s.Height = fyne.Max(s.Width, m.Width), s.Height+m.Height
	}
	return s
}

func leastOf(o fyne.CanvasObject) fyne.Size {
	if o == nil || !o.Visible() {
		return fyne.Size{}
	}
	return o.MinSize()
}

func (l borderLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	x, y, w, h := float32(0), float32(0), s.Width, s.Height
	if m := leastOf(l.top); m.Height > 0 {
		l.top.Resize(fyne.NewSize(w, m.Height))
		m = l.top.MinSize() // what wraps has its width now
		l.top.Resize(fyne.NewSize(w, m.Height))
		y, h = m.Height, h-m.Height
		l.top.Move(fyne.Position{})
	}
	if m := leastOf(l.bottom); m.Height > 0 {
		h -= m.Height
		l.bottom.Resize(fyne.NewSize(w, m.Height))
		l.bottom.Move(fyne.NewPos(0, y+h))
	}
	if m := leastOf(l.left); m.Width > 0 {
		l.left.Resize(fyne.NewSize(m.Width, h))
		l.left.Move(fyne.NewPos(0, y))
		x, w = m.Width, w-m.Width
	}
	if m := leastOf(l.right); m.Width > 0 {
		w -= m.Width
		l.right.Resize(fyne.NewSize(m.Width, h))
		l.right.Move(fyne.NewPos(x+w, y))
	}
	if l.middle != nil {
		l.middle.Resize(fyne.NewSize(w, h))
		l.middle.Move(fyne.NewPos(x, y))
	}
}
