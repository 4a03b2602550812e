package shop

import (
	"errors"
	"io"
	"slices"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Doing is in which transaction and when something is done, and how it is told,
// in a chat or elsewhere.
type Doing struct {
	Tx   store.Tx
	Now  time.Time
	Rand io.Reader
	Tell func(bot.Telling)
}

// In is what a turn does.
func In(t *bot.Turn) Doing { return Doing{Tx: t.Tx, Now: t.Now, Rand: t.Rand(), Tell: t.Tell} }

// Regained is what followed from a proof of who somebody is.
type Regained struct {
	Member people.Person // as it is now, with the new chat
	// Claimed: a file had brought the member, who had no chat before.
	Claimed bool
}

// NumberOf is whose card a proven phone number opens, besides mine: the member
// who had proven it, else the oldest of those whom a file brought. A number that
// somebody only typed opens nothing: it may be a mistake. ok is false for none.
func (s *Shop) NumberOf(tx store.Tx, phone people.Phone, mine loyalty.MemberID) (to loyalty.MemberID, ok bool, err error) {
	claims, err := s.Vault.ByPhone(tx, phone)
	if err != nil {
		return "", false, err
	}
	brought, err := s.Vault.Unclaimed(tx, phone)
	if err != nil {
		return "", false, err
	}
	for _, c := range claims {
		if c.Proven && c.Member != mine {
			return c.Member, true, nil
		}
	}
	if len(brought) > 0 && brought[0] != mine {
		return brought[0], true, nil
	}
	return "", false, nil
}

// Regain gives a member who proved who they are the chat of a as their way in.
// Whatever chats were there before are locked and told, the card has a new
// number, recovery codes end, as those chats have shown them, and so does a lock
// for a lost phone. Where a's person is a member with
// something to lose, the two become one. What a gift or a purchase has brought
// meanwhile stays.
//
// Refusals, after which nothing may be committed: people.ErrOwnAccount,
// ErrMergeNeeded (an employee's chat), ErrFrozen, ErrNotMember, ErrCode, and
// words for a member who works here and did not prove it at the counter.
func (s *Shop) Regain(t Doing, a people.Asker, to loyalty.MemberID, how people.Proof, act book.Act) (Regained, error) {
	if err := t.Tx.Lock(people.Subject(to)); err != nil {
		return Regained{}, err
	}
	if err := s.mayRegain(t.Tx, a, to, how); err != nil {
		return Regained{}, err
	}
	origin, brought, err := people.OriginOf(t.Tx, to)
	if err != nil {
		return Regained{}, err
	}
	before, err := s.Vault.Get(t.Tx, a.Person)
	if err != nil {
		return Regained{}, err
	}
	if err := s.thaw(t, to, act); err != nil {
		return Regained{}, err
	}
	keep, err := s.moveIn(t, a, to, act)
	if err != nil {
		return Regained{}, err
	}
	if err := s.lockOut(t, to, keep); err != nil {
		return Regained{}, err
	}
	out := Regained{Claimed: brought && origin.Claimed.IsZero()}
	if brought {
		if err := people.Claimed(t.Tx, to, how, act.Store, t.Now); err != nil {
			return out, err
		}
	}
	out.Member, err = s.speaks(t, to, before.Language)
	return out, err
}

// speaks gives a member whose language nobody knows that of their new chat.
func (s *Shop) speaks(t Doing, id loyalty.MemberID, language string) (people.Person, error) {
	p, err := s.Vault.Get(t.Tx, id)
	if err != nil || p.Language != "" || language == "" {
		return p, err
	}
	if err := s.Vault.SetLanguage(t.Tx, id, language, t.Rand); err != nil {
		return p, err
	}
	return s.Vault.Get(t.Tx, id)
}

// mayRegain refuses a chat that is the member's already, and an employee who did
// not come to the counter: with the chat goes what they may do here.
func (s *Shop) mayRegain(tx store.Tx, a people.Asker, to loyalty.MemberID, how people.Proof) error {
	if a.Person == to {
		return people.ErrOwnAccount
	}
	_, employed, err := s.Vault.StaffOfMember(tx, to)
	if err == nil && employed && how != people.AtCounter {
		err = bot.Refuse(i18n.LostStaff)
	}
	return err
}

// thaw ends a lock that is for a lost phone, of the person and of the account.
func (s *Shop) thaw(t Doing, id loyalty.MemberID, act book.Act) error {
	p, err := s.Vault.Get(t.Tx, id)
	if err != nil || !p.Frozen {
		return err
	}
	if err := s.Vault.Thaw(t.Tx, id, t.Rand); err != nil {
		return err
	}
	act.Op += ".thaw"
	_, err = s.Book.Freeze(t.Tx, id, act, false)
	return err
}

// moveIn makes the chat the member's, and gives the chats that came with it.
func (s *Shop) moveIn(t Doing, a people.Asker, to loyalty.MemberID, act book.Act) (keep []people.Identity, err error) {
	linked, err := s.Vault.Regain(t.Tx, a.Who, to, t.Now, t.Rand, func(id loyalty.MemberID) (bool, error) {
		return s.NothingToLose(t.Tx, id, t.Now)
	})
	if errors.Is(err, people.ErrMergeNeeded) {
		return s.mergeIn(t, a, to, act)
	}
	if err != nil || linked.Left == "" {
		return []people.Identity{a.Who}, err
	}
	// What the dissolved person had begun leads nowhere any more.
	leave := book.Act{Op: act.Op + ".dissolve", Actor: loyalty.ByMember(to), Reason: []byte("linked"), Now: t.Now}
	return []people.Identity{a.Who}, s.Club.Leave(t.Tx, linked.Left, leave)
}

// mergeIn makes the person of the chat a part of the member. A locked person, an
// employee and one who is no member come to the counter instead.
func (s *Shop) mergeIn(t Doing, a people.Asker, to loyalty.MemberID, act book.Act) (keep []people.Identity, err error) {
	p, err := s.Vault.Get(t.Tx, a.Person)
	if err != nil {
		return nil, err
	}
	_, employed, err := s.Vault.StaffOfMember(t.Tx, a.Person)
	if err != nil {
		return nil, err
	}
	if p.Status != people.Member || p.Frozen || employed {
		return nil, people.ErrMergeNeeded
	}
	keep = []people.Identity{a.Who}
	for _, other := range p.Accounts {
		if other.Identity != a.Who && !other.Frozen {
			keep = append(keep, other.Identity)
		}
	}
	act.Op += ".merge"
	if len(act.Reason) == 0 {
		act.Reason = []byte("proven")
	}
	_, err = s.Merge(t.Tx, a.Person, to, act)
	return keep, err
}

// lockOut locks the chats that are not kept, tells them, and ends what they have
// shown: the card and the recovery code.
func (s *Shop) lockOut(t Doing, id loyalty.MemberID, keep []people.Identity) error {
	locked, err := s.Vault.LockOut(t.Tx, id, t.Rand, keep...)
	if err != nil {
		return err
	}
	if _, err := s.Vault.ReissueCard(t.Tx, id, t.Rand); err != nil {
		return err
	}
	if err := s.Vault.EndRecovery(t.Tx, id); err != nil {
		return err
	}
	return s.TellChatsBy(t.Tx, t.Tell, id, locked, func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(i18n.LostTold, "Shop", s.Name(t.Now, p.Lang))}
	})
}

