package ui

import (
	"image/color"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"sheetmill/app/view"
)

// library is the list of datasets at the left.
type library struct {
	w       *window
	list    *keyList
	entries []libraryEntry
	at      map[view.Ref]int
	chosen  int // the entry that keys act on; -1: none
	quiet   bool
}

// libraryEntry is a dataset or, where title is set, a heading above some.
type libraryEntry struct {
	title string
	item  view.Item
}

// keyList is a list that also opens and removes by keys.
type keyList struct {
	widget.List

	keys func(*fyne.KeyEvent) bool
	pass func(fyne.Shortcut)
}

// TypedKey hands keys to the library first.
func (l *keyList) TypedKey(e *fyne.KeyEvent) {
	if !l.keys(e) {
		l.List.TypedKey(e)
	}
}

// TypedShortcut hands all to the window.
func (l *keyList) TypedShortcut(s fyne.Shortcut) { l.pass(s) }

func newLibrary(w *window) *library {
	l := &library{w: w, at: map[view.Ref]int{}, chosen: -1}
	l.list = &keyList{keys: l.key, pass: w.shortcut}
	l.list.HideSeparators = true
	l.list.Length = func() int { return len(l.entries) }
	l.list.CreateItem = func() fyne.CanvasObject { return newItemRow(w) }
	l.list.UpdateItem = func(id widget.ListItemID, o fyne.CanvasObject) {
		if r, ok := o.(*itemRow); ok && id < len(l.entries) {
			r.show(l, id)
		}
	}
	l.list.OnSelected = func(id widget.ListItemID) {
		if l.quiet || id >= len(l.entries) {
			return
		}
		l.chosen = id
		if e := l.entries[id]; e.title == "" {
			w.open(e.item.Ref)
		}
	}
	l.list.OnHighlighted = func(id widget.ListItemID) { l.chosen = id }
	l.list.ExtendBaseWidget(l.list)
	l.fill()
	return l
}

// fill reads all items anew.
func (l *library) fill() {
	w := l.w
	var local, shared []libraryEntry
	for _, i := range w.client.Items() {
		if i.Place == view.Shared {
			shared = append(shared, libraryEntry{item: i})
		} else {
			local = append(local, libraryEntry{item: i})
		}
	}
	l.entries = l.entries[:0]
	if len(shared) > 0 {
		l.entries = append(l.entries, libraryEntry{title: w.tr("On this machine")})
	}
	l.entries = append(l.entries, local...)
	if len(shared) > 0 {
		l.entries = append(append(l.entries, libraryEntry{title: w.tr("Shared workspace")}), shared...)
	}
	l.at = map[view.Ref]int{}
	for id, e := range l.entries {
		if e.title == "" {
			l.at[e.item.Ref] = id
		}
		l.list.SetItemHeight(id, l.height(e))
	}
	l.mark()
	l.list.Refresh()
}

// update shows one item as it is now.
func (l *library) update(i view.Item) {
	if id, ok := l.at[i.Ref]; ok {
		l.entries[id].item = i
		l.list.RefreshItem(id)
	}
}

// mark selects the open dataset.
func (l *library) mark() {
	l.quiet = true
	defer func() { l.quiet = false }()
	if id, ok := l.at[l.w.ref]; ok && l.w.table != nil {
		l.list.Select(id)
		l.chosen = id
		return
	}
	l.list.UnselectAll()
}

// focus gives the library the keyboard, at the open dataset or the first one.
func (l *library) focus() {
	l.w.win.Canvas().Focus(l.list)
	at, open := l.at[l.w.ref]
	if !open && len(l.entries) > 1 && l.entries[0].title != "" {
		at = 1
	}
	l.list.Highlight(at)
}

func (l *library) item() (view.Item, bool) {
	if l.chosen < 0 || l.chosen >= len(l.entries) || l.entries[l.chosen].title != "" {
		return view.Item{}, false
	}
	return l.entries[l.chosen].item, true
}

// below is the lower edge of the chosen entry, in the list.
func (l *library) below() float32 {
	y := -l.list.GetScrollOffset()
	for _, e := range l.entries[:l.chosen+1] {
		y += l.height(e) + theme.Padding()
	}
	return fyne.Min(fyne.Max(y-12*l.w.zoom, 0), l.list.Size().Height)
}

