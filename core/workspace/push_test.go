package workspace_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// far is another workspace that may be away, with a meter on what is written to it.
type far struct {
	home    string
	away    atomic.Bool
	reached atomic.Int32
	written atomic.Int64
	cutAt   atomic.Int64 // bytes after which the network goes; 0: never
}

var errNetwork = fault.New(fault.Unreachable, say.T("The bucket is away."))

// reach is a Config.Reach.
func (f *far) reach(ctx context.Context, _ string) (*workspace.Workspace, error) {
	f.reached.Add(1)
	if f.away.Load() {
		return nil, errNetwork
	}
	ws, err := workspace.OpenAs(ctx, workspace.Config{Home: f.home}, "ana")
	if err != nil {
		return nil, err
	}
	ws.Through(func(out io.Writer) io.Writer { return f.meter(out) })
	return ws, nil
}

func (f *far) meter(out io.Writer) io.Writer {
	return writerFunc(func(b []byte) (int, error) {
		if cut := f.cutAt.Load(); f.away.Load() || cut > 0 && f.written.Load() >= cut {
			f.away.Store(true)
			return 0, errNetwork
		}
		n, err := out.Write(b)
		f.written.Add(int64(n))
		return n, err
	})
}

type writerFunc func(b []byte) (int, error)

func (f writerFunc) Write(b []byte) (int, error) { return f(b) }

// open opens the other workspace for the test to look at.
func (f *far) open(t *testing.T) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.OpenAs(context.Background(), workspace.Config{Home: f.home}, "ana")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	return ws
}

// near is a local workspace that pushes to far and pulls from it.
func near(t *testing.T, f *far) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.Open(context.Background(), workspace.Config{Home: t.TempDir(), Reach: f.reach})
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

func milled(t *testing.T, ws *workspace.Workspace, name, content string) workspace.Added {
	t.Helper()
	added := add(t, ws, name, content)
	if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
		t.Fatalf("%+v", s.Error)
	}
	return added
}

func waitJob(t *testing.T, ws *workspace.Workspace, id int64) job.Info {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	info, err := ws.WaitJob(ctx, id, nil)
	if err != nil {
		t.Fatalf("job %d: %v; %+v (%v)", id, err, info, info.Fault)
	}
	return info
}

// exported is a dataset as CSV.
func exported(t *testing.T, ws *workspace.Workspace, id string) string {
	t.Helper()
	var out bytes.Buffer
	if err := ws.Export(context.Background(), id, export.CSV, &out, export.Options{}); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// sizes maps what an object is, below its owner, to its size. Notes of pushes are left out.
func sizes(t *testing.T, ws *workspace.Workspace) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	for info, err := range ws.Store().List(context.Background(), "") {
		if err != nil {
			t.Fatal(err)
		}
		if name := strings.TrimPrefix(info.Key, "owner/"+ws.Owner()+"/"); !strings.HasPrefix(name, "push/") {
			out[name] = info.Size
		}
	}
	return out
}

func total(sizes map[string]int64) (n int64) {
	for _, size := range sizes {
		n += size
	}
	return n
}

// noteSize is what a push writes beside the objects, at most.
const noteSize = 500