// TellChats leaves a message in each of these chats of a member, at once:
// whoever holds the phone reads it.
func (s *Shop) TellChats(t *bot.Turn, id loyalty.MemberID, chats []people.Identity, words func(i18n.Printer) bot.Message) error {
	return s.TellChatsBy(t.Tx, t.Tell, id, chats, words)
}

// TellChatsBy is [Shop.TellChats] for who acts in no turn; tell takes each letter.
func (s *Shop) TellChatsBy(tx store.Tx, tell func(bot.Telling), id loyalty.MemberID, chats []people.Identity, words func(i18n.Printer) bot.Message) error {
	p, err := s.Vault.Get(tx, id)
	if err != nil {
		return err
	}
	speak := i18n.For(s.Speak(p))
	for _, chat := range chats {
		if !s.configured(bot.ChannelName(chat.Channel)) {
			continue
		}
		who := bot.Identity{Channel: bot.ChannelName(chat.Channel), User: bot.UserID(chat.User)}
		tell(bot.Telling{
			Person: bot.PersonID(id), Class: bot.Receipt, Carriage: bot.PushNow,
			To:       bot.Address{Chat: bot.Chat{Channel: who.Channel, ID: bot.ChatID(who.User)}, Person: who},
			Messages: []bot.Message{words(speak)},
		})
	}
	return nil
}

