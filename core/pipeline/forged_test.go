package pipeline_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"sheetmill/core/blob"
	"sheetmill/core/blob/dir"
	"sheetmill/core/catalog"
	"sheetmill/core/fault"
	"sheetmill/core/job"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
)

// notedCatalog takes what a parse claims and commits.
type notedCatalog struct {
	claimed []string
	version catalog.Version
	commits int
}

func (c *notedCatalog) Claim(_ context.Context, _ int64, keys ...string) error {
	c.claimed = append(c.claimed, keys...)
	return nil
}

func (c *notedCatalog) Commit(_ context.Context, _ job.Lease, _ string, v catalog.Version, _ job.Progress) error {
	c.version = v
	c.commits++
	return nil
}

func store(t *testing.T) blob.Store {
	t.Helper()
	s, err := dir.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

func keep(t *testing.T, s blob.Store, key, content string) {
	t.Helper()
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(t.Context(), key); err != nil {
		t.Fatal(err)
	}
}

// TestForgedArguments writes by hand what another's job could hold. Whose job
// it is comes from the run; nothing of another's is read, claimed or written.
func TestForgedArguments(t *testing.T) {
	s := store(t)
	keep(t, s, pipeline.SourceKey("ana", "01"), "id,name\n1,ana\n")
	keep(t, s, pipeline.SourceKey("bob", "02"), "id,secret\n1,bob\n")
	for what, args := range map[string]string{
		"another's source":                `{"recordId":"r","fileName":"x.csv","fileKey":"owner/bob/source/02","fileHash":"02"}`,
		"another's source and owner":      `{"recordId":"r","fileName":"x.csv","fileKey":"owner/bob/source/02","fileHash":"02","owner":"bob"}`,
		"another's source, our hash":      `{"recordId":"r","fileName":"x.csv","fileKey":"owner/bob/source/02","fileHash":"01"}`,
		"our source under another's hash": `{"recordId":"r","fileName":"x.csv","fileKey":"owner/ana/source/01","fileHash":"02"}`,
		"a way out":                       `{"recordId":"r","fileName":"x.csv","fileKey":"owner/ana/../bob/source/02","fileHash":"02"}`,
		"no source":                       `{"recordId":"r"}`,
		"a hash that is a path":           `{"recordId":"r","fileName":"x.csv","fileKey":"owner/ana/source/../../bob/source/02","fileHash":"../../bob/source/02"}`,
	} {
		cat := &notedCatalog{}
		run := job.Run{Owner: "ana", RecordID: "r", Args: json.RawMessage(args), Report: func(job.Progress) {}}
		err := pipeline.NewParser(s, cat, sheet.Limits{}).Work(t.Context(), run)
		if !fault.Is(err, fault.NotAllowed) && !fault.Is(err, fault.Usage) || !fault.Permanent(err) {
			t.Errorf("%s: %v", what, err)
		}
		if cat.commits != 0 {
			t.Errorf("%s: committed %+v", what, cat.version)
		}
	}

	cat, hits := &notedCatalog{}, &pipeline.Hits{}
	run := job.Run{Owner: "ana", RecordID: "r", Report: func(job.Progress) {},
		Args: json.RawMessage(`{"recordId":"r","fileName":"x.csv","fileKey":"owner/ana/source/01","fileHash":"01","owner":"bob"}`)}
	for range 2 {
		if err := pipeline.NewParser(s, cat, sheet.Limits{}).Counting(hits).Work(t.Context(), run); err != nil {
			t.Fatal(err)
		}
	}
	for _, key := range append(cat.claimed, cat.version.Keys...) {
		if !strings.HasPrefix(key, "owner/ana/") {
			t.Errorf("a job of ana's that says it is bob's names %s", key)
		}
	}
	if hits.Parses.Load() != 2 || hits.Whole.Load() != 1 || hits.Raw.Load() != 0 {
		t.Errorf("of two parses of one file the hits are %d, %d, %d", hits.Parses.Load(), hits.Whole.Load(), hits.Raw.Load())
	}
	if err := s.Remove(t.Context(), cat.version.CleanKey); err != nil {
		t.Fatal(err)
	}
	if err := pipeline.NewParser(s, cat, sheet.Limits{}).Counting(hits).Work(t.Context(), run); err != nil {
		t.Fatal(err)
	}
	if hits.Raw.Load() != 1 {
		t.Errorf("a parse without its clean table found %d raw tables", hits.Raw.Load())
	}
}
