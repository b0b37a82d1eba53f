package e2e

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/zalando/go-keyring"

	"sheetmill/app/connection"
	"sheetmill/core/fault"
	"sheetmill/core/synth"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// item and grid are what the trace tells of a dataset and of the open table.
type item struct {
	Place, ID, Name, Phase string
	Done                   float64
	Rows, Columns          int64
}

type grid struct {
	Phase       string
	Rows, Shown int
	Columns     int
	Busy        bool
	Sort        []struct{ Column int }
	Filters     []struct{ Match, Low string }
	Described   bool
}

type origin struct {
	Address string
	Row     int64
}

type export struct {
	Path  string
	Ended bool
	Fault *fault.Error
}

// Where a cell of the first column is in a window of 1280 x 800, whether or not a bar of filters is shown above.
const cellX, cellY = 400, 300

// first clicks where the first dataset of the library is, below headings or none.
func (r *running) first() {
	for y := 95; y < 215; y += 20 {
		r.click(140, y)
	}
}

// An analyst's first hour with a file: she starts the program, adds the reference
// workbook, sees the bar move, sorts, filters, asks where a cell is from, exports, quits,
// starts again, and finds it there.
func TestFirstHour(t *testing.T) {
	p := newPerson(t, newScreen(t))
	book := p.path("reference.xlsx")
	file, err := os.Create(book)
	if err != nil {
		t.Fatal(err)
	}
	if err := synth.Reference(file, synth.ReferenceOptions{}); err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}

	r := p.start(t)
	hear(r, "state", func(s struct{ Condition string }) bool { return s.Condition == "open" })
	p.screen.picture(t, "first-run")
	second, _ := p.command(t, book) // a second start hands its file over and ends
	if out, err := second.CombinedOutput(); err != nil {
		t.Fatalf("the second start: %v\n%s", err, out)
	}
	hear(r, "item", func(i item) bool { return i.Name == "reference.xlsx" && i.Done > 0 && i.Done < 1 })
	p.screen.picture(t, "at-work")
	hear(r, "open", func(item) bool { return true })
	ready := hear(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Described })
	if ready.Rows != 3339 || ready.Columns != 151 {
		t.Errorf("the table is %+v", ready)
	}
	bars := map[float64]bool{}
	for _, s := range r.lines() {
		var i item
		if s.Event == "item" && decode(s, &i) {
			bars[i.Done] = true
		}
	}
	if len(bars) < 3 {
		t.Errorf("the bar is seen at %d places", len(bars))
	}
	p.screen.picture(t, "table")

	press(r, "table", func(g grid) bool { return len(g.Sort) == 1 && !g.Busy }, func() { r.click(cellX, cellY); r.keys("ctrl+shift+s") })
	from := press(r, "origin", func(o origin) bool { return o.Address != "" }, func() { r.click(cellX, cellY); r.keys("ctrl+i") })
	if from.Row < 0 {
		t.Errorf("the cell is from %+v", from)
	}
	p.screen.picture(t, "origin")
	r.keys("Escape")
	filtered := press(r, "table", func(g grid) bool { return len(g.Filters) == 1 && !g.Busy }, func() {
		r.click(cellX, cellY)
		r.keys("ctrl+shift+l")
		r.types("2")
		r.keys("Return")
	})
	if filtered.Shown >= filtered.Rows {
		t.Errorf("the filter lets through %+v", filtered)
	}
	p.screen.picture(t, "filtered")
	written := press(r, "export", func(e export) bool { return e.Ended }, func() { r.keys("ctrl+e", "Return") })
	if info, err := os.Stat(written.Path); written.Fault != nil || err != nil || info.Size() < 100_000 || filepath.Dir(written.Path) != p.path("home") {
		t.Errorf("the export %+v: %v, %v", written, info, err)
	}
	r.keys("ctrl+q")
	r.end()

	r = p.start(t)
	still := hear(r, "item", func(i item) bool { return i.Name == "reference.xlsx" && i.Phase == "ready" })
	if still.Rows != 3339 {
		t.Errorf("after the restart it is %+v", still)
	}
	press(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == 3339 }, r.first)
	p.screen.picture(t, "again")
	if err := r.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	r.end()
}

// The same program on a shared workspace: its analyst sees hers and nobody else's.
func TestSharedOnRealServices(t *testing.T) {
	s := newScreen(t)
	ctx := context.Background()
	bucket, admin := testenv.MinIO(t), testenv.Postgres(t)
	if err := workspace.Migrate(ctx, admin); err != nil {
		t.Fatal(err)
	}
	config := workspace.ServerConfig{
		Database: admin, CacheDir: t.TempDir(),
		Objects:       workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
		Administrator: workspace.Administrator{Database: admin, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}
	if err := workspace.SetUpBucket(ctx, config.Objects); err != nil {
		t.Fatal(err)
	}
	server, err := workspace.OpenServer(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	p := newPerson(t, s)
	keyring.MockInitWithError(keyring.ErrUnsupportedPlatform) // as for the program, which has no session
	for _, who := range []string{"ana", "bob"} {
		conn, err := server.AddUser(ctx, who+"-"+strings.ToLower(rand.Text()[:8]))
		if err != nil {
			t.Fatal(err)
		}
		defer func() {
			if err := server.RemoveUser(ctx, conn.Owner, true); err != nil {
				t.Error(err)
			}
		}()
		ws, err := workspace.OpenShared(ctx, workspace.Config{CacheDir: t.TempDir()}, conn)
		if err != nil {
			t.Fatal(err)
		}
		_, err = ws.Add(ctx, strings.NewReader("id,value\n1,2\n3,4\n5,6\n"), workspace.AddOptions{FileName: who + ".csv"})
		if closing := ws.Close(); err != nil || closing != nil {
			t.Fatal(err, closing)
		}
		if who != "ana" {
			continue
		}
		inFile, err := connection.NewStore(p.path("config", "sheetmill")).Save(conn)
		if err != nil || !inFile {
			t.Fatalf("the connection: %v, %v", inFile, err)
		}
	}

	r := p.start(t)
	hear(r, "shared", func(s struct {
		Line          string
		SecretsInFile bool
	}) bool {
		return s.Line == "online" && s.SecretsInFile
	})
	hear(r, "item", func(i item) bool { return i.Name == "ana.csv" && i.Phase == "ready" && i.Rows == 3 }) // by the worker in the program
	p.screen.picture(t, "shared")
	press(r, "table", func(g grid) bool { return g.Phase == "ready" && g.Rows == 3 }, r.first)
	for _, line := range r.lines() {
		if strings.Contains(string(line.What), "bob") {
			t.Errorf("the program speaks of bob: %s %s", line.Event, line.What)
		}
	}
	r.keys("ctrl+q")
	r.end()
}
