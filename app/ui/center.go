package ui

import (
	"fmt"
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/assets"
	"sheetmill/assets/icon"
	"sheetmill/core/fault"
)

// center is the middle of the window: the open table, or what stands there in its place.
type center struct {
	w    *window
	root *fyne.Container
	kind string // of the page that is shown, and what it was built from

	// Of a table's page.
	name   *line
	about  *line
	chips  *fyne.Container
	chipOf string
	find   *fyne.Container
	note   *fyne.Container // first rows only, or sorting under way
	noteAt *line
	noteBy *bar
	export *tool
	sheets *tool // where there are several

	// Of a page of progress.
	stage *line
	share *bar
}

func newCenter(w *window) *center {
	return &center{w: w, root: container.NewStack()}
}

// refresh shows the page that fits.
func (c *center) refresh() {
	w := c.w
	st := w.client.State()
	item, known := w.client.Item(w.ref)
	switch {
	case st.Condition == view.Failed:
		c.page("failed/"+fmt.Sprint(st.Fault, st.CanSetAside), func() fyne.CanvasObject { return c.failed(st) })
	case w.back != nil && st.Condition == view.Opening: // what was open comes back
	case w.table == nil && len(w.client.Items()) == 0:
		c.page("welcome", c.welcome)
	case w.table == nil:
		c.page("empty", c.empty)
	case w.state.Phase == view.TableReady || w.state.Phase == view.TableGlance:
		c.page("table", c.table)
		c.header()
	case w.state.Phase == view.TableBroken:
		c.page("broken/"+fmt.Sprint(w.ref, w.state.Fault), func() fyne.CanvasObject { return c.broken(item, w.state.Fault) })
	case known && (item.Phase == view.Broken || item.Phase == view.Cancelled):
		c.page("broken/"+fmt.Sprint(w.ref, item.Phase, item.Fault), func() fyne.CanvasObject { return c.broken(item, item.Fault) })
	default:
		c.page("progress/"+fmt.Sprint(w.ref), func() fyne.CanvasObject { return c.waiting(item) })
		c.progress(item)
	}
}

func (c *center) page(kind string, build func() fyne.CanvasObject) {
	if c.kind == kind {
		return
	}
	c.kind = kind
	c.root.Objects = []fyne.CanvasObject{build()}
	c.root.Refresh()
	if c.w.panes != nil {
		c.w.panes.root.Refresh() // the side panel is a table's
	}
}

// table is the page of an open table.
func (c *center) table() fyne.CanvasObject {
	w := c.w
	z := w.zoom
	c.name, c.about = newLine("", 15*z, w.pal.text, true), newLine("", 12*z, w.pal.soft, false)
	c.name.middle = true
	c.sheets = w.newTool(theme.GridIcon(), w.tr("Sheets"), w.tr("The other sheets of the workbook"), nil)
	c.sheets.tapped = func() {
		w.sheetMenu(fyne.CurrentApp().Driver().AbsolutePositionForObject(c.sheets).AddXY(0, c.sheets.Size().Height))
	}
	c.sheets.Hide()
	find := w.newTool(theme.SearchIcon(), "", w.hintOf("find"), func() { w.do("find") })
	c.export = w.newTool(theme.DownloadIcon(), w.tr("Export"), w.hintOf("export"), func() { w.do("export") })
	panel := w.newTool(w.panelIcon(), "", w.hintOf("panel"), func() { w.do("panel") })
	more := w.newTool(theme.MoreVerticalIcon(), "", w.tr("More: open, export, remove"), nil)
	more.tapped = func() {
		if i, ok := w.client.Item(w.ref); ok {
			w.itemMenu(i, fyne.CurrentApp().Driver().AbsolutePositionForObject(more).AddXY(0, more.Size().Height))
		}
	}
	title := border(nil, nil, nil, row(2*z, c.sheets, find, c.export, panel, more), tight(1*z, c.name, c.about))
	c.chips = container.NewHBox()
	c.chipOf = ""
	c.find = inset(w.finder.root, 0, 10*z, 8*z, 14*z)
	c.noteAt, c.noteBy = newLine("", 12*z, w.pal.text, false), newBar(w.pal, 3*z)
	c.note = container.NewStack(canvas.NewRectangle(w.pal.amberBg),
		inset(border(nil, c.noteBy, nil, nil, inset(c.noteAt, 0, 0, 4*z, 0)), 7*z, 14*z, 6*z, 14*z))
	head := tight(0, inset(title, 9*z, 10*z, 8*z, 14*z), c.find, c.chips, c.note, hairline(w.pal))
	visible(c.find, w.finder.open)
	return border(backed(w.pal.ground, head), nil, nil, nil, w.grid) // the grid covers all of its area itself
}

