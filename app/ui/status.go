package ui

import (
	"image/color"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"

	"sheetmill/app/view"
)

// status is the line at the bottom: what is under the pointer or selected, what is
// at work, and how the local and the shared workspace stand.
type status struct {
	w        *window
	text     *line
	hintText string
	busy     *canvas.Text
	local    *standing
	shared   *standing
	zoom     *canvas.Text
	root     fyne.CanvasObject
}

// standing is a dot and a word.
type standing struct {
	dot  *canvas.Circle
	text *canvas.Text
	area *tappable
}

func newStatus(w *window) *status {
	z := w.zoom
	s := &status{w: w, text: newLine("", 11*z, w.pal.soft, false)}
	label := func() *canvas.Text { return newText("", w.pal.soft, 11*z) }
	s.busy, s.zoom = label(), label()
	stand := func(tapped func()) *standing {
		d := &standing{dot: canvas.NewCircle(w.pal.faint), text: label()}
		d.area = newTappable(w, row(5*z, sized(d.dot, 8*z, 8*z), d.text), "", tapped)
		return d
	}
	s.local = stand(w.showPlace)
	s.shared = stand(w.sharedPressed)
	right := row(10*z, s.busy, s.zoom, s.local.area, s.shared.area)
	s.root = border(hairline(w.pal), nil, nil, nil,
		inset(border(nil, nil, nil, right, border(nil, nil, nil, nil, inset(s.text, 6*z, 10*z, 4*z, 0))), 1*z, 8*z, 1*z, 12*z))
	return s
}

// hint shows what is under the pointer; "" takes it back.
func (w *window) hint(text string) {
	if w.status == nil {
		return
	}
	w.status.hintText = text
	w.status.words()
}

// words shows the hint or, without one, the selection.
func (s *status) words() {
	text := s.hintText
	if text == "" {
		text = s.w.selectionWords()
	}
	s.text.set(text, s.w.pal.soft)
}

func (s *status) refresh() {
	w := s.w
	s.words()
	running, waiting := 0, 0
	for _, i := range w.client.Unfinished() {
		if i.Phase == view.Waiting {
			waiting++
		} else {
			running++
		}
	}
	busy := ""
	switch {
	case running > 0 && waiting > 0:
		busy = w.tr("{running} at work, {waiting} waiting", "running", running, "waiting", waiting)
	case running > 0:
		busy = w.tr("{running} at work", "running", running)
	case waiting > 0:
		busy = w.tr("{waiting} waiting", "waiting", waiting)
	}
	set(s.busy, busy)
	zoom := ""
	if w.zoom != 1 {
		zoom = strconv.Itoa(int(w.zoom*100+0.5)) + "%"
	}
	set(s.zoom, zoom)

	switch st := w.client.State(); st.Condition {
	case view.Opened:
		s.local.set(w.pal.green, w.tr("This machine"), w.tr("The workspace is in {path}", "path", st.Home))
	case view.Opening:
		s.local.set(w.pal.amber, w.tr("Opening..."), w.tr("The workspace is in {path}", "path", st.Home))
	case view.Failed:
		s.local.set(w.pal.red, w.tr("Cannot be opened"), w.tr("The workspace is in {path}", "path", st.Home))
	}
	s.line(w.client.Shared())
	s.root.Refresh()
}

// line shows how the shared workspace stands.
func (s *status) line(st view.SharedState) {
	w := s.w
	d := s.shared
	visible(d.area, st.Line != view.NoConnection)
	where := st.Where
	if st.Fault != nil {
		where = st.Fault.Sentence.In(w.lang)
	}
	switch st.Line {
	case view.NoConnection:
	case view.Connecting:
		d.set(w.pal.amber, w.tr("Connecting..."), where)
	case view.Online:
		text := w.tr("Online as {owner}", "owner", st.Owner)
		switch {
		case st.Pushing > 0:
			text = w.tr("Sending {n}", "n", st.Pushing)
		case st.Pulling > 0:
			text = w.tr("Fetching {n}", "n", st.Pulling)
		}
		d.set(w.pal.green, text, where)
	case view.Offline:
		text := w.tr("Offline")
		if st.Pushing > 0 {
			text = w.tr("Offline, {n} to send", "n", st.Pushing)
		}
		d.set(w.pal.amber, text, where)
	case view.Refused:
		d.set(w.pal.red, w.tr("Refused"), where)
	}
}

func (d *standing) set(c color.NRGBA, text, hint string) {
	d.area.hint = hint
	if d.dot.FillColor != c {
		d.dot.FillColor = c
		d.dot.Refresh()
	}
	set(d.text, text)
}

// set changes a text where it differs.
func set(t *canvas.Text, text string) {
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// selectionWords tells where the selection is.
func (w *window) selectionWords() string {
	g := w.grid
	if w.table == nil || g == nil || g.active.Row < 0 || len(w.state.Columns) == 0 || g.active.Row >= w.state.Shown {
		return ""
	}
	sel := g.selection()
	if sel.Rows > 1 || sel.Columns > 1 {
		return w.tr("{rows} rows × {columns} columns selected", "rows", number(int64(sel.Rows)), "columns", number(int64(sel.Columns)))
	}
	text := w.table.Cell(g.active.Row, g.active.Column).Text
	words := w.tr("Row {row}, {column}", "row", number(w.table.Row(g.active.Row)+1), "column", w.state.Columns[g.active.Column].Name)
	if text != "" {
		words += ": " + flat(text[:min(len(text), mostFitted)])
	}
	return words
}
