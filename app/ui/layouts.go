package ui

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
)

// The layouts here have no gaps of their own, unlike Fyne's: what stands next to what is said where it is laid out.

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
