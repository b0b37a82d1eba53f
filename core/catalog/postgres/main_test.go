//go:build unix

package postgres_test

import (
	"context"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/catalogtest"
	"sheetmill/core/catalog/postgres"
	"sheetmill/core/testenv"
)

var workspaces = catalogtest.Workspaces{
	New: func(t *testing.T) string {
		t.Helper()
		return shared(t)
	},
	Open: func(ctx context.Context, place, owner string, timing catalogtest.Timing) (catalog.Catalog, error) {
		o := quick()
		o.Beat, o.Silence, o.Look = timing.Beat, timing.Silence, timing.Look
		if o.Silence == 0 { // a death is known by its silence only: not to be waited for in a test
			o.Beat, o.Silence, o.Look = 150*time.Millisecond, 900*time.Millisecond, 100*time.Millisecond
		}
		return postgres.Open(ctx, as(place, owner), o)
	},
}

func TestMain(m *testing.M) {
	catalogtest.Main(workspaces)
	testenv.Main(m)
}

func TestProcesses(t *testing.T) { catalogtest.RunProcesses(t, workspaces) }
