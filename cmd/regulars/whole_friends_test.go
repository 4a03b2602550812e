package main

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"time"

	"regulars/loyalty/survey"
	"regulars/store"
)

// Members who bring friends, and what members think of the shop.

var wholeInvite = regexp.MustCompile(`Your code +([0-9A-Z]{5})-([0-9A-Z]{5})`)

// brings is a member whose link is pressed by somebody who never was one, and who
// then joins or thinks again.
func (x *tale) brings() {
	by := x.aMember()
	i := slices.IndexFunc(x.folk, func(v *villager) bool { return !x.audit.books[v.name].welcomed })
	if by == nil || i < 0 {
		return
	}
	had := len(by.p.Received())
	x.says(by, "/invite")
	x.quiet()
	code := ""
	for _, m := range by.p.Received()[had:] {
		if c := wholeInvite.FindStringSubmatch(m); c != nil {
			code = c[1] + c[2]
		}
	}
	if code == "" {
		return // the answer was lost on its way
	}
	friend := x.folk[i]
	x.adds(friend)
	had = len(friend.p.Received())
	if friend.platform == "telegram" {
		x.says(friend, "/start friend_"+code)
	} else {
		x.says(friend, "/friend "+code)
	}
	x.quiet()
	x.audit.sent(friend.name, by.name, auditCount(friend.p.Received()[had:], "A friend sent you") > 0)
	if x.dice.IntN(5) > 0 && x.taps(friend, had, "one tap", "Join") {
		x.audit.joined(friend.name, x.now())
		x.members++
	}
}

// thinks is a customer who looks at their points some time after a visit, is asked
// how it was, and mostly says so.
func (x *tale) thinks() {
	v := x.aMember()
	if v == nil {
		return
	}
	x.sellsTo(v)
	x.leap(61 * time.Minute)
	x.rest(time.Minute)
	x.audit.asks(v.name, x.now())
	x.says(v, "/points")
	x.quiet()
	if x.dice.IntN(4) > 0 {
		x.answers(v)
	}
}

// answers is a member's score, if they were asked for one.
func (x *tale) answers(v *villager) {
	label := []string{"0", "3", "7", "9"}[x.dice.IntN(4)]
	if v.answered || auditCount(v.p.Received()[v.since:], auditAsked) == 0 || !slices.Contains(v.p.Buttons(), label) {
		return
	}
	v.answered = true
	had := len(v.p.Received())
	score, _ := strconv.Atoi(label)
	x.audit.tapped[score]++
	x.taps(v, v.since, auditAsked, label)
	x.quiet()
	if auditCount(v.p.Received()[had:], "Thank you") > 0 {
		x.audit.thanks[score]++
	}
}

// treats shows the auditor a member's vouchers.
func (x *tale) treats(v *villager) {
	had := len(v.p.Received())
	x.says(v, "/vouchers")
	x.quiet()
	x.audit.holds(v.name, v.p.Received()[had:])
}

// opinions holds the shop's count of answers against the auditor's.
func (x *tale) opinions() {
	counted := map[int]int{}
	err := x.db.View(context.Background(), func(r store.Reader) (err error) {
		for s := range survey.Scores(r, survey.Query{Late: true}, &err) {
			counted[s.Score]++
		}
		return err
	})
	if err != nil {
		x.t.Fatal(err)
	}
	x.audit.scores(counted)
}
