package metrics

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"sheetmill/core/workspace"
)

// Server is what figures are asked of.
type Server interface {
	// Stats are the figures of the moment. With an error, those of this process are right nevertheless.
	Stats(ctx context.Context) (workspace.Stats, error)
}

// patience is how long a database may take that is asked for its figures:
// Prometheus waits 10 s, and what is of this process comes in any case.
const patience = 3 * time.Second

// figures asks a server when Prometheus asks.
type figures struct{ server Server }

var (
	depth     = describe("sheetmill_queue_jobs", "Jobs of the workspace that have not ended.", "kind", "state")
	oldest    = describe("sheetmill_queue_oldest_seconds", "How long the longest waiting job has been due.", "kind", "state")
	reached   = describe("sheetmill_database_up", "1 when the database answered for this page.")
	parses    = describe("sheetmill_parses_total", "Attempts at a parse.")
	done      = describe("sheetmill_parse_hits_total", "Parses that found work done before, all of it or the raw table.", "found")
	copies    = describe("sheetmill_object_cache_total", "Objects opened, from the cache on disk or from the bucket.", "from")
	evicted   = describe("sheetmill_object_cache_evictions_total", "Copies removed from the cache for others.")
	damaged   = describe("sheetmill_objects_damaged_total", "Downloads and copies that did not match their checksum.")
	traffic   = describe("sheetmill_object_bytes_total", "Bytes to and from the bucket.", "direction")
	alreadyUp = describe("sheetmill_objects_kept_total", "Objects not sent because the bucket had them.")
	resumed   = describe("sheetmill_object_resumed_bytes_total", "Bytes of broken uploads that were not sent again.")
)

func describe(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, labels, nil)
}

// Describe lists the figures.
func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{depth, oldest, reached, parses, done, copies, evicted, damaged, traffic, alreadyUp, resumed} {
		to <- d
	}
}

// Collect asks for the figures.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	stats, err := f.server.Stats(ctx)
	gauge := func(d *prometheus.Desc, x float64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, x, labels...)
	}
	counter := func(d *prometheus.Desc, n int64, labels ...string) {
		to <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, float64(n), labels...)
	}
	up := 1.0
	if err != nil {
		up = 0
	}
	gauge(reached, up)
	for _, d := range stats.Depths {
		gauge(depth, float64(d.Jobs), d.Kind, string(d.State))
		gauge(oldest, d.Oldest.Seconds(), d.Kind, string(d.State))
	}
	counter(parses, stats.Hits.Parses)
	counter(done, stats.Hits.Whole, "whole")
	counter(done, stats.Hits.Raw, "raw")
	counter(copies, stats.Cache.Hits, "cache")
	counter(copies, stats.Cache.Misses, "bucket")
	counter(evicted, stats.Cache.Evictions)
	counter(damaged, stats.Cache.Damaged)
	counter(traffic, stats.Cache.BytesDown, "down")
	counter(traffic, stats.Cache.BytesUp, "up")
	counter(alreadyUp, stats.Cache.Kept)
	counter(resumed, stats.Cache.Resumed)
}
