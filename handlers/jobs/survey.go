package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// surveyJobs ask what is due to be asked, thank who was helped, and tell those who
// tagged a theme what became of it. Each person's part is taken off the plan in
// the commit that leaves the message, so that however many run, it is said once.
func (j Jobs) surveyJobs() []schedule.Job {
	return []schedule.Job{{Name: "surveys", Spec: everyMinute, Run: j.surveys}}
}

// surveys does what is due by now.
func (j Jobs) surveys(ctx context.Context, _ schedule.Tick) (done int, err error) {
	now := j.Shop.Clock.Now()
	var failed []error
	for _, step := range []func() (int, error){
		func() (int, error) {
			return inPages(ctx, j.DB, func(r store.Reader, from string) ([]loyalty.MemberID, string, error) {
				return j.Shop.Surveys.Due(r, now, surveyPage, from)
			}, func(tx store.Tx, m loyalty.MemberID) (bool, error) { return j.askOne(tx, m, now) })
		},
		func() (int, error) {
			return inPages(ctx, j.DB, func(r store.Reader, from string) ([]loyalty.Ref, string, error) {
				return j.Shop.Surveys.DueThanks(r, now, surveyPage, from)
			}, func(tx store.Tx, ref loyalty.Ref) (bool, error) { return j.thankOne(tx, ref, now) })
		},
		func() (int, error) { return j.tellings(ctx, now) },
	} {
		n, err := step()
		done, failed = done+n, append(failed, err)
	}
	return done, errors.Join(failed...)
}

// surveyPage is how many people are looked up at a time.
const surveyPage = 100

// inPages does something for each of what is due, each in an Update of its own.
// An error for one keeps nobody else from theirs.
func inPages[T ~string](ctx context.Context, db store.DB, due func(store.Reader, string) ([]T, string, error), do func(store.Tx, T) (bool, error)) (done int, err error) {
	var failed []error
	for from, more := "", true; more; {
		var list []T
		err := db.View(ctx, func(r store.Reader) (err error) {
			list, from, err = due(r, from)
			return err
		})
		if err != nil {
			return done, errors.Join(append(failed, err)...)
		}
		for _, one := range list {
			did := false
			err := db.Update(ctx, func(tx store.Tx) (err error) { did, err = do(tx, one); return err })
			switch {
			case ctx.Err() != nil:
				return done, ctx.Err()
			case err != nil:
				failed = append(failed, fmt.Errorf("jobs: surveys: %s: %w", one, err))
			case did:
				done++
			}
		}
		more = from != ""
	}
	return done, errors.Join(failed...)
}

// askOne asks one member whose plan is due. Who left, works here, or whose
// purchase came back is not asked; who cannot be reached is counted as such.
func (j Jobs) askOne(tx store.Tx, m loyalty.MemberID, now time.Time) (bool, error) {
	s := j.Shop
	p, x, ok, err := s.Surveys.Take(tx, m, now)
	if err != nil || !ok || now.After(p.At.Add(x.Within)) {
		return false, err
	}
	open := x.Opens(s.Local(now))
	if open = s.Programme(now).QuietUntil(open); open.After(now) {
		return false, s.Surveys.Later(tx, m, p, open)
	}
	who, err := s.Whole(tx, m)
	if errors.Is(err, people.ErrNobody) {
		return false, nil
	}
	if err != nil || who.Status != people.Member {
		return false, err
	}
	if skip, err := j.notAsked(tx, who.ID, p.Visit); err != nil || skip {
		return false, err
	}
	to, speak, reached, err := s.ReachUnasked(tx, who.ID)
	if err != nil {
		return false, err
	}
	reached = reached && !who.Quiet && !who.Frozen
	a, err := s.Surveys.Ask(tx, who.ID, x, p.Visit, now, string(speak.Lang), string(to.Channel), reached)
	if err != nil || !reached {
		return false, err
	}
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID:      bot.IntentID("survey." + a.Survey + "." + a.Wave + "." + string(who.ID)),
		Channel: to.Channel, Person: bot.PersonID(who.ID), Class: bot.Nudge, Carriage: bot.Carriage(x.Carriage),
		Born: now, RideUntil: now.Add(x.RideFor), NotAfter: now.Add(x.Within),
		Letter: bot.Letter{To: to, Messages: []bot.Message{s.Question(speak, now, x)}},
	})
}

