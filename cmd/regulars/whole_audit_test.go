package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// This file is the auditor of the whole service. It was written from LEDGER's
// pages and imports nothing of the program's: it is told what people did, by the
// clock of the world, and shown what arrived on their phones, and says what
// cannot be. Its points are lots in a slice.

// auditor keeps its own books.
type auditor struct {
	zone   *time.Location
	books  map[string]*folio
	sales  []*saleNoted
	gifts  []*saleNoted // points given by hand
	offers []*offerNoted
	came   []*friendNoted
	tapped map[int]int // taps on a score, and how many of them were thanked for
	thanks map[int]int
	faults []string
}

// folio is what the auditor holds of one person.
type folio struct {
	name     string
	platform string
	member   bool
	welcomed bool // ever, by anybody who was this person
	news     bool // they agreed to some, and have not read that there will be no more
	torn     bool // they said yes and no, and nobody knows in which order it came
	lots     []*portion
	debt     int
	held     []*setAside
	shopped  bool  // as the member they are now
	lives    int   // memberships in which they bought something
	had      []int // every balance there was
	asked    int   // index in had of the balance when it was last asked for
	read     int   // messages looked at
}

// portion is points that go together.
type portion struct {
	left int
	ends time.Time
	sale int // the sale's number; 0: none
}

// setAside is a voucher that is open.
type setAside struct {
	parts  []part
	until  time.Time
	amount int
}

type part struct {
	of *portion
	n  int
}

// saleNoted is a purchase that was entered; its points are no other sale's.
type saleNoted struct {
	points int
	whose  string
	clerk  string
	over   bool // undone, or its member left
}

const auditWelcome, auditHold = 15, 30 * time.Minute

func newAuditor(zone *time.Location) *auditor {
	return &auditor{zone: zone, books: map[string]*folio{}, tapped: map[int]int{}, thanks: map[int]int{}}
}

func (a *auditor) blame(format string, args ...any) {
	a.faults = append(a.faults, fmt.Sprintf(format, args...))
}

// ends is when points earned at t go: a month later, at the day's end, and in a
// shorter month on its last day.
func (a *auditor) ends(t time.Time) time.Time {
	y, m, d := t.In(a.zone).Date()
	last := time.Date(y, m+2, 0, 0, 0, 0, 0, a.zone).Day()
	return time.Date(y, m+1, min(d, last)+1, 0, 0, 0, 0, a.zone)
}

// by lets time pass on a page: vouchers that nobody used give their points back,
// and what is too old goes.
func (p *folio) by(now time.Time) {
	p.held = slices.DeleteFunc(p.held, func(h *setAside) bool {
		if now.Before(h.until) {
			return false
		}
		for _, x := range h.parts {
			if h.until.Before(x.of.ends) { // else they go at once, and settle nothing
				paid := min(x.n, p.debt)
				p.debt -= paid
				x.of.left += x.n - paid
			}
		}
		return true
	})
	for _, l := range p.lots {
		if !now.Before(l.ends) {
			l.left = 0
		}
	}
	p.wrote()
}

func (p *folio) wrote() {
	if n := p.available(); len(p.had) == 0 || p.had[len(p.had)-1] != n {
		p.had = append(p.had, n)
	}
}

func (p *folio) available() (n int) {
	if p.debt > 0 {
		return 0
	}
	for _, l := range p.lots {
		n += l.left
	}
	return n
}

func (p *folio) earn(n, sale int, ends time.Time) {
	l := &portion{left: n, ends: ends, sale: sale}
	paid := min(n, p.debt)
	p.debt -= paid
	l.left -= paid
	p.lots = append(p.lots, l)
	p.wrote()
}

// take removes points, those that go first first.
func (p *folio) take(n int) (parts []part) {
	order := slices.Clone(p.lots)
	slices.SortStableFunc(order, func(a, b *portion) int { return a.ends.Compare(b.ends) })
	for _, l := range order {
		if x := min(n, l.left); x > 0 {
			l.left -= x
			n -= x
			parts = append(parts, part{l, x})
		}
	}
	return parts
}

// joined is a tap on Join.
func (a *auditor) joined(name string, now time.Time) {
	p := a.books[name]
	if p.member {
		return
	}
	p.member, p.news, p.lots, p.held, p.debt, p.had, p.asked = true, false, nil, nil, 0, []int{0}, 0
	p.shopped = false
	a.friendJoins(name)
	if !p.welcomed {
		p.welcomed = true
		p.earn(auditWelcome, 0, a.ends(now))
	}
}

