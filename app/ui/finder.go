package ui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// finder is the line that searches in the table.
type finder struct {
	w      *window
	field  *field
	answer *line
	open   bool
	root   fyne.CanvasObject
	serial int // of the last search, so that a late answer of another one is dropped
}

func newFinder(w *window) *finder {
	z := w.zoom
	f := &finder{w: w, field: newField(), answer: newLine("", 12*z, w.pal.soft, false)}
	f.answer.least = 130 * z
	if w.finder != nil {
		f.open = w.finder.open
	}
	f.field.SetPlaceHolder(w.tr("Search in all columns"))
	f.field.SetText(w.search)
	f.field.escape = f.close
	f.field.enter = func() { f.find(false) }
	f.field.keys = func(e *fyne.KeyEvent) bool {
		switch e.Name {
		case fyne.KeyF1, fyne.KeyF3:
			return w.key(e)
		}
		return false
	}
	back := w.newTool(theme.MoveUpIcon(), "", w.hintOf("findPrevious"), func() { f.find(true) })
	next := w.newTool(theme.MoveDownIcon(), "", w.hintOf("findNext"), func() { f.find(false) })
	shut := w.newTool(theme.CancelIcon(), "", w.tr("Close"), f.close)
	f.root = border(nil, nil, nil, row(2*z, f.answer, back, next, shut), f.field)
	return f
}

func (f *finder) show() {
	f.open = true
	f.w.center.header()
	f.w.center.root.Refresh()
	f.w.win.Canvas().Focus(f.field)
}

func (f *finder) close() {
	f.open = false
	if f.w.table != nil && f.w.center.kind == "table" {
		f.w.center.header()
		f.w.center.root.Refresh()
	}
	f.w.grid.ask()
}

// find goes to the next place, or the one before.
func (f *finder) find(back bool) {
	w := f.w
	text := f.field.Text
	if w.table == nil || text == "" {
		return
	}
	w.search = text
	f.serial++
	serial := f.serial
	f.answer.set(w.tr("Searching..."), w.pal.soft)
	from := w.grid.active
	if from.Row < 0 {
		from = view.Spot{Row: 0, Column: -1}
	}
	w.table.Find(text, from, back, func(at view.Spot, found bool, fail *fault.Error) {
		w.run(func() {
			if serial != f.serial || w.table == nil {
				return
			}
			switch {
			case fail != nil:
				f.answer.set("", w.pal.soft)
				w.cards.fault(w.tr("Search"), fail)
			case !found:
				f.answer.set(w.tr("Not found"), w.pal.amber)
			default:
				f.answer.set(w.tr("Row {row}", "row", number(w.table.Row(at.Row)+1)), w.pal.soft)
				w.grid.choose(at, false)
			}
		})
	})
}
