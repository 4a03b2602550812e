package main

import (
	"compress/gzip"
	"context"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/metric"
)

// What the console promises of its speed, over HTTP through all that the program
// answers with, to a manager who is logged in: a shop of a million members and two
// million entries of two years beside one of a tenth, asked in turns, so that what
// grows with the members shows. REGULARS_BENCH_MEMBERS sets another number than a
// million.

// consoleWorlds are the two shops, the smaller one first.
type consoleWorlds [2]*consoleWorld

// consoleWorld is a shop with a member who came very often and thirty employees
// who sold each day.
type consoleWorld struct {
	*consoleClient
	shop    *benchShop
	members int
	busy    loyalty.MemberID
}

// busyEntries is how many purchases the busy member has.
const busyEntries = 3000

// BenchmarkConsole opens both worlds, makes what its figures look at from nothing,
// and asks for each page.
func BenchmarkConsole(b *testing.B) {
	most := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("REGULARS_BENCH_MEMBERS")); err == nil {
		most = n
	}
	var w consoleWorlds
	for i, n := range []int{most / 10, most} {
		w[i] = openConsoleWorld(b, n)
		defer w[i].shop.app.db.Close()
	}
	for b.Loop() {
		w.rollups(b)
		w.jobs(b)
		w.home(b)
		w.member(b)
		w.search(b)
		w.measures(b)
		w.pages(b)
		w[1].sizes(b)
	}
}

func openConsoleWorld(b *testing.B, members int) *consoleWorld {
	w := &consoleWorld{shop: newBenchShop(b, benchStore(b, members)), members: members}
	w.busy = loyalMember(b, w.shop.app, busyEntries)
	busyMonths(b, w.shop.app, 30)
	w.consoleClient = openConsole(b, w.shop.app)
	return w
}

// rollups makes the sums of all days from nothing, as `regulars rebuild`
// does, and tells how often its bar moves.
func (w consoleWorlds) rollups(b *testing.B) {
	var took [2]time.Duration
	for i, one := range w {
		steps, whole, longest, last, start := 0, false, time.Duration(0), time.Now(), time.Now()
		err := one.shop.app.shop.Rollups.Rebuild(context.Background(), one.shop.app.clock.Now(), func(done, of int) {
			longest, last = max(longest, time.Since(last)), time.Now()
			whole = done == of
			steps++
		})
		if err != nil {
			b.Fatal(err)
		}
		took[i], longest = time.Since(start), max(longest, time.Since(last))
		verdict(b, whole && longest < 10*time.Second, "rollups of %d members from nothing: %v, %.0f members/s; the bar moved %d times, at least every %v (bar 10 s)",
			one.members, took[i].Round(10*time.Millisecond), float64(one.members)/took[i].Seconds(), steps, longest.Round(time.Millisecond))
	}
	fmt.Printf("\nBENCH rollups from nothing: ratio %.2f for ten times the members (load %s)\n", took[1].Seconds()/took[0].Seconds(), load())
}

// jobs is what the jobs of the night and of the hour take.
func (w consoleWorlds) jobs(b *testing.B) {
	ctx := context.Background()
	for _, job := range []string{"refresh", "fit", "counts", "census"} {
		var took [2]time.Duration
		for i, one := range w {
			s, now, start := one.shop.app.shop, one.shop.app.clock.Now(), time.Now()
			var err error
			switch job {
			case "refresh":
				_, err = s.Rollups.Refresh(ctx, now)
			case "fit":
				_, err = s.Segments.Fit(ctx, now)
			case "counts":
				_, err = s.Segments.TallyAll(ctx, now)
			case "census":
				_, err = s.Metrics.Refresh(ctx, now)
			}
			if err != nil {
				b.Fatal(err)
			}
			took[i] = time.Since(start)
		}
		fmt.Printf("\nBENCH job %s: %d members %v, %d members %v (load %s)\n", job, w[0].members, round(took[0]), w[1].members, round(took[1]), load())
	}
}

// compare asks both worlds n times in turns, after once each that does not count,
// and prints the median and the 99th percentile of both. The median of the larger
// one must be under the bar; 0 is none.
func (w consoleWorlds) compare(b *testing.B, what string, bar time.Duration, n int, ask func(w *consoleWorld, i int)) (large time.Duration) {
	b.Helper()
	var took [2][]time.Duration
	for i := range n + 1 {
		for k, one := range w {
			start := time.Now()
			ask(one, i)
			if i > 0 {
				took[k] = append(took[k], time.Since(start))
			}
		}
	}
	p50 := [2]time.Duration{median(took[0]), median(took[1])}
	said := "no bar"
	if bar > 0 {
		said = "bar " + bar.String()
	}
	verdict(b, bar == 0 || p50[1] < bar, "%s: %d members p50 %v p99 %v, %d members p50 %v p99 %v, ratio %.2f (%s; load %s)", what,
		w[0].members, round(p50[0]), round(quantile(took[0], 0.99)), w[1].members, round(p50[1]), round(quantile(took[1], 0.99)),
		float64(p50[1])/float64(p50[0]), said, load())
	return p50[1]
}

