package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

const (
	// digestRides is how long the digest waits for a ride before it is pushed:
	// who manages a shop writes to it of a morning.
	digestRides = 3 * time.Hour
	// digestKeeps is how long it is worth reading.
	digestKeeps = 3 * 24 * time.Hour
)

// digestJob is the weekly digest as the programme sets it; none where nobody is
// to be told.
func (j Jobs) digestJob() []schedule.Job {
	d := j.Shop.Programme(j.Shop.Clock.Now()).Digest
	if d.None {
		return nil
	}
	return []schedule.Job{{Name: "digest", Spec: d.Spec(), Run: j.digest}}
}

// week is the figures of a store's seven days and of the seven before.
type week struct{ now, before shop.Figures }

// digest tells managers how the seven days before the tick's were. A week in
// which nothing happened is told to nobody.
func (j Jobs) digest(ctx context.Context, t schedule.Tick) (done int, err error) {
	told, err := j.toTell(ctx)
	if err != nil {
		return 0, err
	}
	weeks := map[loyalty.Store]*week{}
	var failed []error
	for _, s := range told {
		at := j.Shop.FiguresFor(t.At, s)
		if weeks[at] == nil {
			if weeks[at], err = j.week(ctx, t.At, at); err != nil {
				return done, errors.Join(append(failed, err)...)
			}
		}
		if weeks[at].now.Empty() {
			continue
		}
		did := false
		err := j.DB.Update(ctx, func(tx store.Tx) (err error) {
			did, err = j.tellWeek(tx, t, s, weeks[at])
			return err
		})
		switch {
		case ctx.Err() != nil:
			return done, ctx.Err()
		case err != nil:
			failed = append(failed, fmt.Errorf("jobs: the digest for %s: %w", s.ID, err))
		case did:
			done++
		}
	}
	return done, errors.Join(failed...)
}

// toTell are who is told: owners, or all who manage; where there is no owner,
// those who manage every store take an owner's place.
func (j Jobs) toTell(ctx context.Context) (list []people.Staff, err error) {
	var all []people.Staff
	err = j.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = j.Shop.Vault.AllStaff(r)
		return err
	})
	if err != nil {
		return nil, err
	}
	owned := false
	for _, s := range all {
		owned = owned || s.Active && s.Role == people.Owner
	}
	owners := j.Shop.Programme(j.Shop.Clock.Now()).Digest.Owners
	for _, s := range all {
		boss := s.Role == people.Owner || !owned && s.Role == people.Manager && s.Store == ""
		if s.Active && (boss || !owners && people.AtLeast(s.Role, people.Manager)) {
			list = append(list, s)
		}
	}
	return list, nil
}

// week adds up the seven local days before the tick's, and those before them.
func (j Jobs) week(ctx context.Context, tick time.Time, at loyalty.Store) (w *week, err error) {
	day := j.Shop.Local(tick)
	err = j.DB.View(ctx, func(r store.Reader) (err error) {
		w = &week{}
		if w.now, err = j.Shop.Figures(r, day.AddDate(0, 0, -7), day.AddDate(0, 0, -1), at); err != nil {
			return err
		}
		w.before, err = j.Shop.Figures(r, day.AddDate(0, 0, -14), day.AddDate(0, 0, -8), at)
		return err
	})
	return w, err
}

// tellWeek leaves the digest for one manager, once a tick. Who cannot be reached
// finds the same under /stats.
func (j Jobs) tellWeek(tx store.Tx, t schedule.Tick, s people.Staff, w *week) (bool, error) {
	mine, err := schedule.Claim(tx, t.Job, t.Key, string(s.ID))
	if err != nil || !mine {
		return false, err
	}
	now := j.Shop.Clock.Now()
	to, speak, ok, err := j.Shop.Reach(tx, s.Member)
	if err != nil || !ok {
		return false, err
	}
	from := j.Shop.Programme(now).QuietUntil(now)
	w = &week{w.now.Without(s), w.before}
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID: digestID(t, s), Channel: to.Channel, Person: bot.PersonID(s.Member), Class: bot.Receipt, Carriage: bot.RideThenPush,
		Born: now, NotBefore: from, RideUntil: from.Add(digestRides), NotAfter: now.Add(digestKeeps),
		Letter: bot.Letter{To: to, Messages: []bot.Message{j.digestMessage(speak, w)}},
	})
}

// digestMessage is the letter.
func (j Jobs) digestMessage(p i18n.Printer, w *week) bot.Message {
	msg := j.Shop.Report(p, &w.now, &w.before)
	msg.Title = p.Say(i18n.DigestTitle, "From", p.ShortDate(w.now.First), "To", p.ShortDate(w.now.Last))
	msg.Buttons = append(msg.Buttons, bot.Button{Label: p.Say(i18n.DigestButtonMonth), Do: bot.DoCommand, Value: "stats month"})
	return msg
}

// digestID is the same for the same week and manager.
func digestID(t schedule.Tick, s people.Staff) bot.IntentID {
	sum := sha256.Sum256([]byte(t.Key + "/" + string(s.ID)))
	return bot.IntentID("digest." + hex.EncodeToString(sum[:12]))
}