// TestPush publishes a dataset and finds it whole on the other side.
func TestPush(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	ws := near(t, f)
	if _, err := ws.Push(ctx, "nobody"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a push of nothing: %v", err)
	}
	waiting := add(t, ws, "people.csv", people)
	if _, err := ws.Push(ctx, waiting.RecordID); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a push of what is not milled: %v", err)
	}
	working(t, ws)
	wait(t, ws, waiting.RecordID)
	id := waiting.RecordID
	if r, err := ws.Remote(ctx, id); err != nil || r.State != workspace.RemoteNone {
		t.Errorf("before the push: %+v, %v", r, err)
	}
	pushed, err := ws.Push(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	info := waitJob(t, ws, pushed)
	want := total(sizes(t, ws))
	if info.State != job.Completed || info.Progress.Stage != workspace.StageAgree || info.Progress.Done != 1 || info.Progress.Bytes != want || info.Progress.Rows != 3 {
		t.Fatalf("the push ended as %+v (%v)", info, info.Fault)
	}
	sent := f.written.Load()
	if sent < want || sent > want+noteSize {
		t.Errorf("%d bytes were sent of %d", sent, want)
	}
	if r, err := ws.Remote(ctx, id); err != nil || r.State != workspace.RemoteDone || r.RemoteID != id || r.Kind != workspace.PushKind || r.Version != 1 {
		t.Errorf("after the push: %+v, %v", r, err)
	}

	there := f.open(t)
	d, err := there.Find(ctx, id)
	if err != nil || d.Owner != "ana" || d.FileName != "people.csv" || d.FileHash != waiting.Hash || d.Head != 1 || *d.TotalRows != 3 {
		t.Fatalf("over there: %+v, %v", d, err)
	}
	if s, err := there.Status(ctx, id, 0); err != nil || s.Status != job.Ready || s.Job != nil {
		t.Errorf("its status over there: %+v, %v", s, err)
	}
	if got, want := exported(t, there, id), exported(t, ws, id); got != want {
		t.Errorf("over there it reads\n%s\nhere\n%s", got, want)
	}
	if r, err := there.Report(ctx, id); err != nil || r.Profile.Rows != 3 {
		t.Errorf("its report over there: %+v, %v", r, err)
	}
	if n, err := there.Ledger(ctx, id, workspace.LedgerOptions{}, func(workspace.LedgerEntry) error { return nil }); err != nil || n == 0 {
		t.Errorf("its ledger over there: %d, %v", n, err)
	}
	if h, err := there.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Objects != 5 {
		t.Errorf("over there doctor finds %+v, %v", h, err)
	}

	// Again: nothing is sent and no second record is made.
	again, err := ws.Push(ctx, id)
	if err != nil || again == pushed {
		t.Fatalf("a second push is job %d, %v", again, err)
	}
	if info := waitJob(t, ws, again); info.State != job.Completed || info.Progress.Stage != workspace.StageAgree || f.written.Load() != sent {
		t.Errorf("the second push ended as %+v after %d bytes", info, f.written.Load())
	}
	// The same file, milled again under another name: a record, and not a byte.
	twin := milled(t, ws, "copy.csv", people)
	if again, err = ws.Push(ctx, twin.RecordID); err != nil {
		t.Fatal(err)
	}
	if info := waitJob(t, ws, again); info.State != job.Completed || f.written.Load() != sent {
		t.Errorf("the twin's push ended as %+v after %d bytes", info, f.written.Load())
	}
	if all, err := there.Datasets(ctx, 0); err != nil || len(all) != 2 {
		t.Errorf("over there are %+v, %v", all, err)
	}
}

