package main

import "github.com/chromedp/chromedp"

// shownToCustomers looks at the code to check in with, on the device's screen: it is
// there whole, without scrolling, and large enough to be scanned from a step away.
func (b *tab) shownToCustomers(c *counterTop, s screen) {
	b.t.Helper()
	b.try(chromedp.Do(b.ctx, chromedp.EmulateViewport(s.width, s.height, chromedp.EmulateTouch)))
	b.visit(c.wifi.URL + "/counter/checkin")
	b.until(`document.querySelector("img")?.naturalWidth`)
	b.picture("counter-checkin-" + s.name)
	var seen struct{ Width, Bottom, Right float64 }
	b.value(`(r => ({Width: r.width, Bottom: r.bottom - innerHeight, Right: document.documentElement.scrollWidth - document.documentElement.clientWidth}))(document.querySelector("img").getBoundingClientRect())`, &seen)
	if seen.Width < 200 || seen.Bottom > 0 || seen.Right > 0 {
		b.t.Errorf("%s: the code to check in with stands at %+v", s.name, seen)
	}
	b.accessible()
}
