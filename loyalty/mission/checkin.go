package mission

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// codeLetters are those of a check-in's code, which nobody confuses.
const codeLetters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// codeLength is how many letters a code has: 40 bits, of which a few are good at a
// time.
const codeLength = 8

// slot is the local day of t and the number of its span of so many minutes, and when
// the span began.
func slot(t time.Time, minutes int, zone *time.Location) (day string, n int, from time.Time) {
	local := t.In(zone)
	day = local.Format(time.DateOnly)
	n = (local.Hour()*60 + local.Minute()) / minutes
	y, m, d := local.Date()
	return day, n, time.Date(y, m, d, 0, n*minutes, 0, 0, zone)
}

// Code is a store's code at now, and how long it is shown.
func (d *Desk) Code(at loyalty.Store, now time.Time) (code string, until time.Time) {
	rules := d.Programme(now)
	minutes := max(rules.CheckIn.Minutes, 1)
	day, n, from := slot(now, minutes, rules.Location())
	return d.code(at, day, n), from.Add(time.Duration(minutes) * time.Minute)
}

func (d *Desk) code(at loyalty.Store, day string, n int) string {
	h := hmac.New(sha256.New, d.Key)
	fmt.Fprintf(h, "check-in %d %s %s %d", len(at), at, day, n)
	sum := h.Sum(nil)
	var b strings.Builder
	for _, c := range sum[:codeLength] {
		b.WriteByte(codeLetters[int(c)%len(codeLetters)])
	}
	return b.String()
}

// Place is the store whose code this is at now, among stores. A code is good for as
// long again as it is shown; the day's own until the day is over.
func (d *Desk) Place(code string, stores []loyalty.Store, now time.Time) (loyalty.Store, bool) {
	rules := d.Programme(now)
	code = strings.ToUpper(strings.TrimSpace(code))
	if !rules.CheckIn.On || len(code) != codeLength {
		return "", false
	}
	minutes := max(rules.CheckIn.Minutes, 1)
	times := []time.Time{now}
	if minutes < 24*60 {
		times = append(times, now.Add(-time.Duration(minutes)*time.Minute))
	}
	for _, at := range stores {
		for _, t := range times {
			day, n, _ := slot(t, minutes, rules.Location())
			if subtle.ConstantTimeCompare([]byte(d.code(at, day, n)), []byte(code)) == 1 {
				return at, true
			}
		}
	}
	return "", false
}

// CheckIn notes that a member is in a store, once a local day and store, and gives
// what that brings. act.Store is the store. Refusals: ErrCode where the programme
// has none, ErrTwice. To who left and came back on that day it brings nothing.
func (d *Desk) CheckIn(tx store.Tx, m loyalty.MemberID, act book.Act) (points loyalty.Points, all []Happened, err error) {
	rules := d.Programme(act.Now)
	if !rules.CheckIn.On {
		return 0, nil, ErrCode
	}
	x, err := d.look(tx, m, act.Now)
	if err != nil {
		return 0, nil, err
	}
	day := rules.Day(act.Now)
	for _, owner := range x.all {
		if _, twice, err := checkIns.Get(tx, string(owner), day, string(act.Store)); err != nil || twice {
			return 0, nil, orTwice(err)
		}
	}
	c := checkInRow{At: act.Now.UTC()}
	year, month, date := act.Now.In(x.zone).Date()
	if first, err := d.since(tx, x, time.Date(year, month, date, 0, 0, 0, 0, x.zone)); err != nil || !first {
		// Who came back today may have been here today already: it is noted, and no more.
		return 0, nil, cmp.Or(err, checkIns.Put(tx, c, string(x.id), day, string(act.Store)))
	}
	of := fmt.Sprintf("check/%s/%s", day, act.Store)
	if n := rules.CheckIn.Points; n > 0 {
		rec, err := d.Book.Grant(tx, x.id, by(act, of), of, n, nil)
		switch {
		case err == nil:
			points, c.Ref = n, rec.Entry().Ref
		case !loyalty.Refused(err):
			return 0, nil, err
		}
	}
	if err := checkIns.Put(tx, c, string(x.id), day, string(act.Store)); err != nil {
		return 0, nil, err
	}
	all, err = d.count(tx, m, act, act.Now, of, func(g *loyalty.Mission) (loyalty.Step, bool) {
		return loyalty.Step{Of: of, N: 1}, g.At(act.Store)
	}, func(g *loyalty.Mission) bool { return g.Goal == loyalty.GoalCheckIns })
	if err != nil {
		return points, all, err
	}
	more, err := d.seen(tx, m, act, presence{loyalty.GoalCheckIns, of, act.Now, act.Store, true}, loyalty.BoardCheckIn)
	return points, append(all, more...), err
}

func orTwice(err error) error {
	if err == nil {
		return ErrTwice
	}
	return err
}
