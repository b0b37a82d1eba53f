package ui

import (
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// wireGrid connects what the grid tells with what is done.
func (w *window) wireGrid() {
	g := w.grid
	g.label = func(c view.Column) string { return w.tr("{share} missing", "share", percent(c.MissingShare)) }
	g.onSelect = func() {
		if g.active.Row >= 0 && g.active.Column != w.column {
			w.column = g.active.Column
			w.side.fill(false)
		}
		w.status.words()
	}
	g.onSort = w.sortColumn
	g.onHeader = w.columnMenu
	g.onCell = w.cellMenu
	g.onKey = w.doTable
	g.onOther = w.key
	if w.client.Traced() {
		g.onDrawn = w.tellDrawn
	}
}

// columnMenu is the menu of a column's head.
func (w *window) columnMenu(c int, at fyne.Position) {
	if w.state.Phase != view.TableReady || c >= len(w.state.Columns) {
		return
	}
	sort := func(text string, down bool) *fyne.MenuItem {
		i := fyne.NewMenuItem(text, func() { w.sortBy(view.SortKey{Column: c, Descending: down}) })
		i.Checked = slices.Contains(w.state.Sort, view.SortKey{Column: c, Descending: down})
		return i
	}
	also := fyne.NewMenuItem(w.tr("Then sort by this column"), func() {
		keys := slices.DeleteFunc(slices.Clone(w.state.Sort), func(k view.SortKey) bool { return k.Column == c })
		w.sortBy(append(keys, view.SortKey{Column: c})...)
	})
	also.Disabled = len(w.state.Sort) == 0
	only := func(text string, f view.Filter) *fyne.MenuItem {
		return fyne.NewMenuItem(text, func() { w.filterColumn(f) })
	}
	missing := only(w.tr("Only missing"), view.Filter{Column: c, Match: view.IsMissing})
	present := only(w.tr("Only not missing"), view.Filter{Column: c, Match: view.NotMissing})
	missing.Disabled = w.state.Columns[c].MissingShare == 0
	changed := only(w.tr("Only changed cells"), view.Filter{Column: c, Match: view.IsChanged})
	changed.Disabled = w.state.Columns[c].Changed == 0
	up, down := w.tr("Sort ascending"), w.tr("Sort descending")
	w.popUp(at,
		sort(up, false), sort(down, true), also,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(w.tr("Filter..."), func() { w.filterDialog(c) }), missing, present, changed,
		fyne.NewMenuItemSeparator(),
		fyne.NewMenuItem(w.tr("Fit the width"), func() { w.grid.fitColumn(c) }),
		fyne.NewMenuItem(w.tr("Copy the name"), func() { w.app.Clipboard().SetContent(w.state.Columns[c].Name) }),
	)
}

// cellMenu is the menu of the selected cells.
func (w *window) cellMenu(at fyne.Position) {
	a := w.grid.active
	if a.Row < 0 {
		return
	}
	cell := w.table.Cell(a.Row, a.Column)
	ready := w.state.Phase == view.TableReady
	same := fyne.NewMenuItem(w.tr("Only rows with this value"), func() { w.filterColumn(sameAs(a.Column, cell, false)) })
	other := fyne.NewMenuItem(w.tr("Only rows without this value"), func() { w.filterColumn(sameAs(a.Column, cell, true)) })
	from := fyne.NewMenuItem(w.tr("Where is this cell from?"), w.origin)
	same.Disabled, other.Disabled, from.Disabled = !ready || cell.Loading, !ready || cell.Loading, !ready
	w.popUp(at,
		fyne.NewMenuItem(w.tr("Copy"), func() { w.copy(false) }),
		fyne.NewMenuItem(w.tr("Copy with the names of the columns"), func() { w.copy(true) }),
		fyne.NewMenuItemSeparator(), from,
		fyne.NewMenuItemSeparator(), same, other,
	)
}

func sameAs(column int, c view.Cell, not bool) view.Filter {
	if c.Missing {
		return view.Filter{Column: column, Match: view.IsMissing, Not: not}
	}
	return view.Filter{Column: column, Match: view.OneOf, Values: []string{c.Text}, Not: not}
}

func (w *window) popUp(at fyne.Position, items ...*fyne.MenuItem) {
	widget.ShowPopUpMenuAtPosition(fyne.NewMenu("", items...), w.win.Canvas(), at)
}

// sortColumn sorts by a column; again the other way; a third time not at all.
func (w *window) sortColumn(c int) {
	switch {
	case slices.Equal(w.state.Sort, []view.SortKey{{Column: c}}):
		w.sortBy(view.SortKey{Column: c, Descending: true})
	case slices.Equal(w.state.Sort, []view.SortKey{{Column: c, Descending: true}}):
		w.sortBy()
	default:
		w.sortBy(view.SortKey{Column: c})
	}
}

func (w *window) sortBy(keys ...view.SortKey) {
	if w.table == nil || w.state.Phase != view.TableReady {
		return
	}
	w.table.Sort(keys...)
	w.tableChanged()
}

// filterColumn sets the filter of a column, beside those of others.
func (w *window) filterColumn(f view.Filter) {
	list := slices.DeleteFunc(slices.Clone(w.state.Filters), func(o view.Filter) bool { return o.Column == f.Column })
	w.setFilters(append(list, f))
}

func (w *window) setFilters(list []view.Filter) {
	if w.table == nil || w.state.Phase != view.TableReady {
		return
	}
	w.try(w.tr("Filter"), w.table.Filter(list...))
	w.tableChanged()
}

// filterWords is a filter in words.
func (w *window) filterWords(f view.Filter) string {
	name := w.tr("any column")
	if f.Column >= 0 && f.Column < len(w.state.Columns) {
		name = w.state.Columns[f.Column].Name
	}
	words := ""
	switch f.Match {
	case view.Equals:
		words = w.tr("{column} is {value}", "column", name, "value", f.Text)
	case view.Contains:
		words = w.tr("{column} contains {value}", "column", name, "value", f.Text)
	case view.Between:
		switch {
		case f.High == "":
			words = w.tr("{column} from {low}", "column", name, "low", f.Low)
		case f.Low == "":
			words = w.tr("{column} up to {high}", "column", name, "high", f.High)
		default:
			words = w.tr("{column} from {low} to {high}", "column", name, "low", f.Low, "high", f.High)
		}
	case view.OneOf:
		words = w.tr("{column} is {value}", "column", name, "value", strings.Join(f.Values, ", "))
	case view.IsMissing:
		words = w.tr("{column} is missing", "column", name)
	case view.NotMissing:
		words = w.tr("{column} is not missing", "column", name)
	case view.IsChanged:
		words = w.tr("{column} was changed", "column", name)
	}
	if f.Not {
		words = w.tr("not: {words}", "words", words)
	}
	return words
}

// copy puts the selection on the clipboard.
func (w *window) copy(names bool) {
	a := w.grid.selection()
	if w.table == nil || a.Rows == 0 {
		return
	}
	w.table.Copy(a, names, func(text string, f *fault.Error) {
		w.run(func() {
			if f != nil {
				w.cards.fault(w.tr("Copy"), f)
				return
			}
			w.app.Clipboard().SetContent(text)
			w.hint(w.tr("Copied: {rows} rows × {columns} columns", "rows", number(int64(a.Rows)), "columns", number(int64(a.Columns))))
		})
	})
}

// goTo shows a cell by its row of the clean table. Where the filters hide it, they are taken back first.
func (w *window) goTo(at int64, column int) {
	if w.table == nil {
		return
	}
	shown, ok := w.table.ShownAt(at)
	if !ok {
		w.setFilters(nil)
		if shown, ok = w.table.ShownAt(at); !ok {
			return
		}
	}
	w.grid.choose(view.Spot{Row: shown, Column: column}, false)
	w.grid.ask()
}

func (w *window) goToColumn(c int) {
	w.column = c
	row := max(0, int(w.grid.top/w.grid.rowHeight()))
	w.grid.choose(view.Spot{Row: row, Column: c}, false)
	w.side.turn(pageColumn)
}

// itemMenu is the menu of a dataset.
func (w *window) itemMenu(i view.Item, at fyne.Position) {
	item := func(text string, can bool, f func()) *fyne.MenuItem {
		m := fyne.NewMenuItem(text, f)
		m.Disabled = !can
		return m
	}
	items := []*fyne.MenuItem{
		item(w.tr("Open"), i.CanOpen(), func() { w.open(i.Ref) }),
		item(w.tr("Export..."), i.Phase == view.Ready, func() { w.exportDialog(i.Ref) }),
	}
	if w.client.Shared().Line != view.NoConnection {
		items = append(items, fyne.NewMenuItemSeparator())
		if i.Place == view.Local {
			items = append(items, item(w.tr("Publish in the shared workspace"), i.CanPush(), func() { w.client.Push(i.Ref) }))
		} else {
			items = append(items, item(w.tr("Fetch to this machine"), i.CanPull(), func() { w.client.Pull(i.Ref) }))
		}
	}
	items = append(items, fyne.NewMenuItemSeparator(), item(w.tr("Read again..."), i.CanReadAgain(), func() { w.readDialog(i.Ref) }))
	if i.CanRetry() {
		items = append(items, item(w.tr("Try again"), true, func() { w.client.Retry(i.Ref) }))
	}
	if i.CanCancel() {
		items = append(items, item(w.tr("Cancel"), true, func() { w.client.Cancel(i.Ref) }))
	}
	if f := i.Fault; f != nil {
		items = append(items, item(w.tr("Copy details"), true, func() { w.app.Clipboard().SetContent(i.Name + "\n" + view.Details(f, w.lang)) }))
	}
	if f := i.TransferFault; f != nil {
		items = append(items, item(w.tr("Why is it not sent?"), true, func() { w.cards.fault(i.Name, f) }))
	}
	items = append(items, item(w.tr("Remove..."), true, func() { w.remove(i) }))
	w.popUp(at, items...)
}
