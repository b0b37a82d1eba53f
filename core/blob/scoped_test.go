package blob_test

import (
	"strings"
	"testing"

	"sheetmill/core/blob"
	"sheetmill/core/blob/dir"
	"sheetmill/core/fault"
)

func put(t *testing.T, s blob.Store, key, content string) error {
	t.Helper()
	w, err := s.Create(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = w.Abort() }()
	if _, err := w.Write([]byte(content)); err != nil {
		t.Fatal(err)
	}
	_, err = w.Commit(t.Context(), key)
	return err
}

func keys(t *testing.T, s blob.Store, prefix string) string {
	t.Helper()
	var out []string
	for info, err := range s.List(t.Context(), prefix) {
		if err != nil {
			return string(fault.CodeOf(err))
		}
		out = append(out, info.Key)
	}
	return strings.Join(out, " ")
}

// TestScope tries to reach another owner's objects in every way there is.
func TestScope(t *testing.T) {
	whole, err := dir.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := whole.Close(); err != nil {
			t.Error(err)
		}
	})
	ana := blob.Scoped(whole, "owner/ana/")
	for _, key := range []string{"owner/ana/source/1", "owner/anna/source/2", "owner/bob/source/3", "other"} {
		if err := put(t, whole, key, key); err != nil {
			t.Fatal(err)
		}
	}
	const own = "owner/ana/clean/4"
	if err := put(t, ana, own, "mine"); err != nil {
		t.Fatal(err)
	}
	if info, err := ana.Stat(t.Context(), own); err != nil || info.Size != 4 {
		t.Errorf("Stat of our own: %+v, %v", info, err)
	}
	object, err := ana.Open(t.Context(), own)
	if err != nil {
		t.Fatal(err)
	}
	if err := object.Close(); err != nil {
		t.Error(err)
	}
	for _, key := range []string{"owner/bob/source/3", "owner/anna/source/2", "other", "owner/ana", "", "owner/../owner/ana/x"} {
		_, openErr := ana.Open(t.Context(), key)
		_, statErr := ana.Stat(t.Context(), key)
		for what, err := range map[string]error{"Open": openErr, "Stat": statErr, "Remove": ana.Remove(t.Context(), key), "Commit": put(t, ana, key, "forged")} {
			if !fault.Is(err, fault.NotAllowed) {
				t.Errorf("%s(%q): %v", what, key, err)
			}
		}
	}
	// A way out of the folder is no key at all.
	if err := ana.Remove(t.Context(), "owner/ana/../bob/source/3"); !fault.Is(err, fault.Usage) {
		t.Errorf("Remove through ..: %v", err)
	}
	for prefix, want := range map[string]string{
		"": own + " owner/ana/source/1", "owner/": own + " owner/ana/source/1", "owner/an": own + " owner/ana/source/1",
		"owner/ana/": own + " owner/ana/source/1", "owner/ana/s": "owner/ana/source/1",
		"owner/bob/": "not_allowed", "owner/anna": "not_allowed", "x": "not_allowed",
	} {
		if got := keys(t, ana, prefix); got != want {
			t.Errorf("List(%q) = %s, want %s", prefix, got, want)
		}
	}
	if got := keys(t, whole, ""); got != "other owner/ana/clean/4 owner/ana/source/1 owner/anna/source/2 owner/bob/source/3" {
		t.Errorf("there is %s", got)
	}
	if err := ana.Remove(t.Context(), own); err != nil {
		t.Error(err)
	}
	if got := keys(t, ana, ""); got != "owner/ana/source/1" {
		t.Errorf("after Remove there is %s", got)
	}
}
