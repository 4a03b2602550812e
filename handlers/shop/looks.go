package shop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Way is how somebody came to see a member's data.
type Way string

// The ways there are.
const (
	WayChat    Way = "chat"    // an employee named them in a chat: /find, /sale, …
	WayCounter Way = "counter" // an employee found or served them at the counter's page
	WayAPI     Way = "api"     // a program asked for them
	WayList    Way = "list"    // they stood in a list of the console's
	WayPage    Way = "page"    // a manager opened their page
	WayNumber  Way = "number"  // a manager asked for their number and birthday
	WayFile    Way = "file"    // a manager took everything about them as a file
	WayCase    Way = "case"    // a manager was shown what waits to be decided about them: a complaint, an approval, a finding, or that they ask for somebody
	WayGlance  Way = "glance"  // they stood in a list of what people did, without their whole name
	WayBreach  Way = "breach"  // somebody asked whom a breach touched, and was told who they are
	WayFind    Way = "find"    // the command line found them
	WayExport  Way = "export"  // the command line wrote everything about everybody to a folder
)

// Datum is a kind of personal data.
type Datum string

// The kinds that a way may show.
const (
	DatumMasked   Datum = "masked"   // initial of the name, last digits of the phone
	DatumName     Datum = "name"     // the whole name
	DatumPhone    Datum = "phone"    // the whole number
	DatumBirthday Datum = "birthday" // with the year
	DatumPoints   Datum = "points"   // balance, level, vouchers
	DatumHistory  Datum = "history"  // purchases, answers, referrals
	DatumCard     Datum = "card"     // the card's number
	DatumHandle   Datum = "handle"   // @name in a chat app
	DatumChats    Datum = "chats"    // ids of chat accounts
)

// Data are all kinds, in the order in which they are told.
var Data = []Datum{DatumMasked, DatumName, DatumPhone, DatumBirthday, DatumPoints, DatumHistory, DatumCard, DatumHandle, DatumChats}

// Shows is what each way shows of a member. A test walks the pages and holds them
// against it.
var Shows = map[Way][]Datum{
	WayChat:    {DatumMasked, DatumPoints, DatumHandle},
	WayCounter: {DatumMasked, DatumPoints},
	WayAPI:     {DatumMasked, DatumPoints, DatumHistory},
	WayList:    {DatumMasked, DatumName, DatumPoints},
	WayPage:    {DatumMasked, DatumName, DatumPoints, DatumHistory, DatumHandle},
	WayNumber:  {DatumName, DatumPhone, DatumBirthday},
	WayFile:    {DatumName, DatumPhone, DatumBirthday, DatumPoints, DatumHistory, DatumCard, DatumHandle, DatumChats},
	WayCase:    {DatumMasked, DatumName, DatumPoints, DatumHistory},
	WayGlance:  {DatumMasked, DatumHistory},
	WayBreach:  {DatumName, DatumPhone},
	WayFind:    {DatumMasked, DatumPoints},
	WayExport:  {DatumName, DatumPhone, DatumBirthday, DatumPoints, DatumHistory, DatumCard, DatumHandle, DatumChats},
}

// Looker is who looked, and from which device of the counter's where it was one.
type Looker struct {
	By     loyalty.Actor
	Device people.DeviceID
}

// Operator is who acts from the command line.
var Operator = loyalty.ByJob("command-line")

// Everybody stands in the place of a member where all were seen at once.
const Everybody loyalty.MemberID = "*"

// Look is one look at a member; more of them within an hour by the same one in the
// same way are one.
type Look struct {
	Looker
	Member loyalty.MemberID // or Everybody
	Way    Way
	At     time.Time // of the first in its hour
}

// lookRow is what the key does not say.
type lookRow struct {
	At time.Time `json:"at"`
}

// looksTable has a row an hour for each who looks at whom: its key is nobody else's, and
// writing it twice says the same.
var looksTable = store.NewTable[lookRow]("look/", store.Free, nil)

// looksOf has the same looks by whom they were at, for their own export: a key's parts
// in another order.
var looksOf = store.NewTable[lookRow]("lookof/", store.Free, nil)

const lookHour = "2006010215" // UTC

func (l Looker) String() string {
	if l.Device == "" {
		return string(l.By)
	}
	return string(l.By) + "@" + string(l.Device)
}

func (l Look) key() []string {
	return []string{l.At.UTC().Format(lookHour), string(l.Member), string(l.Way), l.Looker.String()}
}