// header brings what is above the grid up to date.
func (c *center) header() {
	w := c.w
	s := w.state
	c.name.set(s.Name, w.pal.text)
	words := w.shape(int64(s.Rows), int64(len(s.Columns)))
	if a := w.table.About(); a.Sheet != "" && s.Phase == view.TableReady {
		words += " · " + a.Sheet
		if a.Range != "" {
			words += " " + a.Range
		}
	}
	c.about.set(words, w.pal.soft)
	if several := s.Phase == view.TableReady && len(w.table.About().Sheets) > 1; c.sheets.Visible() != several {
		visible(c.sheets, several)
		c.root.Refresh()
	}
	c.export.disable(s.Phase != view.TableReady)
	c.chip()
	visible(c.find, w.finder.open)
	item, _ := w.client.Item(w.ref)
	c.noted(item)
}

// noted shows the band above the grid: that only the first rows are there yet, or that rows are being ordered.
func (c *center) noted(item view.Item) {
	w := c.w
	s := w.state
	shown := true
	switch {
	case s.Phase == view.TableGlance:
		words := w.tr("The first rows, as the file has them. The clean table is on its way.")
		if item.Phase == view.Broken || item.Phase == view.Cancelled {
			words = w.tr("The first rows, as the file has them. There is no clean table.")
		}
		if standing := w.standing(item); standing != "" {
			words += "  " + standing
		}
		c.noteAt.set(words, w.pal.text)
		c.noteBy.set(item.Done, w.pal.accent)
	case s.Busy:
		c.noteAt.set(w.tr("Putting the rows in order..."), w.pal.text)
		c.noteBy.set(s.BusyDone, w.pal.accent)
	case s.Phase == view.TableReady && s.Fault != nil:
		c.noteAt.set(s.Fault.Sentence.In(w.lang)+" "+s.Fault.Next.In(w.lang), w.pal.red)
		c.noteBy.set(0, w.pal.red)
	default:
		shown = false
	}
	if c.note.Visible() != shown {
		visible(c.note, shown)
		c.root.Refresh()
	}
}

// progress shows how far an item is.
func (c *center) progress(i view.Item) {
	switch {
	case c.kind == "table":
		c.noted(i)
	case c.stage != nil && len(c.kind) > 9 && c.kind[:9] == "progress/":
		c.stage.set(c.w.standing(i), c.w.pal.soft)
		c.share.set(i.Done, c.w.pal.accent)
		if i.Phase == view.Broken || i.Phase == view.Cancelled {
			c.refresh()
		}
	}
}

// chip shows the sorting and the filters in force, each with a way to take it back.
func (c *center) chip() {
	w := c.w
	s := w.state
	key := fmt.Sprint(s.Sort, s.Filters, s.Shown, w.ref, s.Busy)
	if key == c.chipOf {
		return
	}
	c.chipOf = key
	z := w.zoom
	c.chips.Objects, c.chips.Layout = nil, tightLayout{}
	var parts []fyne.CanvasObject
	for i, k := range s.Sort {
		if k.Column < 0 || k.Column >= len(s.Columns) {
			continue
		}
		arrow := "↑"
		if k.Descending {
			arrow = "↓"
		}
		parts = append(parts, w.newChip(arrow+" "+s.Columns[k.Column].Name, func() {
			w.sortBy(append(append([]view.SortKey{}, s.Sort[:i]...), s.Sort[i+1:]...)...)
		}))
	}
	for i, f := range s.Filters {
		parts = append(parts, w.newChip(w.filterWords(f), func() {
			w.setFilters(append(append([]view.Filter{}, s.Filters[:i]...), s.Filters[i+1:]...))
		}))
	}
	if len(parts) > 0 {
		var fixed []fyne.CanvasObject
		if len(s.Filters) > 0 && !s.Busy {
			fixed = append(fixed, newText(w.tr("{shown} of {rows} rows", "shown", number(int64(s.Shown)), "rows", number(int64(s.Rows))), w.pal.soft, 12*z))
		}
		fixed = append(fixed, w.newTool(nil, w.tr("Clear all"), w.hintOf("clear"), func() { w.do("clear") }))
		scroll := container.NewHScroll(row(6*z, parts...))
		c.chips.Objects = []fyne.CanvasObject{border(nil, nil, nil, inset(row(6*z, fixed...), 0, 0, 0, 10*z), scroll)}
		c.chips.Layout = insetLayout{0, 10 * z, 6 * z, 14 * z}
	}
	visible(c.chips, len(parts) > 0)
	c.chips.Refresh()
	c.root.Refresh()
}

