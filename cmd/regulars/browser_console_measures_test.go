package main

import (
	"strings"

	"github.com/chromedp/chromedp/kb"

	"regulars/loyalty/people"
)

func init() {
	consoleJobs = append(consoleJobs,
		consoleJob{"measures: read a line with keys", people.Manager, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/measures")
			b.fills("Window", "Last 7 days")
			b.follows("Show")
			b.says("less refunds")
			b.follows("Orders")
			b.says("What it means")
			b.until(`document.querySelector(".chart-plot[role=slider]")`)
			b.tabTo(`document.activeElement.getAttribute("role") === "slider"`)
			newest := b.text(`document.activeElement.getAttribute("aria-valuetext")`)
			b.keys(kb.ArrowLeft)
			before := b.text(`document.activeElement.getAttribute("aria-valuetext")`)
			if newest == before || !strings.Contains(before, "This window") || b.text(`document.querySelector(".chart-said").innerText`) != before {
				b.t.Errorf("the arrow key leads from %q to %q", newest, before)
			}
			b.keys(kb.Home)
			if at := b.text(`document.activeElement.getAttribute("aria-valuenow")`); at != "0" {
				b.t.Errorf("the first value is number %s", at)
			}
			b.toggles("The numbers as a table")
			b.until(`document.querySelector(".chart details").open`)
			b.accessible()
		}},
		consoleJob{"measures: from a kind of buyer to who they are", people.Manager, func(_ *consoleTop, b *tab) {
			b.forgives = append(b.forgives, "status of 422") // of the slip below
			b.goesTo("/console/measures/segment")
			b.fills("Of whom", "Own condition")
			b.fills("Own condition", "vists >= 1")
			b.follows("Show")
			b.says("Did you mean “visits”?")
			b.fills("Own condition", "visits >= 1")
			b.follows("Show")
			b.says("An offer can be sent to")
			b.accessible()
		}},
	)
}
