package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// MaySend is asked by the outbox in the commit that stores an intent's key and
// bytes: may this be sent to this person now? A why says no for good, a later
// says not yet; neither says yes. Answers are not asked about.
func (s *Shop) MaySend(tx store.Tx, i bot.Intent, now time.Time) (why string, later time.Time, err error) {
	if i.Person == "" {
		return "", later, nil // a group
	}
	p, err := s.Whole(tx, loyalty.MemberID(i.Person))
	if errors.Is(err, people.ErrNobody) {
		return "erased", later, nil
	}
	if err != nil {
		return "", later, err
	}
	if undone, err := s.undone(tx, i); err != nil || undone {
		return "undone", later, err
	}
	if old, err := s.outdated(tx, i); err != nil || old {
		return "outdated", later, err
	}
	to := people.Identity{Channel: string(i.Channel), User: string(i.Letter.To.ID)}
	account, known := p.Account(to)
	switch unasked := i.Class == bot.Nudge || i.Class == bot.Promo; {
	case p.Status == people.Erased:
		return "erased", later, nil
	case known && account.Blocked:
		return "blocked", later, nil
	case i.Carriage == bot.RideOnly && (p.Frozen || known && account.Frozen):
		// Whoever holds a lost phone need only say something there to read it.
		later = now.Add(lockedWait)
	case i.Class == bot.Promo && !p.Agreed(people.ForPromo):
		return "no consent", later, nil
	case unasked && p.Quiet:
		return "quiet", later, nil
	case unasked:
		if open := s.Programme(now).QuietUntil(now); open.After(now) {
			later = open
		}
	}
	return "", later, nil
}

// lockedWait is for how long what would ride to a locked chat is put off; it is
// asked about anew with each answer there.
const lockedWait = time.Hour

// undone says that i is the receipt of something that was taken back while the
// receipt waited: the correction has been told, and "you have 35" after it would
// be wrong.
func (s *Shop) undone(tx store.Tx, i bot.Intent) (bool, error) {
	if i.Class != bot.Receipt || i.Carriage != bot.RideOnly || i.Ref == "" {
		return false, nil
	}
	e, err := s.Book.ByRef(tx, loyalty.Ref(i.Ref))
	if errors.Is(err, loyalty.ErrUnknownRef) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	mark, err := s.Book.Reversed(tx, e)
	return mark.Whole, err
}
