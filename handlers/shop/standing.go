package shop

import (
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// This file says what a member has, one way for the chat and for pages. now is
// always the moment at which it is said.

// LevelName is what a tier is called; "" is the lowest.
func (s *Shop) LevelName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Level, id, string(p.Lang)).Name
}

// Counted writes so much of what the programme's tiers count.
func (s *Shop) Counted(p i18n.Printer, now time.Time, n int64) string {
	number := i18n.Number(n)
	switch s.Rules(now).Tiers.By {
	case loyalty.MeasurePoints:
		return p.Say(i18n.PointsCount, "Count", int(n), "Number", number)
	case loyalty.MeasureVisits:
		return p.Say(i18n.LevelVisits, "Count", int(n), "Number", number)
	case loyalty.MeasureNights:
		return p.Say(i18n.LevelNights, "Count", int(n), "Number", number)
	}
	return s.Money(p, now, loyalty.Money(n))
}

// soon is how many days ahead it is told how many days are left.
const soon = 30

// GoodUntil says until when points are good that go at an instant: people think
// of the last day they are good.
func (s *Shop) GoodUntil(p i18n.Printer, now, end time.Time) string {
	last := s.Local(end.Add(-1))
	switch days := DaysBetween(s.Local(now), last); {
	case days == 0:
		return p.Say(i18n.PointsToday)
	case days <= soon:
		return p.Say(i18n.PointsSoon, "Date", p.Date(last), "Count", days)
	}
	return p.Say(i18n.PointsNext, "Date", p.Date(last))
}

// DaysBetween is how many midnights lie between two local times.
func DaysBetween(from, to time.Time) int {
	date := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(date(to).Sub(date(from)).Hours() / 24)
}

// When is the last moment of something that is good until t: a day where it ends
// with one, else a time, with its day unless that is today.
func (s *Shop) When(p i18n.Printer, now, until time.Time) string {
	at, local := s.Local(until), s.Local(now)
	switch {
	case IsMidnight(at):
		return p.Date(s.LastMoment(until))
	case at.YearDay() == local.YearDay() && at.Year() == local.Year():
		return p.Clock(at)
	}
	return p.ShortDate(at) + " " + p.Clock(at)
}

// IsMidnight says that a local time is the end of one day and the start of
// another.
func IsMidnight(t time.Time) bool { h, m, s := t.Clock(); return h == 0 && m == 0 && s == 0 }

// Span is a length of time in words, to the nearest minute: who looks a second
// later still has half an hour. Days are whole ones.
func Span(p i18n.Printer, d time.Duration) string {
	whole := d.Round(time.Minute)
	hours, minutes := int(whole/time.Hour), int(whole%time.Hour/time.Minute)
	switch {
	case whole < time.Minute:
		return p.Say(i18n.SpanMoment)
	case hours >= 48:
		return p.Say(i18n.SpanDays, "Count", int(d/(24*time.Hour)))
	case hours > 0 && minutes > 0:
		return p.Say(i18n.SpanMixed, "Hours", i18n.Number(int64(hours)), "Minutes", i18n.Number(int64(minutes)))
	case hours > 0:
		return p.Say(i18n.SpanHours, "Count", hours)
	}
	return p.Say(i18n.SpanMinutes, "Count", minutes)
}

// VoucherName is what a voucher's reward is called: now, or, where the catalogue
// has it no more, when the voucher was issued; with its worth, where it has one of its
// own.
func (s *Shop) VoucherName(p i18n.Printer, now time.Time, v voucher.Voucher) string {
	at := s.Programme(now)
	if _, ok := at.Rules.Reward(v.Reward); !ok {
		at = s.Programme(v.Issued)
	}
	name := at.Words(programme.Reward, v.Reward, string(p.Lang)).Name
	if v.Worth > 0 {
		name = p.Say(i18n.PlanWorth, "Reward", name, "Money", s.Money(p, now, v.Worth))
	}
	return name
}
