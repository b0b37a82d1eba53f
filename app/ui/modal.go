package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
)

// modal is a dialog: a title, what it asks, and buttons at its lower right, the likely one last.
type modal struct {
	w       *window
	pop     *widget.PopUp
	fault   *para // why the answer was not taken
	box     *fyne.Container
	done    func() // what Return does
	onClose func()
}

// dialog shows a dialog; its buttons are given by ask, which may close it.
func (w *window) dialog(title string, width float32, body fyne.CanvasObject, buttons func(m *modal) []fyne.CanvasObject) *modal {
	z := w.zoom
	m := &modal{w: w}
	m.fault = w.wrapped("", w.pal.red, 12).at((width - 48) * z)
	m.fault.Hide()
	shut := w.newTool(theme.CancelIcon(), "", w.tr("Close"), m.close)
	head := sized(inset(newLine(title, 16*z, w.pal.text, true), 3*z, 36*z, 0, 0), 0, 30*z)
	m.box = tight(14*z, head, body, m.fault)
	if list := buttons(m); len(list) > 0 {
		m.box.Add(border(nil, nil, nil, row(8*z, list...), nil))
	}
	m.box.Resize(fyne.NewSize(width*z, m.box.MinSize().Height)) // texts wrap to it, and then know their heights
	// The cross comes last, so that Tab begins with what is asked.
	content := &fyne.Container{Layout: cornerLayout{12 * z}, Objects: []fyne.CanvasObject{inset(sized(m.box, width*z, 0), 12*z, 16*z, 16*z, 20*z), shut}}
	m.pop = widget.NewModalPopUp(content, w.win.Canvas())
	w.modals = append(w.modals, m)
	m.pop.Show()
	w.client.Note("dialog", title)
	return m
}

// cornerLayout puts a second object into the upper right corner of the first.
type cornerLayout struct{ gap float32 }

func (l cornerLayout) MinSize(o []fyne.CanvasObject) fyne.Size { return o[0].MinSize() }

func (l cornerLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	o[0].Resize(s)
	m := o[1].MinSize()
	o[1].Resize(m)
	o[1].Move(fyne.NewPos(s.Width-m.Width-l.gap, l.gap))
}

func (m *modal) close() {
	m.pop.Hide()
	if m.onClose != nil {
		m.onClose()
	}
	for i, o := range m.w.modals {
		if o == m {
			m.w.modals = append(m.w.modals[:i], m.w.modals[i+1:]...)
			break
		}
	}
}

// refuse says in the dialog why what was asked cannot be.
func (m *modal) refuse(text string) {
	m.fault.text, m.fault.width = text, 0
	m.fault.wrap(m.box.Size().Width)
	m.fault.Show()
	m.fit()
}

// fit gives the dialog the size of what is in it.
func (m *modal) fit() {
	if !m.pop.Visible() {
		return // what it waited for came after it was closed
	}
	m.box.Refresh()
	m.pop.Resize(m.pop.Content.MinSize())
	m.pop.Show()
}

// button is a plain button of a dialog.
func (w *window) button(text string, f func()) fyne.CanvasObject {
	return sized(w.newPush(text, widget.MediumImportance, f), 84*w.zoom, 0)
}

// strong is the button that is likely wanted.
func (w *window) strong(text string, f func()) fyne.CanvasObject {
	return sized(w.newPush(text, widget.HighImportance, f), 84*w.zoom, 0)
}

// danger is the button that destroys something.
func (w *window) danger(text string, f func()) fyne.CanvasObject {
	return sized(w.newPush(text, widget.DangerImportance, f), 84*w.zoom, 0)
}

// confirm asks before something that cannot be taken back, or should not happen by mistake.
func (w *window) confirm(title, text, yes string, dangerous bool, f func()) {
	w.dialog(title, 420, w.wrapped(text, w.pal.text, 13).at(420*w.zoom), func(m *modal) []fyne.CanvasObject {
		do := func() { m.close(); f() }
		m.done = do
		if dangerous {
			return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.danger(yes, do)}
		}
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(yes, do)}
	})
}

// remove asks and removes.
func (w *window) remove(i view.Item) {
	w.confirm(w.tr("Remove the dataset?"),
		w.tr("{name} is removed from the library with its clean table and history. The file that it came from is left alone.", "name", i.Name),
		w.tr("Remove"), true, func() { w.client.Remove(i.Ref) })
}

// askClose quits, or asks first while something is at work.
func (w *window) askClose() {
	if w.closing {
		return
	}
	list := w.client.Unfinished()
	if len(list) == 0 {
		w.quit()
		return
	}
	copying := 0
	for _, i := range list {
		if i.Phase == view.Copying {
			copying++
		}
	}
	text := w.tr("{n} jobs are not done. They go on at the next start, from where they are.", "n", len(list))
	if len(list) == 1 {
		text = w.tr("{name} is not done. It goes on at the next start, from where it is.", "name", list[0].Name)
	}
	if copying > 0 {
		text += " " + w.tr("What is still being copied has to be added again.")
	}
	w.closing = true
	m := w.dialog(w.tr("Quit while work goes on?"), 420, w.wrapped(text, w.pal.text, 13).at(420*w.zoom), func(m *modal) []fyne.CanvasObject {
		quit := func() { m.close(); w.quit() }
		m.done = quit
		return []fyne.CanvasObject{w.button(w.tr("Keep working"), m.close), w.strong(w.tr("Quit"), quit)}
	})
	m.onClose = func() { w.closing = false }
}
