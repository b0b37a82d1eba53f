package ui

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// filterDialog asks for the filter of a column: by its most frequent values where it has few,
// by a range where it has an order, by a text otherwise.
func (w *window) filterDialog(c int) {
	if w.table == nil || w.state.Phase != view.TableReady || c >= len(w.state.Columns) {
		return
	}
	z := w.zoom
	col := w.state.Columns[c]
	p := w.table.Profile(c)
	kinds := []string{}
	pages := map[string]fyne.CanvasObject{}
	answers := map[string]func() view.Filter{}
	add := func(name string, page fyne.CanvasObject, answer func() view.Filter) {
		kinds, pages[name], answers[name] = append(kinds, name), page, answer
	}
	low, high, text := newField(), newField(), newField()
	ordered := col.Type != view.String && col.Type != view.Boolean && col.Type != view.Empty
	if ordered {
		least, most := "", ""
		if p != nil && p.Spread != nil {
			least, most = p.Spread.Min.Text, p.Spread.Max.Text
		}
		low.SetPlaceHolder(w.tr("from {low}", "low", least))
		high.SetPlaceHolder(w.tr("to {high}", "high", most))
		add(w.tr("In a range"), container.NewGridWithColumns(2, low, high), func() view.Filter {
			return view.Filter{Column: c, Match: view.Between, Low: low.Text, High: high.Text}
		})
	}
	if p != nil && len(p.Top) > 0 && !(ordered && p.Distinct == p.Rows-p.Missing) {
		chosen := tight(0)
		values := map[*check]string{}
		for _, f := range p.Top {
			one := w.newCheck(fitFyne(flat(f.Text), 300*z, 13*z, fyne.TextStyle{})+"   "+number(f.Count), nil)
			values[one] = f.Text
			chosen.Add(one)
		}
		list := container.NewVScroll(chosen)
		list.SetMinSize(fyne.NewSize(10, fyne.Min(chosen.MinSize().Height, 260*z)))
		add(w.tr("By frequent values"), list, func() view.Filter {
			f := view.Filter{Column: c, Match: view.OneOf}
			for _, o := range chosen.Objects {
				if one, ok := o.(*check); ok && one.Checked {
					f.Values = append(f.Values, values[one])
				}
			}
			return f
		})
	}
	text.SetPlaceHolder(w.tr("a part of the text"))
	add(w.tr("By text"), text, func() view.Filter { return view.Filter{Column: c, Match: view.Contains, Text: text.Text} })
	add(w.tr("Missing values"), w.paragraph(w.tr("Rows where the column is missing.")), func() view.Filter { return view.Filter{Column: c, Match: view.IsMissing} })

	holder := container.NewStack()
	not := w.newCheck(w.tr("Invert: hide these rows, show the others"), nil)
	kind := kinds[0]
	if col.Type == view.String && (p == nil || p.Distinct > int64(len(p.Top))) {
		kind = w.tr("By text") // more values than can be listed
	}
	var m *modal
	choose := w.newRadio(kinds, true, func(at int) {
		kind = kinds[at]
		holder.Objects = []fyne.CanvasObject{pages[kind]}
		holder.Refresh()
		if m != nil {
			m.pop.Resize(m.pop.Content.MinSize())
		}
	})
	holder.Objects = []fyne.CanvasObject{pages[kind]}
	choose.choose(slices.Index(kinds, kind))
	m = w.dialog(w.tr("Filter {column}", "column", fitFyne(col.Name, 320*z, 16*z, fyne.TextStyle{Bold: true})), 540, tight(12*z, inset(choose.root, 0, 0, 0, -6*z), holder, not), func(m *modal) []fyne.CanvasObject {
		apply := func() {
			f := answers[kind]()
			f.Not = not.Checked
			list := []view.Filter{}
			for _, o := range w.state.Filters {
				if o.Column != c {
					list = append(list, o)
				}
			}
			empty := f.Match == view.Between && f.Low == "" && f.High == "" || f.Match == view.OneOf && len(f.Values) == 0 || f.Match == view.Contains && f.Text == ""
			if !empty {
				list = append(list, f)
			}
			if err := w.table.Filter(list...); err != nil {
				why := fault.Of(err)
				m.refuse(why.Sentence.In(w.lang) + " " + why.Next.In(w.lang))
				return
			}
			m.close()
			w.tableChanged()
			w.grid.ask()
		}
		m.done = apply
		for _, f := range []*field{low, high, text} {
			f.enter, f.escape = apply, m.close
		}
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(w.tr("Filter"), apply)}
	})
	switch kind {
	case w.tr("In a range"):
		w.win.Canvas().Focus(low)
	case w.tr("By text"):
		w.win.Canvas().Focus(text)
	default:
		w.win.Canvas().Focus(choose.items[choose.at])
	}
}

// goToRowDialog asks for the number of a row.
func (w *window) goToRowDialog() {
	f := newField()
	f.SetPlaceHolder(w.tr("1 to {rows}", "rows", number(int64(w.state.Rows))))
	w.dialog(w.tr("Go to a row"), 300, f, func(m *modal) []fyne.CanvasObject {
		do := func() {
			n, ok := wholeNumber(f.Text)
			if !ok || n < 1 || n > int64(w.state.Rows) {
				m.refuse(w.tr("There is no such row. Give a number from 1 to {rows}.", "rows", number(int64(w.state.Rows))))
				return
			}
			m.close()
			w.goTo(n-1, max(0, w.grid.active.Column))
		}
		m.done, f.enter, f.escape = do, do, m.close
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(w.tr("Go"), do)}
	})
	w.win.Canvas().Focus(f)
}