func (l *library) height(e libraryEntry) float32 {
	if e.title != "" {
		return 28 * l.w.zoom
	}
	return itemHeight * l.w.zoom
}

func (l *library) key(e *fyne.KeyEvent) bool {
	i, ok := l.item()
	switch {
	case e.Name == fyne.KeyReturn || e.Name == fyne.KeyEnter:
		if ok {
			l.w.open(i.Ref)
		}
	case e.Name == fyne.KeyDelete || e.Name == fyne.KeyBackspace:
		if ok {
			l.w.remove(i)
		}
	default:
		return l.w.key(e)
	}
	return true
}

// itemHeight is the height of a row, at zoom 1.
const itemHeight = 56

// itemRow is one row of the library.
type itemRow struct {
	widget.BaseWidget

	w      *window
	l      *library
	id     int
	hover  *canvas.Rectangle
	badge  *canvas.Rectangle
	kind   *canvas.Text
	name   *line
	detail *line
	title  *line
	bar    *bar
	act    *flatTool // the arrows reach it: its menu is that of the entry
	item   view.Item
}

func newItemRow(w *window) *itemRow {
	z := w.zoom
	r := &itemRow{
		w: w, hover: canvas.NewRectangle(color.Transparent), badge: canvas.NewRectangle(w.pal.stripe), kind: canvas.NewText("", w.pal.soft),
		name: newLine("", 13*z, w.pal.text, false), detail: newLine("", 11*z, w.pal.soft, false), title: newLine("", 11*z, w.pal.soft, true),
		bar: newBar(w.pal, 3*z),
	}
	r.name.middle = true
	r.badge.CornerRadius, r.hover.CornerRadius = 6*z, 0
	r.kind.TextSize, r.kind.TextStyle.Bold, r.kind.Alignment = 9*z, true, fyne.TextAlignCenter
	r.act = &flatTool{}
	r.act.fit(w, theme.MoreVerticalIcon(), "", "", nil)
	r.act.ExtendBaseWidget(r.act)
	r.ExtendBaseWidget(r)
	return r
}

// show shows an entry.
func (r *itemRow) show(l *library, id int) {
	e := l.entries[id]
	r.l, r.id, r.item = l, id, e.item
	pal := r.w.pal
	heading := e.title != ""
	for _, o := range []fyne.CanvasObject{r.badge, r.kind, r.name, r.detail, r.act} {
		visible(o, !heading)
	}
	visible(r.title, heading)
	visible(r.bar, false)
	if heading {
		r.title.set(e.title, pal.soft)
		return
	}
	i := e.item
	ext := strings.TrimPrefix(strings.ToLower(filepath.Ext(i.Name)), ".")
	if len(ext) > 4 || ext == "" {
		ext = "···"
	}
	r.kind.Text, r.kind.Color, r.badge.FillColor = strings.ToUpper(ext), badgeInk(pal, ext), pal.stripe
	ink := pal.soft
	switch i.Phase {
	case view.Broken:
		ink = pal.red
	case view.Retrying:
		ink = pal.amber
	case view.Copying, view.Waiting, view.Running, view.Ready, view.Cancelled:
	}
	if i.TransferFault != nil && i.Phase == view.Ready {
		ink = pal.amber
	}
	r.name.set(i.Name, pal.text)
	r.detail.set(r.w.standing(i), ink)
	moving := !i.Phase.Ended() && i.Phase != view.Waiting || i.Again
	switch {
	case moving:
		r.bar.set(i.Done, pal.accent)
	case i.Transfer == view.Pushing || i.Transfer == view.Pulling:
		r.bar.set(i.TransferDone, pal.accent)
		moving = true
	case i.Phase == view.Waiting:
		r.bar.set(0, pal.accent)
		moving = true
	}
	visible(r.bar, moving)
	r.action(i, moving)
	r.kind.Refresh()
	r.badge.Refresh()
}

