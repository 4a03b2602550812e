package members

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/reach"
	"regulars/loyalty/referral"
	"regulars/loyalty/survey"
)

// rewards are vouchers and gifts.
func rewards(t *teller, s *Story) error {
	if s.Into != "" {
		return nil
	}
	all, err := t.Club.Vouchers.List(t.r, s.ID, t.q.Now)
	if err != nil {
		return err
	}
	s.Unshown = max(0, len(all)-mostVouchers)
	for _, v := range all[:min(len(all), mostVouchers)] {
		s.Vouchers = append(s.Vouchers, Ticket{v, t.VoucherName(t.q.P, t.q.Now, v), v.StateAt(t.q.Now)})
	}
	open, err := t.Club.Open(t.r, s.ID, t.q.Now)
	s.Gifts = len(open)
	return err
}

// said is what they answered, parts included.
func said(t *teller, s *Story) error {
	for _, id := range append([]loyalty.MemberID{s.ID}, t.member.Parts...) {
		newest, err := survey.Current(t.r, id)
		if err != nil {
			return err
		}
		for _, c := range newest {
			a, ok, err := t.Surveys.Of(t.r, id, c.Survey)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			x, err := t.answer(a)
			if err != nil {
				return err
			}
			s.Answers = append(s.Answers, x)
		}
	}
	slices.SortFunc(s.Answers, func(a, b Answer) int { return b.At.Compare(a.At) })
	return nil
}

func (t *teller) answer(a survey.Answer) (x Answer, err error) {
	x = Answer{Answer: a, Score: shop.Grade(a.Kind, a.Score), Case: a.Case}
	if a.Option != "" {
		x.Score = t.OptionName(t.q.P, t.q.Now, a.Survey, a.Option)
	}
	for _, theme := range a.Themes {
		x.Themes = append(x.Themes, t.ThemeName(t.q.P, t.q.Now, theme))
	}
	if x.Words, err = t.OpenWords(t.r, a.Member, a.Comment); err != nil || a.Case == "" {
		return x, err
	}
	c, ok, err := t.Surveys.Case(t.r, a.Case)
	x.CaseOpen = ok && c.IsOpen()
	return x, err
}

// messages is what reached them unasked, and what waits.
func messages(t *teller, s *Story) (err error) {
	m := &s.Messages
	for _, a := range t.member.Accounts {
		lane := t.Lane(bot.Chat{Channel: bot.ChannelName(a.Channel), ID: bot.ChatID(a.User)})
		list, err := t.out.Waits(t.r, lane, bot.PersonID(s.ID), mostWaiting)
		if err != nil {
			return err
		}
		m.Waiting = append(m.Waiting, list...)
	}
	if m.Touches, err = reach.Touches(t.r, s.ID); err != nil {
		return err
	}
	slices.Reverse(m.Touches)
	m.Touches = m.Touches[:min(len(m.Touches), lately)]
	if m.Ignored, err = reach.Ignored(t.r, s.ID); err != nil {
		return err
	}
	at, err := reach.Allowed(t.r, s.ID, t.member.Parts, t.Programme(t.q.Now).Contact, t.q.Now, t.ZoneOf(t.member, t.q.Now))
	if err != nil {
		return err
	}
	if at.After(t.q.Now) {
		m.Again = at
	}
	plan, err := reach.Load(t.r, s.ID)
	for _, n := range t.Programme(t.q.Now).Nudges {
		if told := plan.Told[n.ID]; told != nil && len(told.Sent) > 0 {
			name := t.PartName(t.q.P, t.q.Now, programme.Nudge, n.ID)
			if name == "" {
				name = n.ID
			}
			m.Nudges = append(m.Nudges, Nudged{name, time.Unix(told.Sent[len(told.Sent)-1], 0)})
		}
	}
	return err
}

// company are consents, tags, whom they brought, and who turned out to be them.
func company(t *teller, s *Story) (err error) {
	if s.Status != people.Erased {
		x, err := t.Vault.Export(t.r, s.ID)
		if err != nil {
			return err
		}
		s.Consents = x.Consents
		slices.Reverse(s.Consents)
	}
	if s.Tags, err = t.Shop.Tags(t.r, t.member); err != nil {
		return err
	}
	for _, id := range t.member.Parts {
		m, err := t.Vault.Get(t.r, id)
		if err != nil {
			return err
		}
		s.Parts = append(s.Parts, face(m))
	}
	if s.Referrals.Joined, s.Referrals.Rewarded, err = t.Club.Referrals.Count(t.r, s.ID); err != nil {
		return err
	}
	var ref referral.Referral
	ref, _, err = t.Club.Referrals.Of(t.r, s.ID)
	s.Referrals.By = ref.Referrer
	return err
}

// deeds are what employees did about them here.
func deeds(t *teller, s *Story) (err error) {
	s.Deeds, err = t.q.Deeds(t.r, string(s.ID), lately)
	return err
}
