package shop

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/store"
)

// newSegments is the desk that finds members by what is known of them. Its DB is
// still to be set.
func (s *Shop) newSegments() *segment.Desk {
	return &segment.Desk{
		Vault: s.Vault, Book: s.Book, Programme: s.Rules, Lang: string(s.Lang),
		Platform: func(channel string) (string, bool) {
			name := bot.ChannelName(channel)
			return string(s.Channel(name).Platform), s.configured(name)
		},
		Known: s.segmentWords, Own: s.ownSegments,
		Sources: []segment.Source{s.rollReferrals, rollIgnored, s.rollNPS, s.rollPlan},
	}
}

// ownSegments are the programme's.
func (s *Shop) ownSegments(now time.Time) []segment.Named { return s.Programme(now).Segments }

// inSegment says whether a member is in a segment, in a transaction.
func (s *Shop) inSegment(r store.Reader, m loyalty.MemberID, name string, now time.Time) (bool, error) {
	return s.Segments.In(r, m, name, now)
}

// segmentWords are the names that expressions may compare with.
func (s *Shop) segmentWords(now time.Time) segment.Known { return s.Programme(now).SegmentWords() }

// rollReferrals fills in Referrals.
func (s *Shop) rollReferrals(r store.Reader, m loyalty.MemberID, _ []loyalty.MemberID, roll *segment.Roll) error {
	_, rewarded, err := s.Club.Referrals.Count(r, m)
	roll.Referrals = int32(rewarded)
	return err
}

// rollIgnored fills in Ignored.
func rollIgnored(r store.Reader, m loyalty.MemberID, _ []loyalty.MemberID, roll *segment.Roll) error {
	n, err := reach.Ignored(r, m)
	roll.Ignored = int32(n)
	return err
}

// rollNPS fills in NPS, NPSDay and Answers.
func (s *Shop) rollNPS(r store.Reader, m loyalty.MemberID, parts []loyalty.MemberID, roll *segment.Roll) error {
	var newest survey.Grade
	for _, id := range append([]loyalty.MemberID{m}, parts...) {
		g, ok, err := survey.Latest(r, id)
		if err != nil {
			return err
		}
		if ok && g.At.After(newest.At) {
			newest = g
		}
	}
	if !newest.At.IsZero() {
		roll.NPS, roll.NPSDay, roll.Answers = int32(newest.Score)+1, segment.DayOf(newest.At, s.zone()), 1
	}
	return nil
}

// RecheckIgnored marks those of whom a campaign's sending, which marks nobody,
// has made it untrue how many offers they ignored. It tells how many.
func (s *Shop) RecheckIgnored(ctx context.Context) (int, error) {
	return s.Segments.Recheck(ctx, func(r store.Reader, m loyalty.MemberID, roll *segment.Roll) (bool, error) {
		n, err := reach.Ignored(r, m)
		return err == nil && int32(n) == roll.Ignored, err
	})
}

// personChanged is told of each person who was written.
func (s *Shop) personChanged(tx store.Tx, m loyalty.MemberID) error {
	if err := s.Segments.PersonChanged(tx, m); err != nil {
		return err
	}
	status, err := people.StatusOf(tx, m)
	if err == nil && status == people.Erased {
		err = errors.Join(s.Recommend.Forget(tx, m), s.Levers.Forget(tx, m), fraud.Forget(tx, m))
	}
	if err != nil {
		return err
	}
	return s.changed(tx, m)
}

// accountChanged is told of each account that was written.
func (s *Shop) accountChanged(tx store.Tx, m loyalty.MemberID) error {
	if err := s.Segments.Mark(tx, m); err != nil {
		return err
	}
	return s.changed(tx, m)
}

// Tags are what the shop calls a member, their parts included. An Update locks
// them.
func (s *Shop) Tags(r store.Reader, p people.Person) ([]string, error) {
	if tx, ok := r.(store.Tx); ok {
		for _, m := range p.Parts {
			if err := tx.Lock(people.Subject(m)); err != nil {
				return nil, err
			}
		}
	}
	return s.Segments.Tags(r, p.ID, p.Parts...)
}

// presetKeys are the names of the segments that come with the program.
var presetKeys = map[string]i18n.Key{
	"everyone": i18n.SegmentEveryone, "new": i18n.SegmentNew, "active": i18n.SegmentActive, "at-risk": i18n.SegmentAtRisk,
	"lapsed": i18n.SegmentLapsed, "once": i18n.SegmentOnce, "never": i18n.SegmentNever, "champions": i18n.SegmentChampions,
	"promoters": i18n.SegmentPromoters, "detractors": i18n.SegmentDetractors,
	"birthday-this-month": i18n.SegmentBirthdayThis, "birthday-next-month": i18n.SegmentBirthdayNext,
	"points-lapsing": i18n.SegmentLapsing,
}

// SegmentName is what people call a segment: the programme's name for its own,
// ours for a preset, and else the expression itself.
func (s *Shop) SegmentName(p i18n.Printer, now time.Time, text string) string {
	if name, ok := s.Programme(now).SegmentName(text, string(p.Lang)); ok {
		return name
	}
	if key, ok := presetKeys[text]; ok {
		return p.Say(key)
	}
	return text
}
