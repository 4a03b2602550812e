package main

import (
	"testing"
	"time"
)

// TestBrowserWeighsLittle holds the page's first load, everything that it
// fetches included, under 200 KB as read, so before any compression.
func TestBrowserWeighsLittle(t *testing.T) {
	browser := chromium(t)
	d := demoOn(t, DemoOptions{Lang: "zh-TW"})
	b := openTab(t, browser, d.address, desktop)
	b.until(`[...document.images].every(i => i.complete)`)
	var parts []struct {
		Name  string
		Bytes int
	}
	b.value(`[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")].filter(e => !e.name.includes("/live")).map(e => ({ Name: e.name.replace(location.origin, ""), Bytes: e.decodedBodySize }))`, &parts)
	sum := 0
	for _, p := range parts {
		t.Logf("%7d %s", p.Bytes, p.Name)
		sum += p.Bytes
	}
	if sum > 200_000 || sum < 60_000 {
		t.Errorf("the first load is %d bytes", sum)
	}
	t.Logf("the first load is %d bytes in %d parts", sum, len(parts))
}

// BenchmarkDemo reports how long the whole demo, 2,000 members and their year,
// takes until its page is there, and its first paint. A loaded machine makes
// both longer, so they are reported and not asserted.
func BenchmarkDemo(b *testing.B) {
	began := time.Now()
	d := demoOn(b, DemoOptions{Lang: "en", Members: 2000})
	b.Logf("BENCH demo: page there after %.1f s with 2,000 members (promised: 10 s)", time.Since(began).Seconds())
	page := openTab(b, chromium(b), d.address, desktop)
	for b.Loop() {
		paint, timing := page.paint(d.address)
		plain, _ := page.paint(d.address + "asset/sse.LICENSE")
		b.ReportMetric(paint, "ms-to-paint")
		b.Logf("BENCH demo: first contentful paint after %.0f ms, the best of 8 loads (promised: 100 ms); of a page with one line of text in the same browser after %.0f ms; %s", paint, plain, timing)
	}
}

// paint gives the soonest first contentful paint of a few loads of an address,
// in milliseconds, and what came when in that load.
func (b *tab) paint(address string) (best float64, timing string) {
	b.t.Helper()
	best = 1e9
	for range 8 {
		b.reload(address)
		var ms float64
		b.value(`performance.getEntriesByName("first-contentful-paint")[0].startTime`, &ms)
		if ms < best {
			best = ms
			timing = b.text(`(e => "answer begins " + Math.round(e.responseStart) + ", ends " + Math.round(e.responseEnd) + ", parsed " + Math.round(e.domInteractive) + " ms")(performance.getEntriesByType("navigation")[0])`)
		}
	}
	return best, timing
}

// reload loads a page anew and waits until it has painted.
func (b *tab) reload(address string) {
	b.t.Helper()
	b.visit(address)
	b.until(`performance.getEntriesByName("first-contentful-paint").length`)
}
