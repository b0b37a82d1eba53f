package workspace_test

import (
	"context"
	"strings"
	"testing"

	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/locate"
	"sheetmill/core/workspace"
)

// TestReadAgain reads a source with other choices: as a version, and as a dataset of its own.
func TestReadAgain(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	id := milledWith(t, ws, "a.csv", "x;y\n1;2\n3;4\n", workspace.Options{})
	found, err := ws.Reading(ctx, id)
	if err != nil || found.Dialect == nil || found.Dialect.Delimiter != ";" || len(found.HeaderRows) != 1 || found.Encoding == "" {
		t.Fatalf("%+v %v", found, err)
	}
	o := workspace.Options{Locate: locate.Options{NoHeader: true}}
	added, err := ws.ReadAgain(ctx, id, o, false)
	again(t, ws, added, err)
	if got := csvOf(t, ws, id); added.RecordID != id || !strings.Contains(got, "x,y\n1,2\n") {
		t.Errorf("without a header it is %q", got)
	}
	if found, err = ws.Reading(ctx, id); err != nil || !found.Options.Locate.NoHeader || len(found.HeaderRows) != 0 {
		t.Errorf("%+v %v", found, err)
	}
	added, err = ws.ReadAgain(ctx, id, workspace.Options{Delimiter: "|"}, true)
	again(t, ws, added, err)
	if got := csvOf(t, ws, added.RecordID); added.RecordID == id || !strings.HasPrefix(got, "x;y\n") {
		t.Errorf("apart it is %q", got)
	}
	if versions, err := ws.Versions(ctx, id); err != nil || len(versions) != 2 {
		t.Errorf("the first has %d versions, %v", len(versions), err)
	}
	if _, err := ws.ReadAgain(ctx, id, workspace.Options{Password: "x"}, false); !fault.Is(err, fault.Usage) {
		t.Errorf("a password for a text is answered with %v", err)
	}
	if _, err := ws.ReadAgain(ctx, "nobody", workspace.Options{}, false); !fault.Is(err, fault.NotFound) {
		t.Errorf("a dataset that is not there is answered with %v", err)
	}
}

// TestReadAgainOfWhatFailed mills what could not be read, by the choice that it needed.
func TestReadAgainOfWhatFailed(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	added, err := ws.Add(ctx, strings.NewReader("a,b\n1,2\n"), workspace.AddOptions{FileName: "a.csv", Options: workspace.Options{Encoding: "no-such-encoding"}})
	if err != nil {
		t.Fatal(err)
	}
	if s := wait(t, ws, added.RecordID); s.Status != job.Broken {
		t.Fatalf("%+v", s)
	}
	if found, err := ws.Reading(ctx, added.RecordID); err != nil || found.Encoding != "utf-8" || found.Locked {
		t.Errorf("%+v %v", found, err)
	}
	added, err = ws.ReadAgain(ctx, added.RecordID, workspace.Options{}, false)
	again(t, ws, added, err)
	if got := csvOf(t, ws, added.RecordID); got != "a,b\n1,2\n" {
		t.Errorf("it is %q", got)
	}
}
