package view_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/zalando/go-keyring"
	"go.uber.org/goleak"

	"sheetmill/app/connection"
	"sheetmill/app/view"
	"sheetmill/core/testenv"
)

func TestMain(m *testing.M) {
	keyring.MockInit() // no test writes into a person's keyring
	// toxiproxy leaves one behind where a connection was cut while it carried data.
	testenv.Main(m, goleak.IgnoreAnyFunction("github.com/Shopify/toxiproxy/v2/toxics.(*ToxicStub).Run"))
}

// desk is a client whose events are remembered.
type desk struct {
	*view.Client

	t    *testing.T
	home string

	mu       sync.Mutex
	moved    chan struct{} // closed at the next event
	opened   []view.Ref
	troubles []view.Trouble
	ended    []view.Item
	seen     map[view.Ref][]view.Item
	raised   int
}

// start starts a client on a home, which is closed with the test.
func start(t *testing.T, home string) *desk {
	t.Helper()
	return startAs(t, view.Config{
		Home: home, SettingsFile: filepath.Join(home, "settings", "settings.json"),
		Secrets: connection.NewStore(filepath.Join(home, "settings")), Version: "test",
	})
}

func startAs(t *testing.T, c view.Config) *desk {
	t.Helper()
	d := &desk{Client: view.Start(c), t: t, home: c.Home, moved: make(chan struct{}), seen: map[view.Ref][]view.Item{}}
	note := func(f func()) {
		d.mu.Lock()
		defer d.mu.Unlock()
		if f != nil {
			f()
		}
		close(d.moved)
		d.moved = make(chan struct{})
	}
	d.Listen(view.Events{
		State:    func(view.State) { note(nil) },
		Library:  func() { note(nil) },
		Item:     func(i view.Item) { note(func() { d.seen[i.Ref] = append(d.seen[i.Ref], i) }) },
		Open:     func(r view.Ref) { note(func() { d.opened = append(d.opened, r) }) },
		Ended:    func(i view.Item) { note(func() { d.ended = append(d.ended, i) }) },
		Trouble:  func(x view.Trouble) { note(func() { d.troubles = append(d.troubles, x) }) },
		Shared:   func(view.SharedState) { note(nil) },
		Settings: func(view.Settings) { note(nil) },
		Raise:    func() { note(func() { d.raised++ }) },
	})
	t.Cleanup(d.quit)
	return d
}

// quit closes the client, as quitting the program does.
func (d *desk) quit() {
	if err := d.Close(); err != nil {
		d.t.Errorf("close: %v", err)
	}
}

const patience = 3 * time.Minute

// until waits for events until something holds.
func (d *desk) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(50 * time.Millisecond) // what is no event, such as a table's state
	defer tick.Stop()
	for {
		d.mu.Lock()
		moved := d.moved
		d.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-moved:
		case <-tick.C:
		case <-deadline.C:
			d.t.Fatalf("%s does not happen; items %+v, troubles %v, state %+v, shared %+v", what, d.Items(), d.told(), d.State(), d.Shared())
		}
	}
}

func (d *desk) told() []view.Trouble {
	d.mu.Lock()
	defer d.mu.Unlock()
	return append([]view.Trouble(nil), d.troubles...)
}

// item waits for the item of a file's name to be so.
func (d *desk) item(name string, is func(view.Item) bool) view.Item {
	d.t.Helper()
	var found view.Item
	d.until(name, func() bool {
		for _, i := range d.Items() {
			if i.Name == name && is(i) {
				found = i
				return true
			}
		}
		return false
	})
	return found
}

func isReady(i view.Item) bool { return i.Phase == view.Ready && i.Rows > 0 }

// table opens a dataset and waits until it is so.
func (d *desk) table(r view.Ref, is func(view.TableState) bool) *view.Table {
	d.t.Helper()
	t := d.OpenTable(r, nil)
	d.t.Cleanup(t.Close)
	d.until("the table", func() bool { return is(t.State()) })
	return t
}

func tableReady(s view.TableState) bool { return s.Phase == view.TableReady }

// cell waits for a cell to be read.
func (d *desk) cell(t *view.Table, row, column int) view.Cell {
	d.t.Helper()
	t.Show(view.Area{Row: row, Rows: 20, Column: column, Columns: 5})
	var c view.Cell
	d.until(fmt.Sprintf("cell %d, %d", row, column), func() bool { c = t.Cell(row, column); return !c.Loading })
	return c
}

// asked waits for the one answer of what answers through a callback.
func asked[T any](t *testing.T, ask func(done func(T))) T {
	t.Helper()
	answer := make(chan T, 1)
	ask(func(x T) { answer <- x })
	select {
	case x := <-answer:
		return x
	case <-time.After(patience):
		t.Fatal("no answer comes")
	}
	panic("unreachable")
}

// write makes a file.
func write(t *testing.T, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// patients is a CSV of so many rows: an ID, a name, a value and a day that cleaning changes.
func patients(rows int) string {
	var b bytes.Buffer
	b.WriteString("ID,姓名,Value,Day\n")
	for i := range rows {
		day := fmt.Sprintf("%d/%d/%d", 2020+i%5, 1+i%12, 1+i%28)
		value := fmt.Sprint(float64((i*7919)%1000) / 10)
		if i%10 == 3 {
			value = "N/A"
		}
		fmt.Fprintf(&b, "P%d,%s,%s,%s\n", i+1, []string{"张三", "李四", "Anna", "bob"}[i%4], value, day)
	}
	return b.String()
}
