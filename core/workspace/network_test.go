package workspace_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// childVariable names the home in which this binary works as another process.
const childVariable = "SHEETMILL_WORKSPACE_CHILD"

// child works in a local workspace until it is killed.
func child(home string) {
	ctx := context.Background()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home, CacheDir: filepath.Join(home, "cache")})
	if err == nil {
		err = ws.Work(ctx, workspace.WorkOptions{Jobs: 1})
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// distance is a shared workspace behind two lines, with an analyst's connection file.
type distance struct {
	*commons

	database, objects *line
	connection        workspace.Connection
	home              string // of a local workspace that knows the connection
}

func newDistance(t *testing.T) *distance {
	t.Helper()
	d := &distance{commons: newCommons(t), home: t.TempDir()}
	d.connection = d.user(t, "ana")
	u, err := url.Parse(d.connection.Database)
	if err != nil {
		t.Fatal(err)
	}
	d.database, d.objects = newLine(t, u.Host), newLine(t, d.connection.Objects.Endpoint)
	u.Host = d.database.addr()
	c := d.connection
	c.Database, c.Objects.Endpoint = u.String(), d.objects.addr()
	if err := c.Write(filepath.Join(d.home, "connection.json")); err != nil {
		t.Fatal(err)
	}
	return d
}

func (d *distance) open(t *testing.T) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Open(context.Background(), workspace.Config{Home: d.home, CacheDir: filepath.Join(d.home, "cache")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	})
	return ws
}

func (d *distance) cut()     { d.database.cut(); d.objects.cut() }
func (d *distance) restore() { d.database.restore(); d.objects.restore() }

// noisy is a CSV of numbers that no packing makes small.
func noisy(rows int) string {
	r := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("id,a,b,c,d,e\n")
	for i := range rows {
		fmt.Fprintf(&b, "%d,%.12f,%.12f,%.12f,%.12f,%.12f\n", i, r.Float64(), r.Float64(), r.Float64(), r.Float64(), r.Float64())
	}
	return b.String()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !ok() {
		if time.Now().After(deadline) {
			t.Fatalf("%s does not happen", what)
		}
		time.Sleep(2 * time.Millisecond)
	}
}

// agreed makes sure that a push is done and both sides are whole and the same.
func (d *distance) agreed(t *testing.T, ws *workspace.Workspace, id string, pushed int64) {
	t.Helper()
	ctx := context.Background()
	if info := waitJob(t, ws, pushed); info.State != job.Completed || info.Progress.Stage != workspace.StageAgree || info.Progress.Bytes != total(sizes(t, ws)) {
		t.Fatalf("the push ended as %+v (%v)", info, info.Fault)
	}
	there := openShared(t, d.connection)
	if got, want := exported(t, there, id), exported(t, ws, id); got != want {
		t.Errorf("over there it reads %d bytes, here %d", len(got), len(want))
	}
	if got, want := sizes(t, there), sizes(t, ws); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("over there are %v, here %v", got, want)
	}
	for _, w := range []*workspace.Workspace{ws, there} {
		if h, err := w.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 1 {
			t.Errorf("doctor finds %+v, %v", h, err)
		}
	}
	if s, err := there.Status(ctx, id, 0); err != nil || s.Status != job.Ready || s.Job != nil {
		t.Errorf("over there it was milled again: %+v, %v", s, err)
	}
}

// chatter is what a push sends beside the objects: requests' heads and trailers.
const chatter = 256 << 10