// newChip is a condition in force; its cross takes it back.
func (w *window) newChip(text string, off func()) fyne.CanvasObject {
	z := w.zoom
	back := canvas.NewRectangle(w.pal.tint)
	back.CornerRadius = 13 * z
	t := newText(fitFyne(text, 240*z, 12*z, fyne.TextStyle{}), w.pal.text, 12*z)
	cross := w.newTool(theme.CancelIcon(), "", w.tr("Take it back"), off)
	return container.NewStack(back, inset(row(2*z, t, sized(cross, 24*z, 24*z)), 0, 2*z, 0, 10*z))
}

// centred puts parts in the middle of the page.
func (w *window) centred(width float32, parts ...fyne.CanvasObject) fyne.CanvasObject {
	return backed(w.pal.ground, container.NewCenter(sized(tight(12*w.zoom, parts...), width*w.zoom, 0)))
}

func (w *window) centredText(text string, c color.Color, size float32, bold bool) fyne.CanvasObject {
	p := w.wrapped(text, c, size)
	p.bold, p.align, p.width = bold, fyne.TextAlignCenter, 0
	return p.at(460 * w.zoom)
}

// welcome is the first screen.
func (c *center) welcome() fyne.CanvasObject {
	w := c.w
	z := w.zoom
	img := canvas.NewImageFromResource(fyne.NewStaticResource("sheetmill.png", icon.PNG()))
	img.FillMode = canvas.ImageFillContain
	add := w.newTool(theme.ContentAddIcon(), w.tr("Add files"), w.hintOf("add"), func() { w.do("add") }).primary(theme.ContentAddIcon())
	sample := w.newTool(theme.FileIcon(), w.tr("Try the sample workbook"), w.tr("A hospital's laboratory export, as messy as they come"), func() {
		w.client.AddBytes(view.Local, assets.SampleName, assets.Sample())
	})
	shortcuts := w.newTool(theme.HelpIcon(), w.tr("Shortcuts"), w.hintOf("help"), func() { w.do("help") })
	steps := []fyne.CanvasObject{}
	for _, s := range []string{
		w.tr("Reads it once, however large, and shows the first rows at once."),
		w.tr("Finds the table, cleans and types the values, and accounts for every cell it changes."),
		w.tr("Keeps the clean table: sort, filter, search and export without waiting, with no network."),
	} {
		steps = append(steps, border(nil, nil, inset(tight(0, newText("✓", w.pal.accent, 14*z)), 0, 8*z, 0, 0), nil, w.wrapped(s, w.pal.text, 13).at(430*z)))
	}
	return w.centred(
		480,
		container.NewCenter(sized(img, 88*z, 88*z)),
		w.centredText(w.tr("Drop a spreadsheet here"), w.pal.text, 22, true),
		w.centredText(w.tr("or a folder of them. You can also paste cells that you copied elsewhere."), w.pal.soft, 13, false),
		container.NewCenter(row(8*z, add, sample, shortcuts)),
		inset(tight(8*z, steps...), 18*z, 10*z, 0, 10*z),
	)
}

// empty stands where no dataset is open.
func (c *center) empty() fyne.CanvasObject {
	w := c.w
	return w.centred(
		480,
		w.centredText(w.tr("No dataset is open"), w.pal.text, 18, true),
		w.centredText(w.tr("Choose one from the library, or drop a file here."), w.pal.soft, 13, false),
	)
}

