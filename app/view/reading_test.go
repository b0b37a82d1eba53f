package view_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"testing"

	"github.com/xuri/excelize/v2"

	"sheetmill/app/view"
	"sheetmill/core/fault"
)

// found asks how a dataset was read.
func found(t *testing.T, d *desk, r view.Ref) view.Reading {
	t.Helper()
	return asked(t, func(done func(view.Reading)) {
		d.Reading(r, func(f view.Reading, why *fault.Error) {
			if why != nil {
				t.Error(why)
			}
			done(f)
		})
	})
}

// workbook has two sheets, and a password if one is given.
func workbook(t *testing.T, password string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	if _, err := f.NewSheet("随访"); err != nil {
		t.Fatal(err)
	}
	for sheet, rows := range map[string][][]any{
		"Sheet1": {{"id", "age"}, {"P1", 41}, {"P2", 52}, {"P3", 63}},
		"随访":     {{"编号", "日期", "结果"}, {"P1", "2026-01-02", "好转"}, {"P2", "2026-01-03", "治愈"}},
	} {
		for i, row := range rows {
			cell, err := excelize.CoordinatesToCellName(1, i+1)
			if err == nil {
				err = f.SetSheetRow(sheet, cell, &row)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var out bytes.Buffer
	if err := f.Write(&out, excelize.Options{Password: password}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestATextIsReadAgainByAnotherEncodingAndWithoutAHeader(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "a.csv", []byte("1;2\n3;4\n5;6\n"))
	item := d.item("a.csv", isReady)
	tbl := d.table(item.Ref, tableReady)
	if f := found(t, d, item.Ref); !f.Text || f.Delimiter != ";" || f.Encoding == "" || len(f.Sheets) != 0 || f.Locked {
		t.Errorf("it was read as %+v", f)
	}
	for _, o := range []view.ReadOptions{{Header: "x"}, {Header: "3-1"}, {Header: "1-9999"}, {Range: "nonsense"}} {
		if err := d.ReadAgain(item.Ref, o); !fault.Is(err, fault.Usage) {
			t.Errorf("%+v is answered with %v", o, err)
		}
	}
	if err := d.ReadAgain(item.Ref, view.ReadOptions{Header: "1", Encoding: "gb18030"}); err != nil {
		t.Fatal(err)
	}
	d.until("the table of two rows", func() bool { s := tbl.State(); return tableReady(s) && s.Rows == 2 && s.Columns[0].Name == "1" })
	again := d.item("a.csv", func(i view.Item) bool { return !i.Again && i.Rows == 2 })
	if again.Ref != item.Ref || again.Done != 1 || again.Phase != view.Ready || len(d.Items()) != 1 {
		t.Errorf("the items are %+v", d.Items())
	}
	if f := found(t, d, item.Ref); f.Chosen.Header != "1" || f.Chosen.Encoding != "gb18030" || f.Encoding != "gb18030" || f.Range != "A1:B3" {
		t.Errorf("it was read again as %+v", f)
	}
	if err := d.ReadAgain(item.Ref, view.ReadOptions{NoHeader: true, Delimiter: "|"}); err != nil {
		t.Fatal(err)
	}
	d.until("the table of one column", func() bool { s := tbl.State(); return tableReady(s) && s.Rows == 3 && len(s.Columns) == 1 })
}

func TestAnotherSheetBecomesADatasetOfItsOwn(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "book.xlsx", workbook(t, ""))
	item := d.item("book.xlsx", isReady)
	f := found(t, d, item.Ref)
	if f.Text || f.Sheet != "Sheet1" || !slices.Equal(f.Sheets, []string{"Sheet1", "随访"}) || f.Header != "1" {
		t.Fatalf("it was read as %+v", f)
	}
	if err := d.ReadAgain(item.Ref, view.ReadOptions{Sheet: "随访", Apart: true}); err != nil {
		t.Fatal(err)
	}
	other := d.item("book.xlsx", func(i view.Item) bool { return isReady(i) && i.Ref != item.Ref })
	if other.Columns != 3 || other.Rows != 2 {
		t.Errorf("the other sheet is %+v", other)
	}
	d.until("opening by itself", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return slices.Contains(d.opened, other.Ref) })
	if i, _ := d.Item(item.Ref); i.Columns != 2 || i.Rows != 3 {
		t.Errorf("the first sheet is %+v", i)
	}
	if err := d.ReadAgain(item.Ref, view.ReadOptions{Sheet: "no such sheet"}); err != nil {
		t.Fatal(err)
	}
	d.until("the client tells", func() bool { return len(d.told()) == 1 })
	if i := d.item("book.xlsx", func(i view.Item) bool { return i.Ref == item.Ref && !i.Again }); i.Phase != view.Ready || i.Rows != 3 {
		t.Errorf("after it could not be read again the item is %+v", i)
	}
}

func TestAWorkbookBehindAPasswordOpensWithIt(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "locked.xlsx", workbook(t, "Ärzte 8"))
	item := d.item("locked.xlsx", func(i view.Item) bool { return i.Phase == view.Broken })
	if !item.Locked() || !item.CanReadAgain() || !found(t, d, item.Ref).Locked {
		t.Errorf("the item is %+v", item)
	}
	if err := d.ReadAgain(item.Ref, view.ReadOptions{Password: "wrong"}); err != nil {
		t.Fatal(err)
	}
	d.until("the client tells", func() bool { return len(d.told()) == 1 })
	if err := d.ReadAgain(item.Ref, view.ReadOptions{Password: "Ärzte 8"}); err != nil {
		t.Fatal(err)
	}
	if open := d.item("locked.xlsx", isReady); open.Rows != 3 {
		t.Errorf("with its password it is %+v", open)
	}
	d.until("the locked one goes", func() bool { return len(d.Items()) == 1 })
}

func TestARuleIsTakenBack(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "lab.csv", []byte(patients(300)))
	item := d.item("lab.csv", isReady)
	tbl := d.table(item.Ref, func(s view.TableState) bool { return tableReady(s) && s.Columns[2].Changed > 0 })
	d.UndoRule(item.Ref, "missing-marker")
	d.until("the new version", func() bool { s := tbl.State(); return tableReady(s) && s.Columns[2].Type == view.String })
	if c := d.cell(tbl, 3, 2); c.Text != "N/A" || c.Missing {
		t.Errorf("the cell is %+v", c)
	}
	versions := asked(t, func(done func([]view.Version)) { tbl.Versions(func(v []view.Version, _ *fault.Error) { done(v) }) })
	if len(versions) != 2 {
		t.Errorf("the versions are %+v", versions)
	}
	d.UndoRule(item.Ref, "no-such-rule")
	d.until("the client tells", func() bool { return len(d.told()) == 1 })
}

