package workspace_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/export"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/synth"
	"sheetmill/core/testenv"
	"sheetmill/core/workspace"
)

// commons is a shared workspace of one test: a database and a bucket, with a
// server that may administer it.
type commons struct {
	*workspace.Server

	config workspace.ServerConfig
}

// newCommons makes a shared workspace. Names of roles are the database server's, so that
// each test has names of its own.
func newCommons(t testing.TB) *commons {
	t.Helper()
	bucket := testenv.MinIO(t)
	return commonsIn(t, testenv.Postgres(t), bucket)
}

func commonsIn(t testing.TB, admin string, bucket testenv.Bucket) *commons {
	t.Helper()
	ctx := context.Background()
	if err := workspace.Migrate(ctx, admin); err != nil {
		t.Fatal(err)
	}
	c := &commons{config: workspace.ServerConfig{
		Database: admin, CacheDir: t.TempDir(),
		Objects: workspace.Objects{Endpoint: bucket.Endpoint, Bucket: bucket.Bucket, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey},
	}}
	if err := workspace.SetUpBucket(ctx, c.config.Objects); err != nil {
		t.Fatal(err)
	}
	first := c.open(t) // as the administrator
	server, err := first.AddServer(ctx, name("server"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := first.RemoveServer(context.Background(), server.Owner); err != nil {
			t.Error(err)
		}
	})
	c.config.Database, c.config.Objects = server.Database, server.Objects
	c.config.Administrator = workspace.Administrator{Database: admin, AccessKey: bucket.AccessKey, SecretKey: bucket.SecretKey}
	c.Server = c.open(t)
	return c
}