func (a *auditor) left(name string) {
	p := a.books[name]
	p.member, p.news, p.lots, p.held, p.debt = false, false, nil, nil, 0
	p.had, p.asked = []int{0}, 0
	a.friendLeaves(name)
	for _, s := range a.sales {
		s.over = s.over || s.whose == name // it was a stranger's, from now on
	}
}

func (a *auditor) sold(name, clerk string, points int, now time.Time) {
	p := a.books[name]
	p.by(now)
	a.sales = append(a.sales, &saleNoted{points: points, whose: name, clerk: clerk})
	p.earn(points, len(a.sales), a.ends(now))
	if !p.shopped {
		p.shopped, p.lives = true, p.lives+1
	}
	a.friendBuys(name, false)
}

// gives is points that an employee is about to give by hand, and how many: so many as
// at no other time.
func (a *auditor) gives(name, clerk string, now time.Time) (points int) {
	p := a.books[name]
	p.by(now)
	points = 11 + len(a.gifts)
	a.gifts = append(a.gifts, &saleNoted{points: points, whose: name, clerk: clerk})
	p.earn(points, 0, a.ends(now))
	return points
}

// takenBack is a sale undone: its own points first, then others, and the rest is
// owed.
func (a *auditor) takenBack(sale int, now time.Time) {
	s := a.sales[sale-1]
	p := a.books[s.whose]
	p.by(now)
	s.over = true
	a.friendBuys(s.whose, true)
	n := s.points
	for _, l := range p.lots {
		if l.sale == sale {
			x := min(n, l.left)
			l.left -= x
			n -= x
		}
	}
	for _, x := range p.take(n) {
		n -= x.n
	}
	p.debt += n
	p.wrote()
}

// reserved is a tap on Redeem; false: there are too few points.
func (a *auditor) reserved(name string, cost int, now time.Time) bool {
	p := a.books[name]
	p.by(now)
	if p.available() < cost {
		return false
	}
	p.held = append(p.held, &setAside{parts: p.take(cost), until: now.Add(auditHold), amount: cost})
	p.wrote()
	return true
}

// used is a voucher handed in; false: it lapsed.
func (a *auditor) used(name string, h *setAside, now time.Time) bool {
	p := a.books[name]
	p.by(now)
	i := slices.Index(p.held, h)
	if i < 0 {
		return false
	}
	p.held = slices.Delete(p.held, i, i+1)
	return true
}

var (
	auditPoints = regexp.MustCompile(`(?m)^(\d[\d,]*) points?$`)
	auditHave   = regexp.MustCompile(`You have +(\d[\d,]*)`)
	auditWrong  = regexp.MustCompile(`(?i)went wrong|\bref [0-9A-Z]{4}\b.*wrong`)
)

func auditNumber(s string) int {
	n, _ := strconv.Atoi(strings.ReplaceAll(s, ",", ""))
	return n
}

// asks notes that somebody is about to be told their balance.
func (a *auditor) asks(name string, now time.Time) {
	p := a.books[name]
	p.by(now)
	p.asked = max(0, len(p.had)-1)
}

// reads looks at what is new on somebody's phone.
func (a *auditor) reads(name string, phone []string) {
	p := a.books[name]
	for _, m := range phone[min(p.read, len(phone)):] {
		if auditWrong.MatchString(m) {
			a.blame("%s is told that something went wrong: %q", name, m)
		}
		if x := auditPoints.FindStringSubmatch(m); x != nil && strings.HasPrefix(m, x[0]) {
			if n := auditNumber(x[1]); !slices.Contains(p.had[min(p.asked, len(p.had)):], n) {
				a.blame("%s is told of %d points, and may have %v", name, n, p.had[min(p.asked, len(p.had)):])
			}
		}
		if x := auditHave.FindStringSubmatch(m); x != nil && p.member {
			if n := auditNumber(x[1]); !slices.Contains(p.had, n) {
				a.blame("%s reads “You have %d”, and had %v", name, n, p.had)
			}
		}
	}
	p.read = len(phone)
}

// group looks at a chat that others read: no number of anybody's may stand there.
func (a *auditor) group(name string, chat []string) {
	for _, m := range chat {
		if strings.ContainsAny(m, "0123456789") {
			a.blame("in %s everybody reads %q", name, m)
		}
	}
}
