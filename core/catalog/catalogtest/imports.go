//nolint:thelper // the parts of a suite are tests: a failure names their own lines
package catalogtest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
)

// testImport writes records that are ready at once.
func testImport(t *testing.T, open Open) {
	c := open(t, owner)
	named := func(id string) catalog.NewDataset {
		d := dataset(id)
		d.FileName, d.Idempotency = "lab.xlsx", "push-one-1"
		return d
	}
	first := must(c.Import(t.Context(), named("one"), version("clean-one")))(t, "Import")
	if first.RecordID != "one" || first.JobID != 0 || first.Again {
		t.Errorf("the answer is %+v", first)
	}
	d := must(c.Dataset(t.Context(), "one"))(t, "Dataset")
	if d.Owner != owner || d.FileKey != "source-one" || d.Head != 1 || d.CleanDataKey != "clean-one" || d.TotalRows == nil || *d.TotalRows != 3 ||
		d.TotalCols == nil || *d.TotalCols != 2 || len(d.Columns) != 2 || d.CreatedAt.IsZero() {
		t.Errorf("the record is %+v", d)
	}
	v := must(c.Version(t.Context(), "one", 0))(t, "Version")
	want := version("clean-one")
	want.Number, want.CreatedAt = 1, v.CreatedAt
	if diff := cmp.Diff(want, v); diff != "" {
		t.Errorf("the version (-want +got):\n%s", diff)
	}
	_, err := c.LatestJob(t.Context(), "one")
	wantCode(t, "the job of an imported record", err, fault.NotFound)
	if alone := must(c.Check(t.Context()))(t, "Check"); len(alone) != 0 {
		t.Errorf("Check lists %v", alone)
	}

	again := must(c.Import(t.Context(), named("two"), version("clean-two")))(t, "Import again")
	if again != (catalog.Added{RecordID: "one", Again: true}) {
		t.Errorf("the second answer is %+v", again)
	}
	other := named("three")
	other.FileHash = "of other bytes"
	_, err = c.Import(t.Context(), other, version("clean-three"))
	wantCode(t, "the key of another file", err, fault.Conflict)
	// Add and Import share the names of requests.
	if a := must(c.Add(t.Context(), named("four"), job.Request{Kind: kind, Queue: queue}))(t, "Add"); a.RecordID != "one" || !a.Again {
		t.Errorf("Add under an import's name answers %+v", a)
	}
	if vs := must(c.Versions(t.Context(), "one"))(t, "Versions"); len(vs) != 1 {
		t.Errorf("versions: %+v", vs)
	}

	// It is a record like any other.
	id := must(c.Enqueue(t.Context(), "one", job.Request{Kind: kind, Queue: queue}))(t, "Enqueue")
	stop := start(t, c, 1, does(func(ctx context.Context, run job.Run) error {
		return c.Commit(ctx, run.Lease, run.RecordID, version("clean-next"), final)
	}))
	untilState(t, c, id, job.Completed)
	stop()
	if d := must(c.Dataset(t.Context(), "one"))(t, "Dataset"); d.Head != 2 || d.CleanDataKey != "clean-next" {
		t.Errorf("after a commit the record is %+v", d)
	}
	keys := must(c.Remove(t.Context(), "one"))(t, "Remove")
	slices.Sort(keys)
	if !slices.Equal(keys, []string{"clean-next", "clean-one", "ledger-clean-next", "ledger-clean-one", "source-one"}) {
		t.Errorf("Remove answered %v", keys)
	}
	_, err = open(t, "bob").Dataset(t.Context(), "one")
	wantCode(t, "another's import", err, fault.NotFound)
}

// testImportWholeOrNothing refuses imports, and makes eight at once.
func testImportWholeOrNothing(t *testing.T, open Open) {
	c := open(t, owner)
	add(t, c, "taken")
	bad := version("clean-x")
	bad.Detail = []byte(`{"cut`)
	nameless := version("clean-x")
	nameless.CleanKey = ""
	for what, tc := range map[string]struct {
		d    catalog.NewDataset
		v    catalog.Version
		code fault.Code
	}{
		"an ID that is taken":   {dataset("taken"), version("clean-x"), fault.Conflict},
		"details that are cut":  {dataset("x"), bad, fault.Usage},
		"no clean table":        {dataset("x"), nameless, fault.Usage},
		"no source":             {catalog.NewDataset{ID: "x"}, version("clean-x"), fault.Usage},
		"neither ID nor source": {catalog.NewDataset{}, version("clean-x"), fault.Usage},
	} {
		_, err := c.Import(t.Context(), tc.d, tc.v)
		wantCode(t, "Import with "+what, err, tc.code)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := c.Import(ctx, dataset("x"), version("clean-x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Import after the end of its context: %v", err)
	}
	_, err := c.Dataset(t.Context(), "x")
	wantCode(t, "the record of a refused Import", err, fault.NotFound)
	if d := must(c.Dataset(t.Context(), "taken"))(t, "Dataset"); d.Head != 0 {
		t.Errorf("a refused Import changed the record to %+v", d)
	}
	wantSwept(t, "what a refused Import named", c, []string{"clean-x", "source-x"}, "clean-x", "source-x")

	var wg sync.WaitGroup
	for _, id := range ids(8) {
		c := open(t, owner)
		wg.Go(func() {
			d := dataset(id)
			d.FileName, d.Idempotency = "lab.xlsx", "at-once"
			if _, err := c.Import(t.Context(), d, version("clean-once")); err != nil {
				t.Errorf("Import at once: %v", err)
			}
		})
	}
	wg.Wait()
	if all := must(c.Datasets(t.Context(), 0))(t, "Datasets"); len(all) != 2 {
		t.Errorf("there are %d records, want 2", len(all))
	}
}

// testImportClaims sweeps before, during and after an import.
func testImportClaims(t *testing.T, open Open) {
	c, elsewhere := open(t, owner), open(t, owner)
	keys := []string{"clean-one", "ledger-clean-one", "source-one"}
	claim := func() {
		t.Helper()
		if err := c.Claim(t.Context(), 0, keys...); err != nil {
			t.Fatal(err)
		}
	}
	claim()
	wantSwept(t, "what is about to be imported", elsewhere, keys)
	d := dataset("one")
	d.Idempotency = "push-one-1"
	must(c.Import(t.Context(), d, version("clean-one")))(t, "Import")
	wantSwept(t, "what was imported", elsewhere, keys)
	// Asked again, it releases what was claimed again.
	claim()
	must(c.Import(t.Context(), d, version("clean-one")))(t, "Import again")
	must(c.Remove(t.Context(), "one"))(t, "Remove")
	wantSwept(t, "what was imported and removed", elsewhere, keys, keys...)
}
