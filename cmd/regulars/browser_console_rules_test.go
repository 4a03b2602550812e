package main

import (
	"strings"

	"regulars/loyalty/people"
)

func init() {
	consoleJobs = append(consoleJobs,
		consoleJob{"programme: a double day from next year on", people.Manager, func(_ *consoleTop, b *tab) {
			name := "Double day " + b.size()
			b.goesTo("/console/rules")
			b.follows("Bonus days")
			b.follows("Add one")
			b.fills("English", name)
			b.fills("Points times", "2")
			b.accessible()
			b.follows("Review")
			b.says("Nothing is saved yet")
			b.says("bonus[double-day-" + b.size() + "]")
			b.accessible()
			b.fills("Reason", "quiet Tuesdays")
			b.follows("Save")
			b.says("Saved as version")
			b.says(name)
			b.follows(name)
			b.follows("Remove")
			b.fills("Reason", "was a trial")
			b.follows("Save")
			b.says("Saved as version")
		}},
		consoleJob{"programme: a nudge in words of one's own", people.Manager, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/rules/list/nudge/comeback")
			b.fills("English", "{name}, a new cake is waiting")
			b.value(`window.kept = 1`, new(int))
			b.tabTo(`document.activeElement.name === "look"`)
			b.keys("\r")
			b.until(`document.querySelector("#looks").innerText.includes("a new cake is waiting")`)
			kept := 0
			if b.value(`window.kept || 0`, &kept); kept != 1 {
				b.t.Error("the preview loaded a page")
			}
			if n := strings.Count(b.text(`document.querySelector("#looks").innerText`), "a new cake is waiting"); n < 2 {
				b.t.Errorf("the preview shows %d platforms", n)
			}
			b.accessible()
		}},
		consoleJob{"programme: the file is checked", people.Owner, func(_ *consoleTop, b *tab) {
			b.goesTo("/console/rules/file")
			b.says("nothing is wrong")
			b.toggles("Replace the file")
			b.fills("Or its text", "version = 1")
			b.forgives = append(b.forgives, "status of 422") // of what is wrong in it
			b.follows("Check")
			b.says("This file has mistakes")
			b.says("zone")
			b.accessible()
		}},
	)
}
