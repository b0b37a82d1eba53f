package httpapi

import (
	"strconv"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are what Prometheus reads of the API.
type metrics struct {
	took     *prometheus.HistogramVec
	running  prometheus.Gauge
	received prometheus.Counter
	sent     prometheus.Counter
	streams  prometheus.Gauge
}

func newMetrics() *metrics {
	return &metrics{
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "sheetmill_http_request_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 120, 600},
		}, []string{"route", "method", "status"}),
		running:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "sheetmill_http_requests_running", Help: "Requests that are being answered."}),
		received: prometheus.NewCounter(prometheus.CounterOpts{Name: "sheetmill_http_received_bytes_total", Help: "Bytes of request bodies."}),
		sent:     prometheus.NewCounter(prometheus.CounterOpts{Name: "sheetmill_http_sent_bytes_total", Help: "Bytes of answers' bodies."}),
		streams:  prometheus.NewGauge(prometheus.GaugeOpts{Name: "sheetmill_http_event_streams", Help: "Event streams that are open."}),
	}
}

func (m *metrics) collectors() []prometheus.Collector {
	return []prometheus.Collector{m.took, m.running, m.received, m.sent, m.streams}
}

func (m *metrics) began() { m.running.Inc() }

// ended counts an answer. Labels come from small sets, whatever clients send.
func (m *metrics) ended(route, method string, status int, took time.Duration, received, sent int64) {
	m.running.Dec()
	switch method {
	case "GET", "HEAD", "POST", "DELETE":
	default:
		method = "other"
	}
	if route == "" {
		route = "none"
	} else if _, path, found := strings.Cut(route, " "); found {
		route = path
	}
	m.took.WithLabelValues(route, method, strconv.Itoa(status)).Observe(took.Seconds())
	m.received.Add(float64(received))
	m.sent.Add(float64(sent))
}
