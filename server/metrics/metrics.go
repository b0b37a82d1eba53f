// Package metrics is what Prometheus reads of a server or worker.
//
//	m := metrics.New(server)
//	err := m.Register(api.Collectors()...)
//	go server.Work(ctx, workspace.WorkOptions{Observer: m.Observer()})
//	api, err := httpapi.New(backend, httpapi.Options{Metrics: m.Handler()})
//
// Depths of queues are of the whole workspace, asked for when Prometheus asks;
// everything else is of this process, since it started.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"sheetmill/core/job"
	"sheetmill/core/workspace"
)

// Metrics is a registry of figures.
type Metrics struct {
	registry *prometheus.Registry
	observer *observer
}

// New makes the registry of a server of a shared workspace.
func New(server Server) *Metrics {
	m := &Metrics{registry: prometheus.NewRegistry(), observer: newObserver()}
	m.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), &figures{server: server})
	m.registry.MustRegister(m.observer.collectors()...)
	return m
}

// Register adds what other parts count.
func (m *Metrics) Register(more ...prometheus.Collector) error {
	for _, c := range more {
		if err := m.registry.Register(c); err != nil {
			return err
		}
	}
	return nil
}

// Observer hears of the work.
func (m *Metrics) Observer() workspace.Observer { return m.observer }

// Handler answers /metrics.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError, MaxRequestsInFlight: 4})
}

// seconds are buckets from an idle worker's start to a job of hours.
var seconds = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200}

// observer counts what the workers of this process do.
type observer struct {
	waited, ran *prometheus.HistogramVec
	running     *prometheus.GaugeVec
	bytes, rows *prometheus.CounterVec
	taken, late *prometheus.CounterVec
}

func newObserver() *observer {
	counter := func(name, help string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"kind"})
	}
	return &observer{
		waited:  prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sheetmill_job_wait_seconds", Help: "Time from when a job is due to the start of its attempt.", Buckets: seconds}, []string{"kind"}),
		ran:     prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "sheetmill_job_run_seconds", Help: "Time an attempt took, by the state that it left its job in.", Buckets: seconds}, []string{"kind", "left"}),
		running: prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "sheetmill_jobs_running", Help: "Attempts that run in this process."}, []string{"kind"}),
		bytes:   counter("sheetmill_job_bytes_total", "Bytes of sources that completed jobs read."),
		rows:    counter("sheetmill_job_rows_total", "Rows that completed jobs saw."),
		taken:   counter("sheetmill_jobs_taken_over_total", "Jobs of silent workers that this process made available again."),
		late:    counter("sheetmill_late_commits_refused_total", "Commits that were refused because another worker had the job."),
	}
}

func (o *observer) collectors() []prometheus.Collector {
	return []prometheus.Collector{o.waited, o.ran, o.running, o.bytes, o.rows, o.taken, o.late}
}

// Started counts the beginning of an attempt.
func (o *observer) Started(kind string, waited time.Duration) {
	o.waited.WithLabelValues(kind).Observe(waited.Seconds())
	o.running.WithLabelValues(kind).Inc()
}

// Ended counts the end of an attempt.
func (o *observer) Ended(kind string, left job.State, ran time.Duration, last job.Progress) {
	o.running.WithLabelValues(kind).Dec()
	o.ran.WithLabelValues(kind, string(left)).Observe(ran.Seconds())
	if left == job.Completed {
		o.bytes.WithLabelValues(kind).Add(float64(last.Bytes))
		o.rows.WithLabelValues(kind).Add(float64(last.Rows))
	}
}

// TakenOver counts a dead worker's job.
func (o *observer) TakenOver(kind string) { o.taken.WithLabelValues(kind).Inc() }

// Refused counts a late commit.
func (o *observer) Refused(kind string) { o.late.WithLabelValues(kind).Inc() }
