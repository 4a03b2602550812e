package till

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Proving is a card that waits for a manager before it moves to a new chat, or
// waited.
type Proving struct {
	ID      string           `json:"-"`
	Member  loyalty.MemberID `json:"m"`
	Person  loyalty.MemberID `json:"p"` // whose the new chat is until then
	Chat    []byte           `json:"c"` // sealed with that person's key
	By      people.StaffID   `json:"by"`
	Store   loyalty.Store    `json:"s,omitempty"`
	Until   time.Time        `json:"until"`
	Decided time.Time        `json:"d,omitzero"`
	Yes     bool             `json:"y,omitempty"`
	Who     people.StaffID   `json:"who,omitempty"`
}

// Waits reports whether somebody may still decide.
func (p *Proving) Waits(now time.Time) bool { return p.Decided.IsZero() && !now.After(p.Until) }

var provings = store.NewTable[Proving]("proving/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("proving/" + string(rest))
})

// ProvingLife is how long a manager has to decide: the customer stands at the
// counter, or comes back later that day.
const ProvingLife = 12 * time.Hour

// PutProving asks for a manager's word under p.ID.
func PutProving(tx store.Tx, p Proving) error {
	if err := tx.Lock(store.Subject("proving/" + p.ID)); err != nil {
		return err
	}
	return provings.Put(tx, p, p.ID)
}

// Provings are those that wait and those decided or lapsed within a week, in no
// order.
func Provings(r store.Reader) (list []Proving, err error) {
	for id, p := range provings.Scan(r, provings.All(), &err) {
		p.ID = id
		list = append(list, p)
	}
	return list, err
}

// MayProve refuses one's own card, and that of a colleague who is not below:
// with the chat goes what they may do here.
func (t Till) MayProve(tx store.Tx, me people.Staff, id loyalty.MemberID) error {
	if id == me.Member {
		return loyalty.ErrSelf
	}
	other, employed, err := t.Vault.StaffOfMember(tx, id)
	if err == nil && employed && (!people.AtLeast(me.Role, people.Manager) || people.AtLeast(other.Role, me.Role)) {
		err = bot.Refuse(i18n.LostStaff)
	}
	return err
}

// DecideProof does a manager's yes or no about a card that is to move, once, and
// tells who asked and who waits in the new chat.
func (t Till) DecideProof(c *Call, in shop.Doing, id string, yes bool) (row Proving, err error) {
	if err := c.Tx.Lock(store.Subject("proving/" + id)); err != nil {
		return row, err
	}
	row, ok, err := provings.Get(c.Tx, id)
	switch {
	case err != nil:
		return row, err
	case !ok || c.Now.After(row.Until):
		return row, bot.Refuse(i18n.ApproveLate)
	case !row.Decided.IsZero():
		return row, bot.Refuse(i18n.ApproveDecided)
	}
	if err := MayDecide(c.Me, row.By, row.Store, row.Member, row.Person); err != nil {
		return row, err
	}
	row.ID, row.Decided, row.Yes, row.Who = id, c.Now, yes, c.Me.ID
	if err := provings.Put(c.Tx, row, id); err != nil {
		return row, err
	}
	if row.Member, err = t.Vault.Holder(c.Tx, row.Member); err != nil {
		return row, err
	}
	// Whose card it is, and who works here, may have changed since it was asked.
	if err := t.MayProve(c.Tx, c.Me, row.Member); err != nil {
		return row, err
	}
	asker, err := t.Vault.OpenAsker(c.Tx, row.Person, row.Chat)
	if errors.Is(err, people.ErrCode) { // that chat is somebody else's by now
		return row, bot.Refuse(i18n.ProveGone)
	}
	if err != nil {
		return row, err
	}
	if yes {
		return row, t.agreed(c, in, row, asker)
	}
	if err := t.TellChatsBy(c.Tx, c.Tell, asker.Person, []people.Identity{asker.Who}, func(p i18n.Printer) bot.Message {
		return bot.Message{Text: p.Say(i18n.LostNot)}
	}); err != nil {
		return row, err
	}
	return row, t.tellProver(c, row, i18n.ProveToldNo)
}

// agreed moves the card in the name of the employee who asked.
func (t Till) agreed(c *Call, in shop.Doing, row Proving, asker people.Asker) error {
	by, err := t.Vault.StaffByID(c.Tx, row.By)
	if errors.Is(err, people.ErrNotStaff) || err == nil && !by.Active {
		return bot.Refuse(i18n.ProveGone)
	}
	if err != nil {
		return err
	}
	act := book.Act{
		Op: c.Op("prove"), Actor: row.By.Actor(), Role: by.Role, Self: by.Member,
		Approver: c.Me.ID.Actor(), Store: row.Store, Now: c.Now,
	}
	if err := t.Proved(in, row.Member, asker, act); err != nil {
		return err
	}
	return t.tellProver(c, row, i18n.ProveToldYes)
}

// Proved moves the card, and welcomes the member in the new chat.
func (t Till) Proved(in shop.Doing, id loyalty.MemberID, asker people.Asker, act book.Act) error {
	out, err := t.Regain(in, asker, id, people.AtCounter, act)
	if err != nil {
		return err
	}
	speak := i18n.For(t.Speak(out.Member))
	msg, err := t.RegainedMessage(in, speak, out)
	if err != nil {
		return err
	}
	msg.Menu = &bot.Menu{Lang: string(speak.Lang), Role: bot.Member, Keys: t.Keys(speak, in.Now)}
	return t.TellChatsBy(in.Tx, in.Tell, id, []people.Identity{asker.Who}, func(i18n.Printer) bot.Message { return msg })
}

// tellProver tells the employee what the manager said.
func (t Till) tellProver(c *Call, row Proving, key i18n.Key) error {
	by, err := t.Vault.StaffByID(c.Tx, row.By)
	if err != nil || !by.Active {
		return err
	}
	m, err := t.Vault.Get(c.Tx, row.Member)
	if err != nil {
		return err
	}
	return t.TellMember(c, by.Member, bot.PushNow, "", func(p i18n.Printer) []bot.Message {
		name := shop.Mask(m.Called())
		if name == "" {
			name = p.Say(i18n.SomeCustomer)
		}
		return []bot.Message{{Text: p.Say(key, "Name", name)}}
	})
}
