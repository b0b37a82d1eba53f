package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// The controls of dialogs are Fyne's, but that they hand Escape and Return on: a key goes to
// what has the keyboard and to nothing else, and Fyne's drop the two.

// handed tells whether a key is the dialog's; it is handed on then.
func (w *window) handed(e *fyne.KeyEvent) bool {
	switch e.Name {
	case fyne.KeyEscape, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyF1:
		return w.key(e)
	}
	return false
}

// check is a box to tick.
type check struct {
	widget.Check

	w *window
}

func (w *window) newCheck(text string, changed func(bool)) *check {
	c := &check{w: w}
	c.Text, c.OnChanged = text, changed
	c.ExtendBaseWidget(c)
	return c
}

// TypedKey hands on.
func (c *check) TypedKey(e *fyne.KeyEvent) {
	if !c.w.handed(e) {
		c.Check.TypedKey(e)
	}
}

// choice is a list of which one may be chosen.
type choice struct {
	widget.Select

	w *window
}

func (w *window) newChoice(options []string, at int) *choice {
	c := &choice{w: w}
	c.Options = options
	c.ExtendBaseWidget(c)
	c.SetSelectedIndex(at)
	return c
}

// TypedKey hands on.
func (c *choice) TypedKey(e *fyne.KeyEvent) {
	if !c.w.handed(e) {
		c.Select.TypedKey(e)
	}
}

// push is a button; Return presses it.
type push struct {
	widget.Button

	w *window
}

func (w *window) newPush(text string, i widget.Importance, f func()) *push {
	b := &push{w: w}
	b.Text, b.Importance, b.OnTapped = text, i, f
	b.ExtendBaseWidget(b)
	return b
}

// TypedKey presses or hands on.
func (b *push) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		b.Tapped(nil)
	case fyne.KeyEscape:
		b.w.key(e)
	default:
		b.Button.TypedKey(e)
	}
}

// radio is a choice of one among few, all of them to be seen. Arrows go from one to the next.
type radio struct {
	w       *window
	items   []*radioItem
	at      int
	changed func(at int)
	root    *fyne.Container
}

// radioItem is one of a radio.
type radioItem struct {
	tool

	r  *radio
	id int
}

func (w *window) newRadio(names []string, across bool, changed func(at int)) *radio {
	r := &radio{w: w, at: -1, root: tight(0)}
	if across {
		r.root = row(10 * w.zoom)
	}
	for id, name := range names {
		i := &radioItem{r: r, id: id}
		i.fill(w, i, theme.RadioButtonIcon(), name, "", func() { r.choose(id) })
		r.items = append(r.items, i)
		r.root.Add(row(0, i))
	}
	r.choose(0)
	r.changed = changed
	return r
}

func (r *radio) choose(at int) {
	if at < 0 || at >= len(r.items) || at == r.at {
		return
	}
	r.at = at
	for id, i := range r.items {
		icon := theme.RadioButtonIcon()
		if id == at {
			icon = theme.NewPrimaryThemedResource(theme.RadioButtonCheckedIcon())
		}
		i.icon.SetResource(icon)
	}
	if r.changed != nil {
		r.changed(at)
	}
}

// TypedKey goes on with arrows.
func (i *radioItem) TypedKey(e *fyne.KeyEvent) {
	to := i.id
	switch e.Name {
	case fyne.KeyLeft, fyne.KeyUp:
		to--
	case fyne.KeyRight, fyne.KeyDown:
		to++
	case fyne.KeySpace:
		i.press()
	default:
		i.w.key(e)
	}
	if to != i.id && to >= 0 && to < len(i.r.items) {
		i.r.choose(to)
		i.w.win.Canvas().Focus(i.r.items[to])
	}
}
