package shop

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/mission"
	"regulars/loyalty/programme"
	"regulars/store"
)

// newMissions is how the shop keeps what members are challenged to.
func (s *Shop) newMissions() *mission.Desk {
	d := &mission.Desk{Book: s.Book, Vouchers: s.Club.Vouchers, Key: s.Vault.Derive("check-ins"), Programme: s.Rules, Facts: s.Facts, In: s.inSegment}
	d.Bring = func(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string) error {
		return s.Chance.Bring(tx, m, act, game, from, 1)
	}
	d.Unbring = func(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string) (bool, error) {
		return s.Chance.Unbring(tx, m, act, game, from)
	}
	return d
}

// plainMissions are the refusals of missions, check-ins and boards.
var plainMissions = map[error]i18n.Key{
	mission.ErrNone:  i18n.MissionNotNow,
	mission.ErrCode:  i18n.CheckInNo,
	mission.ErrTwice: i18n.CheckInTwice,
	mission.ErrFull:  i18n.BoardFull,
}

// Prize is what a mission or a streak brings, a word each.
func (s *Shop) Prize(p i18n.Printer, now time.Time, z loyalty.Prize) (what []string) {
	if z.Points > 0 {
		what = append(what, Points(p, z.Points))
	}
	if z.Reward != "" {
		what = append(what, s.rewardName(p, now, z.Reward))
	}
	if z.Badge != "" {
		what = append(what, p.Say(i18n.MissionBadge, "Badge", s.part(p, now, programme.Badge, z.Badge)))
	}
	if z.Go != "" {
		what = append(what, p.Say(i18n.MissionGo, "Game", s.GameName(p, now, z.Go)))
	}
	return what
}

// part is what the programme calls one of its parts.
func (s *Shop) part(p i18n.Printer, now time.Time, of programme.Part, id string) string {
	return s.Programme(now).Words(of, id, string(p.Lang)).Name
}

// runs are the words for so many spans in a row.
var runs = map[loyalty.Span]i18n.Key{
	loyalty.SpanDay: i18n.StreakDays, loyalty.SpanWeek: i18n.StreakWeeks, loyalty.SpanMonth: i18n.StreakMonths,
}

// InARow writes so many of a streak's spans.
func (s *Shop) InARow(p i18n.Printer, of *loyalty.Streak, n int) string {
	return p.Say(runs[of.Every], "Count", n, "Number", i18n.Number(int64(n)))
}

// Achieved is what a member is told of a prize that came to them, or went; false
// where there is nothing to tell.
func (s *Shop) Achieved(p i18n.Printer, now time.Time, h mission.Happened) (bot.Message, bool) {
	name, title := s.achievement(p, now, h)
	what := s.Prize(p, now, loyalty.Prize{Points: h.Given.Points, Reward: h.Given.Voucher.Reward, Badge: h.Given.Badge, Go: h.Given.Go})
	if h.Taken {
		if len(what) == 0 {
			return bot.Message{}, false
		}
		return bot.Message{Text: p.Say(i18n.MissionGone, "Mission", name) + "\n" + p.Say(i18n.JobsTakenBack, "What", what)}, true
	}
	msg := bot.Message{Title: name}
	lines := []string{title}
	if len(what) > 0 {
		lines = append(lines, p.Say(i18n.MissionBrought, "What", what))
	}
	if h.Given.Owed != "" {
		lines = append(lines, p.Say(i18n.MissionOwed, "Reward", s.rewardName(p, now, h.Given.Owed)))
	}
	if v := h.Given.Voucher; v.ID != "" {
		_, tail, _ := strings.Cut(string(v.ID), "-")
		msg.Buttons = []bot.Button{{Label: p.Say(i18n.JobsSeeVoucher), Do: bot.DoCommand, Value: "voucher " + tail}}
	}
	if h.Given.Go != "" {
		msg.Buttons = append(msg.Buttons, bot.Button{Label: s.GameName(p, now, h.Given.Go), Do: bot.DoCommand, Value: "play " + h.Given.Go})
	}
	msg.Text = strings.Join(lines, "\n")
	return msg, true
}

// achievement is the name of what was reached, and a sentence about it.
func (s *Shop) achievement(p i18n.Printer, now time.Time, h mission.Happened) (name, title string) {
	if h.Kind != mission.KindStreak {
		return s.part(p, now, programme.Mission, h.ID), p.Say(i18n.MissionDone)
	}
	name = s.part(p, now, programme.Streak, h.ID)
	for _, of := range s.Rules(now).Streaks {
		if of.ID == h.ID {
			return name, p.Say(i18n.StreakReached, "Run", s.InARow(p, &of, h.Count))
		}
	}
	return name, p.Say(i18n.MissionDone)
}

// CheckInLine is what a customer says with a store's code.
func CheckInLine(code string) string { return "checkin " + code }

// CheckInLink is what a store's check-in QR holds: a page that leads to the chats,
// or, without a public address, the chat in which it is shown.
func (s *Shop) CheckInLink(shown bot.ChannelName, code string) string {
	if s.PublicURL != "" {
		return s.PublicURL + "/k/" + code
	}
	if link, ok := s.ChatLink(shown, CheckInLine(code)); ok {
		return link
	}
	return "/" + CheckInLine(code)
}
