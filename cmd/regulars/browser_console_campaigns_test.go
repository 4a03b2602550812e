package main

import (
	"fmt"

	"github.com/chromedp/chromedp/kb"

	"regulars/loyalty/people"
)

// What managers do with campaigns in the console, by keyboard in a browser.

func init() {
	consoleJobs = append(consoleJobs,
		consoleJob{"campaigns: compose and send", people.Owner, composeAndSend},
		consoleJob{"campaigns: schedule, pause, stop", people.Owner, scheduleAndStop})
}

// composeAndSend writes a campaign beside its preview, sends it, and watches it go.
func composeAndSend(_ *consoleTop, b *tab) {
	b.goesTo("/console/campaigns")
	b.follows("New campaign")
	b.fills("Name", "Tea from Alishan")
	b.fills("Condition", "pionts >= 0")
	b.until(`document.querySelector("#audience").innerText.includes("Did you mean “points”?")`)
	b.fills("Condition", "points >= 0")
	b.until(`/\d+ in all/.test(document.querySelector("#audience").innerText)`)
	b.fills("Headline (English)", "New tea")
	b.fills("Words (English)", "The spring tea is here, {name}.")
	b.until(`document.querySelector("#preview").innerText.includes("The spring tea is here, Olga.")`)
	b.keepsIn()
	b.accessible()
	b.fills("Left out by lot, in percent", "0")
	// What was drawn has its colours though the page's policy forbids styles in it.
	b.until(`[...document.querySelectorAll("#preview [data-s]")].every(e => e.getAttribute("style"))`)
	b.follows("Keep and send …")
	b.says("Send “Tea from Alishan”?")
	b.follows("Send")
	b.says("is on its way")
	// The figures come by themselves.
	b.until(`(p => p && p.value === p.max)(document.querySelector("#figures progress"))`)
	b.keepsIn()
	b.accessible()
	b.goesTo(b.text(`location.pathname`) + "/report")
	b.says("What came of “Tea from Alishan”")
	b.says("Blocked us within 48 hours")
	b.keepsIn()
	b.accessible()
}

// scheduleAndStop schedules a campaign, holds it, and ends it after being asked.
func scheduleAndStop(_ *consoleTop, b *tab) {
	b.goesTo("/console/campaigns/new")
	b.fills("Name", "Rain "+b.text(`String(innerWidth)`))
	b.fills("Condition", "points >= 0")
	b.fills("Words (English)", "Rain outside, tea inside.")
	b.value(fmt.Sprintf(`document.getElementById(%q).value = new Date(Date.now() + 3*864e5).toISOString().slice(0, 16)`, "f-time"), new(string))
	b.tabTo(named("As soon as it may go"))
	b.keys(kb.ArrowDown)                        // to the next of the choices: at a time
	b.fills("Left out by lot, in percent", "0") // few can be reached here: none by lot either
	b.follows("Keep and send …")
	b.follows("Send")
	b.says("Scheduled")
	b.follows("Pause")
	b.says("Paused")
	b.follows("Go on")
	b.says("Scheduled")
	b.follows("Stop")
	b.fills("Why (may be left empty)", "the sun came out")
	b.follows("Stop")
	b.says("Stopped")
	b.says("the sun came out")
	b.accessible()
}
