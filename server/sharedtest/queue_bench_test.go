//go:build unix

package sharedtest_test

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"sheetmill/core/job"
)

// durable is how a database waits for the disk, as a real one does.
const durable = "fsync=on"

// report reports times as figures of a benchmark.
func report(b *testing.B, what string, took []time.Duration) {
	b.Helper()
	slices.Sort(took)
	at := func(share int) float64 {
		return float64(took[max(0, (len(took)*share+99)/100-1)]) / float64(time.Millisecond)
	}
	b.ReportMetric(at(50), what+"-p50-ms")
	b.ReportMetric(at(95), what+"-p95-ms")
}

// BenchmarkEnqueueToStart adds a job on one machine where another one is idle: from
// the call of Add, and from its answer, to the start of the work.
func BenchmarkEnqueueToStart(b *testing.B) {
	p := newPlace(b, 0, durable)
	p.user(b, "ana")
	here, there := p.machine(b), p.machine(b)
	started := make(chan time.Time, 1)
	works(b, there, 1, func(ctx context.Context, run job.Run) error {
		started <- time.Now()
		return p.complete(ctx, there, run)
	})
	var whole, after []time.Duration
	n := 0
	for b.Loop() {
		n++
		began := time.Now()
		enqueue(b, here, "ana", fmt.Sprint("r", n), 0)
		answered := time.Now()
		start := <-started // it may have begun before Add had its answer
		whole = append(whole, start.Sub(began))
		after = append(after, max(0, start.Sub(answered)))
		time.Sleep(5 * time.Millisecond) // idle again
	}
	report(b, "add-to-start", whole)
	report(b, "answer-to-start", after)
	b.ReportMetric(0, "ns/op")
}

// BenchmarkDrain does 20,000 jobs that do nothing and were there before, on one
// machine with many places.
func BenchmarkDrain(b *testing.B) {
	const jobs = 20000
	for b.Loop() {
		b.StopTimer()
		p := newPlace(b, 0, durable)
		for _, name := range []string{"ana", "bob"} {
			p.user(b, name)
			p.fill(b, name, jobs/2)
		}
		s := p.machine(b)
		var done atomic.Int64
		over := make(chan struct{})
		b.StartTimer()
		began := time.Now()
		works(b, s, drainPlaces, func(ctx context.Context, run job.Run) error {
			err := p.complete(ctx, s, run)
			if done.Add(1) == jobs {
				close(over)
			}
			return err
		})
		<-over
		took := time.Since(began)
		b.StopTimer()
		if n := asks[int](b, p, `SELECT count(*) FROM sheetmill.river_job WHERE state = 'completed'`); n != jobs {
			b.Fatalf("%d of %d are completed", n, jobs)
		}
		b.ReportMetric(jobs/took.Seconds(), "jobs/s")
		b.StartTimer()
	}
	b.ReportMetric(0, "ns/op")
}

// drainPlaces is how many jobs run at once.
const drainPlaces = 500

// fill makes records with a job each, at once.
func (p *place) fill(t testing.TB, owner string, jobs int) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, p.admin)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, `
		WITH job AS (
			INSERT INTO sheetmill.river_job (owner, kind, queue, state, max_attempts, priority, args, metadata)
			SELECT $1, $2, $3, 'available', 5, 2, '{}', '{}' FROM generate_series(1, $4) RETURNING id
		), record AS (
			INSERT INTO sheetmill.dataset (id, owner, file_name, file_key, file_size, file_hash)
			SELECT $1 || n, $1, 'f', 'owner/' || $1 || '/source/' || n, 1, 'h' FROM generate_series(1, $4) n RETURNING seq
		)
		INSERT INTO sheetmill.dataset_job (job, owner, dataset)
		SELECT j.id, $1, r.seq FROM (SELECT id, row_number() OVER () AS n FROM job) j JOIN (SELECT seq, row_number() OVER () AS n FROM record) r USING (n)`,
		owner, tryKind, tryQueue, jobs); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Exec(ctx, `ANALYZE`); err != nil {
		t.Fatal(err)
	}
}