// TestPushWaitsForTheNetwork pushes while the other side is away, loses it
// half-way, and gets it back. What was sent is not sent again.
func TestPushWaitsForTheNetwork(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	f.away.Store(true)
	ws := near(t, f)
	working(t, ws)
	added := milled(t, ws, "people.csv", people)
	pushed, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	waits := func() {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for {
			r, err := ws.Remote(ctx, added.RecordID)
			if err != nil || time.Now().After(deadline) {
				t.Fatalf("it does not wait: %+v, %v", r, err)
			}
			if r.State == workspace.RemoteWaiting {
				if !fault.Is(r.Error, fault.Unreachable) || r.NextAt.IsZero() {
					t.Fatalf("it waits for %v until %v", r.Error, r.NextAt)
				}
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}
	waits()
	if same, err := ws.Push(ctx, added.RecordID); err != nil || same != pushed {
		t.Errorf("asked again, the push is job %d, not %d (%v)", same, pushed, err)
	}
	if s, err := ws.Status(ctx, added.RecordID, 0); err != nil || s.Status != job.Ready {
		t.Errorf("meanwhile the record is %+v, %v", s, err)
	}
	objects := sizes(t, ws)
	const cut = 3000
	f.cutAt.Store(cut)
	f.away.Store(false)
	deadline := time.Now().Add(time.Minute)
	for f.written.Load() < cut {
		if time.Now().After(deadline) {
			t.Fatal("nothing is sent")
		}
		time.Sleep(time.Millisecond)
	}
	waits()
	partial := sizes(t, f.open(t))
	if len(partial) == 0 || len(partial) >= len(objects) {
		t.Fatalf("the cut left %v over there", partial)
	}
	if all, err := f.open(t).Datasets(ctx, 0); err != nil || len(all) != 0 {
		t.Errorf("a push that is half done shows %+v, %v", all, err)
	}
	// A sweep over there leaves what was sent, though nobody is there to claim it.
	if s, err := f.open(t).SweepAt(ctx, time.Now().Add(6*24*time.Hour)); err != nil || s.Objects != 0 {
		t.Errorf("the sweep of a push that is half done: %+v, %v", s, err)
	}
	f.cutAt.Store(0)
	f.away.Store(false)
	info := waitJob(t, ws, pushed)
	if info.State != job.Completed || info.Attempt != 1 || info.Progress.Bytes != total(objects) {
		t.Errorf("the push ended as %+v (%v)", info, info.Fault)
	}
	// One object was cut in the middle; each other was sent once.
	if extra := f.written.Load() - total(objects); extra < 0 || extra >= total(objects)-total(partial) {
		t.Errorf("%d bytes were sent for %d", f.written.Load(), total(objects))
	}
	if h, err := f.open(t).Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 1 {
		t.Errorf("over there doctor finds %+v, %v", h, err)
	}
	for info, err := range f.open(t).Store().List(ctx, "owner/ana/push/") {
		t.Errorf("of the push there is %s still, %v", info.Key, err)
	}
}

// TestAbandonedPush cancels a push half-way. What it had sent goes, a week later.
func TestAbandonedPush(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	f.cutAt.Store(3000)
	ws := near(t, f)
	working(t, ws)
	added := milled(t, ws, "people.csv", people)
	pushed, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	until(t, "the cut", f.away.Load)
	if _, err := ws.Cancel(ctx, added.RecordID); err != nil {
		t.Fatal(err)
	}
	waitJob(t, ws, pushed)
	if r, err := ws.Remote(ctx, added.RecordID); err != nil || r.State != workspace.RemoteStopped {
		t.Errorf("it stands as %+v, %v", r, err)
	}
	there := f.open(t)
	if len(sizes(t, there)) == 0 {
		t.Fatal("nothing was sent")
	}
	if s, err := there.SweepAt(ctx, time.Now().Add(8*24*time.Hour)); err != nil || s.Objects < 2 {
		t.Errorf("the sweep a week later: %+v, %v", s, err)
	}
	for info, err := range there.Store().List(ctx, "") {
		t.Errorf("there is %s still, %v", info.Key, err)
	}
}

// TestPushRefusesToDiffer lets the two sides hold other bytes under one name.
func TestPushRefusesToDiffer(t *testing.T) {
	ctx := context.Background()
	for _, kind := range []string{"source", "clean", "profile"} {
		f := &far{home: t.TempDir()}
		ws := near(t, f)
		working(t, ws)
		added := milled(t, ws, "people.csv", people)
		there := f.open(t)
		for name := range sizes(t, ws) {
			if !strings.HasPrefix(name, kind+"/") {
				continue
			}
			w, err := there.Store().Create(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.Write([]byte("other bytes")); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Commit(ctx, "owner/ana/"+name); err != nil {
				t.Fatal(err)
			}
		}
		pushed, err := ws.Push(ctx, added.RecordID)
		if err != nil {
			t.Fatal(err)
		}
		info := waitJob(t, ws, pushed)
		if info.State != job.Failed || !fault.Is(info.Fault, fault.Conflict) || !strings.Contains(info.Fault.Error(), "owner/ana/"+kind+"/") {
			t.Errorf("with another %s over there the push ended as %+v (%v)", kind, info, info.Fault)
		}
		if all, err := there.Datasets(ctx, 0); err != nil || len(all) != 0 {
			t.Errorf("with another %s over there is %+v, %v", kind, all, err)
		}
		if r, err := ws.Remote(ctx, added.RecordID); err != nil || r.State != workspace.RemoteFailed {
			t.Errorf("it stands as %+v, %v", r, err)
		}
	}
}

// TestPushOfADamagedSource finds that the local source is not what was added.
func TestPushOfADamagedSource(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	home := t.TempDir()
	ws, err := workspace.Open(ctx, workspace.Config{Home: home, Reach: f.reach})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ws.Close() })
	working(t, ws)
	added := milled(t, ws, "people.csv", people)
	path := filepath.Join(home, "objects", "objects", "owner", "local", "source", added.Hash)
	if err := errors.Join(os.Chmod(path, 0o600), os.WriteFile(path, []byte("damaged"), 0o600)); err != nil {
		t.Fatal(err)
	}
	pushed, err := ws.Push(ctx, added.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	if info := waitJob(t, ws, pushed); info.State != job.Failed || !fault.Is(info.Fault, fault.Conflict) {
		t.Errorf("the push ended as %+v (%v)", info, info.Fault)
	}
	if all, err := f.open(t).Datasets(ctx, 0); err != nil || len(all) != 0 {
		t.Errorf("over there is %+v, %v", all, err)
	}
}

// TestPull brings a dataset here and back.
func TestPull(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	there := f.open(t)
	working(t, there)
	theirs := milled(t, there, "people.csv", people)
	ws := near(t, f)
	if _, err := ws.Pull(ctx, "nobody"); !fault.Is(err, fault.NotFound) {
		t.Fatalf("a pull of nothing: %v", err)
	}
	f.away.Store(true)
	if _, err := ws.Pull(ctx, theirs.RecordID); !fault.Is(err, fault.Unreachable) {
		t.Fatalf("a pull from nowhere: %v", err)
	}
	f.away.Store(false)
	pulled, err := ws.Pull(ctx, theirs.RecordID[:5])
	if err != nil || pulled.RecordID != theirs.RecordID || pulled.Hash != theirs.Hash || pulled.JobID == 0 {
		t.Fatalf("%+v, %v", pulled, err)
	}
	if s, err := ws.Status(ctx, pulled.RecordID, 0); err != nil || s.Status != job.Processing {
		t.Errorf("before anyone works it is %+v, %v", s, err)
	}
	if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() {
		t.Errorf("before anyone works doctor finds %+v, %v", h, err)
	}
	f.away.Store(true) // the job itself meets no network first
	working(t, ws)
	deadline := time.Now().Add(time.Minute)
	for reached := f.reached.Load(); f.reached.Load() < reached+2; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("it is not tried again")
		}
	}
	f.away.Store(false)
	if s := wait(t, ws, pulled.RecordID); s.Status != job.Ready || s.Job.Kind != workspace.PullKind {
		t.Fatalf("the pull ended as %+v", s)
	}
	if got, want := exported(t, ws, pulled.RecordID), exported(t, there, theirs.RecordID); got != want {
		t.Errorf("here it reads\n%s\nthere\n%s", got, want)
	}
	if _, err := ws.Report(ctx, pulled.RecordID); err != nil {
		t.Error(err)
	}
	if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Objects != 5 {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	if r, err := ws.Remote(ctx, pulled.RecordID); err != nil || r.State != workspace.RemoteDone || r.Kind != workspace.PullKind {
		t.Errorf("it stands as %+v, %v", r, err)
	}
	again, err := ws.Pull(ctx, theirs.RecordID)
	if err != nil || !again.Again || again.RecordID != pulled.RecordID {
		t.Errorf("pulled again: %+v, %v", again, err)
	}
	// And back: it is there.
	pushed, err := ws.Push(ctx, pulled.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	if info := waitJob(t, ws, pushed); info.State != job.Completed || f.written.Load() != 0 {
		t.Errorf("pushed back it ended as %+v (%v) after %d bytes", info, info.Fault, f.written.Load())
	}
}

// TestPullWhereTheIDIsTaken has something else under the ID.
func TestPullWhereTheIDIsTaken(t *testing.T) {
	ctx := context.Background()
	f := &far{home: t.TempDir()}
	there := f.open(t)
	working(t, there)
	theirs := milled(t, there, "people.csv", people)
	ws := near(t, f)
	working(t, ws)
	first, err := ws.Pull(ctx, theirs.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	wait(t, ws, first.RecordID)
	// The record over there goes, and another file takes its ID, as after a restored backup.
	if err := there.Remove(ctx, theirs.RecordID); err != nil {
		t.Fatal(err)
	}
	other := milled(t, there, "other.csv", "a,b\n1,x\n2,y\n")
	d, err := there.Find(ctx, other.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	v, err := there.Catalog().Version(ctx, other.RecordID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := there.Catalog().Import(ctx, newDataset(theirs.RecordID, d), v); err != nil {
		t.Fatal(err)
	}
	second, err := ws.Pull(ctx, theirs.RecordID)
	if err != nil || second.RecordID == first.RecordID || second.Again {
		t.Fatalf("pulled under an ID that is taken: %+v, %v", second, err)
	}
	wait(t, ws, second.RecordID)
	if got, want := exported(t, ws, second.RecordID), exported(t, there, other.RecordID); got != want {
		t.Errorf("here it reads\n%s\nthere\n%s", got, want)
	}
	pushed, err := ws.Push(ctx, first.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	if info := waitJob(t, ws, pushed); info.State != job.Failed || !fault.Is(info.Fault, fault.Conflict) {
		t.Errorf("pushed over another record it ended as %+v (%v)", info, info.Fault)
	}
}

func newDataset(id string, d workspace.Dataset) catalog.NewDataset {
	return catalog.NewDataset{ID: id, FileName: d.FileName, FileKey: d.FileKey, FileSize: d.FileSize, FileHash: d.FileHash}
}
