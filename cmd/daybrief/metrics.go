package main

import (
	"context"
	"database/sql"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/daybrief/daybrief/bot/web"
	"github.com/daybrief/daybrief/digest"
	"github.com/daybrief/daybrief/digest/store"
)

// metrics is what /metrics tells, in Prometheus's format, by its own library.
// What stands in the database is read when someone asks, so that each replica
// tells the same and a restart forgets nothing; what only this process knows
// is counted as it happens.
type metrics struct {
	registry *prometheus.Registry
	articles prometheus.Counter
	editions *prometheus.CounterVec
	attempts *prometheus.CounterVec
	lag      *prometheus.HistogramVec
	pauses   *prometheus.CounterVec
	tick     prometheus.Gauge
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		articles: prometheus.NewCounter(prometheus.CounterOpts{Name: "daybrief_articles_stored_total", Help: "Articles stored for the first time by this process."}),
		editions: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "daybrief_editions_total", Help: "Editions written by this process: built, missed, or alert."}, []string{"kind"}),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "daybrief_delivery_attempts_total", Help: "Attempts to post that ended, by what became of the delivery. Pending means: tried again later."}, []string{"platform", "state"}),
		lag: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "daybrief_delivery_lag_seconds", Help: "From the scheduled time of an edition until one of its parts was visible.",
			Buckets: []float64{1, 5, 15, 30, 60, 120, 300, 900, 3600, 6 * 3600}}, []string{"platform"}),
		pauses: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "daybrief_platform_pauses_total", Help: "How often a platform asked for a pause (429)."}, []string{"platform"}),
		tick:   prometheus.NewGauge(prometheus.GaugeOpts{Name: "daybrief_last_tick_timestamp_seconds", Help: "When this process last looked for subscriptions that are due; 0 when it never did."}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "daybrief_build_info", Help: "1, with the version as a label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.articles, m.editions, m.attempts, m.lag, m.pauses, m.tick, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// ledger counts what the scheduler and the deliverer write.
type ledger struct {
	*store.Store
	metrics *metrics
	now     func() time.Time
}

// DueSubscriptions notes that someone looked.
func (l ledger) DueSubscriptions(ctx context.Context, now time.Time, limit int) ([]digest.Subscription, error) {
	due, err := l.Store.DueSubscriptions(ctx, now, limit)
	if err == nil {
		l.metrics.tick.Set(float64(l.now().Unix()))
	}
	return due, err
}

// FinishDelivery counts what became of an attempt.
func (l ledger) FinishDelivery(ctx context.Context, d digest.Delivery) error {
	err := l.Store.FinishDelivery(ctx, d)
	if err != nil {
		return err
	}
	l.metrics.attempt(d)
	if d.State == digest.Sent {
		if e, err := l.Edition(ctx, d.EditionID); err == nil {
			l.metrics.lag.WithLabelValues(d.Destination.Platform).Observe(max(0, l.now().Sub(e.Scheduled).Seconds()))
		}
	}
	return nil
}

// SuspendDelivery counts an attempt that was refused.
func (l ledger) SuspendDelivery(ctx context.Context, p digest.Suspension, enqueue func(context.Context, *sql.Tx, []int64) error) (bool, error) {
	suspended, err := l.Store.SuspendDelivery(ctx, p, enqueue)
	if err == nil {
		l.metrics.attempt(p.Delivery)
	}
	return suspended, err
}

// CreateEdition counts what was written.
func (l ledger) CreateEdition(ctx context.Context, p digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (digest.Edition, bool, error) {
	e, created, err := l.Store.CreateEdition(ctx, p, enqueue)
	if err == nil && created {
		l.metrics.edition(e)
	}
	return e, created, err
}

// CreateEditions counts what was written, which is alerts alone.
func (l ledger) CreateEditions(ctx context.Context, plans []digest.EditionPlan, enqueue func(context.Context, *sql.Tx, []int64) error) (int, error) {
	n, err := l.Store.CreateEditions(ctx, plans, enqueue)
	if err == nil {
		l.metrics.editions.WithLabelValues("alert").Add(float64(n))
	}
	return n, err
}

// attempt counts one to post that ended.
func (m *metrics) attempt(d digest.Delivery) {
	m.attempts.WithLabelValues(d.Destination.Platform, string(d.State)).Inc()
}

// edition counts one that was written.
func (m *metrics) edition(e digest.Edition) {
	kind := "built"
	switch {
	case e.Missed:
		kind = "missed"
	case strings.HasPrefix(e.Slot, "alert"):
		kind = "alert"
	}
	m.editions.WithLabelValues(kind).Inc()
}

// state is what is read of the database when someone asks.
type state struct {
	*server
}

// What is read when asked.
var (
	deliveriesDesc = prometheus.NewDesc("daybrief_deliveries", "Deliveries in the ledger by state. Unknown ones need a person to look.", []string{"state"}, nil)
	sourcesDesc    = prometheus.NewDesc("daybrief_sources", "Sources by health.", []string{"state"}, nil)
	jobsDesc       = prometheus.NewDesc("daybrief_queue_jobs", "Jobs that wait or run, by queue.", []string{"queue"}, nil)
	overdueDesc    = prometheus.NewDesc("daybrief_overdue_deliveries", "Deliveries that are due and not posted yet, 1,000 at most.", nil, nil)
	leasesDesc     = prometheus.NewDesc("daybrief_lease_held", "1 when this process holds the lease, 0 when another does.", []string{"lease"}, nil)
	pausedDesc     = prometheus.NewDesc("daybrief_platform_paused", "How many methods or routes a platform asked to leave alone now.", []string{"platform"}, nil)
)

// Describe names what Collect gives.
func (s state) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{deliveriesDesc, sourcesDesc, jobsDesc, overdueDesc, leasesDesc, pausedDesc} {
		ch <- d
	}
}

// scrapeLimit is how long reading the state may take.
const scrapeLimit = 5 * time.Second

// Collect reads it. What cannot be read is told as an error of the scrape.
func (s state) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(s.ctx, scrapeLimit)
	defer cancel()
	for _, part := range []func(context.Context, chan<- prometheus.Metric) error{s.deliveries, s.sources, s.jobs, s.leases, s.paused} {
		if err := part(ctx, ch); err != nil {
			ch <- prometheus.NewInvalidMetric(deliveriesDesc, err)
		}
	}
}

