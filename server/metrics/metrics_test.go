package metrics_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sheetmill/core/job"
	"sheetmill/core/workspace"
	"sheetmill/server/metrics"
)

// fixed answers these figures, as a server does that has or has not its database.
type fixed struct {
	stats workspace.Stats
	err   error
}

func (f *fixed) Stats(context.Context) (workspace.Stats, error) { return f.stats, f.err }

func page(m *metrics.Metrics) string {
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return w.Body.String()
}

func TestFigures(t *testing.T) {
	s := &fixed{stats: workspace.Stats{
		Depths: []workspace.Depth{{Kind: "sheet_parse", State: job.Waiting, Jobs: 7, Oldest: 90 * time.Second}},
		Hits:   workspace.Hits{Parses: 5, Whole: 2, Raw: 1},
		Cache:  workspace.CacheStats{Hits: 11, Misses: 3, BytesUp: 100},
	}}
	m := metrics.New(s)
	o := m.Observer()
	o.Started("sheet_parse", 8*time.Millisecond)
	o.Started("sheet_parse", 8*time.Millisecond)
	o.Ended("sheet_parse", job.Completed, time.Second, job.Progress{Bytes: 1000, Rows: 30})
	o.Ended("sheet_parse", job.Failed, time.Second, job.Progress{Bytes: 99, Rows: 99})
	o.TakenOver("sheet_parse")
	o.Refused("sheet_parse")
	got := page(m)
	for _, want := range []string{
		`sheetmill_queue_jobs{kind="sheet_parse",state="` + string(job.Waiting) + `"} 7`, `sheetmill_queue_oldest_seconds{kind="sheet_parse",state="` + string(job.Waiting) + `"} 90`,
		`sheetmill_database_up 1`, `sheetmill_parses_total 5`, `sheetmill_parse_hits_total{found="whole"} 2`, `sheetmill_object_cache_total{from="cache"} 11`,
		`sheetmill_object_bytes_total{direction="up"} 100`, `sheetmill_job_wait_seconds_bucket{kind="sheet_parse",le="0.005"} 0`, `sheetmill_job_wait_seconds_bucket{kind="sheet_parse",le="0.01"} 2`,
		`sheetmill_job_run_seconds_count{kind="sheet_parse",left="` + string(job.Failed) + `"} 1`, `sheetmill_job_bytes_total{kind="sheet_parse"} 1000`, `sheetmill_job_rows_total{kind="sheet_parse"} 30`,
		`sheetmill_jobs_taken_over_total{kind="sheet_parse"} 1`, `sheetmill_late_commits_refused_total{kind="sheet_parse"} 1`, `sheetmill_jobs_running{kind="sheet_parse"} 0`, "go_goroutines",
	} {
		if !strings.Contains(got, want+"\n") && !strings.Contains(got, want+" ") {
			t.Errorf("there is no %s", want)
		}
	}
	s.stats.Depths, s.err = nil, errors.New("away")
	if got := page(m); !strings.Contains(got, "sheetmill_database_up 0\n") || strings.Contains(got, "sheetmill_queue_jobs{") || !strings.Contains(got, "sheetmill_parses_total 5\n") {
		t.Errorf("with the database away: %s", got)
	}
}
