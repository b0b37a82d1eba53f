package ui_test

import (
	"os"
	"path/filepath"
	"testing"

	"sheetmill/app/ui"
	"sheetmill/app/view"
)

func TestDialogsAskTheClient(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	c := newClient()
	c.items = some()
	ref := c.items[2].Ref
	c.tables[ref] = ward(1000, 12)
	w, q := start(t, c, 1280, 800)
	c.events.Open(ref)
	q.drain()

	ui.Do(w, "export")
	ui.Answer(w)
	q.drain()
	path := filepath.Join(home, "lab_results.xlsx")
	if !c.was("export xlsx " + path) {
		t.Errorf("the table was not exported: %v", c.asked)
	}
	if ui.Cards(w) != 1 || ui.Dialogs(w) != 0 {
		t.Errorf("after the export there are %d cards and %d dialogs", ui.Cards(w), ui.Dialogs(w))
	}

	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	c.asked = nil
	ui.Do(w, "export")
	ui.Answer(w)
	if c.was("export") {
		t.Error("a file that is there is written over without a question")
	}
	ui.Answer(w)
	q.drain()
	if !c.was("export") {
		t.Error("the answer to replace the file is not heard")
	}

	ui.Do(w, "remove")
	if c.was("remove") {
		t.Error("a dataset is removed without a question")
	}
	ui.Answer(w)
	if !c.was("remove " + ref.ID) {
		t.Error("the dataset was not removed")
	}

	ui.Do(w, "settings")
	ui.Answer(w)
	if got, want := c.settings, (view.Settings{Language: "en", Theme: view.Light}); got != want {
		t.Errorf("settings that were saved as they are have become %+v", got)
	}
}

func TestAFilterThatMakesNoSenseIsSaidInItsDialog(t *testing.T) {
	w, g, table, _ := opened(t, 1000, 12)
	press(g, g.Place(2, 1), 0)
	ui.Do(w, "filter")
	ui.Answer(w) // an empty range filters nothing
	if len(table.state.Filters) != 0 || ui.Dialogs(w) != 0 {
		t.Errorf("an empty answer set %v; %d dialogs are open", table.state.Filters, ui.Dialogs(w))
	}
	ui.Do(w, "filter")
	ui.Type(w, "x")
	ui.Answer(w)
	if len(table.state.Filters) != 0 || ui.Dialogs(w) != 1 {
		t.Errorf("a filter without sense set %v; %d dialogs are open", table.state.Filters, ui.Dialogs(w))
	}
}