func (w consoleWorlds) home(b *testing.B) {
	for _, one := range w {
		start := time.Now()
		if page := one.get("/console/"); strings.Contains(page, "still being counted") {
			b.Fatal("the figures are not there")
		}
		fmt.Printf("\nBENCH home, the first time after the start, %d members: %v (load %s)\n", one.members, round(time.Since(start)), load())
	}
	w.compare(b, "home", 200*time.Millisecond, 100, func(w *consoleWorld, _ int) { w.get("/console/") })
}

func (w consoleWorlds) member(b *testing.B) {
	w.compare(b, "member page, 3000 purchases", 50*time.Millisecond, 100, func(w *consoleWorld, _ int) { w.get("/console/members/" + string(w.busy)) })
	var others [2][]string
	for k, one := range w {
		for _, word := range []string{"member 00001", "member 00002"} {
			others[k] = append(others[k], one.membersListed(word)...)
		}
		if len(others[k]) == 0 {
			b.Fatal("nobody is listed")
		}
	}
	w.compare(b, "member page, of anybody", 50*time.Millisecond, 100, func(one *consoleWorld, i int) {
		of := others[slices.Index(w[:], one)]
		one.get(of[i%len(of)])
	})
	far := map[*consoleWorld]string{}
	for _, one := range w {
		at := "/console/members/" + string(one.busy) + "/statement"
		for range 20 { // pages on
			at = html.UnescapeString(regexp.MustCompile(`rel="next" href="([^"]*)"`).FindStringSubmatch(one.get(at))[1])
		}
		far[one] = at
	}
	w.compare(b, "member's statement, far back", 50*time.Millisecond, 30, func(w *consoleWorld, _ int) { w.get(far[w]) })
	w.compare(b, "member's chain verified, 3000 purchases", 0, 10, func(w *consoleWorld, _ int) { w.get("/console/members/" + string(w.busy) + "/verify") })
}

// membersListed are the addresses of the members that a search lists.
func (w *consoleWorld) membersListed(words string) (all []string) {
	page := w.search(words)
	for _, m := range regexp.MustCompile(`href="(/console/members/[0-9A-Z]{26})"`).FindAllStringSubmatch(page, -1) {
		all = append(all, m[1])
	}
	return all
}

func (w consoleWorlds) search(b *testing.B) {
	for _, s := range []struct {
		what  string
		words func(w *consoleWorld, i int) string
	}{
		{"a name's beginning that all have", func(*consoleWorld, int) string { return "member" }},
		{"a whole name", func(w *consoleWorld, i int) string { return fmt.Sprintf("Member %07d", (i*7919)%w.members) }},
		{"a beginning and a rare one", func(_ *consoleWorld, i int) string { return fmt.Sprintf("mem %05d", i) }},
		{"a name that nobody has", func(*consoleWorld, int) string { return "zzyzx" }},
		{"two beginnings that nobody shares", func(*consoleWorld, int) string { return "member zz" }},
		{"a number", func(*consoleWorld, int) string { return "0900000001" }},
		{"a member's number", func(w *consoleWorld, _ int) string { return string(w.busy) }},
	} {
		w.compare(b, "search for "+s.what, 100*time.Millisecond, 40, func(w *consoleWorld, i int) { w.search(s.words(w, i)) })
	}
}

// measures asks for each metric's page over a year: of the shop, of a store,
// of a segment with a name and of an expression. No two ask for the same window, so
// that none is answered from what was reckoned for another.
func (w consoleWorlds) measures(b *testing.B) {
	var all []time.Duration
	slowest, name := time.Duration(0), ""
	var without []string // figures that there are none of in such a shop
	turn := 0
	for _, info := range metric.Names() {
		for _, of := range []string{"shop", "store", "segment", "expression"} {
			if of == "store" && !info.PerStore || (of == "segment" || of == "expression") && !info.PerSegment {
				continue
			}
			what := fmt.Sprintf("measure %s of the %s", info.Name, of)
			took := w.compare(b, what, time.Second, 3, func(w *consoleWorld, i int) { w.whole(measureAt(info.Name, of, w, turn+i)) })
			if !strings.Contains(w[1].whole(measureAt(info.Name, of, w[1], turn)), `<p class="figure">`) {
				without = append(without, fmt.Sprint(info.Name, " of the ", of))
			}
			if turn += 4; took > slowest {
				slowest, name = took, what
			}
			all = append(all, took)
		}
	}
	fmt.Printf("\nBENCH any measure: %d pages, median of all %v, slowest %v: %s (bar 1 s)\nno figure, but why: %s\n",
		len(all), round(median(all)), round(slowest), name, strings.Join(without, "; "))
}

