package ui

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"

	"sheetmill/app/view"
	"sheetmill/core/say"
)

// do does an action by the name that view.Shortcuts gives it.
func (w *window) do(action string) {
	if len(w.modals) > 0 || w.win.Canvas().Overlays().Top() != nil {
		return // a dialog has the word
	}
	w.grid.shift = false // a dialog would hear that it is let go
	switch action {
	case "help":
		w.showShortcuts()
	case "add":
		w.addDialog()
	case "addFolder":
		w.addFolderDialog()
	case "pasteTable":
		w.paste()
	case "menu":
		w.menuByKey()
	case "library":
		w.library.focus()
	case "open":
		if i, ok := w.library.item(); ok {
			w.open(i.Ref)
		}
	case "close":
		w.closeTable()
	case "remove":
		if i, ok := w.library.item(); ok {
			w.remove(i)
		}
	case "readAgain":
		w.readDialog(w.chosenRef())
	case "panel":
		w.panel = !w.panel
		w.panes.root.Refresh()
	case "zoomIn":
		w.zoomBy(1.1)
	case "zoomOut":
		w.zoomBy(1 / 1.1)
	case "zoomReset":
		w.zoomBy(0)
	case "theme":
		w.turnTheme()
	case "settings":
		w.settingsDialog()
	case "about":
		w.aboutDialog()
	case "quit":
		w.askClose()
	default:
		w.doTable(action)
	}
}

// doTable does an action on the open table.
func (w *window) doTable(action string) {
	if w.table == nil || w.center.kind != "table" {
		return
	}
	switch action {
	case "find":
		w.finder.show()
	case "findNext", "findPrevious":
		if w.finder.field.Text == "" {
			w.finder.show()
			return
		}
		w.finder.find(action == "findPrevious")
	case "goToRow":
		w.goToRowDialog()
	case "copy":
		w.copy(false)
	case "copyWithNames":
		w.copy(true)
	case "sort":
		w.sortColumn(w.column)
	case "filter":
		w.filterDialog(w.column)
	case "clear":
		w.sortBy()
		w.setFilters(nil)
	case "origin":
		w.origin()
	case "export":
		w.exportDialog(w.ref)
	case "columnMenu":
		w.columnMenu(w.column, fyne.CurrentApp().Driver().AbsolutePositionForObject(w.grid).Add(w.grid.below(view.Spot{Row: -1, Column: w.column})))
	case pageColumn, pageChanges, pageFindings, pageVersions:
		if !w.panel {
			w.do("panel")
		}
		w.side.turn(action)
	}
}

// key does what a key without Ctrl or Alt asks for; it tells whether it did.
func (w *window) key(e *fyne.KeyEvent) bool {
	if n := len(w.modals); n > 0 {
		m := w.modals[n-1]
		switch e.Name {
		case fyne.KeyEscape:
			m.close()
		case fyne.KeyReturn, fyne.KeyEnter:
			if m.done != nil {
				m.done()
			}
		}
		return true
	}
	switch e.Name {
	case fyne.KeyF1:
		w.do("help")
	case fyne.KeyF3:
		if w.grid.shift {
			w.do("findPrevious")
		} else {
			w.do("findNext")
		}
	case fyne.KeyEscape:
		switch {
		case w.finder.open:
			w.finder.close()
		case len(w.cards.list) > 0:
			w.cards.drop(w.cards.list[len(w.cards.list)-1].key)
		default:
			w.grid.ask()
		}
	default:
		return false
	}
	return true
}

// shortcuts are the client's, and those of parts that only the window has.
func shortcuts() []view.Shortcut {
	return append(
		view.Shortcuts(),
		view.Shortcut{Action: "menu", Keys: "Ctrl+M", Text: say.T("Menu of the cell or the dataset")},
		view.Shortcut{Action: "columnMenu", Keys: "Ctrl+Shift+M", Text: say.T("Menu of the column")},
		view.Shortcut{Action: pageColumn, Keys: "Ctrl+1", Text: say.T("Profile of the column")},
		view.Shortcut{Action: pageChanges, Keys: "Ctrl+2", Text: say.T("What was changed")},
		view.Shortcut{Action: pageFindings, Keys: "Ctrl+3", Text: say.T("Findings")},
		view.Shortcut{Action: pageVersions, Keys: "Ctrl+4", Text: say.T("Versions")},
	)
}

// chosenRef is the dataset that a command means: the library's where that has the keyboard, else the open one.
func (w *window) chosenRef() view.Ref {
	if i, ok := w.library.item(); ok && (w.table == nil || w.win.Canvas().Focused() == fyne.Focusable(w.library.list)) {
		return i.Ref
	}
	return w.ref
}

// menuByKey opens the menu of what has the keyboard.
func (w *window) menuByKey() {
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject
	if w.win.Canvas().Focused() == fyne.Focusable(w.grid) {
		w.cellMenu(at(w.grid).Add(w.grid.below(w.grid.active)))
		return
	}
	if i, ok := w.library.item(); ok {
		w.itemMenu(i, at(w.library.list).AddXY(60*w.zoom, w.library.below()))
	}
}

// chord turns the keys of a shortcut into Fyne's; false for keys without Ctrl or Alt.
func chord(keys string) (*desktop.CustomShortcut, bool) {
	parts := strings.Split(keys, "+")
	s := &desktop.CustomShortcut{}
	for _, p := range parts[:len(parts)-1] {
		switch p {
		case "Ctrl":
			s.Modifier |= fyne.KeyModifierShortcutDefault
		case "Shift":
			s.Modifier |= fyne.KeyModifierShift
		case "Alt":
			s.Modifier |= fyne.KeyModifierAlt
		}
	}
	s.KeyName = fyne.KeyName(parts[len(parts)-1])
	return s, s.Modifier&^fyne.KeyModifierShift != 0
}

