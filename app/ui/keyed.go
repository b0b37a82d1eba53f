package ui

import "fyne.io/fyne/v2"

// keyed is what can be pressed by the keyboard as well: Tab goes to it, Return and the space bar press it.
type keyed struct {
	w     *window
	press func()
	ring  func(on bool) // shows that it has the keyboard
}

// FocusGained shows that keys go here.
func (k *keyed) FocusGained() { k.ring(true) }

// FocusLost shows that they do no more.
func (k *keyed) FocusLost() { k.ring(false) }

// TypedRune does nothing.
func (k *keyed) TypedRune(rune) {}

// TypedKey presses, or hands the key to the window.
func (k *keyed) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		k.press()
	default:
		k.w.key(e)
	}
}

// reveal scrolls the side panel to a part of it that has got the keyboard.
func (w *window) reveal(o fyne.CanvasObject) {
	s := w.side.scroll
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	top := at(o).Y - at(s.Content).Y
	if at(o).X < at(s).X || top < 0 || top > s.Content.Size().Height {
		return // it stands elsewhere
	}
	switch bottom := top + o.Size().Height; {
	case top < s.Offset.Y:
		s.ScrollToOffset(fyne.NewPos(0, top))
	case bottom > s.Offset.Y+s.Size().Height:
		s.ScrollToOffset(fyne.NewPos(0, bottom-s.Size().Height))
	}
}