// open opens the workspace as another server would.
func (c *commons) open(t testing.TB) *workspace.Server {
	t.Helper()
	s, err := workspace.OpenServer(context.Background(), c.config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// forge changes a row past all rules.
func (c *commons) forge(t testing.TB, statement string, args ...any) {
	t.Helper()
	ctx := context.Background()
	admin, err := pgx.Connect(ctx, c.config.Administrator.Database)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = admin.Close(ctx) }()
	if tag, err := admin.Exec(ctx, statement, args...); err != nil || tag.RowsAffected() == 0 {
		t.Fatalf("%s: %v, %v", statement, tag, err)
	}
}

func name(what string) string { return what + "-" + strings.ToLower(rand.Text()[:8]) }

// user makes an analyst.
func (c *commons) user(t testing.TB, what string) workspace.Connection {
	t.Helper()
	connection, err := c.AddUser(context.Background(), name(what))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { // the roles are the database server's, which other tests use
		if err := c.RemoveUser(context.Background(), connection.Owner, true); err != nil && !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
	return connection
}

// openShared opens the workspace as an analyst.
func openShared(t *testing.T, connection workspace.Connection) *workspace.Workspace {
	t.Helper()
	ws, err := workspace.OpenShared(context.Background(), workspace.Config{CacheDir: t.TempDir()}, connection)
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

// serve works everyone's jobs until it is stopped or the test ends.
func serve(t testing.TB, s *workspace.Server, o workspace.WorkOptions) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	var worker sync.WaitGroup
	ready := make(chan struct{})
	o.Ready = ready
	worker.Go(func() {
		if err := s.Work(ctx, o); err != nil && !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
	stop = func() { cancel(); worker.Wait() }
	t.Cleanup(stop)
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("the server does not work")
	}
	return stop
}

// serving works everyone's jobs until the test ends.
func serving(t *testing.T, s *workspace.Server, o workspace.WorkOptions) {
	t.Helper()
	serve(t, s, o)
}

// everything is all that a person can have of a dataset.
func everything(t *testing.T, ws *workspace.Workspace, id string) map[string]string {
	t.Helper()
	ctx := context.Background()
	out := map[string]string{}
	for _, format := range []export.Format{export.Parquet, export.CSV, export.JSON, export.XLSX} {
		var b bytes.Buffer
		if err := ws.Export(ctx, id, format, &b, export.Options{}); err != nil {
			t.Fatal(err)
		}
		out[string(format)] = b.String()
	}
	report, err := ws.Report(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	told, err := json.Marshal(report)
	if err != nil {
		t.Fatal(err)
	}
	out["report"] = string(told)
	var ledger strings.Builder
	if _, err := ws.Ledger(ctx, id, workspace.LedgerOptions{}, func(e workspace.LedgerEntry) error {
		return json.NewEncoder(&ledger).Encode(e)
	}); err != nil {
		t.Fatal(err)
	}
	out["ledger"] = ledger.String()
	d, err := ws.Find(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	out["record"] = fmt.Sprint(d.FileName, d.FileSize, d.FileHash, *d.TotalRows, *d.TotalCols, d.Columns, d.Head)
	return out
}

// TestSharedIsLikeLocal mills one workbook in both kinds of workspace and
// compares every byte that comes out.
func TestSharedIsLikeLocal(t *testing.T) {
	ctx := context.Background()
	c := newCommons(t)
	var book bytes.Buffer
	if err := synth.Reference(&book, synth.ReferenceOptions{Rows: 300, Cols: 30, Seed: 4}); err != nil {
		t.Fatal(err)
	}
	local, shared := open(t, t.TempDir()), openShared(t, c.user(t, "ana"))
	working(t, local)
	working(t, shared)
	var results []map[string]string
	for _, ws := range []*workspace.Workspace{local, shared} {
		added, err := ws.Add(ctx, bytes.NewReader(book.Bytes()), workspace.AddOptions{FileName: "lab.xlsx", Idempotency: "once"})
		if err != nil {
			t.Fatal(err)
		}
		if again, err := ws.Add(ctx, bytes.NewReader(book.Bytes()), workspace.AddOptions{FileName: "lab.xlsx", Idempotency: "once"}); err != nil || !again.Again || again.RecordID != added.RecordID {
			t.Errorf("asked again: %+v, %v", again, err)
		}
		if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
			t.Fatalf("%+v", s)
		}
		results = append(results, everything(t, ws, added.RecordID))
		if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 1 || h.Objects != 5 {
			t.Errorf("doctor finds %+v, %v", h, err)
		}
	}
	for what, want := range results[0] {
		if got := results[1][what]; got != want {
			t.Errorf("the %s differs: %d and %d bytes", what, len(want), len(got))
		}
	}
	if one, two := sizes(t, local), sizes(t, shared); fmt.Sprint(one) != fmt.Sprint(two) {
		t.Errorf("the objects are %v and %v", one, two)
	}
	if _, err := shared.Push(ctx, "x"); !fault.Is(err, fault.Usage) {
		t.Errorf("a push from a shared workspace: %v", err)
	}
	// What is removed is gone, objects and all.
	all, err := shared.Datasets(ctx, 0)
	if err != nil || len(all) != 1 {
		t.Fatalf("%v, %v", all, err)
	}
	if err := shared.Remove(ctx, all[0].ID); err != nil {
		t.Fatal(err)
	}
	if left := sizes(t, shared); len(left) != 0 {
		t.Errorf("after the record went there is %v", left)
	}
}

// TestServerWorksEveryones lets analysts add who do not work, and a server
// work for them. What each has stays apart.
func TestServerWorksEveryones(t *testing.T) {
	ctx := context.Background()
	c := newCommons(t)
	ana, bob := openShared(t, c.user(t, "ana")), openShared(t, c.user(t, "bob"))
	observer := &counts{}
	var adds []workspace.Added
	for i, ws := range []*workspace.Workspace{ana, bob, ana, bob, c.For(ana.Owner())} {
		adds = append(adds, add(t, ws, "people.csv", strings.Replace(people, "Ann", fmt.Sprint("Ann", i), 1)))
	}
	bad := add(t, bob, "bad.xlsx", "PK\x03\x04 cut short")
	serving(t, c.Server, workspace.WorkOptions{Jobs: 2, Memory: 1 << 30, Observer: observer})
	for i, ws := range []*workspace.Workspace{ana, bob, c.For(ana.Owner()), c.For(bob.Owner()), ana} {
		if s := wait(t, ws, adds[i].RecordID); s.Status != job.Ready {
			t.Errorf("%+v", s)
		}
		if out := exported(t, ws, adds[i].RecordID); !strings.Contains(out, fmt.Sprint("Ann", i)) {
			t.Errorf("file %d reads\n%s", i, out)
		}
	}
	if s := wait(t, bob, bad.RecordID); s.Status != job.Broken || !fault.Is(s.Error, fault.BadInput) {
		t.Errorf("%+v", s)
	}
	for _, ws := range []*workspace.Workspace{bob, c.For(bob.Owner())} {
		if _, err := ws.Find(ctx, adds[0].RecordID); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob finds ana's: %v", err)
		}
		if _, err := ws.Status(ctx, adds[0].RecordID, adds[0].JobID); !fault.Is(err, fault.NotFound) {
			t.Errorf("bob asks for ana's: %v", err)
		}
	}
	again := add(t, ana, "again.csv", strings.Replace(people, "Ann", "Ann0", 1))
	wait(t, ana, again.RecordID)
	stats, err := c.Stats(ctx)
	if err != nil || stats.Hits.Parses < 7 || stats.Hits.Whole != 1 {
		t.Errorf("figures: %+v, %v", stats, err)
	}
	if started, ended := observer.read(); started < 7 || ended["completed"] != 6 || ended["failed"] != 1 {
		t.Errorf("the observer heard of %d starts and %v", started, ended)
	}
	h, err := c.Doctor(ctx, "", workspace.DoctorOptions{})
	if err != nil || !h.Clean() || h.Records != 7 {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	if h, err := c.Doctor(ctx, ana.Owner(), workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 4 {
		t.Errorf("doctor finds of ana's %+v, %v", h, err)
	}
	if _, err := c.Doctor(ctx, "nobody", workspace.DoctorOptions{}); !fault.Is(err, fault.NotFound) {
		t.Errorf("doctor of nobody's: %v", err)
	}
}

// counts is an Observer.
type counts struct {
	mu      sync.Mutex
	started int
	ended   map[string]int
}

func (c *counts) Started(string, time.Duration) { c.mu.Lock(); defer c.mu.Unlock(); c.started++ }
func (c *counts) TakenOver(string)              {}
func (c *counts) Refused(string)                {}
func (c *counts) Ended(_ string, left job.State, _ time.Duration, _ job.Progress) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended == nil {
		c.ended = map[string]int{}
	}
	c.ended[string(left)]++
}

func (c *counts) read() (int, map[string]int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.started, c.ended
}

// TestServerRefusesForgedJobs writes jobs and versions by hand that name
// another's objects: as the analyst, whom the database refuses, and past the
// database's rules, where the server itself must see it.
func TestServerRefusesForgedJobs(t *testing.T) {
	ctx := context.Background()
	c := newCommons(t)
	ana, bob := openShared(t, c.user(t, "ana")), openShared(t, c.user(t, "bob"))
	mine, theirs := add(t, ana, "mine.csv", people), add(t, bob, "theirs.csv", "a,secret\n1,x\n2,y\n")
	stop := serve(t, c.Server, workspace.WorkOptions{Jobs: 1})
	wait(t, ana, mine.RecordID)
	wait(t, bob, theirs.RecordID)
	stop()
	before := sizes(t, bob)
	v, err := bob.Catalog().Version(ctx, theirs.RecordID, 0)
	if err != nil {
		t.Fatal(err)
	}
	d, err := ana.Find(ctx, mine.RecordID)
	if err != nil {
		t.Fatal(err)
	}
	source := "owner/" + bob.Owner() + "/source/" + theirs.Hash
	forgedJob := job.Request{Kind: "sheet_parse", Queue: "sheets", Args: map[string]any{"fileName": "x.csv", "fileKey": source, "fileHash": theirs.Hash}}
	if _, err := ana.Catalog().Enqueue(ctx, mine.RecordID, forgedJob); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a job for another's file: %v", err)
	}
	if _, err := ana.Catalog().Import(ctx, newDataset("forged0000001", d), v); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a record of another's table: %v", err)
	}

	id, err := ana.Catalog().Enqueue(ctx, mine.RecordID, job.Request{Kind: "sheet_parse", Queue: "sheets", Args: map[string]any{}})
	if err != nil {
		t.Fatal(err)
	}
	c.forge(t, `UPDATE sheetmill.river_job SET args = jsonb_build_object('fileName', 'x.csv', 'fileKey', $2::text, 'fileHash', $3::text, 'owner', $4::text) WHERE id = $1`,
		id, source, theirs.Hash, bob.Owner())
	c.forge(t, `UPDATE sheetmill.version SET clean_key = $2, keys = $3, detail = $4 FROM sheetmill.dataset WHERE seq = dataset AND id = $1`,
		mine.RecordID, v.CleanKey, v.Keys, []byte(v.Detail))
	if _, err := c.For(bob.Owner()).Page(ctx, theirs.RecordID, workspace.PageOptions{Limit: 1}); err != nil { // the server has it open
		t.Fatal(err)
	}
	serving(t, c.Server, workspace.WorkOptions{Jobs: 1})
	if info := waitJob(t, ana, id); info.State != job.Failed || !fault.Is(info.Fault, fault.NotAllowed) {
		t.Errorf("the forged job ended as %+v (%v)", info, info.Fault)
	}
	for _, ws := range []*workspace.Workspace{ana, c.For(ana.Owner())} {
		_, pageErr := ws.Page(ctx, mine.RecordID, workspace.PageOptions{Limit: 1})
		_, reportErr := ws.Report(ctx, mine.RecordID)
		exportErr := ws.Export(ctx, mine.RecordID, export.CSV, io.Discard, export.Options{})
		for what, err := range map[string]error{"page": pageErr, "report": reportErr, "export": exportErr} {
			if !fault.Is(err, fault.NotAllowed) {
				t.Errorf("the %s of another's table: %v", what, err)
			}
		}
	}
	if h, err := c.Doctor(ctx, ana.Owner(), workspace.DoctorOptions{}); err != nil || len(h.Faults) == 0 || !fault.Is(h.Faults[0], fault.NotAllowed) {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	if err := c.For(ana.Owner()).Remove(ctx, mine.RecordID); err != nil {
		t.Error(err)
	}
	if _, err := c.Sweep(ctx, false); err != nil {
		t.Error(err)
	}
	if after := sizes(t, bob); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("of bob's objects %v there are %v", before, after)
	}
}

// TestPeople makes, rotates and removes an analyst.
func TestPeople(t *testing.T) {
	ctx := context.Background()
	c := newCommons(t)
	connection := c.user(t, "ana")
	owner := connection.Owner
	if _, err := c.AddUser(ctx, owner); !fault.Is(err, fault.Conflict) {
		t.Errorf("made twice: %v", err)
	}
	ws := openShared(t, connection)
	added := add(t, ws, "people.csv", people)
	if users, err := c.Users(ctx); err != nil || len(users) == 0 {
		t.Errorf("%+v, %v", users, err)
	} else {
		for _, u := range users {
			if u.Name == owner && (!u.Database || !u.Objects || u.Datasets != 1) {
				t.Errorf("%+v", u)
			}
		}
	}
	text, token, err := c.CreateToken(ctx, workspace.NewToken{Owner: owner, Name: "test", Rights: workspace.RightsRead})
	if err != nil {
		t.Fatal(err)
	}
	if who, err := c.Authenticate(ctx, text); err != nil || who.Owner != owner || who.Write || who.Admin || who.TokenID != token.ID {
		t.Errorf("the token's bearer is %+v, %v", who, err)
	}
	if err := c.RevokeToken(ctx, token.ID); err != nil {
		t.Error(err)
	}
	if _, err := c.Authenticate(ctx, text); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a revoked token: %v", err)
	}
	fresh, err := c.RotateUser(ctx, owner)
	if err != nil || fresh.Database == connection.Database || fresh.Objects.SecretKey == connection.Objects.SecretKey {
		t.Fatalf("%v, %v", fresh, err)
	}
	if _, err := workspace.OpenShared(ctx, workspace.Config{CacheDir: t.TempDir()}, connection); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("the old connection: %v", err)
	}
	if s, err := openShared(t, fresh).Status(ctx, added.RecordID, 0); err != nil || s.Status != job.Processing {
		t.Errorf("with the new connection: %+v, %v", s, err)
	}
	if err := c.RemoveUser(ctx, owner, false); !fault.Is(err, fault.Conflict) {
		t.Errorf("removed with records: %v", err)
	}
	if err := c.RemoveUser(ctx, owner, true); err != nil {
		t.Fatal(err)
	}
	if err := c.RemoveUser(ctx, owner, true); !fault.Is(err, fault.NotFound) {
		t.Errorf("removed twice: %v", err)
	}
	if _, err := workspace.OpenShared(ctx, workspace.Config{CacheDir: t.TempDir()}, fresh); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("the connection of nobody: %v", err)
	}
	if h, err := c.Doctor(ctx, "", workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 0 {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	bob := c.user(t, "bob")
	if err := c.Note(ctx, bob.Owner, "export.made", "some-record", map[string]string{"format": "csv"}); err != nil {
		t.Error(err)
	}
	if entries, err := c.Audit(ctx, workspace.AuditFilter{Chain: bob.Owner, Action: "export."}); err != nil || len(entries) != 1 || entries[0].Role != bob.Owner || entries[0].Subject != "some-record" {
		t.Errorf("bob's entries are %+v, %v", entries, err)
	}
	if err := c.Note(ctx, "nobody", "export.made", "x", nil); !fault.Permanent(err) {
		t.Errorf("a note of nobody's: %v", err)
	}
	report, err := c.VerifyAudit(ctx)
	if err != nil || !report.Whole() || report.Entries == 0 {
		t.Errorf("the audit log: %+v, %v", report, err)
	}
}

// TestReadyTellsTheTruth takes the database and the bucket away in turn.
func TestReadyTellsTheTruth(t *testing.T) {
	ctx := context.Background()
	database, objects := testenv.StartPostgres(t), testenv.StartMinIO(t)
	c := commonsIn(t, database.Database(t), objects.Bucket(t))
	says := func(want string) {
		t.Helper()
		deadline := time.Now().Add(time.Minute)
		for {
			began := time.Now()
			err := c.Ready(ctx)
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("it took %v to say %v", took, err)
			}
			if want == "" && err == nil || want != "" && fault.Is(err, fault.Unreachable) && strings.Contains(err.Error(), want) {
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("it says %v, not %q", err, want)
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	says("")
	if err := objects.Kill(); err != nil {
		t.Fatal(err)
	}
	says("MinIO cannot be reached")
	if err := database.Kill(); err != nil {
		t.Fatal(err)
	}
	says("Neither PostgreSQL nor MinIO")
	if err := objects.Start(); err != nil {
		t.Fatal(err)
	}
	says("PostgreSQL cannot be reached")
	if err := database.Start(); err != nil {
		t.Fatal(err)
	}
	says("")
}

// TestMemoryBoundsJobs refuses less memory than a job may take.
func TestMemoryBoundsJobs(t *testing.T) {
	ws := open(t, t.TempDir())
	err := ws.Work(t.Context(), workspace.WorkOptions{Memory: workspace.JobMemory - 1})
	if !fault.Is(err, fault.Usage) || !strings.Contains(err.Error(), fmt.Sprint(workspace.JobMemory)) {
		t.Errorf("%v", err)
	}
	for _, tc := range []struct {
		o    workspace.WorkOptions
		want int
	}{
		{workspace.WorkOptions{Jobs: 8, Memory: 1 << 30}, 4},
		{workspace.WorkOptions{Jobs: 2, Memory: 1 << 30}, 2},
		{workspace.WorkOptions{Jobs: 3}, 3},
		{workspace.WorkOptions{Jobs: 3, Memory: workspace.JobMemory}, 1},
	} {
		if got, err := workspace.JobsAtOnce(tc.o); err != nil || got != tc.want {
			t.Errorf("%+v runs %d, %v", tc.o, got, err)
		}
	}
}

// TestServersTidy lets records expire and objects be orphaned, for two owners,
// with two servers that tidy; a paused queue gives nothing until it is let go.
func TestServersTidy(t *testing.T) {
	ctx := context.Background()
	c := newCommons(t)
	ana, bob := openShared(t, c.user(t, "ana")), openShared(t, c.user(t, "bob"))
	if err := c.Pause(ctx, "sheets", true); err != nil {
		t.Fatal(err)
	}
	keep, gone := add(t, ana, "keep.csv", people), add(t, bob, "gone.csv", "a,b\n1,2\n")
	c.forge(t, `UPDATE sheetmill.dataset SET expires_at = now() WHERE id = $1`, gone.RecordID)
	stray := func(ws *workspace.Workspace) {
		t.Helper()
		w, err := ws.Store().Create(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte("stray")); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(ctx, "owner/"+ws.Owner()+"/clean/stray.parquet"); err != nil {
			t.Fatal(err)
		}
	}
	stray(ana)
	h, err := c.Doctor(ctx, "", workspace.DoctorOptions{})
	if err != nil || h.Clean() || h.Expired != 1 || h.Swept.Objects != 1 {
		t.Errorf("before the sweep doctor finds %+v, %v", h, err)
	}
	serving(t, c.Server, workspace.WorkOptions{Jobs: 1})
	serving(t, c.open(t), workspace.WorkOptions{Jobs: 1})
	until(t, "the sweep", func() bool { return len(sizes(t, bob)) == 0 && len(sizes(t, ana)) == 1 })
	if _, err := bob.Find(ctx, gone.RecordID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the expired record: %v", err)
	}
	if s, err := ana.Status(ctx, keep.RecordID, 0); err != nil || s.Status != job.Processing || s.Job.State != job.Waiting {
		t.Errorf("while the queue is paused it is %+v, %v", s, err)
	}
	queues, err := c.Queues(ctx)
	if err != nil || len(queues) != 1 || queues[0].Name != "sheets" || queues[0].PausedAt.IsZero() {
		t.Errorf("the queues are %+v, %v", queues, err)
	}
	if err := c.Pause(ctx, "sheets", false); err != nil {
		t.Fatal(err)
	}
	if s := wait(t, ana, keep.RecordID); s.Status != job.Ready {
		t.Errorf("%+v", s)
	}
	// What is nobody's is found.
	whole, err := workspace.OpenStore(ctx, c.config.Objects, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = whole.Close() }()
	w, err := whole.Create(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(ctx, "owner/nobody/clean/x.parquet"); err != nil {
		t.Fatal(err)
	}
	if h, err := c.Doctor(ctx, "", workspace.DoctorOptions{}); err != nil || len(h.Faults) != 1 || !strings.Contains(h.Faults[0].Error(), "owner/nobody/") {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
}
