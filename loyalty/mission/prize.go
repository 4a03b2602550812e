package mission

import (
	"errors"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// whyTaken stands on vouchers of prizes that went back.
const whyTaken = "taken_back"

// give hands over a prize: its points under a name, its voucher from a source, its
// badge. A reward that cannot be had now is owed. It is refused as a whole where
// the points are.
func (d *Desk) give(tx store.Tx, x *member, act book.Act, name, source string, p loyalty.Prize) (g given, err error) {
	if p.Points > 0 {
		rec, err := d.Book.Grant(tx, x.id, act, name, p.Points, nil)
		if err != nil {
			return g, err
		}
		g.Points, g.Ref = p.Points, rec.Entry().Ref
	}
	if p.Reward != "" {
		if err := d.hand(tx, x, act, source, p.Reward, &g); err != nil {
			return g, err
		}
	}
	if p.Go != "" && d.Bring != nil {
		err := d.Bring(tx, x.id, act, p.Go, source)
		if accident(err) != nil {
			return g, err
		}
		if err == nil {
			g.Go = p.Go
		}
	}
	if p.Badge == "" {
		return g, nil
	}
	for _, owner := range x.all {
		if _, had, err := badges.Get(tx, string(owner), p.Badge); err != nil || had {
			return g, err
		}
	}
	g.Badge = p.Badge
	return g, badges.Put(tx, badgeRow{At: act.Now.UTC(), By: source}, string(x.id), p.Badge)
}

// hand issues a prize's voucher, or notes that it is owed.
func (d *Desk) hand(tx store.Tx, x *member, act book.Act, source, reward string, g *given) error {
	v, err := d.Vouchers.Present(tx, x.id, act, reward, source)
	if g.Source = source; err == nil {
		g.Voucher, g.Owed = v.ID, ""
		return nil
	}
	g.Owed = reward
	return accident(err)
}

// take takes a prize back, and reports whether all of it came: then it can be
// earned again.
func (d *Desk) take(tx store.Tx, x *member, act book.Act, source string, g given) (back Given, all bool, err error) {
	all = true
	if g.Voucher != "" {
		v, err := d.Vouchers.Get(tx, g.Voucher, act.Now)
		switch {
		case errors.Is(err, voucher.ErrUnknown): // swept long after it was used or lapsed
			all = false
		case err != nil:
			return back, false, err
		case v.State != voucher.Open:
			all = v.State == voucher.Void
		default:
			v, _, err = d.Vouchers.Void(tx, v.ID, act, whyTaken)
			if accident(err) != nil {
				return back, false, err
			}
			if all = err == nil; all {
				back.Voucher = v
			}
		}
	}
	if g.Ref != "" {
		_, err := d.Book.Undo(tx, g.Ref, act)
		if accident(err) != nil {
			return back, false, err
		}
		if err == nil {
			back.Points, back.Ref = g.Points, g.Ref
		}
		all = all && (err == nil || errors.Is(err, loyalty.ErrAlreadyReversed))
	}
	if g.Go != "" && d.Unbring != nil {
		whole, err := d.Unbring(tx, x.id, act, g.Go, source)
		if err != nil {
			return back, false, err
		}
		if all = all && whole; whole {
			back.Go = g.Go
		}
	}
	if g.Badge == "" {
		return back, all, nil
	}
	back.Badge = g.Badge
	for _, owner := range x.all {
		b, had, err := badges.Get(tx, string(owner), g.Badge)
		if err != nil {
			return back, false, err
		}
		if had && b.By == source {
			err = badges.Delete(tx, string(owner), g.Badge)
			return back, all, err
		}
	}
	return back, all, nil
}

// asGiven is a prize as it is told.
func (d *Desk) asGiven(r store.Reader, x *member, g given, now time.Time) (out Given, err error) {
	out = Given{Points: g.Points, Ref: g.Ref, Owed: g.Owed, Badge: g.Badge, Go: g.Go}
	if g.Voucher != "" {
		out.Voucher, err = d.Vouchers.Get(r, g.Voucher, now)
		err = accident(err)
	}
	return out, err
}

// Collect hands over what is owed to a member and can be had now.
func (d *Desk) Collect(tx store.Tx, m loyalty.MemberID, act book.Act) (all []Happened, err error) {
	x, err := d.look(tx, m, act.Now)
	if err != nil {
		return nil, err
	}
	for _, owner := range x.all {
		for _, owed := range []func(store.Tx, *member, loyalty.MemberID, book.Act) ([]Happened, error){d.owedMissions, d.owedStreaks} {
			h, err := owed(tx, x, owner, act)
			if all = append(all, h...); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// owedMissions hands over what missions owe, of the rows under one id of the member.
func (d *Desk) owedMissions(tx store.Tx, x *member, owner loyalty.MemberID, act book.Act) (all []Happened, err error) {
	var names []string
	var rows []row
	for key, r := range missions.Scan(tx, missions.Under(string(owner)), &err) {
		if r.Given != nil && r.Given.Owed != "" && !r.Kept {
			names, rows = append(names, key), append(rows, r)
		}
	}
	if err != nil {
		return nil, err
	}
	for i, r := range rows {
		_, id, period := split3(names[i])
		told, came, err := d.collect(tx, x, r.Given, act)
		if err != nil {
			return all, err
		}
		if !came {
			continue
		}
		if err := missions.Put(tx, r, string(owner), id, period); err != nil {
			return all, err
		}
		all = append(all, Happened{Member: x.id, Kind: KindMission, ID: id, Given: told})
	}
	return all, nil
}

// owedStreaks is owedMissions for streaks.
func (d *Desk) owedStreaks(tx store.Tx, x *member, owner loyalty.MemberID, act book.Act) (all []Happened, err error) {
	var ids []string
	var rows []streakRow
	for key, r := range streaks.Scan(tx, streaks.Under(string(owner)), &err) {
		if len(r.owed()) > 0 {
			ids, rows = append(ids, key[len(owner)+1:]), append(rows, r)
		}
	}
	if err != nil {
		return nil, err
	}
	for i := range rows {
		changed := false
		for j := range rows[i].Given {
			g := &rows[i].Given[j]
			if g.Owed == "" || g.Kept {
				continue
			}
			told, came, err := d.collect(tx, x, &g.given, act)
			if err != nil {
				return all, err
			}
			if came {
				changed = true
				all = append(all, Happened{Member: x.id, Kind: KindStreak, ID: ids[i], Count: g.Count, Given: told})
			}
		}
		if !changed {
			continue
		}
		if err := streaks.Put(tx, rows[i], string(owner), ids[i]); err != nil {
			return all, err
		}
	}
	return all, nil
}

// collect hands over what is owed of one prize; came is false while it cannot be had.
func (d *Desk) collect(tx store.Tx, x *member, g *given, act book.Act) (told Given, came bool, err error) {
	if err := d.hand(tx, x, by(act, "collect/"+g.Source), g.Source, g.Owed, g); err != nil || g.Owed != "" {
		return told, false, err
	}
	told, err = d.asGiven(tx, x, given{Voucher: g.Voucher}, act.Now)
	return told, true, err
}