func (l Look) keyOf() []string {
	return []string{string(l.Member), l.At.UTC().Format(lookHour), string(l.Way), l.Looker.String()}
}

// Saw notes, in the transaction that shows them, that somebody saw members.
func (s *Shop) Saw(tx store.Tx, by Looker, way Way, now time.Time, all ...loyalty.MemberID) error {
	for _, m := range all {
		l := Look{by, m, way, now}
		if _, ok, err := looksTable.Get(tx, l.key()...); ok || err != nil {
			if err != nil {
				return err
			}
			continue
		}
		row := lookRow{now.UTC()}
		if err := looksTable.Put(tx, row, l.key()...); err != nil {
			return err
		}
		if err := looksOf.Put(tx, row, l.keyOf()...); err != nil {
			return err
		}
	}
	return nil
}

// SawIn is Saw for who shows members in a View: it writes only what this hour does not
// know yet, and before anything is shown. Where it cannot be noted, nothing is shown.
func (s *Shop) SawIn(ctx context.Context, db store.DB, by Looker, way Way, now time.Time, all ...loyalty.MemberID) error {
	var fresh []loyalty.MemberID
	err := db.View(ctx, func(r store.Reader) error {
		fresh = fresh[:0]
		for _, m := range all {
			_, ok, err := looksTable.Get(r, Look{by, m, way, now}.key()...)
			if err != nil {
				return err
			}
			if !ok {
				fresh = append(fresh, m)
			}
		}
		return nil
	})
	if err != nil || len(fresh) == 0 {
		return err
	}
	return db.Update(ctx, func(tx store.Tx) error { return s.Saw(tx, by, way, now, fresh...) })
}

// EachLook calls f with every look whose hour lies between two moments, the oldest
// hours first.
func EachLook(r store.Reader, since, until time.Time, f func(Look) error) error {
	var err error
	end := until.UTC().Add(time.Hour).Format(lookHour)
	for key, row := range looksTable.Scan(r, looksTable.Between(since.UTC().Format(lookHour), end), &err) {
		l, err := readLook(key, row)
		if err != nil {
			return err
		}
		if l.At.After(until) { // within the last hour
			continue
		}
		if err := f(l); err != nil {
			return err
		}
	}
	return err
}

func readLook(key string, row lookRow) (l Look, err error) {
	parts := strings.SplitN(key, "/", 4)
	if len(parts) != 4 {
		return l, fmt.Errorf("shop: the row of a look has the key %q", key)
	}
	by, device, _ := strings.Cut(parts[3], "@")
	return Look{Looker{loyalty.Actor(by), people.DeviceID(device)}, loyalty.MemberID(parts[1]), Way(parts[2]), row.At}, nil
}

// LooksOf are all looks at a member that are known, under each id they had, and those at
// everybody, the oldest first.
func LooksOf(r store.Reader, ids ...loyalty.MemberID) (list []Look, err error) {
	for _, of := range append(slices.Clone(ids), Everybody) {
		for key, row := range looksOf.Scan(r, looksOf.Under(string(of)), &err) {
			_, rest, _ := strings.Cut(key, "/")
			hour, rest, _ := strings.Cut(rest, "/")
			l, bad := readLook(hour+"/"+string(of)+"/"+rest, row)
			if bad != nil {
				return nil, bad
			}
			list = append(list, l)
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(list, func(a, b Look) int { return a.At.Compare(b.At) })
	return list, nil
}

// sweepStep is how many looks one transaction deletes.
const sweepStep = 100

// SweepLooks deletes looks that are older than they are kept. It returns how many went.
func SweepLooks(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	to := now.AddDate(0, 0, -LooksKept).UTC().Format(lookHour)
	for {
		var old []Look
		err := db.View(ctx, func(r store.Reader) (err error) {
			old = old[:0]
			for key, row := range looksTable.Scan(r, looksTable.Between("", to), &err) {
				l, err := readLook(key, row)
				if err != nil {
					return err
				}
				if old = append(old, l); len(old) == sweepStep {
					break
				}
			}
			return err
		})
		if err != nil || len(old) == 0 {
			return gone, err
		}
		err = db.Update(ctx, func(tx store.Tx) error {
			for _, l := range old {
				if err := errors.Join(looksTable.Delete(tx, l.key()...), looksOf.Delete(tx, l.keyOf()...)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return gone, err
		}
		gone += len(old)
	}
}
