package sqlite_test

import (
	"path/filepath"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/catalogtest"
	"sheetmill/core/catalog/sqlite"
)

// quick has short retries and is otherwise what programs use.
func quick() sqlite.Options {
	return sqlite.Options{Backoff: func(int) time.Duration { return 30 * time.Millisecond }}
}

func open(t *testing.T, path, owner string, opts sqlite.Options) *sqlite.Catalog {
	t.Helper()
	c, err := sqlite.Open(t.Context(), path, owner, opts)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return c
}

func TestContract(t *testing.T) {
	homes := map[*testing.T]string{}
	catalogtest.Run(t, func(t *testing.T, owner string) catalog.Catalog {
		t.Helper()
		if homes[t] == "" {
			homes[t] = filepath.Join(t.TempDir(), "catalog.db")
		}
		return open(t, homes[t], owner, quick())
	})
}

// TestOwnersShareObjects sweeps as one owner what another needs: a local store has one folder for all.
func TestOwnersShareObjects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "catalog.db")
	ana, bob := open(t, path, "ana", quick()), open(t, path, "bob", quick())
	if err := ana.Claim(t.Context(), 0, "claimed"); err != nil {
		t.Fatal(err)
	}
	n, err := bob.Sweep(t.Context(), []string{"claimed"}, false, func(key string) error {
		t.Errorf("%s was removed under another's claim", key)
		return nil
	})
	if n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
}