// waiting is the page of a dataset that has nothing to show yet.
func (c *center) waiting(i view.Item) fyne.CanvasObject {
	w := c.w
	z := w.zoom
	c.stage, c.share = newLine(w.standing(i), 13*z, w.pal.soft, false), newBar(w.pal, 6*z)
	name := newLine(i.Name, 16*z, w.pal.text, true)
	name.middle = true
	cancel := w.newTool(theme.CancelIcon(), w.tr("Cancel"), "", func() { w.client.Cancel(w.ref) })
	return w.centred(420, name, c.share, border(nil, nil, nil, cancel, c.stage))
}

// broken tells why there is no table, and what can be done.
func (c *center) broken(i view.Item, f *fault.Error) fyne.CanvasObject {
	w := c.w
	z := w.zoom
	again := func() { w.client.Retry(w.ref) }
	if i.Phase == view.Ready { // its table is there, but out of reach
		again = func() { w.closeTable(); w.open(i.Ref) }
	}
	retry := w.newTool(theme.ViewRefreshIcon(), w.tr("Try again"), "", again)
	if i.Locked() {
		retry = w.newTool(theme.LoginIcon(), w.tr("Give the password"), "", func() { w.readDialog(i.Ref) })
	}
	parts := []fyne.CanvasObject{retry.primary(retry.icon.Resource)}
	if i.Phase != view.Ready {
		if !i.Locked() && i.CanReadAgain() {
			parts = append(parts, w.newTool(theme.DocumentIcon(), w.tr("Read again..."), w.hintOf("readAgain"), func() { w.readDialog(i.Ref) }))
		}
		parts = append(parts, w.newTool(theme.DeleteIcon(), w.tr("Remove"), w.hintOf("remove"), func() { w.remove(i) }))
	}
	if f == nil {
		f = fault.New(fault.Cancelled, sayCancelled())
	} else {
		parts = append(parts, w.copyDetails(i.Name, f))
	}
	name := newLine(i.Name, 13*z, w.pal.soft, false)
	name.middle = true
	sentence := w.wrapped(f.Sentence.In(w.lang), w.pal.text, 17)
	sentence.bold, sentence.width = true, 0
	list := []fyne.CanvasObject{name, sentence.at(480 * z)}
	if hint := f.Next.In(w.lang); hint != "" {
		list = append(list, w.wrapped(hint, w.pal.soft, 13).at(480*z))
	}
	return w.centred(480, append(list, row(6*z, parts...))...)
}

// failed stands there when the workspace cannot be opened.
func (c *center) failed(st view.State) fyne.CanvasObject {
	w := c.w
	z := w.zoom
	f := st.Fault
	parts := []fyne.CanvasObject{
		w.newTool(theme.ViewRefreshIcon(), w.tr("Try again"), "", w.client.Reopen).primary(theme.ViewRefreshIcon()),
		w.newTool(theme.SettingsIcon(), w.tr("Settings"), w.hintOf("settings"), func() { w.do("settings") }),
	}
	if f != nil {
		parts = append(parts, w.copyDetails(st.Home, f))
	}
	title := w.wrapped(w.tr("The workspace cannot be opened"), w.pal.text, 18)
	title.bold, title.width = true, 0
	list := []fyne.CanvasObject{title.at(480 * z)}
	if f != nil {
		list = append(list, w.wrapped(f.Sentence.In(w.lang), w.pal.text, 13).at(480*z))
		if hint := f.Next.In(w.lang); hint != "" {
			list = append(list, w.wrapped(hint, w.pal.soft, 13).at(480*z))
		}
	}
	list = append(list, w.wrapped(st.Home, w.pal.soft, 12).at(480*z), row(6*z, parts...))
	if st.CanSetAside {
		list = append(list,
			w.wrapped(w.tr("Its database is damaged. It can be put aside into a folder of its own; the files in it are then added to a new workspace. Nothing is deleted."), w.pal.soft, 13).at(480*z),
			row(0, w.newTool(theme.FolderNewIcon(), w.tr("Put aside and start anew"), "", w.client.SetAside)))
	}
	return w.centred(480, list...)
}
