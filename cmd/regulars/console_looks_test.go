package main

import (
	"context"
	"maps"
	"net/http"
	"slices"
	"strings"
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
			if !strings.Contains(again.body, name) {
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
	now := c.cafe.app.clock.Now()
	named := map[string]loyalty.MemberID{}
	for _, name := range []string{"Quentin Doubtful", "Wilhelmina Waiting", "Ferdinand Found"} {
		named[name] = c.member(name)
	}
	c.do(func(tx store.Tx) error {
		m := named["Quentin Doubtful"]
		sealed, err := c.cafe.app.shop.SealWords(tx, m, "I was not there")
		if err != nil {
			return err
		}
		if _, _, err = c.cafe.app.shop.Surveys.Doubt(tx, m, 0, survey.Visit{At: now}, survey.Note{At: now, Sealed: sealed}); err != nil {
			return err
		}
		_, err = fraud.Record(tx, fraud.Finding{
			Key: fraud.Key{Subject: fraud.OfMember(named["Ferdinand Found"]), Day: now.Format(time.DateOnly), Rule: fraud.CheckIns}, Score: 80, Weight: 20, FoundAt: now,
		})
		if err != nil {
			return err
		}
		_, _, err = people.AskForData(tx, named["Wilhelmina Waiting"], now, now.AddDate(0, 0, 15))
		return err
	})
	return named
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