// notAsked says that a visit is nothing to ask about: an employee's, or one whose
// purchase came back.
func (j Jobs) notAsked(tx store.Tx, m loyalty.MemberID, v survey.Visit) (bool, error) {
	if _, employed, err := j.Shop.Vault.StaffOfMember(tx, m); err != nil || employed {
		return employed, err
	}
	if v.Ref == "" {
		return false, nil
	}
	e, err := j.Shop.Book.ByRef(tx, v.Ref)
	if errors.Is(err, loyalty.ErrUnknownRef) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	mark, err := j.Shop.Book.Reversed(tx, e)
	return mark.Whole, err
}

// thankFor is how long the thanks to a customer who was helped wait for their next
// answer; they are worth no push.
const thankFor = 30 * 24 * time.Hour

// thankOne thanks the customer of a closed case for having told.
func (j Jobs) thankOne(tx store.Tx, ref loyalty.Ref, now time.Time) (bool, error) {
	s := j.Shop
	c, ok, err := s.Surveys.Thank(tx, ref, now)
	if err != nil || !ok {
		return false, err
	}
	to, speak, ok, err := s.Reach(tx, c.Member)
	if errors.Is(err, people.ErrNobody) {
		return false, nil
	}
	if err != nil || !ok {
		return false, err
	}
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID:      bot.IntentID("casethanks." + string(ref)),
		Channel: to.Channel, Person: bot.PersonID(c.Member), Class: bot.Nudge, Carriage: bot.RideOnly, Born: now, NotAfter: now.Add(thankFor),
		Letter: bot.Letter{To: to, Messages: []bot.Message{{Text: speak.Say(i18n.CaseThanks)}}},
	})
}

// toldPage is how many people one Update tells what the shop did: each takes
// sealing a letter.
const toldPage = 25

// tellings goes on with what is told to those who tagged a theme.
func (j Jobs) tellings(ctx context.Context, now time.Time) (done int, err error) {
	var list []survey.Telling
	err = j.DB.View(ctx, func(r store.Reader) (err error) {
		list, err = survey.OpenTellings(r)
		return err
	})
	if err != nil {
		return 0, err
	}
	for _, x := range list {
		for more := true; more; {
			n := 0
			err := j.DB.Update(ctx, func(tx store.Tx) (err error) {
				n, more, err = j.tellSome(tx, x.ID, now)
				return err
			})
			if err != nil {
				return done, err
			}
			done += n
		}
	}
	return done, nil
}

// tellSome tells the next few people of a telling, and notes how far it is.
func (j Jobs) tellSome(tx store.Tx, id string, now time.Time) (n int, more bool, err error) {
	x, ok, err := survey.GetTelling(tx, id)
	if err != nil || !ok || x.Done {
		return 0, false, err
	}
	text, err := j.Shop.Vault.OpenShop(shop.WedidPurpose, x.Sealed)
	if err != nil {
		return 0, false, err
	}
	var some []loyalty.MemberID
	for m := range survey.Tagged(tx, x.Theme, x.At.AddDate(-1, 0, 0), x.Next, &err) {
		if len(some) == toldPage {
			x.Next, more = m, true
			break
		}
		some = append(some, m)
	}
	if err != nil {
		return 0, false, err
	}
	for _, m := range some {
		told, err := j.tellWhatBecame(tx, m, x, string(text), now)
		if err != nil {
			return n, false, err
		}
		if told {
			n++
		}
	}
	x.Told, x.Done = x.Told+n, !more
	return n, more, survey.PutTelling(tx, x)
}

// newsFor is how long such news waits for the next answer.
const newsFor = 60 * 24 * time.Hour

// tellWhatBecame leaves the news for one member's next answer. It is marketing:
// who takes none is not told, and each may stop it there and then.
func (j Jobs) tellWhatBecame(tx store.Tx, m loyalty.MemberID, x survey.Telling, text string, now time.Time) (bool, error) {
	s := j.Shop
	who, err := s.Whole(tx, m)
	if errors.Is(err, people.ErrNobody) {
		return false, nil
	}
	if err != nil || who.Status != people.Member || !who.Agreed(people.ForPromo) {
		return false, err
	}
	to, speak, ok, err := s.ReachUnasked(tx, who.ID)
	if err != nil || !ok {
		return false, err
	}
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID:      bot.IntentID("wedid." + x.ID + "." + string(who.ID)),
		Channel: to.Channel, Person: bot.PersonID(who.ID), Class: bot.Promo, Carriage: bot.RideOnly, Born: now, NotAfter: now.Add(newsFor),
		Letter: bot.Letter{To: to, Messages: []bot.Message{{
			Title: speak.Say(i18n.WedidTitle, "Theme", s.ThemeName(speak, now, x.Theme)), Text: text,
			Buttons: []bot.Button{{Label: speak.Say(i18n.SettingsNewsOff), Do: bot.DoCommand, Value: "news off"}},
		}}},
	})
}
