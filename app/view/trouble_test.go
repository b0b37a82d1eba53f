package view_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sheetmill/app/connection"
	"sheetmill/app/view"
	"sheetmill/core/fault"
	"sheetmill/core/say"
	"sheetmill/core/testenv"
)

func TestQuittingInTheMiddleGoesOnAtTheNextStart(t *testing.T) {
	home := t.TempDir()
	d := start(t, home)
	d.AddBytes(view.Local, "long.csv", []byte(patients(40_000)))
	d.AddBytes(view.Local, "next.csv", []byte(patients(10)))
	d.item("long.csv", func(i view.Item) bool { return i.Phase == view.Running })
	d.item("next.csv", func(i view.Item) bool { return i.Phase != view.Copying })
	if n := len(d.Unfinished()); n == 0 {
		t.Error("nothing would be interrupted by quitting")
	}
	d.quit()
	again := start(t, home)
	again.item("long.csv", isReady)
	again.item("next.csv", isReady)
	if n := len(again.Unfinished()); n != 0 {
		t.Errorf("%d are unfinished", n)
	}
}

func TestTheBarMovesAndDoesNotFall(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "long.csv", []byte(patients(300_000)))
	item := d.item("long.csv", isReady)
	d.mu.Lock()
	defer d.mu.Unlock()
	seen := d.seen[item.Ref]
	last, different := -1.0, map[float64]bool{}
	for _, i := range seen {
		if i.Done < last {
			t.Errorf("the bar falls from %v to %v", last, i.Done)
		}
		last = i.Done
		different[i.Done] = true
	}
	if len(different) < 3 {
		t.Errorf("the bar is seen at %d places", len(different))
	}
}

func TestFirstRowsShowWhileTheRestIsMilled(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "long.csv", []byte(patients(300_000)))
	item := d.item("long.csv", func(i view.Item) bool { return i.Glance })
	if item.Phase == view.Ready {
		t.Skip("it was ready before anybody could look")
	}
	tbl := d.table(item.Ref, func(s view.TableState) bool { return s.Phase == view.TableGlance || s.Phase == view.TableReady })
	if s := tbl.State(); s.Phase == view.TableGlance {
		if len(s.Columns) != 4 || s.Columns[1].Name != "姓名" || s.Shown < 100 {
			t.Errorf("the first rows are %+v", s)
		}
		if c := tbl.Cell(0, 3); c.Loading || c.Text == "" {
			t.Errorf("the first day is %+v", c)
		}
		if err := tbl.Filter(view.Filter{Match: view.IsMissing}); !fault.Is(err, fault.NotFound) {
			t.Errorf("a filter is answered with %v", err)
		}
	}
	d.until("the whole table", func() bool { s := tbl.State(); return s.Phase == view.TableReady && s.Rows == 300_000 })
	if c := d.cell(tbl, 0, 3); c.Text != "2020-01-01" {
		t.Errorf("the first day is %+v", c)
	}
}

func TestCancelAndRetry(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "long.csv", []byte(patients(50_000)))
	item := d.item("long.csv", func(i view.Item) bool { return i.Phase == view.Running })
	d.Cancel(item.Ref)
	item = d.item("long.csv", func(i view.Item) bool { return i.Phase.Ended() })
	if item.Phase == view.Ready {
		t.Skip("it was ready before it could be cancelled")
	}
	if item.Phase != view.Cancelled || !item.CanRetry() {
		t.Errorf("the item is %+v", item)
	}
	d.Retry(item.Ref)
	d.item("long.csv", isReady)
}

