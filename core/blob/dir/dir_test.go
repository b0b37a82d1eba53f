package dir_test

import (
	"path/filepath"
	"testing"

	"sheetmill/core/blob"
	"sheetmill/core/blob/blobtest"
	"sheetmill/core/blob/dir"
)

func open(t *testing.T, root string) *dir.Store {
	t.Helper()
	s, err := dir.Open(t.Context(), root)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return s
}

func TestContract(t *testing.T) {
	roots := map[*testing.T]string{}
	blobtest.Run(t, func(t *testing.T) blob.Store {
		t.Helper()
		if roots[t] == "" {
			roots[t] = filepath.Join(t.TempDir(), "new", "store")
		}
		return open(t, roots[t])
	})
}
