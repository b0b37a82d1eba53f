package ui

import (
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/assets"
	"sheetmill/core/fault"
)

// exportDialog asks for the format and the place of an export.
func (w *window) exportDialog(r view.Ref) {
	item, ok := w.client.Item(r)
	if !ok || item.Phase != view.Ready {
		return
	}
	z := w.zoom
	words := map[view.Format]string{
		"xlsx":    w.tr("Excel workbook (.xlsx)"),
		"csv":     w.tr("Text with commas (.csv)"),
		"parquet": w.tr("Parquet (.parquet), for programs"),
		"json":    w.tr("JSON (.json), one object a row"),
	}
	var options []string
	formats := []view.Format{"xlsx", "csv", "parquet", "json"}
	for _, f := range view.Formats() { // those that are new
		if _, known := words[f]; !known {
			formats, words[f] = append(formats, f), string(f)
		}
	}
	for _, f := range formats {
		options = append(options, words[f])
	}
	format := formats[0]
	folder := w.exportFolder
	if folder == "" {
		folder, _ = os.UserHomeDir() // "" is asked for
	}
	path := newField()
	path.SetText(filepath.Join(folder, view.ExportName(item.Name, format)))
	bom := w.newCheck(w.tr("Mark it as UTF-8, so that Excel reads Chinese rightly"), nil)
	bom.SetChecked(true)
	bom.Hide()
	var m *modal
	choose := w.newRadio(options, false, func(at int) {
		format = formats[at]
		path.SetText(filepath.Join(filepath.Dir(path.Text), view.ExportName(item.Name, format)))
		path.atEnd()
		visible(bom, format == "csv")
		if m != nil {
			m.pop.Resize(m.pop.Content.MinSize())
		}
	})
	browse := w.button(w.tr("Choose..."), func() {
		w.chooseFolder(filepath.Dir(path.Text), func(dir string) { path.SetText(filepath.Join(dir, filepath.Base(path.Text))) })
	})
	body := tight(10*z, choose.root, bom, newLine(w.tr("File"), 11*z, w.pal.soft, true), border(nil, nil, nil, inset(browse, 0, 0, 0, 6*z), path))
	m = w.dialog(w.tr("Export the table"), 500, body, func(m *modal) []fyne.CanvasObject {
		do := func() {
			o := view.ExportOptions{Format: format, Path: path.Text, BOM: bom.Checked && format == "csv"}
			if !filepath.IsAbs(o.Path) {
				m.refuse(w.tr("Give the full path of the file, or choose its folder."))
				return
			}
			m.close()
			w.exportFolder = filepath.Dir(o.Path)
			if _, err := os.Stat(o.Path); err == nil {
				w.confirm(w.tr("Replace the file?"), w.tr("{path} is there already.", "path", o.Path), w.tr("Replace"), true, func() { w.export(r, o) })
				return
			}
			w.export(r, o)
		}
		m.done, path.enter, path.escape = do, do, m.close
		return []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(w.tr("Export"), do)}
	})
	path.atEnd()
	w.win.Canvas().Focus(choose.items[0])
}

// export writes the file; a card tells how far it is.
func (w *window) export(r view.Ref, o view.ExportOptions) {
	z := w.zoom
	key := "export/" + o.Path
	progress := newBar(w.pal, 4*z)
	var running *view.Export
	cancel := w.newTool(theme.CancelIcon(), "", w.tr("Cancel"), func() {
		if running != nil {
			running.Cancel()
		}
	})
	name := newLine(w.tr("Writing {name}", "name", filepath.Base(o.Path)), 13*z, w.pal.text, false)
	w.cards.put(key, w.frame(w.pal.accent, tight(6*z, border(nil, nil, nil, cancel, name), progress)))
	running = w.client.Export(r, o, func(s view.ExportState) {
		w.run(func() {
			switch {
			case !s.Ended:
				progress.set(s.Done, w.pal.accent)
			case s.Fault != nil:
				w.cards.drop(key)
				w.cards.fault(w.tr("Export"), s.Fault)
			case s.Cancelled:
				w.cards.drop(key)
			default:
				open := w.newTool(theme.ContentCopyIcon(), w.tr("Copy the path"), "", func() { w.app.Clipboard().SetContent(s.Path) })
				w.cards.done(key, w.tr("{name} is written", "name", filepath.Base(s.Path)), s.Path, open)
				if !w.focused {
					w.notify(s.Name, w.tr("{name} is written", "name", filepath.Base(s.Path)))
				}
			}
		})
	})
}

// chooseFolder asks for a folder.
func (w *window) chooseFolder(start string, chosen func(dir string)) {
	w.picker(pick{title: w.tr("Choose a folder"), start: start, answer: w.tr("Choose this folder"), folder: true, done: func(paths []string) { chosen(paths[0]) }})
}

