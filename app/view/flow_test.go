package view_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
)

func TestAddOpenSortFilterExportQuitAgain(t *testing.T) {
	home, files := t.TempDir(), t.TempDir()
	d := start(t, home)
	path := write(t, filepath.Join(files, "lab.csv"), patients(3000))
	d.AddPaths(view.Local, path)
	item := d.item("lab.csv", isReady)
	if item.Rows != 3000 || item.Columns != 4 || item.Done != 1 || !item.Fresh || item.Fault != nil {
		t.Errorf("the item is %+v", item)
	}
	d.until("opening by itself", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return slices.Contains(d.opened, item.Ref) })
	tbl := d.table(item.Ref, func(s view.TableState) bool { return tableReady(s) && s.Columns[3].Changed > 0 })

	s := tbl.State()
	if s.Rows != 3000 || s.Shown != 3000 || len(s.Columns) != 4 {
		t.Fatalf("the table is %+v", s)
	}
	value, day := s.Columns[2], s.Columns[3]
	if !value.Right || value.Type != view.Float || value.MissingShare != 0.1 || len(value.Bars) == 0 || value.Letter != "C" {
		t.Errorf("the column of values is %+v", value)
	}
	if day.Type != view.Date || day.Changed != 3000 || day.Right {
		t.Errorf("the column of days is %+v", day)
	}
	if c := d.cell(tbl, 0, 3); c.Text != "2020-01-01" || !c.Changed || c.Missing {
		t.Errorf("the first day is %+v", c)
	}
	if c := d.cell(tbl, 3, 2); !c.Missing || !c.Changed || c.Text != "" {
		t.Errorf("a missing value is %+v", c)
	}
	if c := d.cell(tbl, 2999, 0); c.Text != "P3000" || c.Changed {
		t.Errorf("the last ID is %+v", c)
	}

	tbl.SortBy(0)
	d.until("sorting back to front", func() bool { s := tbl.State(); return !s.Busy && len(s.Sort) == 1 })
	tbl.SortBy(0)
	d.until("sorting", func() bool { s := tbl.State(); return !s.Busy && len(s.Sort) == 1 && s.Sort[0].Descending })
	if c := d.cell(tbl, 0, 0); c.Text != "P3000" {
		t.Errorf("the last ID in natural order is %+v", c)
	}
	if err := tbl.Filter(view.Filter{Column: 2, Match: view.Between, Low: "x"}); !fault.Is(err, fault.Usage) {
		t.Errorf("a text among numbers is answered with %v", err)
	}
	if err := tbl.Filter(view.Filter{Column: 1, Match: view.Equals, Text: "anna"}, view.Filter{Column: 2, Match: view.IsMissing}); err != nil {
		t.Fatal(err)
	}
	d.until("filtering", func() bool { s := tbl.State(); return !s.Busy && len(s.Filters) == 2 })
	// Every 4th from the 3rd is Anna's, every 10th from the 4th is missing: they never meet.
	if n := tbl.State().Shown; n != 0 {
		t.Errorf("%d rows of Anna's are missing", n)
	}
	if err := tbl.Filter(view.Filter{Column: 2, Match: view.IsChanged}); err != nil {
		t.Fatal(err)
	}
	d.until("filtering by change", func() bool { s := tbl.State(); return !s.Busy && s.Shown == 300 })
	if row := tbl.Row(0); row != 2993 {
		t.Errorf("the first changed row from the end is %d", row)
	}
	if shown, ok := tbl.ShownAt(2993); !ok || shown != 0 {
		t.Errorf("row 2993 is shown at %d, %v", shown, ok)
	}

	from := asked(t, func(done func(view.Origin)) {
		tbl.Origin(0, 2, func(o view.Origin, f *fault.Error) {
			if f != nil {
				t.Error(f)
			}
			done(o)
		})
	})
	if from.Address != "C2995" || from.Before != "N/A" || !from.Changed || !from.Missing || from.Line != 2995 ||
		len(from.Rules) != 1 || from.Rules[0].Name != "missing-marker" || from.Rules[0].Title.IsZero() {
		t.Errorf("the cell comes from %+v", from)
	}
	text := asked(t, func(done func(string)) {
		tbl.Copy(view.Area{Row: 0, Rows: 2, Column: 0, Columns: 3}, true, func(s string, _ *fault.Error) { done(s) })
	})
	if text != "ID\t姓名\tValue\nP2994\t李四\t\nP2984\tbob\t\n" {
		t.Errorf("copied %q", text)
	}

	out := filepath.Join(files, view.ExportName(item.Name, "xlsx"))
	if end := exported(t, d, item.Ref, view.ExportOptions{Format: "xlsx", Path: out}); end.Fault != nil || end.Done != 1 {
		t.Errorf("the export ended as %+v", end)
	}
	if info, err := os.Stat(out); err != nil || info.Size() < 10_000 {
		t.Errorf("the export is %v, %v", info, err)
	}
	tbl.Close()
	d.quit()

	again := start(t, home)
	item = again.item("lab.csv", isReady)
	if item.Fresh || item.Rows != 3000 {
		t.Errorf("after the restart the item is %+v", item)
	}
	tbl = again.table(item.Ref, tableReady)
	if c := again.cell(tbl, 0, 0); c.Text != "P1" {
		t.Errorf("after the restart the first cell is %+v", c)
	}
	if len(again.opened) != 0 {
		t.Error("what was there opens by itself")
	}
}

