package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// cards are notes over the lower right corner that hold nothing up: what failed, with its
// hint and details to copy; exports under way; what was done.
type cards struct {
	w    *window
	list []*card
	root *fyne.Container
}

type card struct {
	object fyne.CanvasObject
	key    string
}

// mostCards are shown at once; older ones go.
const mostCards = 4

func newCards(w *window) *cards {
	c := &cards{w: w}
	c.root = &fyne.Container{Layout: cardsLayout{w}}
	return c
}

type cardsLayout struct{ w *window }

func (cardsLayout) MinSize([]fyne.CanvasObject) fyne.Size { return fyne.Size{} }

func (l cardsLayout) Layout(objects []fyne.CanvasObject, s fyne.Size) {
	z := l.w.zoom
	width := fyne.Min(380*z, s.Width-32*z)
	y := s.Height - 40*z
	for _, o := range slices.Backward(objects) {
		o.Resize(fyne.NewSize(width, o.MinSize().Height))
		m := o.MinSize() // texts have wrapped now
		y -= m.Height
		o.Resize(fyne.NewSize(width, m.Height))
		o.Move(fyne.NewPos(s.Width-width-16*z, y))
		y -= 8 * z
	}
}

// put adds a card, in the place of one with the same key.
func (c *cards) put(key string, object fyne.CanvasObject) {
	n := &card{object: object, key: key}
	list := c.list[:0:0]
	for _, o := range c.list {
		if o.key != key {
			list = append(list, o)
		}
	}
	list = append(list, n)
	if len(list) > mostCards {
		list = list[len(list)-mostCards:]
	}
	c.list = list
	c.show()
}

func (c *cards) drop(key string) {
	list := c.list[:0:0]
	for _, o := range c.list {
		if o.key != key {
			list = append(list, o)
		}
	}
	c.list = list
	c.show()
}

func (c *cards) show() {
	c.root.Objects = nil
	for _, o := range c.list {
		c.root.Objects = append(c.root.Objects, o.object)
	}
	c.root.Refresh()
}

// frame is the look of a card.
func (w *window) frame(edge interface{ RGBA() (r, g, b, a uint32) }, o fyne.CanvasObject) fyne.CanvasObject {
	z := w.zoom
	back := canvas.NewRectangle(w.pal.raised)
	back.CornerRadius, back.StrokeWidth, back.StrokeColor = 8*z, 1, w.pal.line
	mark := canvas.NewRectangle(edge)
	mark.CornerRadius = 2 * z
	mark.SetMinSize(fyne.NewSize(4*z, 10))
	return container.NewStack(back, inset(border(nil, nil, mark, nil, inset(o, 0, 0, 0, 10*z)), 10*z, 8*z, 10*z, 8*z))
}

// fault shows what failed.
func (c *cards) fault(what string, f *fault.Error) {
	if f == nil {
		return
	}
	w := c.w
	z := w.zoom
	key := what + "/" + f.Sentence.String() + "/" + f.Place
	sentence := w.wrapped(f.Sentence.In(w.lang), w.pal.text, 13).at(320 * z)
	list := []fyne.CanvasObject{}
	shut := w.newTool(theme.CancelIcon(), "", w.tr("Close"), func() { c.drop(key) })
	list = append(list, border(nil, nil, nil, shut, newLine(what, 11*z, w.pal.red, true)), sentence)
	if hint := f.Next.In(w.lang); hint != "" {
		list = append(list, w.wrapped(hint, w.pal.soft, 12).at(320*z))
	}
	if f.Place != "" {
		place := newLine(f.Place, 11*z, w.pal.soft, false)
		place.middle = true
		list = append(list, place)
	}
	list = append(list, row(0, w.copyDetails(what, f)))
	c.put(key, w.frame(w.pal.red, tight(3*z, list...)))
}

// done shows that something went well.
func (c *cards) done(key, text, detail string, actions ...fyne.CanvasObject) {
	w := c.w
	z := w.zoom
	shut := w.newTool(theme.CancelIcon(), "", w.tr("Close"), func() { c.drop(key) })
	list := []fyne.CanvasObject{border(nil, nil, nil, shut, newLine(text, 13*z, w.pal.text, false))}
	if detail != "" {
		d := newLine(detail, 11*z, w.pal.soft, false)
		d.middle = true
		list = append(list, d)
	}
	if len(actions) > 0 {
		list = append(list, row(4*z, actions...))
	}
	c.put(key, w.frame(w.pal.green, tight(3*z, list...)))
}

// copyDetails is a button that copies all that is known of a fault.
func (w *window) copyDetails(what string, f *fault.Error) *tool {
	t := w.newTool(theme.ContentCopyIcon(), w.tr("Copy details"), w.tr("Copy all that is known of it, for a report"), nil)
	t.tapped = func() {
		w.app.Clipboard().SetContent(what + "\n" + view.Details(f, w.lang))
		t.text.Text = w.tr("Copied")
		t.Refresh()
	}
	return t
}

func sayCancelled() say.Text { return say.T("It was cancelled before it was done.") }

// panelIcon is the sign of the side panel.
func (w *window) panelIcon() fyne.Resource {
	return w.theme.named("panel.svg", func() []byte { return []byte(panelSign) })
}

const panelSign = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><path fill="#000000" d="M3 5c0-1.1.9-2 2-2h14c1.1 0 2 .9 2 2v14c0 1.1-.9 2-2 2H5c-1.1 0-2-.9-2-2V5zm2 0v14h9V5H5z"/></svg>`