// addDialog asks for files to add, or for a folder to add the tables of.
func (w *window) addDialog() {
	w.picker(pick{title: w.tr("Add files"), start: w.addFrom, answer: w.tr("Add"), many: true, done: func(paths []string) {
		w.addFrom = filepath.Dir(paths[0])
		w.client.AddPaths(view.Local, paths...)
	}})
}

// addFolderDialog asks for a folder to add the tables of.
func (w *window) addFolderDialog() {
	w.chooseFolder(w.addFrom, func(dir string) {
		w.addFrom = dir
		w.client.AddPaths(view.Local, dir)
	})
}

func (w *window) addSample() { w.client.AddBytes(view.Local, assets.SampleName, assets.Sample()) }

// showShortcuts lists the keys.
func (w *window) showShortcuts() {
	z := w.zoom
	list := shortcuts()
	line := func(s view.Shortcut) fyne.CanvasObject {
		return border(nil, nil, nil, newText(s.Keys, w.pal.accent, 12*z), newLine(s.Text.In(w.lang), 12*z, w.pal.text, false))
	}
	half := (len(list) + 1) / 2
	left, right := tight(7*z), tight(7*z)
	for i, s := range list {
		if i < half {
			left.Add(line(s))
		} else {
			right.Add(line(s))
		}
	}
	grid := &fyne.Container{Layout: halvesLayout{28 * z}, Objects: []fyne.CanvasObject{left, right}}
	more := w.paragraph(w.tr("In the table: arrows move, Shift extends the selection, Ctrl with an arrow goes to the end, Page up and down turn pages, Ctrl+A selects all. A double click on a header sorts, on its edge fits the width, on a cell tells where it is from."))
	w.dialog(w.tr("Shortcuts"), 640, tight(16*z, grid, more), func(m *modal) []fyne.CanvasObject {
		m.done = m.close
		return []fyne.CanvasObject{w.strong(w.tr("Close"), m.close)}
	})
}

// halvesLayout puts two objects side by side, each on half of the width.
type halvesLayout struct{ gap float32 }

func (l halvesLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	a, b := o[0].MinSize(), o[1].MinSize()
	return fyne.NewSize(a.Width+b.Width+l.gap, fyne.Max(a.Height, b.Height))
}

func (l halvesLayout) Layout(o []fyne.CanvasObject, s fyne.Size) {
	w := (s.Width - l.gap) / 2
	o[0].Resize(fyne.NewSize(w, s.Height))
	o[1].Move(fyne.NewPos(w+l.gap, 0))
	o[1].Resize(fyne.NewSize(w, s.Height))
}

// aboutDialog tells what program this is.
func (w *window) aboutDialog() {
	z := w.zoom
	lines := []fyne.CanvasObject{
		w.wrapped(w.tr("Sheetmill {version}", "version", w.client.Version()), w.pal.text, 16),
		w.paragraph(w.tr("Reads a messy spreadsheet once, cleans it, and accounts for every cell it changes.")),
		w.paragraph(w.tr("Licence: Apache-2.0. Typeface: Noto Sans SC, SIL Open Font License. Built with Fyne, DuckDB, Arrow and River.")),
		w.paragraph(w.tr("The workspace is in {path}", "path", w.client.State().Home)),
	}
	w.dialog(w.tr("About Sheetmill"), 420, tight(10*z, lines...), func(m *modal) []fyne.CanvasObject {
		m.done = m.close
		return []fyne.CanvasObject{w.button(w.tr("Copy"), func() { w.app.Clipboard().SetContent("Sheetmill " + w.client.Version()) }), w.strong(w.tr("Close"), m.close)}
	})
}

// showPlace tells where the workspace is.
func (w *window) showPlace() {
	st := w.client.State()
	w.cards.done("place", w.tr("The workspace"), st.Home,
		w.newTool(theme.ContentCopyIcon(), w.tr("Copy the path"), "", func() { w.app.Clipboard().SetContent(st.Home) }))
}

// sharedPressed tells how the shared workspace stands, and tries again where it is away.
func (w *window) sharedPressed() {
	st := w.client.Shared()
	if st.Line == view.Offline || st.Line == view.Refused {
		w.client.Reconnect()
	}
	if st.Fault != nil {
		w.cards.fault(w.tr("Shared workspace"), st.Fault)
		return
	}
	w.cards.done("shared", w.tr("Shared workspace"), st.Where)
}

func faultText(err error, w *window) string {
	f := fault.Of(err)
	if f == nil {
		return ""
	}
	return f.Sentence.In(w.lang) + " " + f.Next.In(w.lang)
}
