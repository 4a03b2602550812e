package shop

import (
	"errors"
	"slices"
	"time"
	"unicode/utf8"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Portrait is everything that the shop keeps about a person, for themselves, with
// what is sealed opened; ready for JSON. What for, for how long and to whom it goes
// stands with it, as the laws of the markets ask (TW PDPA art. 3 and 8, HK PDPO
// schedule 1 principle 5 and s. 18, JP APPI art. 32 and 33, TH PDPA s. 30, CN PIPL
// art. 45, GDPR art. 15).
type Portrait struct {
	people.Export
	Points  PortraitPoints    `json:"points"`
	Tags    []string          `json:"tags,omitempty"`
	Entries []PortraitEntry   `json:"entries"` // oldest first, of parts before
	Tickets []voucher.Voucher `json:"vouchers"`
	Answers []PortraitAnswer  `json:"answers"`
	Touches []reach.Touch     `json:"messages_unasked"`
	Friends PortraitFriends   `json:"referrals"`
	// Rooms is what activities, plans, households and the like keep, by who they were:
	// a merged member has the rows of several.
	Rooms map[loyalty.MemberID]store.Kept `json:"rooms"`
	Cases []PortraitCase                  `json:"cases"` // what they complained of, oldest first
	Looks []PortraitLook                  `json:"looks"` // who was shown their data, oldest first
	// Agreed are the consents above with their words, oldest first.
	Agreed []PortraitConsent `json:"agreed"`
	Kept   []PortraitKept    `json:"kept_for"`
	Given  []string          `json:"given_to"`
}

// PortraitPoints is a balance.
type PortraitPoints struct {
	Available loyalty.Points   `json:"available"`
	Pending   loyalty.Points   `json:"pending"`
	Held      loyalty.Points   `json:"held"`
	Debt      loyalty.Points   `json:"debt"`
	Tier      string           `json:"tier,omitempty"`
	Count     loyalty.Counters `json:"count"`
}

// PortraitEntry is a line of the ledger.
type PortraitEntry struct {
	loyalty.Entry
	Change loyalty.Points `json:"points"`
	Reason string         `json:"reason,omitempty"` // in the place of the sealed one
}

// PortraitAnswer is an answer to a survey.
type PortraitAnswer struct {
	survey.Answer
	Comment string `json:"comment,omitempty"` // in the place of the sealed one
}

// PortraitFriends is whom somebody brought, and who brought them.
type PortraitFriends struct {
	Joined   int              `json:"joined"`
	Rewarded int              `json:"rewarded"`
	By       loyalty.MemberID `json:"brought_by,omitempty"`
}

// PortraitConsent is a yes or no with the words that were shown.
type PortraitConsent struct {
	people.ConsentEvent
	Words []string `json:"words,omitempty"`
}

// PortraitKept is a kind of data and for how long it stays.
type PortraitKept struct {
	What string `json:"what"`
	For  string `json:"for"`
}

// Portrait reads everything about a member, in words of p where there are words. It
// reads all there is of the rooms, and is for a View.
func (s *Shop) Portrait(r store.Reader, p i18n.Printer, m people.Person, now time.Time) (x Portrait, err error) {
	if x.Export, err = s.Vault.Export(r, m.ID); err != nil {
		return x, err
	}
	x.Agreed, x.Kept, x.Given = s.portraitConsents(p, &x.Export), keptWords(p), s.GivenTo(p)
	for _, add := range []func(store.Reader, people.Person, time.Time, *Portrait) error{s.portraitAccount, s.portraitReach, s.portraitRooms} {
		if err := add(r, m, now, &x); err != nil {
			return x, err
		}
	}
	return x, nil
}

func (s *Shop) portraitAccount(r store.Reader, m people.Person, now time.Time, x *Portrait) error {
	v, err := s.Book.View(r, m.ID, now)
	if err != nil {
		return err
	}
	b := v.Balance
	x.Points = PortraitPoints{b.Available, b.Pending, b.Held, b.Debt, v.Progress.Standing.Level, b.Count}
	x.Tickets, err = s.Club.Vouchers.List(r, m.ID, now)
	for i := range x.Tickets {
		x.Tickets[i].Sealed = nil // a digital code opens in the member's own chat
	}
	return err
}

func (s *Shop) portraitReach(r store.Reader, m people.Person, _ time.Time, x *Portrait) (err error) {
	if x.Tags, err = s.Tags(r, m); err != nil {
		return err
	}
	if x.Touches, err = reach.Touches(r, m.ID); err != nil {
		return err
	}
	x.Friends.Joined, x.Friends.Rewarded, err = s.Club.Referrals.Count(r, m.ID)
	return err
}

func (s *Shop) portraitRooms(r store.Reader, m people.Person, _ time.Time, x *Portrait) (err error) {
	x.Rooms = map[loyalty.MemberID]store.Kept{}
	ids := append(slices.Clone(m.Parts), m.ID)
	for _, id := range ids {
		if err := s.portraitDeeds(r, id, x); err != nil {
			return err
		}
		if x.Rooms[id], err = s.Kept(r, id); err != nil {
			return err
		}
		if err := s.portraitCases(r, id, x); err != nil {
			return err
		}
		err := s.EachKept(r, id, func(m loyalty.MemberID, word, key string, row any) error {
			if m == id { // it may be named in somebody else's
				x.Rooms[id].Of(word)[key] = row
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.portraitLooks(r, ids, x)
}

// portraitPage is how many entries are read at once.
const portraitPage = 200

// portraitDeeds adds a ledger and what was answered, of the member or of a part.
func (s *Shop) portraitDeeds(r store.Reader, id loyalty.MemberID, x *Portrait) error {
	for after, more := uint64(0), true; more; {
		batch, err := s.Book.Since(r, id, after, portraitPage)
		if err != nil {
			return err
		}
		for _, e := range batch {
			reason, err := s.EntryReason(r, e)
			if err != nil {
				return err
			}
			e.Reason, after = nil, e.Seq
			x.Entries = append(x.Entries, PortraitEntry{e, e.Change(), reason})
		}
		more = len(batch) == portraitPage
	}
	if err := s.portraitAnswers(r, id, x); err != nil {
		return err
	}
	ref, _, err := s.Club.Referrals.Of(r, id)
	if ref.Referrer != "" {
		x.Friends.By = ref.Referrer
	}
	return err
}

func (s *Shop) portraitAnswers(r store.Reader, id loyalty.MemberID, x *Portrait) error {
	newest, err := survey.Current(r, id)
	if err != nil {
		return err
	}
	for _, c := range newest {
		a, _, err := s.Surveys.Of(r, id, c.Survey)
		if err != nil {
			return err
		}
		words, err := s.OpenWords(r, id, a.Comment)
		if err != nil {
			return err
		}
		a.Comment = nil
		x.Answers = append(x.Answers, PortraitAnswer{a, words})
	}
	return nil
}

// reasonPurpose is what a reason in the ledger is sealed for.
const reasonPurpose = "reason"

// EntryReason opens what was typed as an entry's reason. What the program itself gives
// as one is a word in the clear; what an erased person's key sealed is gone.
func (s *Shop) EntryReason(r store.Reader, e loyalty.Entry) (string, error) {
	if len(e.Reason) == 0 {
		return "", nil
	}
	plain, err := s.Vault.OpenFor(r, e.Member, reasonPurpose, e.Reason)
	switch {
	case err == nil:
		return Typed(string(plain)), nil
	case errors.Is(err, people.ErrSealed), errors.Is(err, people.ErrErased), errors.Is(err, people.ErrNobody):
		if len(e.Reason) <= 32 && utf8.Valid(e.Reason) {
			return Tidy(string(e.Reason)), nil
		}
		return "", nil
	}
	return "", err
}

// portraitConsents are what somebody agreed to, also as whom they turned out to be.
func (s *Shop) portraitConsents(p i18n.Printer, x *people.Export) (list []PortraitConsent) {
	for _, e := range x.Consents {
		list = append(list, PortraitConsent{e, s.AgreedWords(p, e)})
	}
	for i := range x.Parts {
		list = append(list, s.portraitConsents(p, &x.Parts[i])...)
	}
	slices.SortStableFunc(list, func(a, b PortraitConsent) int { return a.At.Compare(b.At) })
	return list
}

// keptWords are the lines of [Retention] that are about members.
func keptWords(p i18n.Printer) (list []PortraitKept) {
	for _, k := range Retention() {
		if !k.Staff {
			list = append(list, PortraitKept{p.Say(k.What), p.Print(k.For)})
		}
	}
	return list
}
