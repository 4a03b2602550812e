package main

import (
	"strings"

	"regulars/loyalty/people"
)

func init() {
	// finds searches, from the first page on.
	finds := func(b *tab, words string) {
		b.t.Helper()
		b.goesTo("/console/")
		b.follows("Members")
		b.fills("Find a member", words)
		b.follows("Search")
	}
	consoleJobs = append(consoleJobs,
		consoleJob{"members: found, corrected and taken back", people.Manager, func(c *consoleTop, b *tab) {
			name := "Faye Winter " + b.size()
			c.member(name)
			finds(b, strings.ToLower(name))
			b.says("Member number")
			if at := b.text(`location.href`); strings.Contains(strings.ToLower(at), "faye") {
				b.t.Errorf("the address tells whom: %s", at)
			}
			b.accessible()
			b.follows("Correct points")
			b.fills("Points", "35")
			b.fills("Reason", "a cold cup")
			b.accessible()
			b.follows("Next")
			b.says("What will happen")
			b.says("+35")
			b.accessible()
			b.follows("Correct points")
			b.says("Corrected: +35")
			b.says("a cold cup")
			b.follows("Undo")
			b.fills("Reason", "it was warm")
			b.follows("Next")
			b.follows("Undo")
			b.says("Undone: ")
			b.follows("Check the chain")
			b.says("The chain is whole")
		}},
		consoleJob{"members: locked and unlocked", people.Manager, func(c *consoleTop, b *tab) {
			name := "Lore Summer " + b.size()
			c.member(name)
			finds(b, name)
			b.follows("Lock")
			b.toggles("Everything: the phone was lost")
			b.fills("Reason", "she called")
			b.follows("Next")
			b.says("proves who they are")
			b.follows("Lock")
			b.says("lost phone")
			b.follows("Unlock")
			b.fills("Reason", "found it")
			b.follows("Next")
			b.follows("Unlock")
			b.says("Unlocked.")
		}},
		consoleJob{"members: two cards become one and two again", people.Manager, func(c *consoleTop, b *tab) {
			one, two := "Tess Spring "+b.size(), "Tessa Autumn "+b.size()
			c.member(one)
			c.member(two)
			finds(b, one)
			b.follows("Put together with another card")
			b.fills("The other card", two)
			b.fills("Reason", "the same smile")
			b.follows("Search")
			b.says("Which one?")
			b.toggles(b.text(`document.querySelector("input[name=other]").labels[0].innerText.replace(/\s+/g, " ").trim()`))
			b.accessible()
			b.follows("Next")
			b.says("becomes part of the other card")
			b.keepsIn()
			b.follows("Put together with another card")
			b.says("They are one card now")
			b.follows("Take apart again")
			b.fills("Reason", "twins")
			b.follows("Next")
			b.follows("Take apart again")
			b.says("Two cards again")
		}},
		consoleJob{"members: erased", people.Owner, func(c *consoleTop, b *tab) {
			name := "Gone Tomorrow " + b.size()
			c.member(name)
			finds(b, name)
			b.follows("Erase")
			end := b.text(`document.querySelector("label[for=f-end]").innerText.match(/type (\S+),/)[1]`)
			b.fills(b.text(`document.querySelector("label[for=f-end]").innerText`), end)
			b.fills("Reason", "asked by letter")
			b.follows("Next")
			b.says("Points lost")
			b.accessible()
			b.follows("Erase")
			b.says("Erased.")
			b.says("asked by letter")
		}},
	)
}