// TestPushThroughACutNetwork cuts the network to database and bucket while an
// object is on its way, and mends it. What had arrived is not sent again.
func TestPushThroughACutNetwork(t *testing.T) {
	ctx := context.Background()
	d := newDistance(t)
	ws := d.open(t)
	working(t, ws)
	added := milled(t, ws, "noisy.csv", noisy(20_000))
	objects := sizes(t, ws)
	largest := int64(0)
	for _, size := range objects {
		largest = max(largest, size)
	}
	d.cut()
	pushed, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	waits := func() {
		t.Helper()
		until(t, "waiting for the network", func() bool {
			r, err := ws.Remote(ctx, added.RecordID)
			if err != nil || r.State == workspace.RemoteDone || r.State == workspace.RemoteFailed {
				t.Fatalf("%+v, %v", r, err)
			}
			return r.State == workspace.RemoteWaiting && fault.Is(r.Error, fault.Unreachable)
		})
	}
	waits()
	d.objects.rate.Store(2 << 20)
	d.restore()
	until(t, "the middle of the upload", func() bool { return d.objects.up.Load() > total(objects)-largest/2 })
	d.cut()
	waits()
	arrived := sizes(t, openShared(t, d.connection))
	if len(arrived) == 0 || len(arrived) == len(objects) {
		t.Fatalf("of %v there are %v over there", objects, arrived)
	}
	r, err := ws.Remote(ctx, added.RecordID)
	if err != nil || r.Progress.Bytes < total(arrived) || r.Progress.Bytes > total(objects) {
		t.Errorf("with %d bytes over there its progress is %+v, %v", total(arrived), r.Progress, err)
	}
	// Over there the silence is noticed, and a sweep comes by. It takes nothing.
	d.forge(t, `DELETE FROM sheetmill.process WHERE owner = $1`, d.connection.Owner)
	if s, err := d.Sweep(ctx, false); err != nil || s.Objects != 0 {
		t.Errorf("the sweep: %+v, %v", s, err)
	}
	d.restore()
	d.agreed(t, ws, added.RecordID, pushed)
	sent := d.objects.up.Load()
	t.Logf("%d bytes sent for %d in %d objects; %d had arrived before the cut", sent, total(objects), len(objects), total(arrived))
	if sent > total(objects)+total(objects)-total(arrived)+chatter {
		t.Errorf("%d bytes were sent for %d, of which %d had arrived before the cut", sent, total(objects), total(arrived))
	}
	// Pushed again nothing is sent.
	again, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	d.agreed(t, ws, added.RecordID, again)
	if more := d.objects.up.Load() - sent; more > chatter {
		t.Errorf("%d bytes were sent for nothing", more)
	}
	// Another machine pulls it, and mills nothing.
	other := newOther(t, d)
	pulled, err := other.Pull(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	if s := wait(t, other, pulled.RecordID); s.Status != job.Ready {
		t.Fatalf("%+v", s)
	}
	if got, want := sizes(t, other), objects; fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("pulled are %v, not %v", got, want)
	}
	if got, want := exported(t, other, pulled.RecordID), exported(t, ws, added.RecordID); got != want {
		t.Errorf("pulled it reads %d bytes, not %d", len(got), len(want))
	}
	if h, err := other.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
}

// newOther is a second machine's local workspace with the same connection.
func newOther(t *testing.T, d *distance) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Open(context.Background(), workspace.Config{
		Home: t.TempDir(), CacheDir: t.TempDir(), Connection: filepath.Join(d.home, "connection.json"),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	working(t, ws)
	return ws
}

// TestPushOutlivesItsProcess kills the process that pushes, twice, with some
// objects sent; another goes on with the rest.
func TestPushOutlivesItsProcess(t *testing.T) {
	ctx := context.Background()
	d := newDistance(t)
	ws := d.open(t)
	added := add(t, ws, "noisy.csv", noisy(20_000))
	stop := startWork(t, ws)
	if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
		t.Fatalf("%+v", s)
	}
	stop()
	objects := sizes(t, ws)
	pushed, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	d.objects.rate.Store(2 << 20)
	there := openShared(t, d.connection)
	for want := 1; want <= 2; want++ {
		victim := exec.CommandContext(ctx, os.Args[0])
		victim.Env = append(os.Environ(), childVariable+"="+d.home)
		victim.Stderr = os.Stderr
		if err := victim.Start(); err != nil {
			t.Fatal(err)
		}
		if want == 2 { // it died as often as any job may, and came no further
			setDeaths(t, d.home, pushed, catalog.MaxDeaths)
		}
		sent := d.objects.up.Load()
		until(t, "some of the upload", func() bool { return len(sizes(t, there)) >= want && d.objects.up.Load() > sent+chatter })
		if err := victim.Process.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		var exit *exec.ExitError
		if err := victim.Wait(); !errors.As(err, &exit) || exit.ExitCode() != -1 {
			t.Fatalf("the victim ended with %v", err)
		}
	}
	arrived := sizes(t, there)
	if len(arrived) < 2 || len(arrived) == len(objects) {
		t.Fatalf("of %v there are %v over there", objects, arrived)
	}
	d.objects.rate.Store(0)
	working(t, ws)
	d.agreed(t, ws, added.RecordID, pushed)
	sent := d.objects.up.Load()
	t.Logf("%d bytes sent for %d; %d had arrived before the second death", sent, total(objects), total(arrived))
	largest := int64(0)
	for _, size := range objects {
		largest = max(largest, size)
	}
	if most := total(objects) + 2*largest + chatter; sent > most {
		t.Errorf("%d bytes were sent for %d: more than the object of each death again", sent, total(objects))
	}
}

// setDeaths makes a job look as if its workers had died so often in vain.
func setDeaths(t *testing.T, home string, id int64, n int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(home, "catalog.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(context.Background(), `
		UPDATE river_job SET metadata = jsonb_set(metadata, '$.deaths', jsonb(json_object('all', ?1, 'vain', ?1, 'best', 1))) WHERE id = ?2`, n, id); err != nil {
		t.Fatal(err)
	}
}
