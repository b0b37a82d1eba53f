package ui

import (
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// encodings are those that tables come in, most likely ones first; others can be typed.
var encodings = []string{"utf-8", "gb18030", "big5", "utf-16le", "utf-16be", "shift_jis", "euc-kr", "windows-1252", "windows-1251", "iso-8859-1"}

// readDialog asks how a dataset's source is to be read, once it is known how it was.
func (w *window) readDialog(r view.Ref) {
	item, ok := w.client.Item(r)
	if !ok || !item.CanReadAgain() {
		return
	}
	w.client.Reading(r, func(found view.Reading, f *fault.Error) {
		w.run(func() {
			switch {
			case f != nil:
				w.cards.fault(w.tr("Read again"), f)
			case len(w.modals) == 0:
				w.askReading(item, found)
			}
		})
	})
}

// askReading shows what was found where nothing is chosen, so that who changes nothing gets the same again.
func (w *window) askReading(item view.Item, found view.Reading) {
	asFound := func(what string) string {
		if what == "" {
			return w.tr("as found")
		}
		return w.tr("as found: {what}", "what", what)
	}
	entry := func(text, holder string) *field {
		f := newField()
		f.SetText(text)
		f.SetPlaceHolder(asFound(holder))
		return f
	}
	c := found.Chosen
	header, within := entry(c.Header, found.Header), entry(c.Range, found.Range)
	password := newField()
	password.Password = true
	none := w.newCheck(w.tr("There is no header"), func(yes bool) {
		if yes {
			header.Disable()
		} else {
			header.Enable()
		}
	})
	none.SetChecked(c.NoHeader)
	keep := w.newCheck(w.tr("Keep titles of groups, totals and repeated headers as rows"), nil)
	keep.SetChecked(c.KeepRows)
	apart := w.newCheck(w.tr("As another dataset; keep the one that is there"), nil)

	lines := []fyne.CanvasObject{}
	sheet := w.chooser(asFound(found.Sheet), found.Sheets, found.Sheets, c.Sheet)
	encoding := w.chooser(asFound(found.Encoding), encodings, encodings, c.Encoding)
	marks := []string{",", ";", "\t", "|", " "}
	names := []string{w.tr("Comma"), w.tr("Semicolon"), w.tr("Tab"), w.tr("Vertical bar"), w.tr("Space")}
	is := found.Delimiter
	for i, m := range marks {
		if m == found.Delimiter {
			is = names[i]
		}
	}
	delimiter := w.chooser(asFound(is), names, marks, c.Delimiter)
	switch {
	case found.Locked:
		lines = append(lines, w.formLine(w.tr("Password"), password), w.paragraph(w.tr("The password is used once and kept nowhere; the workbook is stored without it.")))
	case found.Text:
		lines = append(lines, w.formLine(w.tr("Encoding"), encoding.choice), w.formLine(w.tr("Delimiter"), delimiter.choice))
	case len(found.Sheets) > 0:
		lines = append(lines, w.formLine(w.tr("Sheet"), sheet.choice))
	}
	lines = append(lines, w.formLine(w.tr("Rows of the header"), border(nil, nil, nil, none, header)), w.formLine(w.tr("Place of the table"), within), keep)
	if item.Phase == view.Ready {
		lines = append(lines, apart)
	}
	title := w.tr("Read {name} again", "name", fitMiddle(item.Name, 320*w.zoom, 16*w.zoom, fyne.TextStyle{Bold: true}))
	w.dialog(title, 560, tight(9*w.zoom, lines...), func(m *modal) []fyne.CanvasObject {
		read := func() {
			o := view.ReadOptions{
				Sheet: sheet.value(), Encoding: encoding.value(), Delimiter: delimiter.value(), Header: strings.TrimSpace(header.Text), NoHeader: none.Checked,
				Range: strings.TrimSpace(within.Text), KeepRows: keep.Checked, Password: password.Text, Apart: apart.Checked,
			}
			if o.NoHeader {
				o.Header = ""
			}
			if found.Locked && o.Password == "" {
				m.refuse(w.tr("Give the workbook's password."))
				return
			}
			if err := w.client.ReadAgain(item.Ref, o); err != nil {
				m.refuse(faultText(err, w))
				return
			}
			m.close()
		}
		m.done = read
		for _, f := range []*field{header, within, password} {
			f.enter, f.escape = read, m.close
		}
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(w.tr("Read"), read)}
	})
	if found.Locked {
		w.win.Canvas().Focus(password)
	}
}

// chooser is a list of which one may be chosen; its first entry chooses nothing.
type chooser struct {
	*choice // the widget; what stands on the screen is this

	values []string
}

func (w *window) chooser(nothing string, names, values []string, chosen string) *chooser {
	c := &chooser{values: append([]string{""}, values...)}
	options := append([]string{nothing}, names...)
	at := 0
	for i, v := range c.values {
		if v == chosen {
			at = i
		}
	}
	if chosen != "" && at == 0 { // one that the list does not have
		options, c.values, at = append(options, chosen), append(c.values, chosen), len(c.values)
	}
	c.choice = w.newChoice(options, at)
	return c
}

func (c *chooser) value() string { return c.values[max(0, c.SelectedIndex())] }

// formLine is a name and what is chosen for it.
func (w *window) formLine(name string, o fyne.CanvasObject) fyne.CanvasObject {
	z := w.zoom
	return border(nil, nil, sized(container.NewVBox(inset(newLine(name, 13*z, w.pal.text, false), 6*z, 0, 0, 0)), 190*z, 0), nil, o)
}

// sheetMenu offers the other sheets of the open workbook.
func (w *window) sheetMenu(at fyne.Position) {
	a := w.table.About()
	var items []*fyne.MenuItem
	for _, name := range a.Sheets {
		i := fyne.NewMenuItem(fitFyne(flat(name), 320*w.zoom, 13*w.zoom, fyne.TextStyle{}), func() {
			if name != a.Sheet {
				w.try(w.tr("Read again"), w.client.ReadAgain(w.ref, view.ReadOptions{Sheet: name, Apart: true}))
			}
		})
		i.Checked = name == a.Sheet
		items = append(items, i)
	}
	w.popUp(at, append(items, fyne.NewMenuItemSeparator(), fyne.NewMenuItem(w.tr("Read again..."), func() { w.readDialog(w.ref) }))...)
}