func exported(t *testing.T, d *desk, r view.Ref, o view.ExportOptions) view.ExportState {
	t.Helper()
	return asked(t, func(done func(view.ExportState)) {
		d.Export(r, o, func(s view.ExportState) {
			if s.Ended {
				done(s)
			}
		})
	})
}

func TestPanel(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "lab.csv", []byte(patients(1000)))
	tbl := d.table(d.item("lab.csv", isReady).Ref, func(s view.TableState) bool { return tableReady(s) && s.Columns[3].Changed > 0 })
	if p := tbl.Profile(2); p == nil || p.Missing != 100 || p.Spread == nil {
		t.Errorf("the profile is %+v", p)
	}
	if a := tbl.Account(); a.Source != a.Kept+a.Changed+a.Missing+a.Outside || a.Missing != 100 {
		t.Errorf("the account is %+v", a)
	}
	if at := tbl.About(); at.Format != "csv" || at.Range != "A1:D1001" {
		t.Errorf("the file is %+v", at)
	}
	changes := tbl.Changes()
	if len(changes) < 2 || changes[0].Rule != "date-ymd" || changes[0].Cells != 1000 || changes[0].Title.In(say.English) == "" {
		t.Fatalf("the changes are %+v", changes)
	}
	for _, c := range changes {
		var all []view.ChangedCell
		for int64(len(all)) < c.Cells {
			part := asked(t, func(done func([]view.ChangedCell)) {
				tbl.ChangedCells(c.Rule, len(all), 64, func(cells []view.ChangedCell, _ *fault.Error) { done(cells) })
			})
			if len(part) == 0 {
				break
			}
			all = append(all, part...)
		}
		if int64(len(all)) != c.Cells {
			t.Errorf("%d of %d cells of %s", len(all), c.Cells, c.Rule)
		}
	}
	cells := asked(t, func(done func([]view.ChangedCell)) {
		tbl.ChangedCells("missing-marker", 5, 1, func(cells []view.ChangedCell, _ *fault.Error) { done(cells) })
	})
	if len(cells) != 1 || cells[0].Row != 53 || cells[0].Column != 2 || cells[0].Address != "C55" || cells[0].Before != "N/A" || !cells[0].Missing {
		t.Errorf("the sixth missing cell is %+v", cells)
	}
	versions := asked(t, func(done func([]view.Version)) { tbl.Versions(func(v []view.Version, _ *fault.Error) { done(v) }) })
	if len(versions) != 1 || versions[0].Rows != 1000 {
		t.Errorf("the versions are %+v", versions)
	}
}

