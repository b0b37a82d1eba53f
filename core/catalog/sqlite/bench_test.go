package sqlite_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"sheetmill/core/catalog"
	"sheetmill/core/catalog/sqlite"
	"sheetmill/core/job"
)

func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "catalog.db")
	for b.Loop() {
		c, err := sqlite.Open(b.Context(), path, "ana", sqlite.Options{})
		if err != nil {
			b.Fatal(err)
		}
		if err := c.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c := openBench(b, filepath.Join(b.TempDir(), "catalog.db"))
	for n := 0; b.Loop(); n++ {
		if _, err := addTo(b.Context(), c, fmt.Sprintf("r%d", n)); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkEnqueueToStart is the time from the call of Add to the first line
// of the worker, in the process that adds and in another.
func BenchmarkEnqueueToStart(b *testing.B) {
	for _, name := range []string{"here", "there"} {
		b.Run(name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "catalog.db")
			working := openBench(b, path)
			adding := working
			if name == "there" {
				adding = openBench(b, path)
			}
			started := make(chan time.Time, 1)
			stop := startBench(b, working, func(ctx context.Context, run job.Run) error {
				started <- time.Now()
				return working.Commit(ctx, run.Lease, run.RecordID, catalog.Version{CleanKey: "k"}, job.Progress{})
			})
			defer stop()
			var most, sum time.Duration
			n := 0
			for b.Loop() {
				time.Sleep(10 * time.Millisecond) // let the last one end
				began := time.Now()
				if _, err := addTo(b.Context(), adding, fmt.Sprintf("r%d", n)); err != nil {
					b.Fatal(err)
				}
				took := (<-started).Sub(began)
				most, sum = max(most, took), sum+took
				n++
			}
			b.ReportMetric(float64(sum.Microseconds())/1000/float64(n), "ms/start")
			b.ReportMetric(float64(most.Microseconds())/1000, "ms-worst")
		})
	}
}

func openBench(b *testing.B, path string) *sqlite.Catalog {
	b.Helper()
	c, err := sqlite.Open(b.Context(), path, "ana", sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = c.Close() })
	return c
}

func startBench(b *testing.B, c catalog.Catalog, w worker) (stop func()) {
	b.Helper()
	reg, err := job.NewRegistry(w)
	if err != nil {
		b.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ready, done := make(chan struct{}), make(chan error, 1)
	go func() { done <- c.Work(ctx, reg, catalog.WorkOptions{Jobs: 1, Ready: ready}) }()
	<-ready
	return func() {
		cancel()
		if err := <-done; err != nil {
			b.Errorf("Work: %v", err)
		}
	}
}
