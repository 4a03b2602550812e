package shop

import (
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/loyalty/fraud"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// What members do is looked at when they do it: nothing has to be searched for at
// night, and the finding is kept by the commit that it is about. What is counted.
const (
	countPieces  = "pieces"  // of red packets, for the bound of a day
	countPackets = "packets" // of them, those opened faster than people do
	countAnswers = "answers" // rewarded answers faster than the question is read
	countGifts   = "gifts"   // rewarded answers, for the bound of a day
	countStores  = "stores"  // checked in at on a day

	packetDays = 7
	answerDays = 365 // nobody is asked more than a few times a year
)

// localDay is a moment's local day.
func (s *Shop) localDay(at time.Time) time.Time {
	y, m, d := s.Local(at).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// watchUse looks whether a voucher that was just used was used together with another
// of the same member's somewhere else.
func (s *Shop) watchUse(tx store.Tx, v voucher.Voucher, act book.Act) error {
	within := s.Programme(act.Now).Fraud.Members.Shared
	if within == 0 || v.UsedStore == "" {
		return nil
	}
	all, err := s.Club.Vouchers.List(tx, v.Member, act.Now)
	if err != nil {
		return err
	}
	var others []fraud.Use
	for _, x := range all {
		if x.State == voucher.Used && x.ID != v.ID {
			others = append(others, fraud.Use{Ref: x.Use, At: x.UsedAt, Store: x.UsedStore})
		}
	}
	whole, err := s.Book.Holder(tx, v.Member)
	if err != nil {
		return err
	}
	f, ok := fraud.SharedBy(whole, fraud.Use{Ref: v.Use, At: v.UsedAt, Store: v.UsedStore}, others, within, s.localDay(act.Now), act.Now)
	if !ok {
		return nil
	}
	_, err = fraud.Record(tx, f)
	return err
}

// MayTakePiece refuses who took as many pieces of red packets today as one may.
func (s *Shop) MayTakePiece(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	most := s.Programme(now).Fraud.Members.PacketsADay
	if most == 0 {
		return nil
	}
	n, err := fraud.Counted(tx, m, countPieces, s.localDay(now))
	if err == nil && n >= most {
		err = bot.Refuse(i18n.FraudMembersPacketDay, "Most", most)
	}
	return err
}

// WatchPiece counts a piece that a member took, and whether no person could have been
// so fast.
func (s *Shop) WatchPiece(tx store.Tx, m loyalty.MemberID, p chance.Piece, now time.Time) error {
	rules, day := s.Programme(now).Fraud.Members, s.localDay(now)
	if _, err := fraud.Tally(tx, m, countPieces, day, 1); err != nil {
		return err
	}
	if rules.Packets == 0 || now.Sub(p.Packet.At) > rules.PacketIn {
		return nil
	}
	n, err := fraud.Tally(tx, m, countPackets, day, packetDays)
	if err != nil {
		return err
	}
	return s.find(tx, m, fraud.Packets, day, n, rules.Packets, fraud.Numbers{
		"times": int64(n), "days": packetDays, "seconds": int64(rules.PacketIn / time.Second),
	}, "", now) // a packet is opened in a chat, and no store's
}

// Answered reports whether a member's answers brought as much today as they may.
func (s *Shop) Answered(tx store.Tx, m loyalty.MemberID, now time.Time) (enough bool, most int, err error) {
	most = s.Programme(now).Fraud.Members.AnswersADay
	if most == 0 {
		return false, 0, nil
	}
	n, err := fraud.Counted(tx, m, countGifts, s.localDay(now))
	return n >= most, most, err
}

// WatchCheckIn counts a store in which a member checked in. Its code is passed on by
// a photograph while it is good, to who is not there.
func (s *Shop) WatchCheckIn(tx store.Tx, m loyalty.MemberID, at loyalty.Store, now time.Time) error {
	most, day := s.Programme(now).Fraud.Members.CheckIns, s.localDay(now)
	if most == 0 {
		return nil
	}
	n, err := fraud.Tally(tx, m, countStores, day, 1)
	if err != nil {
		return err
	}
	return s.find(tx, m, fraud.CheckIns, day, n, most, fraud.Numbers{"times": int64(n)}, at, now)
}

// WatchAnswer counts an answer that was rewarded, and whether it came faster than the
// question is read.
func (s *Shop) WatchAnswer(tx store.Tx, a survey.Answer, now time.Time) error {
	rules, day := s.Programme(now).Fraud.Members, s.localDay(now)
	if _, err := fraud.Tally(tx, a.Member, countGifts, day, 1); err != nil {
		return err
	}
	if rules.Answers == 0 || a.At.Sub(a.Asked) > rules.AnswerIn {
		return nil
	}
	n, err := fraud.Tally(tx, a.Member, countAnswers, day, answerDays)
	if err != nil {
		return err
	}
	return s.find(tx, a.Member, fraud.Answers, day, n, rules.Answers, fraud.Numbers{
		"times": int64(n), "days": answerDays, "seconds": int64(rules.AnswerIn / time.Second),
	}, a.Visit.Store, now)
}

// find keeps a finding about a member where there is one; at is the store where it
// happened, "" for none.
func (s *Shop) find(tx store.Tx, m loyalty.MemberID, rule fraud.Rule, day time.Time, n, bound int, numbers fraud.Numbers, at loyalty.Store, now time.Time) error {
	f, ok := fraud.OfMemberDay(m, rule, day, n, bound, numbers, now)
	if !ok {
		return nil
	}
	f.Happened(at)
	_, err := fraud.Record(tx, f)
	return err
}