func TestFind(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "lab.csv", []byte(patients(1000)))
	tbl := d.table(d.item("lab.csv", isReady).Ref, tableReady)
	type answer struct {
		at    view.Spot
		found bool
	}
	find := func(text string, from view.Spot, back bool) answer {
		return asked(t, func(done func(answer)) {
			tbl.Find(text, from, back, func(at view.Spot, found bool, f *fault.Error) {
				if f != nil {
					t.Error(f)
				}
				done(answer{at, found})
			})
		})
	}
	for _, c := range []struct {
		text string
		from view.Spot
		back bool
		want answer
	}{
		{"p100", view.Spot{}, false, answer{view.Spot{Row: 99}, true}},
		{"p100", view.Spot{Row: 99}, false, answer{view.Spot{Row: 999}, true}},
		{"p100", view.Spot{Row: 999}, false, answer{view.Spot{Row: 99}, true}}, // round
		{"p100", view.Spot{Row: 99}, true, answer{view.Spot{Row: 999}, true}},
		{"张三", view.Spot{Row: 4}, false, answer{view.Spot{Row: 4, Column: 1}, true}},
		{"张三", view.Spot{Row: 4, Column: 1}, true, answer{view.Spot{Row: 0, Column: 1}, true}},
		{"2020-01-01", view.Spot{}, false, answer{view.Spot{Row: 0, Column: 3}, true}},
		{"nobody", view.Spot{}, false, answer{}},
		{"", view.Spot{}, false, answer{}},
	} {
		if got := find(c.text, c.from, c.back); got != c.want {
			t.Errorf("%q from %v, back %v: %v, want %v", c.text, c.from, c.back, got, c.want)
		}
	}
	tbl.Sort(view.SortKey{Column: 0, Descending: true})
	d.until("sorting", func() bool { s := tbl.State(); return !s.Busy && len(s.Sort) == 1 })
	if got := find("p100", view.Spot{}, false); got != (answer{view.Spot{Row: 900}, true}) && got != (answer{view.Spot{Row: 0}, true}) {
		t.Errorf("in the new order it is at %v", got)
	}
}

func TestPastedTables(t *testing.T) {
	d := start(t, t.TempDir())
	page := `<html><body><p>Before</p><table><tr><th colspan="2">Who</th><th>Age</th></tr>
		<tr><td rowspan=2>Ward 1</td><td>Ann<br>B</td><td>41</td></tr><tr><td>Bob</td><td>52</td></tr><tr><td>Ward 2</td><td>Eve</td><td>63</td></tr></table></body></html>`
	if err := d.AddText(view.Local, page); err != nil {
		t.Fatal(err)
	}
	var item view.Item
	d.until("the pasted table", func() bool {
		for _, i := range d.Items() {
			item = i
		}
		return item.Phase == view.Ready && item.Rows == 3
	})
	tbl := d.table(item.Ref, tableReady)
	last := len(tbl.State().Columns) - 1
	if c := d.cell(tbl, 1, last); c.Text != "52" {
		t.Errorf("Bob's age is %+v", c)
	}
	if c := d.cell(tbl, 0, last-1); c.Text != "Ann B" {
		t.Errorf("Ann is %+v", c)
	}
	for _, text := range []string{"", "  \n", "one word", "<p>no table</p>"} {
		if err := d.AddText(view.Local, text); !fault.Is(err, fault.BadInput) {
			t.Errorf("%q is answered with %v", text, err)
		}
	}
}

func TestFolders(t *testing.T) {
	d := start(t, t.TempDir())
	dir := t.TempDir()
	for _, name := range []string{"sub", ".hidden"} {
		if err := os.Mkdir(filepath.Join(dir, name), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"a.csv", "sub/b.CSV", ".c.csv", ".hidden/d.csv", "~$e.xlsx", "picture.png"} {
		write(t, filepath.Join(dir, name), "x,y\n1,2\n3,4\n")
	}
	d.AddPaths(view.Local, dir, filepath.Join(dir, "nothing.csv"))
	d.item("a.csv", isReady)
	d.item("b.CSV", isReady)
	d.until("trouble", func() bool { return len(d.told()) == 1 })
	if n := len(d.Items()); n != 2 {
		t.Errorf("%d items: %+v", n, d.Items())
	}
	x := d.told()[0]
	if x.Fault.Code != fault.NotFound || !strings.Contains(x.Details(say.English), "nothing.csv") {
		t.Errorf("the trouble is %+v", x)
	}
	if len(d.opened) != 1 {
		t.Errorf("%v opened by themselves", d.opened)
	}
}

func TestWhatCannotWorkSaysWhy(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "letter.pdf", []byte("%PDF-1.7\n%âãÏÓ\n1 0 obj\n"))
	item := d.item("letter.pdf", func(i view.Item) bool { return i.Phase == view.Broken })
	if item.Fault == nil || item.Fault.Next.IsZero() || !item.CanRetry() || item.CanCancel() {
		t.Errorf("the item is %+v", item)
	}
	tbl := d.table(item.Ref, func(s view.TableState) bool { return s.Phase == view.TableBroken })
	if f := tbl.State().Fault; f == nil || f.Code != fault.BadInput {
		t.Errorf("its table says %v", f)
	}
	d.Retry(item.Ref)
	d.until("the second end", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.ended) == 2 })
	d.Remove(item.Ref)
	d.until("the removal", func() bool { return len(d.Items()) == 0 })
	d.until("the table tells", func() bool { return tbl.State().Fault != nil && tbl.State().Fault.Code == fault.NotFound })
}
