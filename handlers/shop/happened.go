package shop

import (
	"cmp"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// Happening is what a member is told of something that came to them, or went,
// without their doing.
func (s *Shop) Happening(p i18n.Printer, now time.Time, h club.Happened) bot.Message {
	switch {
	case h.Kind == club.KindLapsed:
		return s.lapsed(p, now, h.Voucher)
	case h.Taken:
		return s.wentBack(p, now, h)
	}
	lines := []string{s.greeting(p, now, h.Given)}
	if h.Points > 0 {
		lines = append(lines, p.Say(i18n.JobsPoints, "Points", Points(p, h.Points)))
	}
	var buttons []bot.Button
	if o := h.Choice; o != nil {
		lines = append(lines, s.choices(p, now, o))
		buttons = append(buttons, bot.Button{Label: p.Say(i18n.JobsChooseButton), Do: bot.DoCommand, Value: "gifts"})
	}
	if v := h.Voucher; v.ID != "" {
		if line := s.rewardName(p, now, v.Reward); v.Until.IsZero() {
			lines = append(lines, p.Say(i18n.JobsVoucher, "Reward", line))
		} else {
			lines = append(lines, p.Say(i18n.JobsVoucherUntil, "Reward", line, "Date", s.Local(v.Until.Add(-1))))
		}
		_, tail, _ := strings.Cut(string(v.ID), "-")
		buttons = append(buttons, bot.Button{Label: p.Say(i18n.JobsSeeVoucher), Do: bot.DoCommand, Value: "voucher " + tail})
	}
	return bot.Message{Title: s.giftTitle(p, now, h.Given), Text: strings.Join(lines, "\n"), Buttons: buttons}
}

// greeting is why a gift is given, in a sentence.
func (s *Shop) greeting(p i18n.Printer, now time.Time, g club.Given) string {
	switch g.Kind {
	case loyalty.GiftBirthday:
		return p.Say(s.birthdayWords(now, g.Gift))
	case loyalty.GiftAnniversary:
		return p.Say(i18n.JobsAnniversary)
	case club.KindReferrer:
		return p.Say(i18n.JobsReferrer)
	case club.KindFriend:
		return p.Say(i18n.JobsFriend)
	}
	return p.Say(i18n.JobsThanks)
}

// birthdayWords are for the day itself, or for its week or month, in which the
// day may still be ahead.
func (s *Shop) birthdayWords(now time.Time, gift string) i18n.Key {
	for _, g := range s.Rules(now).Gifts {
		switch {
		case g.ID == gift && g.Around == loyalty.SpanWeek:
			return i18n.JobsBirthdayWeek
		case g.ID == gift && g.Around == loyalty.SpanMonth:
			return i18n.JobsBirthdayMonth
		}
	}
	return i18n.JobsBirthday
}

// giftTitle is a gift's name in the programme; "" for one that has none there,
// as what a referral brings.
func (s *Shop) giftTitle(p i18n.Printer, now time.Time, g club.Given) string {
	if g.Kind == club.KindReferrer || g.Kind == club.KindFriend {
		return ""
	}
	named := ""
	for _, x := range s.Rules(now).Gifts {
		if x.ID == g.Gift {
			named = s.Programme(now).Words(programme.Gift, x.ID, string(p.Lang)).Name
		}
	}
	switch g.Kind {
	case loyalty.GiftBirthday:
		return cmp.Or(named, p.Say(i18n.GiftBirthday))
	case loyalty.GiftAnniversary:
		return cmp.Or(named, p.Say(i18n.GiftAnniversary))
	}
	return named
}

// choices is what there is to choose, or the one thing that is out of stock.
func (s *Shop) choices(p i18n.Printer, now time.Time, o *club.Open) string {
	var names []string
	for _, id := range o.Rewards {
		names = append(names, s.rewardName(p, now, id))
	}
	switch {
	case len(names) == 1:
		return p.Say(i18n.JobsWaits, "Reward", names[0])
	case o.Until.IsZero():
		return p.Say(i18n.JobsChoose, "Rewards", names)
	}
	return p.Say(i18n.JobsChooseUntil, "Date", s.Local(o.Until.Add(-1)), "Rewards", names)
}

// wentBack is said of what was given for something that did not stand. Nobody
// learns whose purchase it was.
func (s *Shop) wentBack(p i18n.Printer, now time.Time, h club.Happened) bot.Message {
	var what []string
	if h.Points > 0 {
		what = append(what, Points(p, h.Points))
	}
	if h.Voucher.ID != "" {
		what = append(what, s.rewardName(p, now, h.Voucher.Reward))
	}
	var lines []string
	if h.Kind == club.KindReferrer || h.Kind == club.KindFriend {
		lines = append(lines, p.Say(i18n.JobsReferralBack))
	}
	if len(what) > 0 {
		lines = append(lines, p.Say(i18n.JobsTakenBack, "What", what))
	}
	return bot.Message{Text: strings.Join(lines, "\n")}
}

// lapsed is said of a voucher whose time is over.
func (s *Shop) lapsed(p i18n.Printer, now time.Time, v voucher.Voucher) bot.Message {
	key := i18n.VoucherLapsedBack
	switch {
	case v.Cost == 0:
		key = i18n.VoucherLapsed
	case v.OnExpiry == loyalty.FateForfeit:
		key = i18n.VoucherLapsedGone
	}
	until := append(s.moment(s.LastMoment(v.Until)), "Points", Points(p, v.Cost))
	return bot.Message{Title: s.rewardName(p, now, v.Reward), Text: p.Print(i18n.T(key, until...))}
}

func (s *Shop) rewardName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Reward, id, string(p.Lang)).Name
}