// origin tells where the active cell comes from.
func (w *window) origin() {
	a := w.grid.active
	if w.table == nil || a.Row < 0 || w.state.Phase != view.TableReady {
		return
	}
	w.table.Origin(a.Row, a.Column, func(o view.Origin, f *fault.Error) {
		w.run(func() {
			if f != nil {
				w.cards.fault(w.tr("Where is this cell from?"), f)
				return
			}
			w.showOrigin(o)
		})
	})
}

func (w *window) showOrigin(o view.Origin) {
	z := w.zoom
	value := func(text string, missing bool) string {
		if missing {
			return w.tr("missing")
		}
		if text == "" {
			return w.tr("(empty)")
		}
		return text
	}
	where := o.Address
	if o.Sheet != "" {
		where = w.tr("{address} on sheet {sheet}", "address", o.Address, "sheet", o.Sheet)
	}
	if o.Line > 0 {
		where = w.tr("{address}, line {line} of the file", "address", o.Address, "line", number(o.Line))
	}
	part := func(name, text string, c interface{ RGBA() (r, g, b, a uint32) }) fyne.CanvasObject {
		return tight(2*z, newLine(name, 11*z, w.pal.soft, true), w.wrapped(clip(text), c, 13).at(440*z))
	}
	parts := []fyne.CanvasObject{
		w.pair(w.tr("Row {row}, {column}", "row", number(o.Row+1), "column", o.Column), ""),
		part(w.tr("In the file"), where, w.pal.text),
	}
	if o.Changed {
		parts = append(parts, part(w.tr("Before"), value(o.Before, false), w.pal.red), part(w.tr("Now"), value(o.Value, o.Missing), w.pal.green))
		for _, r := range o.Rules {
			title := r.Title.In(w.lang)
			if title == "" {
				title = r.Name
			}
			parts = append(parts, part(title, r.Doc.In(w.lang), w.pal.soft))
		}
	} else {
		parts = append(parts, part(w.tr("Value"), value(o.Value, o.Missing), w.pal.text), w.paragraph(w.tr("It stands in the file like this; cleaning did not change it.")))
	}
	w.dialog(w.tr("Where is this cell from?"), 440, tight(10*z, parts...), func(m *modal) []fyne.CanvasObject {
		m.done = m.close
		return []fyne.CanvasObject{w.button(w.tr("Copy"), func() {
			text := o.Column + "\t" + where + "\t" + o.Before + "\t" + value(o.Value, o.Missing)
			w.app.Clipboard().SetContent(text)
		}), w.strong(w.tr("Close"), m.close)}
	})
}

// clip bounds a text that a dialog shows.
func clip(s string) string {
	r := []rune(s)
	if len(r) <= 600 {
		return s
	}
	return string(r[:600]) + ellipsis
}

// ruleCells shows the cells that a rule changed.
func (w *window) ruleCells(c view.RuleChange) {
	const most = 500
	w.table.ChangedCells(c.Rule, 0, most, func(list []view.ChangedCell, f *fault.Error) {
		w.run(func() {
			if f != nil {
				w.cards.fault(w.tr("Changes"), f)
				return
			}
			w.showCells(c, list)
		})
	})
}

func (w *window) showCells(c view.RuleChange, list []view.ChangedCell) {
	z := w.zoom
	var m *modal
	rows := widget.NewList(
		func() int { return len(list) },
		func() fyne.CanvasObject {
			return container.NewGridWithColumns(3, newLine("", 12*z, w.pal.soft, false), newLine("", 12*z, w.pal.red, false), newLine("", 12*z, w.pal.green, false))
		},
		func(id widget.ListItemID, o fyne.CanvasObject) {
			cell := list[id]
			name := ""
			if cell.Column >= 0 && cell.Column < len(w.state.Columns) {
				name = w.state.Columns[cell.Column].Name
			}
			after := flat(cell.After)
			if cell.Missing {
				after = "— " + w.tr("missing")
			}
			texts := []string{cell.Address + "  " + name, flat(cell.Before), after}
			colours := []interface{ RGBA() (r, g, b, a uint32) }{w.pal.soft, w.pal.red, w.pal.green}
			if box, ok := o.(*fyne.Container); ok {
				for i, t := range texts {
					if l, ok := box.Objects[i].(*line); ok {
						l.set(t, colours[i])
					}
				}
			}
		},
	)
	rows.OnSelected = func(id widget.ListItemID) {
		cell := list[id]
		m.close()
		w.goTo(cell.Row, cell.Column)
	}
	words := w.tr("{n} cells. Choose one to go there.", "n", number(c.Cells))
	if int64(len(list)) < c.Cells {
		words = w.tr("The first {n} of {all} cells. Choose one to go there.", "n", number(int64(len(list))), "all", number(c.Cells))
	}
	head := container.NewGridWithColumns(3, newLine(w.tr("Cell"), 11*z, w.pal.soft, true), newLine(w.tr("Before"), 11*z, w.pal.soft, true), newLine(w.tr("Now"), 11*z, w.pal.soft, true))
	m = w.dialog(c.Title.In(w.lang), 640, tight(6*z, w.paragraph(words), inset(head, 6*z, 6*z, 0, 6*z), sized(rows, 0, 360*z)), func(m *modal) []fyne.CanvasObject {
		return []fyne.CanvasObject{w.strong(w.tr("Close"), m.close)}
	})
}
