package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// TestConsoleNotesWhomItNames opens whatever an owner can open, each page as if it were
// the first: where it names members, a search after a breach finds who was shown them.
func TestConsoleNotesWhomItNames(t *testing.T) {
	t.Parallel()
	top := newConsoleTop(t, false)
	named := top.inEveryList()
	owner := top.enters(top.owner)
	by := map[string]int{} // how many members the pages of a pattern name
	pages := top.crawl(owner, 8)
	for _, id := range named {
		pages = append(pages, seenPage{pattern: "a person's page", address: "/console/members/" + string(id)})
	}
	for _, p := range pages {
		top.forgetLooks()
		req, err := http.NewRequest(http.MethodGet, top.url+p.address, nil)
		if err != nil {
			t.Fatal(err)
		}
		again := top.fetch(owner, req, p.pattern, p.address)
		noted := top.namesShownTo(top.owner)
		for name, id := range named {
			if len(leaks([]byte(again.body), map[string]string{"name": name})) == 0 {
				continue
			}
			by[p.pattern]++
			if !noted[id] {
				t.Errorf("%s names %s to the owner, and nothing of it is noted", p.address, name)
			}
		}
	}
	for _, pattern := range []string{"a person's page", "GET /console/cases", "GET /console/trust/fraud", "GET /console/trust/requests"} {
		if by[pattern] == 0 {
			t.Errorf("no page of %s names anybody: nothing was tried there; named is %v", pattern, slices.Sorted(maps.Keys(by)))
		}
	}
}

// inEveryList are members of whom each stands in one of the lists that managers decide
// from, by their whole names, which nobody else has.
func (c *consoleTop) inEveryList() map[string]loyalty.MemberID {
	c.t.Helper()
	named := map[string]loyalty.MemberID{}
	for _, name := range []string{"Quentin Doubtful", "Wilhelmina Waiting", "Ferdinand Found"} {
		named[name] = c.member(name)
	}
	c.do(func(tx store.Tx) error {
		for _, put := range []func() error{
			func() error { return c.doubts(tx, named["Quentin Doubtful"], "I was not there") },
			func() error { return c.isFound(tx, named["Ferdinand Found"]) },
			func() error { return c.asksForData(tx, named["Wilhelmina Waiting"]) },
		} {
			if err := put(); err != nil {
				return err
			}
		}
		return nil
	})
	return named
}

// doubts has a member call a line of their statement wrong.
func (c *consoleTop) doubts(tx store.Tx, m loyalty.MemberID, words string) error {
	s, now := c.cafe.app.shop, c.cafe.app.clock.Now()
	sealed, err := s.SealWords(tx, m, words)
	if err != nil {
		return err
	}
	_, _, err = s.Surveys.Doubt(tx, m, 0, survey.Visit{At: now}, survey.Note{At: now, Sealed: sealed})
	return err
}

// isFound has the nightly search find something odd about a member.
func (c *consoleTop) isFound(tx store.Tx, m loyalty.MemberID) error {
	now := c.cafe.app.clock.Now()
	_, err := fraud.Record(tx, fraud.Finding{
		Key: fraud.Key{Subject: fraud.OfMember(m), Day: now.Format(time.DateOnly), Rule: fraud.CheckIns}, Score: 80, Weight: 20, FoundAt: now,
	})
	return err
}

// asksForData has a member ask for a copy of what is kept of them.
func (c *consoleTop) asksForData(tx store.Tx, m loyalty.MemberID) error {
	now := c.cafe.app.clock.Now()
	_, _, err := people.AskForData(tx, m, now, now.AddDate(0, 0, 15))
	return err
}

// forgetLooks deletes who looked at whom.
func (c *consoleTop) forgetLooks() {
	c.t.Helper()
	if _, err := shop.SweepLooks(context.Background(), c.cafe.app.db, c.cafe.app.clock.Now().AddDate(1, 0, shop.LooksKept)); err != nil {
		c.t.Fatal(err)
	}
}

// namesShownTo are the members whose names were shown to an employee, as is noted.
func (c *consoleTop) namesShownTo(who people.Staff) map[loyalty.MemberID]bool {
	c.t.Helper()
	noted := map[loyalty.MemberID]bool{}
	now := c.cafe.app.clock.Now()
	c.see(func(r store.Reader) error {
		clear(noted)
		return shop.EachLook(r, now.AddDate(0, 0, -1), now.Add(time.Hour), func(l shop.Look) error {
			if l.By == who.ID.Actor() && slices.Contains(shop.Shows[l.Way], shop.DatumName) {
				noted[l.Member] = true
			}
			return nil
		})
	})
	return noted
}