// action chooses what the button at the right does: the one thing that is likely wanted now.
func (r *itemRow) action(i view.Item, moving bool) {
	icon := theme.MoreVerticalIcon()
	do := func() {
		r.menu(fyne.CurrentApp().Driver().AbsolutePositionForObject(r.act).AddXY(0, r.act.Size().Height))
	}
	r.act.hint = r.w.tr("More: open, export, remove")
	switch {
	case i.CanRetry():
		icon, do = theme.ViewRefreshIcon(), func() { r.w.client.Retry(i.Ref) }
		r.act.hint = r.w.tr("Try again")
	case moving && i.CanCancel():
		icon, do = theme.CancelIcon(), func() { r.w.client.Cancel(i.Ref) }
		r.act.hint = r.w.tr("Cancel")
	}
	r.act.tapped = do
	if r.act.icon.Resource != icon {
		r.act.icon.SetResource(icon)
	}
}

func (r *itemRow) menu(at fyne.Position) { r.w.itemMenu(r.item, at) }

func badgeInk(pal *palette, ext string) color.Color {
	switch ext {
	case "xlsx", "xlsm", "xltx", "xltm", "xls", "xlsb", "ods":
		return pal.green
	case "csv", "tsv", "txt", "tab":
		return pal.amber
	}
	return pal.soft
}

func visible(o fyne.CanvasObject, yes bool) {
	if o.Visible() == yes {
		return
	}
	if yes {
		o.Show()
	} else {
		o.Hide()
	}
}

// Tapped opens the dataset.
func (r *itemRow) Tapped(*fyne.PointEvent) {
	if r.l == nil || r.id >= len(r.l.entries) || r.l.entries[r.id].title != "" {
		return
	}
	r.w.win.Canvas().Focus(r.l.list)
	r.l.chosen = r.id
	r.w.open(r.item.Ref)
}

// TappedSecondary opens the menu of the dataset.
func (r *itemRow) TappedSecondary(e *fyne.PointEvent) {
	if r.l != nil && r.id < len(r.l.entries) && r.l.entries[r.id].title == "" {
		r.menu(e.AbsolutePosition)
	}
}

// MouseIn lights the row up.
func (r *itemRow) MouseIn(*desktop.MouseEvent) {
	if r.name.Visible() {
		r.hover.FillColor = r.w.pal.hover
		r.hover.Refresh()
		r.w.hint(r.item.Name)
	}
}

// MouseMoved does nothing more.
func (r *itemRow) MouseMoved(*desktop.MouseEvent) {}

// MouseOut takes the light away.
func (r *itemRow) MouseOut() {
	r.hover.FillColor = color.Transparent
	r.hover.Refresh()
	r.w.hint("")
}

// MinSize is the height of a row.
func (r *itemRow) MinSize() fyne.Size { return fyne.NewSize(120*r.w.zoom, 24*r.w.zoom) }

// CreateRenderer lays the row out.
func (r *itemRow) CreateRenderer() fyne.WidgetRenderer {
	return widget.NewSimpleRenderer(&fyne.Container{Layout: itemLayout{r}, Objects: []fyne.CanvasObject{r.hover, r.badge, r.kind, r.name, r.detail, r.title, r.bar, r.act}})
}

type itemLayout struct{ r *itemRow }

func (l itemLayout) MinSize([]fyne.CanvasObject) fyne.Size { return l.r.MinSize() }

func (l itemLayout) Layout(_ []fyne.CanvasObject, s fyne.Size) {
	r, z := l.r, l.r.w.zoom
	place := func(o fyne.CanvasObject, x, y, w, h float32) {
		o.Move(fyne.NewPos(x, y))
		o.Resize(fyne.NewSize(w, h))
	}
	place(r.hover, 0, 0, s.Width, s.Height)
	place(r.title, 12*z, 8*z, s.Width-24*z, 16*z)
	place(r.badge, 12*z, 10*z, 36*z, 36*z)
	place(r.kind, 12*z, 10*z, 36*z, 36*z)
	left, right := 58*z, s.Width-36*z
	place(r.name, left, 8*z, right-left, 19*z)
	place(r.detail, left, 28*z, right-left, 16*z)
	place(r.bar, left, 47*z, right-left, 3*z)
	place(r.act, s.Width-34*z, (s.Height-28*z)/2, 28*z, 28*z)
}