// damage overwrites the beginning of the pages of a database.
func damage(t *testing.T, home string) {
	t.Helper()
	for _, name := range []string{"catalog.db-wal", "catalog.db-shm"} {
		if err := os.Remove(filepath.Join(home, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	path := filepath.Join(home, "catalog.db")
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for i := range content {
		content[i] ^= 0x5a
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestADamagedDatabase(t *testing.T) {
	home := t.TempDir()
	d := start(t, home)
	d.AddBytes(view.Local, "lab.csv", []byte(patients(500)))
	d.item("lab.csv", isReady)
	d.quit()
	damage(t, home)

	d = start(t, home)
	d.until("the client tells", func() bool { return d.State().Condition == view.Failed })
	s := d.State()
	if !s.CanSetAside || s.Fault == nil || s.Fault.Next.IsZero() || !strings.Contains(view.Details(s.Fault, say.English), "catalog.db") {
		t.Fatalf("the state is %+v", s)
	}
	d.Reopen() // which cannot help, and is told again
	d.until("the second attempt", func() bool { return d.State().Condition == view.Failed })
	d.SetAside()
	d.until("a new workspace", func() bool { return d.State().Condition == view.Opened })
	if again := d.item("lab.csv", isReady); again.Rows != 500 { // by its name, which the database no longer told
		t.Errorf("the file is back as %+v", again)
	}
	aside, err := filepath.Glob(filepath.Join(home, "damaged-*", "catalog.db"))
	if err != nil || len(aside) != 1 {
		t.Errorf("the damaged database is at %v, %v", aside, err)
	}
}

func TestAWorkspaceThatCannotBeMade(t *testing.T) {
	dir := t.TempDir()
	in := write(t, filepath.Join(dir, "file"), "no folder")
	d := startAs(t, view.Config{
		Home: filepath.Join(in, "home"), SettingsFile: filepath.Join(dir, "settings.json"), Secrets: connection.NewStore(dir),
	})
	d.until("the client tells", func() bool { return d.State().Condition == view.Failed })
	if s := d.State(); s.CanSetAside || s.Fault == nil || s.Fault.Next.IsZero() {
		t.Errorf("the state is %+v", s)
	}
	d.AddBytes(view.Local, "lab.csv", []byte(patients(10)))
	d.item("lab.csv", func(i view.Item) bool { return i.Phase == view.Broken && i.Fault != nil })
}

func TestSettings(t *testing.T) {
	home := t.TempDir()
	d := start(t, home)
	d.until("open", func() bool { return d.State().Condition == view.Opened })
	for _, s := range []view.Settings{{Home: "relative"}, {Memory: 1}, {CacheLimit: 1}, {Workers: -1}, {RetentionDays: -1}, {Zoom: 9}} {
		if err := d.SetSettings(s); !fault.Is(err, fault.Usage) {
			t.Errorf("%+v is answered with %v", s, err)
		}
	}
	d.AddBytes(view.Local, "lab.csv", []byte(patients(10)))
	d.item("lab.csv", isReady)
	want := view.Settings{Language: say.Chinese, Theme: view.Dark, Zoom: 1.25, Workers: 2, RetentionDays: 30}
	if err := d.SetSettings(want); err != nil {
		t.Fatal(err)
	}
	d.item("lab.csv", isReady) // the workspace was opened again
	if d.Lang() != say.Chinese {
		t.Error("it does not speak Chinese")
	}
	d.quit()
	d = start(t, home)
	if got := d.Settings(); got != want {
		t.Errorf("after the restart they are %+v", got)
	}
	d.quit()
	write(t, filepath.Join(home, "settings", "settings.json"), `{"theme": 5`)
	d = start(t, home)
	d.until("the client tells", func() bool { return len(d.told()) == 1 })
	if d.Settings() != (view.Settings{}) {
		t.Errorf("settings that cannot be read are %+v", d.Settings())
	}
}

func TestExportsAreWholeOrNotThere(t *testing.T) {
	d := start(t, t.TempDir())
	d.AddBytes(view.Local, "lab.csv", []byte(patients(20_000)))
	item := d.item("lab.csv", isReady)
	dir := t.TempDir()
	for _, f := range view.Formats() {
		path := write(t, filepath.Join(dir, "old."+string(f)), "old")
		if end := exported(t, d, item.Ref, view.ExportOptions{Format: f, Path: path, BOM: true}); end.Fault != nil || end.Done != 1 {
			t.Errorf("%s ended as %+v", f, end)
		}
		if info, err := os.Stat(path); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v, %v", f, info, err)
		}
	}
	path := write(t, filepath.Join(dir, "kept.json"), "old")
	ended := make(chan view.ExportState, 1)
	var export *view.Export
	started := make(chan struct{})
	export = d.Export(item.Ref, view.ExportOptions{Format: "json", Path: path}, func(s view.ExportState) {
		<-started
		if s.Ended {
			ended <- s
			return
		}
		export.Cancel()
	})
	close(started)
	if end := <-ended; !end.Cancelled && end.Done != 1 {
		t.Errorf("a cancelled export ended as %+v", end)
	} else if content, err := os.ReadFile(path); end.Cancelled && (err != nil || string(content) != "old") {
		t.Errorf("a cancelled export left %.20q, %v", content, err)
	}
	end := exported(t, d, item.Ref, view.ExportOptions{Format: "csv", Path: filepath.Join(dir, "nowhere", "x.csv")})
	if end.Fault == nil || end.Fault.Code != fault.Unreachable || end.Fault.Next.IsZero() {
		t.Errorf("an export to nowhere ended as %+v", end)
	}
	left, err := filepath.Glob(filepath.Join(dir, ".sheetmill-*"))
	if err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
}

// What a full disk refuses is told, and goes through once there is room.
func TestAFullDisk(t *testing.T) {
	home, small := t.TempDir(), t.TempDir()
	testenv.TinyDisk(t, small, 1<<20)
	d := start(t, home)
	d.AddBytes(view.Local, "lab.csv", []byte(patients(50_000)))
	item := d.item("lab.csv", isReady)
	path := filepath.Join(small, "lab.csv")
	end := exported(t, d, item.Ref, view.ExportOptions{Format: "csv", Path: path})
	if end.Fault == nil || end.Fault.Code != fault.Unreachable || end.Fault.Next.IsZero() || end.Cancelled {
		t.Errorf("the export ended as %+v", end)
	}
	if left, err := os.ReadDir(small); err != nil || len(left) != 0 {
		t.Errorf("%v is left, %v", left, err)
	}
	d.quit()

	ballast := write(t, filepath.Join(small, "ballast"), strings.Repeat("x", 300<<10))
	full := startAs(t, view.Config{
		Home: filepath.Join(small, "home"), SettingsFile: filepath.Join(home, "other", "settings.json"), Secrets: connection.NewStore(home),
	})
	full.until("open", func() bool { return full.State().Condition == view.Opened })
	full.AddBytes(view.Local, "large.csv", []byte(patients(30_000)))
	broken := full.item("large.csv", func(i view.Item) bool { return i.Phase == view.Broken })
	if broken.Fault == nil || broken.Fault.Code != fault.Unreachable || broken.Fault.Next.IsZero() || !broken.CanRetry() {
		t.Errorf("the item is %+v", broken)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	full.AddBytes(view.Local, "small.csv", []byte(patients(10)))
	full.item("small.csv", isReady)
}
