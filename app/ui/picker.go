package ui

import (
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// pick says what a picker is for.
type pick struct {
	title  string
	start  string // a folder; "" is the home folder
	answer string // on the button
	many   bool   // several files
	folder bool   // a folder and no file
	all    bool   // files of any name
	done   func(paths []string)
}

// picker lets a person choose files or a folder, by mouse or keys: arrows move, Return opens a
// folder or takes a file, the space bar marks several, Backspace goes up, letters go to a name.
type picker struct {
	w       *window
	goal    pick
	folder  string
	entries []view.FolderEntry
	marked  map[string]bool // paths
	at      int             // the entry that keys act on
	serial  int             // of the folder that is read, so that a late answer of another is dropped
	reading bool
	later   []func() // what keys ask for while it is read
	typed   string   // of a name
	modal   *modal
	list    *fileList
	path    *field
	told    *line
}

// fileList is a list whose keys the picker hears first.
type fileList struct {
	widget.List

	p *picker
}

// TypedKey hands keys to the picker first.
func (l *fileList) TypedKey(e *fyne.KeyEvent) {
	if !l.p.key(e) {
		l.List.TypedKey(e)
	}
}

// TypedRune goes to a name.
func (l *fileList) TypedRune(r rune) { l.p.jump(r) }

// picker shows a picker.
func (w *window) picker(o pick) {
	z := w.zoom
	p := &picker{w: w, goal: o, marked: map[string]bool{}, path: newField(), told: newLine("", 12*z, w.pal.soft, false)}
	p.list = &fileList{p: p}
	p.list.HideSeparators = true
	p.list.Length = func() int { return len(p.entries) }
	p.list.CreateItem = func() fyne.CanvasObject { return newFileRow(w) }
	p.list.UpdateItem = func(id widget.ListItemID, o fyne.CanvasObject) {
		if r, ok := o.(*fileRow); ok && id < len(p.entries) {
			r.show(p, p.entries[id])
		}
	}
	p.list.OnHighlighted = func(id widget.ListItemID) { p.at = id }
	p.list.OnSelected = func(id widget.ListItemID) {
		p.list.UnselectAll() // so that it can be chosen once more
		p.choose(id)
	}
	p.list.ExtendBaseWidget(p.list)
	p.path.enter = func() { p.open(p.path.Text) }
	places := tight(2 * z)
	for _, f := range w.client.Folders() {
		places.Add(row(0, w.newTool(theme.FolderIcon(), f.Name.In(w.lang), f.Path, func() { p.open(f.Path) })))
	}
	up := w.newTool(theme.MoveUpIcon(), "", w.tr("To the folder above"), func() { p.open(filepath.Dir(p.folder)) })
	height := fyne.Max(120*z, fyne.Min(400*z, w.win.Canvas().Size().Height-260*z))
	middle := border(nil, nil, sized(places, 150*z, 0), nil, sized(p.list, 0, height))
	all := w.newCheck(w.tr("Show files of every kind"), func(yes bool) {
		p.goal.all = yes
		p.read()
	})
	all.SetChecked(o.all)
	visible(all, !o.folder && !o.all)
	foot := border(nil, nil, nil, all, inset(p.told, 8*z, 0, 0, 0))
	p.modal = w.dialog(o.title, 780, tight(8*z, border(nil, nil, nil, up, p.path), middle, foot), func(m *modal) []fyne.CanvasObject {
		p.path.escape = m.close
		buttons := []fyne.CanvasObject{w.button(w.tr("Cancel"), m.close), w.strong(o.answer, p.take)}
		if o.many {
			buttons = append([]fyne.CanvasObject{w.button(w.tr("Add the whole folder"), func() { p.end(p.folder) })}, buttons...)
		}
		m.done = p.take
		return buttons
	})
	if p.folder = o.start; p.folder == "" {
		p.folder = w.client.Folders()[0].Path
	}
	p.read()
	w.win.Canvas().Focus(p.list)
}

// open goes to a folder, or takes the file that a path names.
func (p *picker) open(path string) {
	path = strings.TrimSpace(path)
	if !filepath.IsAbs(path) {
		path = filepath.Join(p.folder, path)
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		p.modal.refuse(p.w.tr("There is nothing at {path}.", "path", path))
	case info.IsDir():
		p.folder = filepath.Clean(path)
		p.read()
	case !p.goal.folder:
		p.end(path)
	}
}

// read lists the folder.
func (p *picker) read() {
	w := p.w
	if p.folder == "" {
		return
	}
	p.serial++
	serial := p.serial
	p.reading, p.later = true, nil
	p.path.SetText(p.folder)
	p.path.atEnd()
	w.client.Folder(p.folder, p.goal.all, func(list []view.FolderEntry, f *fault.Error) {
		w.run(func() {
			if serial != p.serial {
				return
			}
			if f != nil {
				p.modal.refuse(f.Sentence.In(w.lang) + " " + f.Next.In(w.lang))
			}
			p.entries, p.at, p.typed = list, 0, ""
			if p.goal.folder {
				p.entries = p.entries[:0]
				for _, e := range list {
					if e.Folder {
						p.entries = append(p.entries, e)
					}
				}
			}
			p.list.ScrollToTop()
			p.list.Refresh()
			p.tell()
			p.reading = false
			for _, f := range p.later {
				f()
			}
		})
	})
}

// choose opens a folder, or marks a file.
func (p *picker) choose(id int) {
	if id < 0 || id >= len(p.entries) {
		return
	}
	p.at = id
	e := p.entries[id]
	path := filepath.Join(p.folder, e.Name)
	switch {
	case e.Folder:
		p.open(path)
		return
	case p.marked[path]:
		delete(p.marked, path)
	default:
		if !p.goal.many {
			clear(p.marked)
		}
		p.marked[path] = true
	}
	p.list.Refresh()
	p.tell()
}

// tell tells what is marked, or that there is nothing to see.
func (p *picker) tell() {
	w := p.w
	text := ""
	switch n := len(p.marked); {
	case n > 0:
		text = w.tr("{n} chosen", "n", n)
	case len(p.entries) == 0 && p.goal.folder:
		text = w.tr("There is no folder in here.")
	case len(p.entries) == 0:
		text = w.tr("There is no table in here.")
	case p.goal.many:
		text = w.tr("Choose one or several files.")
	}
	p.told.set(text, w.pal.soft)
}

// take ends with what is marked or, where nothing is, with what keys act on.
func (p *picker) take() {
	switch {
	case p.goal.folder:
		p.end(p.folder)
	case len(p.marked) > 0:
		var paths []string
		for _, e := range p.entries { // in the order of the list; those of other folders after them
			if path := filepath.Join(p.folder, e.Name); p.marked[path] {
				paths = append(paths, path)
				delete(p.marked, path)
			}
		}
		for path := range p.marked {
			paths = append(paths, path)
		}
		p.end(paths...)
	case p.at < len(p.entries):
		if path := filepath.Join(p.folder, p.entries[p.at].Name); p.entries[p.at].Folder {
			p.open(path)
		} else {
			p.end(path)
		}
	}
}

func (p *picker) end(paths ...string) {
	p.modal.close()
	p.goal.done(paths)
}

func (p *picker) key(e *fyne.KeyEvent) bool {
	if p.reading && e.Name != fyne.KeyEscape {
		p.later = append(p.later, func() { p.list.TypedKey(e) })
		return true
	}
	switch e.Name {
	case fyne.KeyReturn, fyne.KeyEnter:
		if p.at < len(p.entries) && p.entries[p.at].Folder && (p.goal.folder || len(p.marked) == 0) {
			p.choose(p.at)
			return true
		}
		p.take()
	case fyne.KeyBackspace:
		p.open(filepath.Dir(p.folder))
	case fyne.KeyEscape:
		p.modal.close()
	case fyne.KeyUp, fyne.KeyDown:
		p.typed = ""
		return false
	default:
		return false
	}
	return true
}

// jump goes to the next name that begins with what was typed.
func (p *picker) jump(r rune) {
	if p.reading {
		p.later = append(p.later, func() { p.jump(r) })
		return
	}
	if r == ' ' {
		return // it marks
	}
	p.typed += strings.ToLower(string(r))
	for i, e := range p.entries {
		if strings.HasPrefix(strings.ToLower(e.Name), p.typed) {
			p.goTo(i)
			return
		}
	}
	if len([]rune(p.typed)) > 1 { // another name begins
		p.typed = ""
		p.jump(r)
	}
}

// goTo moves the list's own highlight, which only its keys can do.
func (p *picker) goTo(id int) {
	for p.at != id {
		key, from := fyne.KeyDown, p.at
		if id < p.at {
			key = fyne.KeyUp
		}
		p.list.List.TypedKey(&fyne.KeyEvent{Name: key})
		if p.at == from {
			return
		}
	}
}