func gauge(d *prometheus.Desc, v int, labels ...string) prometheus.Metric {
	return prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(v), labels...)
}

func (s state) deliveries(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts, err := s.store.DeliveryCounts(ctx)
	if err != nil {
		return err
	}
	for _, st := range []digest.DeliveryState{digest.Pending, digest.Sending, digest.Sent, digest.Unknown, digest.Failed, digest.Dead} {
		ch <- gauge(deliveriesDesc, counts[st], string(st))
	}
	due, err := s.store.DueDeliveries(ctx, s.now(), 1000)
	if err == nil {
		ch <- gauge(overdueDesc, len(due))
	}
	return err
}

func (s state) sources(ctx context.Context, ch chan<- prometheus.Metric) error {
	all, err := s.store.Sources(ctx)
	if err != nil {
		return err
	}
	counts := map[digest.SourceState]int{}
	for _, src := range all {
		counts[src.Health.State]++
	}
	counts[digest.SourceNew] += counts[""]
	for _, st := range []digest.SourceState{digest.SourceNew, digest.SourceOK, digest.SourceQuiet, digest.SourceSlow, digest.SourceFailing, digest.SourceGone} {
		ch <- gauge(sourcesDesc, counts[st], string(st))
	}
	return nil
}

func (s state) jobs(ctx context.Context, ch chan<- prometheus.Metric) error {
	counts, err := s.scheduler.Waiting(ctx)
	for queue, n := range counts {
		ch <- gauge(jobsDesc, n, queue)
	}
	return err
}

func (s state) leases(ctx context.Context, ch chan<- prometheus.Metric) error {
	all, err := s.store.Leases(ctx)
	for _, l := range all {
		if strings.HasPrefix(l.Name, oncePrefix) || !l.Until.After(s.now()) {
			continue
		}
		held := 0
		if l.Holder == s.process {
			held = 1
		}
		ch <- gauge(leasesDesc, held, l.Name)
	}
	return err
}

func (s state) paused(_ context.Context, ch chan<- prometheus.Metric) error {
	for _, platform := range []string{"slack", "discord"} {
		n := 0
		for _, until := range s.pauses(platform) {
			if until.After(s.now()) {
				n++
			}
		}
		ch <- gauge(pausedDesc, n, platform)
	}
	return nil
}

// metricsPage serves /metrics to this machine, and to others with the token of
// the ingest endpoint: how much is sent where is nobody else's business.
func (b *server) metricsPage() http.Handler {
	b.metrics.registry.MustRegister(state{b})
	page := promhttp.HandlerFor(b.metrics.registry, promhttp.HandlerOpts{ErrorHandling: promhttp.ContinueOnError})
	token := b.config.Web.Token.Reveal()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) && !hasToken(r, token) {
			http.Error(w, "Metrics are for this machine, or for who sends the token: Authorization: Bearer $DAYBRIEF_API_TOKEN.", http.StatusForbidden)
			return
		}
		page.ServeHTTP(w, r)
	})
}

// local reports a request of this machine under a name of this machine: a
// foreign name may have been pointed here.
func local(r *http.Request) bool {
	from, _, err := net.SplitHostPort(r.RemoteAddr)
	ip := net.ParseIP(from)
	if err != nil || ip == nil || !ip.IsLoopback() || r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" {
		return false
	}
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	ip = net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func hasToken(r *http.Request, token string) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	return ok && token != "" && web.SameToken(given, token)
}