func TestADatasetKeepsItsRefWhenItsWorkspaceIsOpenedAnew(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "lab.csv", []byte(patients(300)))
	item := d.item("lab.csv", isReady)
	if err := d.SetSettings(view.Settings{RetentionDays: 9}); err != nil {
		t.Fatal(err)
	}
	d.until("closing and opening", func() bool { return d.State().Condition == view.Opened && len(d.Items()) == 1 })
	d.until("the same ref", func() bool { i, ok := d.Item(item.Ref); return ok && isReady(i) })
	d.table(item.Ref, tableReady)
}

func TestAFolderIsListed(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.xlsx", "A.csv", "notes.pdf", ".hidden.csv", "~$b.xlsx"} {
		write(t, filepath.Join(dir, name), "x")
	}
	d := start(t, filepath.Join(dir, "zz"))
	names := func(all bool) (out []string) {
		list := asked(t, func(done func([]view.FolderEntry)) {
			d.Folder(dir, all, func(l []view.FolderEntry, _ *fault.Error) { done(l) })
		})
		for _, e := range list {
			out = append(out, e.Name)
		}
		return out
	}
	d.until("open", func() bool { return d.State().Condition == view.Opened })
	if got, want := names(false), []string{"zz", "A.csv", "b.xlsx"}; !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	if got, want := names(true), []string{"zz", "A.csv", "b.xlsx", "notes.pdf"}; !slices.Equal(got, want) {
		t.Errorf("the folder holds %q, want %q", got, want)
	}
	why := asked(t, func(done func(*fault.Error)) {
		d.Folder(filepath.Join(dir, "none"), false, func(_ []view.FolderEntry, f *fault.Error) { done(f) })
	})
	if why == nil || why.Next.IsZero() {
		t.Errorf("a folder that is not there is answered with %v", why)
	}
}
