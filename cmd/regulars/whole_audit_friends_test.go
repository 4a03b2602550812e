package main

import (
	"regexp"
	"slices"
)

// What the auditor holds of friends: who was brought by whom, what is due to both,
// and what it finds on their phones. And of the question after a visit: whoever
// bought is asked once at most, and each answer counts once.

// friendNoted is a link that somebody pressed, and what came of it.
type friendNoted struct {
	friend, by string
	sure       bool // they read that a friend sent them, and pressed no other link since
	in         bool // they joined
	bought     bool
	undone     bool // a purchase came back: whether it was the one that counts, only the shop knows
	gone, left bool // the friend, and who brought them
}

// sent is a link pressed by somebody who was never a member.
func (a *auditor) sent(friend, by string, heard bool) {
	for _, f := range a.came {
		f.sure = f.sure && f.friend != friend
	}
	if heard {
		a.came = slices.DeleteFunc(a.came, func(f *friendNoted) bool { return f.friend == friend })
	}
	a.came = append(a.came, &friendNoted{friend: friend, by: by, sure: heard})
}

// friendJoins is for those alone who join for the first time: their links are open.
func (a *auditor) friendJoins(name string) {
	for _, f := range a.came {
		f.in = f.in || f.friend == name
	}
}

func (a *auditor) friendBuys(name string, back bool) {
	for _, f := range a.came {
		if f.friend == name && f.in && !f.gone {
			f.bought, f.undone = true, f.undone || back
		}
	}
}

func (a *auditor) friendLeaves(name string) {
	for _, f := range a.came {
		f.gone = f.gone || f.friend == name
		f.left = f.left || f.by == name
	}
}

// treats are how many cookies and buns somebody has at least, and at most.
func (a *auditor) treats(name string) (cookies, buns [2]int) {
	for _, f := range a.came {
		if !f.bought {
			continue
		}
		certain := f.sure && !f.undone
		if f.by == name && !f.left {
			cookies[1]++
			if certain && !f.gone {
				cookies[0]++
			}
		}
		if f.friend == name && !f.gone {
			buns[1] = 1
			if certain {
				buns[0] = 1
			}
		}
	}
	return cookies, buns
}

var auditTreat = regexp.MustCompile(`(?m)^(Cookie|Bun)\s+until`)

// holds looks at a member's list of vouchers, in the end.
func (a *auditor) holds(name string, list []string) {
	have := map[string]int{}
	for _, m := range list {
		for _, x := range auditTreat.FindAllStringSubmatch(m, -1) {
			have[x[1]]++
		}
	}
	cookies, buns := a.treats(name)
	for _, x := range []struct {
		what string
		of   [2]int
	}{{"Cookie", cookies}, {"Bun", buns}} {
		if n := have[x.what]; n < x.of[0] || n > x.of[1] {
			a.blame("%s has %d × %s for friends, and is due %d to %d:\n%q", name, n, x.what, x.of[0], x.of[1], list)
		}
	}
}

const auditAsked = "How likely are you to recommend"

// asked counts how often the question came to each phone.
func (a *auditor) asked(phones map[string][]string) {
	for name, p := range a.books {
		most := p.lives
		if p.platform == "telegram" {
			most *= 3 // where nobody can know whether it arrived
		}
		if n := auditCount(phones[name], auditAsked); n > most {
			a.blame("%s is asked for an opinion %d times, and shopped in %d memberships", name, n, p.lives)
		}
	}
}

// scores holds what the shop counted against what was tapped.
func (a *auditor) scores(counted map[int]int) {
	for s := range 11 {
		if n := counted[s]; n < a.thanks[s] || n > a.tapped[s] {
			a.blame("the score %d is counted %d times; it was tapped %d times and thanked for %d times", s, n, a.tapped[s], a.thanks[s])
		}
	}
}
