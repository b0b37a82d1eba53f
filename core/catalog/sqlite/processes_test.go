//go:build unix

package sqlite_test

import (
	"context"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/catalogtest"
	"sheetmill/core/catalog/sqlite"
)

var workspaces = catalogtest.Workspaces{
	New: func(t *testing.T) string {
		t.Helper()
		return filepath.Join(t.TempDir(), "catalog.db")
	},
	Open: func(ctx context.Context, place, owner string, timing catalogtest.Timing) (catalog.Catalog, error) {
		o := quick()
		o.Beat, o.Silence, o.Look = timing.Beat, timing.Silence, timing.Look
		return sqlite.Open(ctx, place, owner, o)
	},
}

func TestMain(m *testing.M) {
	catalogtest.Main(workspaces)
	goleak.VerifyTestMain(m)
}

func TestProcesses(t *testing.T) { catalogtest.RunProcesses(t, workspaces) }
