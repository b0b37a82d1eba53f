package workspace_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"maps"
	"runtime"
	"strings"
	"testing"
	"time"

	"sheetmill/core/synth"
	"sheetmill/core/workspace"
)

// TestCleanExportIsClean: what was cleaned and exported, cleaned again, is as it was.
func TestCleanExportIsClean(t *testing.T) {
	ctx := context.Background()
	ws := open(t, t.TempDir())
	working(t, ws)
	var sample, reference, large bytes.Buffer
	for _, err := range []error{
		synth.Sample(&sample),
		synth.Reference(&reference, synth.ReferenceOptions{Rows: 500, Seed: 3}),
		synth.CSV(&large, synth.CSVOptions{Rows: 2000, Cols: 50, Seed: 3}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for name, content := range map[string]string{"sample.xlsx": sample.String(), "reference.xlsx": reference.String(), "large.csv": large.String()} {
		first := csvOf(t, ws, milledWith(t, ws, name, content, workspace.Options{}))
		again := milledWith(t, ws, "clean.csv", first, workspace.Options{})
		if second := csvOf(t, ws, again); second != first {
			t.Errorf("%s: the second export differs from the first", name)
		}
		seen := 0
		if _, err := ws.Ledger(ctx, again, workspace.LedgerOptions{}, func(e workspace.LedgerEntry) error {
			if seen++; seen <= 5 {
				t.Errorf("%s: %s %q was changed again by %s", name, e.Column, e.Before, e.Rule)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSameBytesEverywhere: what is derived does not depend on the number of
// processors or the time zone.
func TestSameBytesEverywhere(t *testing.T) {
	var sample bytes.Buffer
	if err := synth.Sample(&sample); err != nil {
		t.Fatal(err)
	}
	local, processors := time.Local, runtime.GOMAXPROCS(0)
	defer func() {
		time.Local = local
		runtime.GOMAXPROCS(processors)
	}()
	var before map[string][32]byte
	for _, machine := range []struct {
		processors int
		zone       *time.Location
	}{{1, time.UTC}, {2, time.FixedZone("CST", 8*3600)}, {4, time.FixedZone("PST", -8*3600)}} {
		runtime.GOMAXPROCS(machine.processors)
		time.Local = machine.zone
		ws := open(t, t.TempDir())
		stop := startWork(t, ws)
		id := milledWith(t, ws, "sample.xlsx", sample.String(), workspace.Options{})
		stop()
		derived := map[string][32]byte{"csv": sha256.Sum256([]byte(csvOf(t, ws, id)))}
		for key, content := range contents(t, ws) {
			if !strings.Contains(key, "/source/") {
				derived[key] = sha256.Sum256(content)
			}
		}
		if before != nil && !maps.Equal(before, derived) {
			t.Errorf("with %d processors in %s there is something else", machine.processors, machine.zone)
		}
		before = derived
	}
	if len(before) != 5 {
		t.Errorf("%d objects were compared", len(before))
	}
}

// contents reads every object of a workspace.
func contents(t *testing.T, ws *workspace.Workspace) map[string][]byte {
	t.Helper()
	ctx := context.Background()
	out := map[string][]byte{}
	for info, err := range ws.Store().List(ctx, "") {
		if err != nil {
			t.Fatal(err)
		}
		object, err := ws.Store().Open(ctx, info.Key)
		if err != nil {
			t.Fatal(err)
		}
		out[info.Key] = make([]byte, object.Size())
		if _, err := object.ReadAt(out[info.Key], 0); err != nil && !errors.Is(err, io.EOF) {
			t.Fatal(err)
		}
		_ = object.Close()
	}
	return out
}
