package home

import (
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/referral"
	"regulars/store"
)

// mostLetters is how many dead letters are listed.
const mostLetters = 200

// letter is something that could not be handled, or not be sent. What was said is
// in no list: it is the person's.
type letter struct {
	Ref, Channel, Class, Why string
	At                       time.Time
	Out                      bool // to be sent; else received
	Odd                      bool // of a kind that cannot be handled again
}

// dead are the dead letters of both directions that nobody dealt with.
func (h *page) dead(r store.Reader) (in []bot.Dead, out []outbox.DeadLetter, err error) {
	if h.Bot == nil || h.Post == nil {
		return nil, nil, nil
	}
	all, err := bot.DeadLetters(r)
	if err != nil {
		return nil, nil, err
	}
	for _, l := range all {
		if l.Done.IsZero() && len(in) < mostLetters {
			in = append(in, l)
		}
	}
	out, err = h.Post.List(r, mostLetters)
	return in, out, err
}

func (h *page) letters(q *console.Request) (console.Answer, error) {
	if q.At != "" {
		return q.Gone(), nil
	}
	var list []letter
	err := q.View(func(r store.Reader) error {
		in, out, err := h.dead(r)
		for _, l := range in {
			list = append(list, letter{l.Ref, h.Shop.Label(l.Channel), string(l.Kind), l.Error, l.At, false, l.Kind == bot.Odd})
		}
		for _, l := range out {
			list = append(list, letter{string(l.ID), h.Shop.Label(l.Channel), string(l.Class), l.Why, l.At, true, false})
		}
		return err
	})
	return q.Page("home_letters.html", q.Say(i18n.ConsoleHomeLetters), list), err
}

func (h *page) letterAgain(q *console.Request) (console.Answer, error) {
	return h.onLetter(q, i18n.ConsoleHomeDidReplay, i18n.ConsoleHomeReplayed,
		func(ref string) error { return h.Bot.Replay(q.Context(), ref) },
		func(id bot.IntentID) error { return h.Post.Replay(q.Context(), id) })
}

func (h *page) letterDrop(q *console.Request) (console.Answer, error) {
	return h.onLetter(q, i18n.ConsoleHomeDidDiscard, i18n.ConsoleHomeDiscarded,
		func(ref string) error { return h.Bot.Discard(q.Context(), ref) },
		func(id bot.IntentID) error { return h.Post.Discard(q.Context(), id) })
}

// onLetter does something with a dead letter that is still one. Handling one
// again is an event's own way through, not this page's transaction.
func (h *page) onLetter(q *console.Request, what, done i18n.Key, in func(string) error, out func(bot.IntentID) error) (console.Answer, error) {
	if q.At != "" {
		return q.Gone(), nil
	}
	ref, found, outward := q.Typed("ref"), false, false
	err := q.Update(func(tx store.Tx) error { return q.Audit(tx, what, "", "", "", "") })
	if err != nil {
		return console.Answer{}, err
	}
	err = q.View(func(r store.Reader) error {
		ins, outs, err := h.dead(r)
		for _, l := range ins {
			found = found || l.Ref == ref
		}
		for _, l := range outs {
			outward = outward || string(l.ID) == ref
		}
		return err
	})
	switch {
	case err != nil:
	case found:
		err = in(ref)
	case outward:
		err = out(bot.IntentID(ref))
	default:
		return q.Go("/console/letters", q.Say(i18n.ConsoleHomeLetterGone)), nil
	}
	return q.Go("/console/letters", q.Say(done)), err
}

// flagged is a member whose referrals wait for a word.
type flagged struct {
	referral.Flag
	Name, Sign string
}

// signWords name the signs of a farm.
var signWords = map[referral.Sign]i18n.Key{
	referral.SignWeek: i18n.ConsoleHomeSignWeek, referral.SignCluster: i18n.ConsoleHomeSignCluster,
}

