package shop

import (
	"errors"
	"slices"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
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
	if ok, err := s.nudgeTrue(tx, p, i, now); err != nil || !ok {
		return "outdated", later, err
	}
	to := people.Identity{Channel: string(i.Channel), User: string(i.Letter.To.ID)}
	account, known := p.Account(to)
	switch unasked := i.Class == bot.Nudge || i.Class == bot.Promo; {
	case p.Status == people.Erased:
		return "erased", later, nil
	case known && account.Blocked:
		return "blocked", later, nil
	case !known && i.Letter.To.Person.User != "" && (unasked || i.Class == bot.Gift):
		// The chat was theirs when it was written: two cards were taken apart since.
		return whyMoved, later, nil
	case i.Carriage == bot.RideOnly && (p.Frozen || known && account.Frozen):
		// Whoever holds a lost phone need only say something there to read it.
		later = now.Add(lockedWait)
	case i.Class == bot.Promo && !p.Agreed(people.ForPromo):
		return "no consent", later, nil
	case unasked && (p.Quiet || account.Quiet):
		return "quiet", later, nil
	case unasked:
		later, err = s.unasked(tx, p, i, now)
	}
	return "", later, err
}

// May is whether somebody may be sent something: a Why says no for good, a
// NotBefore not yet, neither yes.
type May struct {
	Why       string
	NotBefore time.Time
}

// MayAll is [Shop.MaySend] for one message to many people at once, which intent
// names: a May each, in their order. It is asked in the commit that claims them.
// Who was let go for it before is let go again, but not in quiet hours, nor when
// they opted out, blocked or left since.
func (s *Shop) MayAll(tx store.Tx, intent string, class bot.Class, ch bot.ChannelName, all []bot.PersonID, now time.Time) ([]May, error) {
	everybody := make([]store.Subject, len(all)) // at once: one question instead of hundreds
	for i, id := range all {
		everybody[i] = people.Subject(loyalty.MemberID(id))
	}
	if err := tx.Lock(everybody...); err != nil {
		return nil, err
	}
	out := make([]May, len(all))
	for i, id := range all {
		var err error
		if out[i], err = s.mayOne(tx, intent, class, ch, id, now); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (s *Shop) mayOne(tx store.Tx, intent string, class bot.Class, ch bot.ChannelName, id bot.PersonID, now time.Time) (May, error) {
	p, err := s.Whole(tx, loyalty.MemberID(id))
	if errors.Is(err, people.ErrNobody) {
		return May{Why: "erased"}, nil
	}
	if err != nil {
		return May{}, err
	}
	open, frozen, quiet := false, p.Frozen, p.Quiet
	for _, a := range p.Accounts {
		if a.Channel == string(ch) {
			open, frozen, quiet = open || !a.Blocked, frozen || a.Frozen, quiet || a.Quiet
		}
	}
	unasked := class == bot.Nudge || class == bot.Promo
	switch {
	case p.Status == people.Erased:
		return May{Why: "erased"}, nil
	case !open:
		return May{Why: "blocked"}, nil
	case frozen:
		return May{Why: "frozen"}, nil
	case class == bot.Promo && !p.Agreed(people.ForPromo):
		return May{Why: "no consent"}, nil
	case unasked && quiet:
		return May{Why: "quiet"}, nil
	case !unasked:
		return May{}, nil
	}
	at, zone := s.Programme(now), s.ZoneOf(p, now)
	if open := at.QuietIn(now, zone); open.After(now) {
		return May{NotBefore: open}, nil // also for who was let go before: it did not leave, or may not have
	}
	return s.mayOnce(tx, p, loyalty.MemberID(id), touchOf(class, intent, now), at.Contact, zone)
}

// mayOnce asks for one of an audience in which the person may stand several
// times, under each member who was merged into them since. The touch is kept
// with the one it goes to, so that what may not have arrived is repeated there,
// and nowhere else.
func (s *Shop) mayOnce(tx store.Tx, p people.Person, id loyalty.MemberID, touch reach.Touch, caps loyalty.Caps, zone *time.Location) (May, error) {
	others := slices.DeleteFunc(append([]loyalty.MemberID{p.ID}, p.Parts...), func(m loyalty.MemberID) bool { return m == id })
	if len(others) > 0 {
		mine, err := reach.Noted(tx, id, touch.Intent)
		if err != nil {
			return May{}, err
		}
		for _, other := range others {
			if had, err := reach.Noted(tx, other, touch.Intent); err != nil || had && !mine {
				return May{Why: whyMerged}, err
			}
		}
	}
	later, err := reach.Ask(tx, id, others, touch, caps, zone)
	return May{NotBefore: later}, err
}

// whyMoved is why a letter does not go to a chat that is somebody else's now.
const whyMoved = "moved"

// whyMerged is why somebody is left out who had the same under another card.
const whyMerged = "merged"

// gonePerson is err unless it says that there is no such person.
func gonePerson(err error) error {
	if errors.Is(err, people.ErrNobody) || errors.Is(err, people.ErrErased) {
		return nil
	}
	return err
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
