package ui

import (
	"fmt"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

func (s *side) changesKey() string {
	item, _ := s.w.client.Item(s.w.ref)
	return fmt.Sprint(s.w.ref, s.w.state.Phase, s.w.state.Serial, len(s.w.table.Changes()), s.w.table.Account(), item.CanReadAgain())
}

// changes builds what cleaning did, rule by rule.
func (s *side) changes() []fyne.CanvasObject {
	w := s.w
	z := w.zoom
	if w.state.Phase != view.TableReady {
		return []fyne.CanvasObject{w.paragraph(w.tr("What cleaning changes is told when the table is ready."))}
	}
	a := w.table.Account()
	objects := []fyne.CanvasObject{tight(
		5*z,
		w.pair(w.tr("Cells in the file"), number(a.Source)),
		w.pair(w.tr("Kept as they are"), number(a.Kept)),
		w.pair(w.tr("Changed"), number(a.Changed)),
		w.pair(w.tr("Set missing"), number(a.Missing)),
		w.pair(w.tr("Outside the table"), number(a.Outside)),
	)}
	list := w.table.Changes()
	if list == nil && a.Source > 0 && a.Changed+a.Missing > 0 {
		return append(objects, w.paragraph(w.tr("Reading what was changed...")))
	}
	if len(list) == 0 {
		return append(objects, w.paragraph(w.tr("Cleaning changed no cell.")))
	}
	objects = append(objects, w.heading(w.tr("By rule")))
	for _, c := range list {
		title := c.Title.In(w.lang)
		if title == "" {
			title = c.Rule
		}
		name := newLine(title, 13*z, w.pal.text, true)
		parts := []fyne.CanvasObject{border(nil, nil, nil, newText(number(c.Cells), w.pal.amber, 12*z), name)}
		if doc := c.Doc.In(w.lang); doc != "" {
			parts = append(parts, w.paragraph(doc))
		}
		objects = append(objects, tight(
			0,
			w.pressable(tight(2*z, parts...), w.tr("Show the cells"), func() { w.ruleCells(c) }),
			inset(row(2*z, s.undoTools(c)...), 0, 0, 0, -6*z),
		))
	}
	return objects
}

// undoTools take back what a rule did; a cell may have been changed by several, each of which can be taken back.
func (s *side) undoTools(c view.RuleChange) []fyne.CanvasObject {
	w := s.w
	item, _ := w.client.Item(w.ref)
	var tools []fyne.CanvasObject
	for rule := range strings.SplitSeq(c.Rule, "+") {
		text := w.tr("Take back")
		if rule != c.Rule {
			text = w.tr("Take back {rule}", "rule", rule)
		}
		t := w.newTool(theme.ContentUndoIcon(), text, w.tr("Make the table again without this rule"), func() { w.undoRule(c, rule) })
		t.disable(!item.CanReadAgain())
		tools = append(tools, t)
	}
	return tools
}

// undoRule asks and takes back.
func (w *window) undoRule(c view.RuleChange, rule string) {
	ref := w.ref
	w.confirm(
		w.tr("Take the rule's changes back?"),
		w.tr("The table is made again without the rule “{rule}”, as a new version. {n} cells are as in the file then; what only the rule made a number or a date becomes text.",
			"rule", c.Title, "n", number(c.Cells)),
		w.tr("Take back"), false, func() { w.client.UndoRule(ref, rule) })
}

func (s *side) findingsKey() string {
	item, _ := s.w.client.Item(s.w.ref)
	return fmt.Sprint(s.w.ref, s.w.state.Phase, s.w.state.Serial, len(s.w.table.Findings()), item.CanReadAgain())
}

// findings builds what a person should know or decide.
func (s *side) findings() []fyne.CanvasObject {
	w := s.w
	z := w.zoom
	if w.state.Phase != view.TableReady {
		return []fyne.CanvasObject{w.paragraph(w.tr("Findings are told when the table is ready."))}
	}
	objects := []fyne.CanvasObject{s.about()}
	list := w.table.Findings()
	if len(list) == 0 {
		return append(objects, w.paragraph(w.tr("Nothing that needs a look.")))
	}
	const most = 150 // every one is several objects that are drawn
	for _, f := range list[:min(most, len(list))] {
		where := w.tr("The file")
		if f.Column >= 0 && f.Column < len(w.state.Columns) {
			where = w.state.Columns[f.Column].Name
		}
		parts := []fyne.CanvasObject{newLine(where, 11*z, w.pal.accent, true), w.wrapped(f.Text.In(w.lang), w.pal.text, 12)}
		if len(f.Examples) > 0 {
			parts = append(parts, newLine(flat(strings.Join(f.Examples, ", ")), 11*z, w.pal.soft, false))
		}
		if f.Column < 0 {
			objects = append(objects, tight(2*z, parts...))
			continue
		}
		whole := tight(0, w.pressable(tight(2*z, parts...), w.tr("Go to the column"), func() { w.goToColumn(f.Column) }))
		for _, t := range s.suggestions(f) {
			whole.Add(inset(row(0, t), 0, 0, 0, -6*z))
		}
		objects = append(objects, whole)
	}
	if n := len(list) - most; n > 0 {
		objects = append(objects, w.paragraph(w.tr("And {n} more, which a report tells.", "n", n)))
	}
	return objects
}

// suggestions are tools that settle a finding.
func (s *side) suggestions(f view.Finding) []fyne.CanvasObject {
	w := s.w
	item, _ := w.client.Item(w.ref)
	var tools []fyne.CanvasObject
	for _, g := range f.Suggests {
		title := g.Title
		if t, ok := title.Args["type"]; ok {
			title = say.T(title.Key, "type", w.typeName(view.Type(t)))
		}
		text := title.In(w.lang)
		short := fitFyne(text, (sideWidth-90)*w.zoom, 13*w.zoom, fyne.TextStyle{})
		t := w.newTool(theme.ConfirmIcon(), short, text, func() { w.takeSuggestion(f, g, text) })
		t.disable(!item.CanReadAgain())
		tools = append(tools, t)
	}
	return tools
}

// takeSuggestion asks and settles a finding.
func (w *window) takeSuggestion(f view.Finding, g view.Suggestion, text string) {
	ref := w.ref
	w.confirm(text, f.Text.In(w.lang)+"\n"+w.tr("The table is made again, as a new version; what is changed stands in the ledger."), w.tr("Do it"), false,
		func() { w.client.Take(ref, g) })
}

// about tells what the file was.
func (s *side) about() fyne.CanvasObject {
	w := s.w
	a := w.table.About()
	var list []fyne.CanvasObject
	add := func(name, value string) {
		if value != "" {
			list = append(list, w.pair(name, value))
		}
	}
	add(w.tr("Format"), a.Format)
	add(w.tr("Encoding"), a.Encoding)
	add(w.tr("Sheet"), a.Sheet)
	add(w.tr("Place of the table"), a.Range)
	return tight(5*w.zoom, list...)
}

func (s *side) versionsKey() string { return fmt.Sprint(s.w.ref, s.w.state.Phase, s.w.state.Serial) }

// versions builds the history; it is read meanwhile.
func (s *side) versions() []fyne.CanvasObject {
	w := s.w
	ref := w.ref
	w.table.Versions(func(list []view.Version, f *fault.Error) {
		w.run(func() {
			if w.ref != ref || s.page != pageVersions || w.side != s {
				return
			}
			s.body.Objects = s.versionList(list, f)
			s.body.Refresh()
			s.scroll.Refresh()
		})
	})
	return []fyne.CanvasObject{w.paragraph(w.tr("Reading the history..."))}
}

func (s *side) versionList(list []view.Version, f *fault.Error) []fyne.CanvasObject {
	w := s.w
	z := w.zoom
	if f != nil {
		return []fyne.CanvasObject{w.paragraph(f.Sentence.In(w.lang))}
	}
	if len(list) == 0 {
		return []fyne.CanvasObject{w.paragraph(w.tr("There is no version yet."))}
	}
	var out []fyne.CanvasObject
	for i, v := range slices.Backward(list) {
		title := w.tr("Version {n}", "n", v.Number)
		if i == 0 {
			title = w.tr("Version {n}, as cleaned", "n", v.Number)
		}
		out = append(out, tight(
			2*z,
			newLine(title, 13*z, w.pal.text, true),
			newLine(w.shape(v.Rows, int64(len(v.Columns)))+" · "+v.CreatedAt.Local().Format("2006-01-02 15:04"), 12*z, w.pal.soft, false),
		))
	}
	return out
}