func (h *page) referrals(q *console.Request) (console.Answer, error) {
	var list []flagged
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Club.Referrals.Flagged(r)
		if err != nil {
			return err
		}
		for _, f := range all[:min(len(all), 200)] {
			name, err := q.CustomerName(r, f.Member)
			if err != nil {
				return err
			}
			list = append(list, flagged{f, name, q.Say(signWords[f.Sign])})
		}
		return nil
	})
	return q.Page("home_referrals.html", q.Say(i18n.ConsoleHomeReferrals), list), err
}

// decideReferrals gives or refuses what waits of a member's, in as many
// transactions as it takes.
func (h *page) decideReferrals(q *console.Request) (console.Answer, error) {
	reason, ok := q.Reason()
	if !ok {
		return q.Again(h.referrals(q))
	}
	m := loyalty.MemberID(q.Typed("id"))
	decide, what, said, view := h.Shop.Club.Referrals.Refuse, i18n.ConsoleHomeDidNoReferral, i18n.ConsoleHomeReferralNo, fraud.Fraud
	if q.Typed("answer") == "yes" {
		decide, what, said, view = h.Shop.Club.Referrals.Clear, i18n.ConsoleHomeDidReferral, i18n.ConsoleHomeReferralYes, fraud.Fine
	}
	flag, is, err := h.flagOf(q, m)
	if err != nil || !is {
		return q.Gone(), err
	}
	if m == q.Me.Member {
		q.WrongBy("", loyalty.ErrSelf)
		return q.Again(h.referrals(q))
	}
	act := referral.Act{Actor: q.Me.ID.Actor(), Now: q.Now}
	for first, more := true, true; more; first = false {
		err := q.Update(func(tx store.Tx) (err error) {
			if first {
				if err := q.Audit(tx, what, string(m), m, reason, ""); err != nil {
					return err
				}
				if err := h.Shop.JudgeFriends(tx, flag, view, reason, act); err != nil {
					return err
				}
			}
			more, err = decide(tx, m, act)
			return err
		})
		if err != nil {
			return console.Answer{}, err
		}
	}
	return q.Go("/console/referrals", q.Say(said)), nil
}

// flagOf is the flag of a member, if there is one.
func (h *page) flagOf(q *console.Request, m loyalty.MemberID) (flag referral.Flag, is bool, err error) {
	err = q.View(func(r store.Reader) error {
		all, err := h.Shop.Club.Referrals.Flagged(r)
		for _, f := range all {
			if f.Member == m {
				flag, is = f, true
			}
		}
		return err
	})
	return flag, is, err
}

// heldData is what a restore holds back.
type heldData struct {
	Held     bool
	Since    time.Time
	Old, New int
}

func (h *page) held(q *console.Request) (console.Answer, error) {
	var d heldData
	err := q.View(func(r store.Reader) error {
		if h.Post == nil {
			return nil
		}
		held, ok, err := h.Post.Held(r)
		d = heldData{ok, held.Since, sum(held.Old), sum(held.New)}
		return err
	})
	return q.Page("home_held.html", q.Say(i18n.ConsoleHomeHeld), d), err
}

// decideHeld lets go what is held, or ends it.
func (h *page) decideHeld(q *console.Request) (console.Answer, error) {
	reason, ok := q.Reason()
	answer := q.Typed("answer")
	if answer != "release" && answer != "old" && answer != "all" {
		q.Wrong("answer", q.Say(i18n.ConsoleHomeChoose))
	}
	if !ok || q.Bad() {
		return q.Again(h.held(q))
	}
	if h.Post == nil {
		return q.Gone(), nil
	}
	what := i18n.ConsoleHomeDidDropHeld
	if answer == "release" {
		what = i18n.ConsoleHomeDidRelease
	}
	err := q.Update(func(tx store.Tx) error { return q.Audit(tx, what, "", "", reason, answer) })
	if err == nil && answer == "release" {
		err = h.Post.Release(q.Context())
	} else if err == nil {
		_, err = h.Post.DropHeld(q.Context(), answer == "all")
	}
	return q.Go("/console/", q.Say(i18n.ConsoleHomeHeldDone)), err
}
