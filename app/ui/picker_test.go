package ui_test

import (
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"sheetmill/app/ui"
	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// typeKeys presses keys in what has the keyboard.
func typeKeys(w *ui.Window, keys ...fyne.KeyName) {
	for _, k := range keys {
		w.Fyne().Canvas().Focused().TypedKey(&fyne.KeyEvent{Name: k})
		if k == fyne.KeySpace {
			w.Fyne().Canvas().Focused().TypedRune(' ')
		}
	}
}

func TestSeveralFilesAreChosenByKeys(t *testing.T) {
	c := newClient()
	c.home = t.TempDir()
	w, q := start(t, c, 1280, 800)
	ui.Do(w, "add")
	q.drain()
	typeKeys(w, fyne.KeyDown, fyne.KeyDown, fyne.KeySpace, fyne.KeyDown, fyne.KeySpace, fyne.KeyReturn)
	folder := c.home
	if want := "add " + filepath.Join(folder, "lab.csv") + " " + filepath.Join(folder, "outpatients.csv"); !c.was(want) || ui.Dialogs(w) != 0 {
		t.Errorf("two files were marked, and asked was %v", c.asked)
	}

	c.asked = nil
	ui.Do(w, "add")
	ui.Type(w, "ou") // goes to the name, once the folder is read
	typeKeys(w, fyne.KeyReturn)
	q.drain()
	if !c.was("add " + filepath.Join(folder, "outpatients.csv")) {
		t.Errorf("a name was typed, and asked was %v", c.asked)
	}

	c.asked = nil
	inner := filepath.Join(folder, "历年随访数据")
	if err := os.Mkdir(inner, 0o700); err != nil {
		t.Fatal(err)
	}
	ui.Do(w, "addFolder")
	q.drain()
	typeKeys(w, fyne.KeyReturn) // into the first folder
	q.drain()
	ui.Answer(w)
	if !c.was("folder "+inner) || !c.was("add "+inner) {
		t.Errorf("a folder was chosen, and asked was %v", c.asked)
	}
	ui.Do(w, "add")
	q.drain()
	typeKeys(w, fyne.KeyBackspace, fyne.KeyEscape)
	if ui.Dialogs(w) != 0 {
		t.Error("Escape does not close the picker")
	}
}

func TestAFileIsReadAgainAsAPersonChooses(t *testing.T) {
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(1000, 12)
	c.reading = view.Reading{Sheets: []string{"检验结果", "字典"}, Sheet: "检验结果", Header: "3,4", Range: "B4:Z104"}
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()
	ui.Do(w, "readAgain")
	q.drain()
	ui.Answer(w)
	if !c.was("read lab {Sheet: Encoding: Delimiter: Header: NoHeader:false Range: KeepRows:false Password: Apart:false}") {
		t.Errorf("what was left as found is asked for as %v", c.asked)
	}

	c.asked, c.reading = nil, view.Reading{Locked: true}
	c.items[3].Fault = fault.New(fault.BadInput, say.T("The workbook is protected with a password."))
	c.events.Open(c.items[3].Ref)
	q.drain()
	ui.Do(w, "readAgain")
	q.drain()
	ui.Answer(w)
	if c.was("read") || ui.Dialogs(w) != 1 {
		t.Errorf("a locked workbook is read without a password: %v", c.asked)
	}
	ui.Type(w, "8")
	typeKeys(w, fyne.KeyReturn)
	if !c.was("read bad {Sheet: Encoding: Delimiter: Header: NoHeader:false Range: KeepRows:false Password:8 Apart:false}") || ui.Dialogs(w) != 0 {
		t.Errorf("its password was given, and asked was %v", c.asked)
	}
}

func TestARuleIsTakenBackAndAFindingSettledFromThePanel(t *testing.T) {
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(1000, 12)
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()
	ui.Turn(w, "changes")
	ui.Press(w, "Take back")
	if c.was("undo") {
		t.Error("a rule is taken back without a question")
	}
	ui.Answer(w)
	if !c.was("undo lab full-width") {
		t.Errorf("asked was %v", c.asked)
	}
	ui.Turn(w, "findings")
	ui.Press(w, "Choose a larger limit.")
	ui.Answer(w)
	if !c.was("take lab Choose a larger limit.") {
		t.Errorf("asked was %v", c.asked)
	}
}

func TestATableComesBackWithItsWorkspace(t *testing.T) {
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(100_000, 40)
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()
	ui.Choose(w, 70_000, 30)
	c.tables[ref].state.Sort = []view.SortKey{{Column: 2}}
	c.tables[ref].changed()
	q.drain()
	area := ui.GridOf(w).Area()

	items := c.items
	c.state.Condition, c.items = view.Opening, nil
	c.events.State(c.state)
	c.events.Library()
	q.drain()
	c.tables[ref] = ward(100_000, 40)
	c.state.Condition, c.items = view.Opened, items
	c.events.State(c.state)
	c.events.Library()
	q.drain()
	c.tables[ref].changed()
	q.drain()
	if g := ui.GridOf(w); g.Active() != (view.Spot{Row: 70_000, Column: 30}) || g.Area() != area {
		t.Errorf("the cell is %+v and the part shown %+v, which was %+v", g.Active(), g.Area(), area)
	}
	if s := c.tables[ref].state.Sort; len(s) != 1 || s[0].Column != 2 {
		t.Errorf("it is sorted by %v", s)
	}
}

// TestTheKeyboardReachesAndLeavesEveryDialog goes through each with Tab, and out of it with Escape.
func TestTheKeyboardReachesAndLeavesEveryDialog(t *testing.T) {
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(1000, 12)
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()
	ui.Choose(w, 3, 4)
	for _, action := range []string{"help", "add", "addFolder", "settings", "about", "export", "filter", "goToRow", "origin", "remove", "readAgain"} {
		for tabs := range 9 {
			ui.Do(w, action)
			q.drain()
			if ui.Dialogs(w) != 1 {
				t.Fatalf("%s opens %d dialogs", action, ui.Dialogs(w))
			}
			for range tabs {
				w.Fyne().Canvas().FocusNext()
			}
			if f := w.Fyne().Canvas().Focused(); f != nil {
				f.TypedKey(&fyne.KeyEvent{Name: fyne.KeyEscape})
			} else {
				w.Fyne().Canvas().OnTypedKey()(&fyne.KeyEvent{Name: fyne.KeyEscape})
			}
			if ui.Dialogs(w) != 0 {
				t.Errorf("%s: Escape does not close it after %d tabs, at %T", action, tabs, w.Fyne().Canvas().Focused())
				ui.CloseDialogs(w)
			}
		}
	}
}