// addShortcuts registers what the menu does not: its items carry their own.
func (w *window) addShortcuts() {
	c := w.win.Canvas()
	c.AddShortcut(&fyne.ShortcutPaste{}, func(fyne.Shortcut) { w.do("pasteTable") })
	c.AddShortcut(&fyne.ShortcutCopy{}, func(fyne.Shortcut) { w.do("copy") })
	c.AddShortcut(&desktop.CustomShortcut{KeyName: fyne.KeyEqual, Modifier: fyne.KeyModifierShortcutDefault | fyne.KeyModifierShift}, func(fyne.Shortcut) { w.do("zoomIn") })
	for _, s := range shortcuts() {
		if sc, ok := chord(s.Keys); ok && s.Action != "copy" && s.Action != "pasteTable" {
			c.AddShortcut(sc, func(fyne.Shortcut) { w.do(s.Action) })
		}
	}
}

// shortcut hands a shortcut to the window's own.
func (w *window) shortcut(s fyne.Shortcut) {
	if c, ok := w.win.Canvas().(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}

// hintOf is what an action does, and its keys.
func (w *window) hintOf(action string) string {
	for _, s := range shortcuts() {
		if s.Action == action {
			return s.Text.In(w.lang) + "  (" + s.Keys + ")"
		}
	}
	return ""
}

// menu is the menu of the window.
func (w *window) menu() *fyne.MainMenu {
	item := func(text, action string) *fyne.MenuItem {
		i := fyne.NewMenuItem(text, func() { w.do(action) })
		for _, s := range shortcuts() {
			if s.Action != action {
				continue
			}
			// Copy and paste belong to whatever has the keyboard.
			if sc, ok := chord(s.Keys); ok && action != "copy" && action != "pasteTable" {
				i.Shortcut = sc
			}
		}
		return i
	}
	named := func(action string) *fyne.MenuItem {
		for _, s := range shortcuts() {
			if s.Action == action {
				return item(s.Text.In(w.lang), action)
			}
		}
		return item(action, action)
	}
	line := fyne.NewMenuItemSeparator
	quit := named("quit")
	quit.IsQuit = true
	sample := fyne.NewMenuItem(w.tr("Try the sample workbook"), w.addSample)
	dark := w.pal.dark
	theme := item(w.tr("Dark"), "theme")
	theme.Checked = dark
	language := func(name string, lang say.Lang) *fyne.MenuItem {
		i := fyne.NewMenuItem(name, func() { w.speak(lang) })
		i.Checked = w.lang == lang
		return i
	}
	languages := fyne.NewMenuItem(w.tr("Language"), nil)
	languages.ChildMenu = fyne.NewMenu("", language("English", say.English), language("简体中文", say.Chinese))
	return fyne.NewMainMenu(
		fyne.NewMenu(w.tr("File"), named("add"), named("addFolder"), named("pasteTable"), line(), named("export"), named("readAgain"), named("close"), line(), named("settings"), line(), quit),
		fyne.NewMenu(w.tr("Edit"), named("copy"), item(w.tr("Copy with the names of the columns"), "copyWithNames"), line(), named("find"), named("findNext"), named("goToRow")),
		fyne.NewMenu(w.tr("Table"), named("sort"), named("filter"), named("clear"), line(), named("origin")),
		fyne.NewMenu(w.tr("View"), named("library"), named("panel"), line(), named(pageColumn), named(pageChanges), named(pageFindings), named(pageVersions), line(), named("zoomIn"), named("zoomOut"), named("zoomReset"), line(), theme, languages),
		fyne.NewMenu(w.tr("Help"), named("help"), sample, item(w.tr("About Sheetmill"), "about")),
	)
}

// change changes the settings.
func (w *window) change(f func(*view.Settings)) {
	s := w.client.Settings()
	f(&s)
	w.try(w.tr("Settings"), w.client.SetSettings(s))
}

func (w *window) speak(lang say.Lang) { w.change(func(s *view.Settings) { s.Language = lang }) }

func (w *window) turnTheme() {
	w.change(func(s *view.Settings) {
		s.Theme = view.Dark
		if w.pal.dark {
			s.Theme = view.Light
		}
	})
}

// zoomBy makes everything larger or smaller; 0 goes back to plain.
func (w *window) zoomBy(factor float64) {
	w.change(func(s *view.Settings) {
		if s.Zoom == 0 {
			s.Zoom = 1
		}
		s.Zoom = min(max(s.Zoom*factor, view.MinZoom), view.MaxZoom)
		if factor == 0 || s.Zoom > 0.97 && s.Zoom < 1.03 {
			s.Zoom = 1
		}
	})
}

func (w *window) paste() {
	text := w.app.Clipboard().Content()
	if paths := pastedPaths(text); len(paths) > 0 {
		w.client.AddPaths(view.Local, paths...)
		return
	}
	w.try(w.tr("Paste a table"), w.client.AddText(view.Local, text))
}

// pastedPaths are the files that were copied in a file manager: a line for each, as a path or
// as an address; nil when the text is anything else.
func pastedPaths(text string) []string {
	var paths []string
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if address, is := strings.CutPrefix(line, "file://"); is {
			path, err := url.PathUnescape(address)
			if err != nil {
				return nil
			}
			line = path
		}
		if _, err := os.Stat(line); err != nil || !filepath.IsAbs(line) {
			return nil
		}
		paths = append(paths, line)
	}
	return paths
}

func (w *window) dropped(uris []fyne.URI) {
	var paths []string
	for _, u := range uris {
		paths = append(paths, u.Path())
	}
	if len(paths) > 0 {
		w.client.AddPaths(view.Local, paths...)
	}
}
