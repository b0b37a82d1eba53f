package workspace_test

import (
	"context"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/say"
	"sheetmill/core/workspace"
)

// TestEveryStepOfAddFails fails each step of an add in turn, before it had its
// effect and after. The process goes, as after trouble it may; the next one sweeps. Nothing
// is left that nobody refers to, and the client's retry under its name yields
// the one record.
func TestEveryStepOfAddFails(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	c := newCommons(t)
	connection := c.user(t, "ana")
	kinds := map[string]func() (*workspace.Workspace, error){
		"local": func() (*workspace.Workspace, error) {
			return workspace.Open(ctx, workspace.Config{Home: home})
		},
		"shared": func() (*workspace.Workspace, error) {
			return workspace.OpenShared(ctx, workspace.Config{CacheDir: home + "/cache"}, connection)
		},
	}
	for kind, reopen := range kinds {
		for _, step := range []string{"create", "write", "claim", "claim, done", "publish", "publish, done", "add", "add, done", "add and release"} {
			t.Run(kind+"/"+step, func(t *testing.T) { addFailsAt(t, step, reopen) })
		}
	}
}

func addFailsAt(t *testing.T, step string, reopen func() (*workspace.Workspace, error)) {
	t.Helper()
	ctx := context.Background()
	open := func() *workspace.Workspace {
		ws, err := reopen()
		if err != nil {
			t.Fatal(err)
		}
		return ws
	}
	request := func(ws *workspace.Workspace) (workspace.Added, error) {
		return ws.Add(ctx, strings.NewReader(people), workspace.AddOptions{FileName: "people.csv", Idempotency: step})
	}
	ws := open()
	ws.Failing(step, fault.New(fault.Unreachable, say.T("The bucket is away.")))
	if _, err := request(ws); !fault.Is(err, fault.Unreachable) || !strings.Contains(err.Error(), "The bucket is away") {
		t.Errorf("it answers %v", err)
	}
	if err := ws.Close(); err != nil {
		t.Fatal(err)
	}
	ws = open()
	defer func() {
		if err := ws.Close(); err != nil {
			t.Error(err)
		}
	}()
	if _, err := ws.Sweep(ctx, false); err != nil {
		t.Fatal(err)
	}
	records, err := ws.Datasets(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	answered := step == "add, done" // the answer alone was lost
	if want := map[bool]int{true: 1}[answered]; len(records) != want || len(sizes(t, ws)) != want {
		t.Errorf("there are %d records and %v", len(records), sizes(t, ws))
	}
	added, err := request(ws)
	if err != nil || added.Again != answered || answered && added.RecordID != records[0].ID {
		t.Errorf("the retry answers %+v, %v", added, err)
	}
	if again, err := request(ws); err != nil || !again.Again || again.RecordID != added.RecordID || again.JobID != added.JobID {
		t.Errorf("and again %+v, %v", again, err)
	}
	stop := startWork(t, ws)
	if s := wait(t, ws, added.RecordID); s.Status != job.Ready {
		t.Errorf("%+v", s)
	}
	stop()
	if h, err := ws.Doctor(ctx, workspace.DoctorOptions{}); err != nil || !h.Clean() || h.Records != 1 || h.Objects != 5 {
		t.Errorf("doctor finds %+v, %v", h, err)
	}
	if err := ws.Remove(ctx, added.RecordID); err != nil {
		t.Error(err)
	}
	if left := sizes(t, ws); len(left) != 0 {
		t.Errorf("there is %v", left)
	}
}