// ClaimFor gives a member what a file brought under a number they have proven:
// the two become one, and the member's own card and chats stay as they are. It
// reports how many were found.
func (s *Shop) ClaimFor(t *bot.Turn, me loyalty.MemberID, phone people.Phone, how people.Proof, act book.Act) (n int, err error) {
	list, err := s.Vault.Unclaimed(t.Tx, phone)
	if err != nil {
		return 0, err
	}
	for _, id := range list {
		if err := people.Claimed(t.Tx, id, how, act.Store, t.Now); err != nil {
			return n, err
		}
		if id == me {
			continue
		}
		each := act
		each.Op += loyalty.OpID(".claim." + string(id))
		if len(each.Reason) == 0 {
			each.Reason = []byte("claimed")
		}
		if _, err := s.Merge(t.Tx, id, me, each); err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// NothingToLose says whether a member has nothing that would be left behind if
// their chat became another's: no movements but the stamps that everybody begins
// with, no voucher, no gift that waits, no friend who came by their invitation, and
// no payment or trial of a plan, of which the ledger knows nothing.
func (s *Shop) NothingToLose(tx store.Tx, id loyalty.MemberID, now time.Time) (bool, error) {
	list, err := s.Book.History(tx, id, 0, 2)
	if err != nil || len(list) > 1 || len(list) == 1 && list[0].Gift != loyalty.StartGift {
		return false, err
	}
	vouchers, err := s.OpenVouchers(tx, id, now)
	if err != nil || vouchers > 0 {
		return false, err
	}
	gifts, err := s.Club.Open(tx, id, now)
	if err != nil || len(gifts) > 0 {
		return false, err
	}
	paid, err := s.Plans.Payments(tx, id)
	if err != nil || slices.ContainsFunc(paid, func(z plan.Payment) bool { return z.Taken.IsZero() }) {
		return false, err
	}
	friends, _, err := s.Club.Referrals.Count(tx, id)
	return friends == 0, err
}

// OpenVouchers is how many vouchers a member could still use.
func (s *Shop) OpenVouchers(tx store.Tx, id loyalty.MemberID, now time.Time) (n int, err error) {
	all, err := s.Club.Vouchers.List(tx, id, now)
	for _, v := range all {
		if v.State == voucher.Open {
			n++
		}
	}
	return n, err
}

// RegainedMessage welcomes a member in the chat that they have just got. Who was
// brought by a file reads what is kept of them, as everybody does who joins.
func (s *Shop) RegainedMessage(t Doing, p i18n.Printer, out Regained) (bot.Message, error) {
	b, err := s.Book.Balance(t.Tx, out.Member.ID, t.Now)
	if err != nil {
		return bot.Message{}, err
	}
	name := Tidy(out.Member.Called())
	if name == "" {
		name = p.Say(i18n.SomeCustomer)
	}
	points := Points(p, b.Available)
	if out.Claimed {
		return bot.Message{
			Text: p.Say(i18n.ImportedDone, "Name", name, "Points", points) + "\n\n" + p.Say(i18n.ImportedNotice, "Shop", s.Name(t.Now, p.Lang)),
		}, nil
	}
	return bot.Message{Text: p.Say(i18n.LostDone, "Name", name, "Points", points)}, nil
}
