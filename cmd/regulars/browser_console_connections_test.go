package main

import "regulars/loyalty/people"

// What owners do about other programs in the console, by keyboard in a browser.

func init() {
	consoleJobs = append(consoleJobs, consoleJob{"connections: a key and an address", people.Owner, connect})
}

// connect makes a key and an address, and takes both away again.
func connect(_ *consoleTop, b *tab) {
	b.goesTo("/console/connections")
	b.fills("Name", "Till "+b.text(`String(innerWidth)`))
	b.follows("Make a key")
	b.says("shown this once and never again")
	b.keepsIn()
	b.accessible()
	b.follows("Revoke Till " + b.text(`String(innerWidth)`))
	b.says("Revoked.")
	b.fills("Where it is sent", "https://till.invalid/regulars") // a name that leads nowhere, ever
	b.follows("Add an address")
	b.says("everything sent there is signed with")
	b.keepsIn()
	b.accessible()
	b.follows("Send a test")
	b.says("The test did not arrive: its name leads nowhere.")
	b.keepsIn()
	b.accessible()
	b.follows("Remove")
	b.says("No address is told anything yet.")
}
