package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

const (
	// linesAt is when the day's business has begun and nobody is woken.
	linesAt = "30 10 * * *"
	// linesWait is for how long a customer who says that a line is wrong waits for a
	// word before the managers are reminded, and then each day.
	linesWait = 48 * time.Hour
)

// lineJobs remind managers of customers who say that a line is wrong and have not been
// answered.
func (j Jobs) lineJobs() []schedule.Job {
	return []schedule.Job{{Name: "lines", Spec: linesAt, Run: j.remindLines}}
}

// remindLines visits the open cases. There are few: closing is what ends them.
func (j Jobs) remindLines(ctx context.Context, t schedule.Tick) (int, error) {
	return inPages(ctx, j.DB, func(r store.Reader, _ string) (refs []loyalty.Ref, _ string, err error) {
		open, err := survey.OpenCases(r, "")
		for _, o := range open {
			if o.Wrong && !o.At.After(j.Shop.Clock.Now().Add(-linesWait)) {
				refs = append(refs, o.Ref)
			}
		}
		return refs, "", err
	}, func(tx store.Tx, ref loyalty.Ref) (bool, error) { return j.remindLine(tx, t, ref) })
}

// remindLine reminds a store's managers of one, once a tick.
func (j Jobs) remindLine(tx store.Tx, t schedule.Tick, ref loyalty.Ref) (bool, error) {
	now := j.Shop.Clock.Now()
	k, ok, err := j.Shop.Surveys.Case(tx, ref)
	if err != nil || !ok {
		return false, err
	}
	if since := k.Unanswered(); since.IsZero() || since.After(now.Add(-linesWait)) {
		return false, nil
	}
	mine, err := schedule.Claim(tx, t.Job, t.Key, string(ref))
	if err != nil || !mine {
		return false, err
	}
	all, err := j.Shop.Vault.Managers(tx, k.Visit.Store)
	if err != nil {
		return false, err
	}
	told := false
	for _, who := range all {
		did, err := j.tellLine(tx, t, k, who, now)
		if err != nil {
			return told, err
		}
		told = told || did
	}
	return told, nil
}

// tellLine leaves the case for one manager; nobody is reminded of their own.
func (j Jobs) tellLine(tx store.Tx, t schedule.Tick, k survey.Case, who people.Staff, now time.Time) (bool, error) {
	to, speak, ok, err := j.Shop.Reach(tx, who.Member)
	if err != nil || !ok || who.Member == k.Member {
		return false, err
	}
	msg, err := j.Shop.CaseCard(tx, speak, now, k)
	if err != nil {
		return false, err
	}
	msg.Note, msg.Title = msg.Title, speak.Say(i18n.LineWaits, "Name", msg.Rows[0].Value)
	from := j.Shop.Programme(now).QuietUntil(now)
	sum := sha256.Sum256([]byte(t.Key + "/" + string(k.Ref) + "/" + string(who.ID)))
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID: bot.IntentID("line." + hex.EncodeToString(sum[:12])), Channel: to.Channel, Person: bot.PersonID(who.Member),
		Class: bot.Receipt, Carriage: bot.RideThenPush,
		Born: now, NotBefore: from, RideUntil: from.Add(digestRides), NotAfter: now.Add(24 * time.Hour),
		Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
	})
}
