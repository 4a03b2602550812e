package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"regulars/bot"
)

// metrics are this process's instruments and what it reads from the store when
// it is asked. Labels are names that the configuration or this program chose:
// never a person's, and never more than some dozens.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	took     *prometheus.HistogramVec
	webhooks *prometheus.CounterVec
	handled  *prometheus.HistogramVec
	events   *prometheus.CounterVec
	shop     *shopMetrics
}

// How a delivery of a platform ended.
const (
	hookTaken   = "taken"    // committed, or known already
	hookRefused = "refused"  // not signed for this channel
	hookBusy    = "busy"     // too many at once
	hookPutOff  = "put_off"  // could not be committed: the platform delivers again
	hookUnread  = "unread"   // its body did not arrive whole
	hookTooBig  = "too_big"  // its body
	hookUnknown = "no_route" // for a channel that there is not
)

// buckets are seconds, close where a platform's patience ends.
var buckets = []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10}

func newMetrics(o *operations) *metrics {
	m := &metrics{registry: prometheus.NewRegistry(), shop: newShopMetrics(o)}
	m.instruments()
	m.registry.MustRegister(m.requests, m.took, m.webhooks, m.handled, m.events,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}), buildInfo(), m.shop)
	for _, c := range o.a.cfg.Channels { // 0 is a figure, too: a rate needs a beginning
		for _, outcome := range []string{hookTaken, hookRefused, hookBusy, hookPutOff, hookUnread, hookTooBig} {
			m.webhooks.WithLabelValues(string(c.Name), outcome)
		}
		m.handled.WithLabelValues(string(c.Name))
		m.events.WithLabelValues(string(c.Name))
	}
	return m
}

// instruments makes what this process counts by itself.
func (m *metrics) instruments() {
	count := func(name, help string, labels ...string) *prometheus.CounterVec {
		return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels)
	}
	time := func(name, help string, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: buckets}, labels)
	}
	m.requests = count("regulars_http_requests_total", "Requests answered on the public address, by the part of the house and the class of the status.", "area", "code")
	m.took = time("regulars_http_request_duration_seconds", "How long they took; pages that stay open are left out.", "area")
	m.webhooks = count("regulars_webhooks_total", "Deliveries of the platforms, by how they ended.", "channel", "outcome")
	m.handled = time("regulars_webhook_duration_seconds", "From a delivery's first byte to its commit.", "channel")
	m.events = count("regulars_events_total", "Events in deliveries that were taken.", "channel")
}

// buildInfo tells which program this is.
func buildInfo() prometheus.Collector {
	g := prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "regulars_build_info",
		Help: "1, with what was built as labels."}, []string{"version", "goversion", "schema"})
	g.WithLabelValues(version(), runtime.Version(), strconv.Itoa(storeSchema)).Set(1)
	return g
}

// request notes a request that was answered.
func (m *metrics) request(area string, s *seen, took time.Duration) {
	m.requests.WithLabelValues(area, strconv.Itoa(s.code()/100)+"xx").Inc()
	if !s.streams() {
		m.took.WithLabelValues(area).Observe(took.Seconds())
	}
}

// webhook notes how a delivery ended.
func (m *metrics) webhook(channel bot.ChannelName, outcome string) {
	if outcome == hookUnknown {
		channel = "" // whoever asks must not choose a label
	}
	m.webhooks.WithLabelValues(string(channel), outcome).Inc()
}

// taken notes a delivery that was taken.
func (m *metrics) taken(channel bot.ChannelName, events int, took time.Duration) {
	m.webhook(channel, hookTaken)
	m.events.WithLabelValues(string(channel)).Add(float64(events))
	m.handled.WithLabelValues(string(channel)).Observe(took.Seconds())
}

// private is what answers on metrics_listen: for those who run the shop's
// machines, on an address of its own that the world does not reach.
func (o *operations) private() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(o.metrics.registry, promhttp.HandlerOpts{
		ErrorLog:            slog.NewLogLogger(o.log.Handler(), slog.LevelWarn),
		ErrorHandling:       promhttp.ContinueOnError,
		MaxRequestsInFlight: 4,
	}))
	mux.HandleFunc("GET /healthz", o.healthz)
	mux.HandleFunc("GET /readyz", o.readyz)
	return mux
}

// listenMetrics opens metrics_listen; nil where there is none.
func listenMetrics(cfg *Config) (net.Listener, error) {
	if cfg.MetricsListen == "" {
		return nil, nil
	}
	l, err := net.Listen("tcp", cfg.MetricsListen)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s: %w; is it in use? Change metrics_listen in the configuration", cfg.MetricsListen, err)
	}
	return l, nil
}