// measureAt is the address of a metric's page over a year whose first day differs
// with i.
func measureAt(n metric.Name, of string, w *consoleWorld, i int) string {
	today := w.shop.app.shop.Local(w.shop.app.clock.Now())
	q := url.Values{"w": {"own"}, "from": {today.AddDate(0, 0, -365-i).Format(time.DateOnly)}, "to": {today.Format(time.DateOnly)}}
	switch of {
	case "store":
		q.Set("store", "north")
	case "segment":
		q.Set("segment", "active")
	case "expression":
		q.Set("segment", "own")
		q.Set("own", "visits >= 2 and reachable")
	}
	return "/console/measures/m/" + string(n) + "?" + q.Encode()
}

// whole gets a page and, where figures of it are still being reckoned, gets it
// again until they are there.
func (w *consoleWorld) whole(at string) string {
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if page := w.get(at); !strings.Contains(page, `hx-trigger="load delay:2s"`) {
			return page
		}
		if time.Since(start) > time.Minute {
			w.b.Fatalf("%s is not done in a minute", at)
		}
	}
}

// consolePages are the pages beside those that have a bar of their own.
var consolePages = []string{
	"/console/members", "/console/campaigns", "/console/campaigns/new", "/console/rules", "/console/measures", "/console/measures/advanced",
	"/console/measures/rfm", "/console/measures/cohorts", "/console/measures/feedback", "/console/measures/words", "/console/measures/rewards",
	"/console/team", "/console/stores", "/console/stores/settlement",
}

func (w consoleWorlds) pages(b *testing.B) {
	for _, at := range consolePages {
		w.compare(b, "page "+at, time.Second, 9, func(w *consoleWorld, _ int) { w.whole(at) })
	}
}

// sizes weighs pages as a browser gets them that comes for the first time,
// with all that they load: 150 KB.
func (w *consoleWorld) sizes(b *testing.B) {
	pages := append([]string{
		"/console/", "/console/members/" + string(w.busy), "/console/members/" + string(w.busy) + "/statement",
		"/console/measures/m/revenue?w=year", "/console/measures/m/nps?w=year",
	}, consolePages...)
	for _, at := range pages {
		w.whole(at)
		wire, plain, body := w.weigh(at)
		page := plain
		for _, part := range regexp.MustCompile(`(?:src|href)="([^"]*\.(?:css|js|svg|png|ico)[^"]*)"`).FindAllStringSubmatch(body, -1) {
			a, c, _ := w.weigh(html.UnescapeString(part[1]))
			wire, plain = wire+a, plain+c
		}
		verdict(b, wire < 150_000, "size of %s: %d bytes as served, %d unpacked, of which the page itself %d (bar 150 KB)", strings.ReplaceAll(at, string(w.busy), "{busy}"), wire, plain, page)
	}
}

// weigh gets a file as a browser does: its bytes as served, unpacked, and itself.
func (w *consoleWorld) weigh(at string) (wire, plain int, body string) {
	req, err := http.NewRequest(http.MethodGet, w.at+at, nil)
	if err != nil {
		w.b.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // set by hand, it is not unpacked by itself
	res, err := w.client.Do(req)
	if err != nil {
		w.b.Fatal(err)
	}
	defer res.Body.Close()
	served := &countingReader{r: res.Body}
	var from io.Reader = served
	if res.Header.Get("Content-Encoding") == "gzip" {
		if from, err = gzip.NewReader(served); err != nil {
			w.b.Fatal(err)
		}
	}
	raw, err := io.ReadAll(from)
	if err != nil || res.StatusCode != http.StatusOK {
		w.b.Fatalf("%s: %d, %v", at, res.StatusCode, err)
	}
	return served.n, len(raw), string(raw)
}

type countingReader struct {
	r io.Reader
	n int
}

func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// load is how many want a processor, beside how many there are: figures of a busy
// machine are larger. It is not known everywhere.
func load() string {
	raw, err := os.ReadFile("/proc/loadavg")
	one, _, _ := strings.Cut(string(raw), " ")
	if err != nil {
		return "unknown"
	}
	return one + " on " + strconv.Itoa(runtime.NumCPU())
}
