package till

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// Approval is a gift of points that waits for a second person, or waited.
type Approval struct {
	ID      string           `json:"-"`
	Member  loyalty.MemberID `json:"m"`
	Points  loyalty.Points   `json:"n"`
	Reason  []byte           `json:"r"` // sealed with the member's key
	By      people.StaffID   `json:"by"`
	Role    loyalty.Role     `json:"role"`
	Store   loyalty.Store    `json:"s,omitempty"`
	At      time.Time        `json:"at"`
	Until   time.Time        `json:"until"`
	Decided time.Time        `json:"d,omitzero"`
	Yes     bool             `json:"y,omitempty"`
	Who     people.StaffID   `json:"who,omitempty"`
	// Why is what stopped the gift, nil where its amount alone asks for a second person.
	Why *loyalty.StopError `json:"why,omitempty"`
	// Case is the complaint that the points put right, "" for a gift.
	Case loyalty.Ref `json:"case,omitempty"`
}

// Waits reports whether somebody may still decide.
func (a *Approval) Waits(now time.Time) bool { return a.Decided.IsZero() && !now.After(a.Until) }

var approvals = store.NewTable[Approval]("approval/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("approval/" + string(rest))
})

// ApprovalLife is how long a manager has to decide.
const ApprovalLife = 24 * time.Hour

// PutApproval asks for a second person under a.ID. What was asked before stays as
// it is: a form that is sent again does not open what was decided.
func PutApproval(tx store.Tx, a Approval) error {
	if err := tx.Lock(store.Subject("approval/" + a.ID)); err != nil {
		return err
	}
	if _, asked, err := approvals.Get(tx, a.ID); err != nil || asked {
		return err
	}
	return approvals.Put(tx, a, a.ID)
}

// Approvals are those that wait and those decided or lapsed within a week, the
// newest first.
func Approvals(r store.Reader) (list []Approval, err error) {
	for id, a := range approvals.Scan(r, approvals.All(), &err) {
		a.ID = id
		list = append(list, a)
	}
	slices.SortStableFunc(list, func(a, b Approval) int { return cmp.Or(b.At.Compare(a.At), cmp.Compare(a.ID, b.ID)) })
	return list, err
}

// MayDecide refuses who asked, who would get it, and a manager of another store.
func MayDecide(me people.Staff, by people.StaffID, at loyalty.Store, gets ...loyalty.MemberID) error {
	if me.ID == by || slices.Contains(gets, me.Member) {
		return loyalty.ErrSelf
	}
	if me.Role != people.Owner && !me.WorksAt(at) {
		return bot.Refuse(i18n.ConsoleTeamNotYours)
	}
	return nil
}

// Decide does a manager's yes or no, once, in the name of who asked, and tells
// them and the member. ref is the gift's, "" for a no.
func (t Till) Decide(c *Call, id string, yes bool) (a Approval, ref loyalty.Ref, err error) {
	if err := c.Tx.Lock(store.Subject("approval/" + id)); err != nil {
		return a, "", err
	}
	a, ok, err := approvals.Get(c.Tx, id)
	switch {
	case err != nil:
		return a, "", err
	case !ok || a.Decided.IsZero() && c.Now.After(a.Until):
		return a, "", bot.Refuse(i18n.ApproveLate)
	case !a.Decided.IsZero():
		return a, "", bot.Refuse(i18n.ApproveDecided)
	}
	gets, err := t.Vault.Holder(c.Tx, a.Member) // since then it may have become a part of the reader's own card
	if err != nil {
		return a, "", err
	}
	if err := MayDecide(c.Me, a.By, a.Store, a.Member, gets); err != nil {
		return a, "", err
	}
	a.ID, a.Decided, a.Yes, a.Who = id, c.Now, yes, c.Me.ID
	if err := approvals.Put(c.Tx, a, id); err != nil {
		return a, "", err
	}
	if !yes {
		return a, "", t.tellAsker(c, a, false)
	}
	ref, err = t.approved(c, a)
	return a, ref, err
}

// approved gives the points in the name of the one who asked.
func (t Till) approved(c *Call, a Approval) (loyalty.Ref, error) {
	asker, err := t.Vault.StaffByID(c.Tx, a.By)
	if errors.Is(err, people.ErrNotStaff) || err == nil && !asker.Active {
		return "", bot.Refuse(i18n.ApproveGone)
	}
	if err != nil {
		return "", err
	}
	act := book.Act{
		Op: c.Op("approved"), Actor: a.By.Actor(), Role: asker.Role, Self: asker.Member,
		Approver: c.Me.ID.Actor(), Store: a.Store, Reason: a.Reason, Now: c.Now,
	}
	theirs := *c
	theirs.Me = asker
	give := t.giveApproved
	if a.Case != "" {
		give = t.rightApproved
	}
	ref, err := give(&theirs, a, act)
	var limit *loyalty.LimitError
	var stop *loyalty.StopError
	if errors.As(err, &limit) || errors.As(err, &stop) { // the asker's, not the reader's
		return "", &bot.Refusal{Text: i18n.T(i18n.ApproveCap), Cause: err}
	}
	if err != nil {
		return "", fmt.Errorf("giving what was approved: %w", err)
	}
	return ref, t.tellAsker(c, a, true)
}

// giveApproved gives what was approved, and tells the member.
func (t Till) giveApproved(c *Call, a Approval, act book.Act) (loyalty.Ref, error) {
	r, err := t.Book.Give(c.Tx, a.Member, act, a.Points)
	if err != nil {
		return "", err
	}
	ref := r.Entry().Ref
	if err := t.Remember(c, Done{Ref: ref, At: c.Now}); err != nil {
		return "", err
	}
	return ref, t.TellGift(c, a.Member, r)
}

// rightApproved corrects what was approved, as who asked would have alone: the member
// reads of a correction, and what they complained of is settled with it. A case that was
// closed meanwhile has been corrected by somebody else.
func (t Till) rightApproved(c *Call, a Approval, act book.Act) (loyalty.Ref, error) {
	k, ok, err := t.Surveys.Case(c.Tx, a.Case)
	if err != nil {
		return "", err
	}
	if !ok || !k.IsOpen() {
		return "", bot.Refuse(i18n.DisputeClosedSince, "Case", string(a.Case))
	}
	m, err := t.Owner(c.Tx, a.Member)
	if err != nil {
		return "", err
	}
	u, err := t.adjust(c, m, act, a.Points)
	if err != nil {
		return "", err
	}
	ref := u.Of.Ref
	return ref, t.CloseCase(c.Tx, c.Tell, c.Now, c.Me, k, survey.Resolved, ref)
}

// TellGift tells a member of points given by hand: a gift is worth a push.
func (t Till) TellGift(c *Call, id loyalty.MemberID, r book.Receipt) error {
	to, p, ok, err := t.Reach(c.Tx, id)
	if err != nil || !ok {
		return err
	}
	e, at := r.Entry(), t.Local(c.Now)
	c.Tell(bot.Telling{Person: bot.PersonID(id), To: to, Class: bot.Gift, Carriage: bot.PushNow, Ref: string(e.Ref), Messages: []bot.Message{{
		Title: p.Say(i18n.ReceiptGift, "Points", shop.Points(p, Gained(e)), "Shop", t.Name(c.Now, p.Lang)),
		Rows:  []bot.Row{{Label: p.Say(i18n.ReceiptNow), Value: i18n.Number(int64(r.Balance.Available))}},
		Note:  p.Say(i18n.ReceiptRef, "Ref", string(e.Ref), "Date", p.ShortDate(at), "Time", p.Time(at)),
	}}})
	return nil
}

// tellAsker tells the employee what became of their request, and of a case that waited
// for it.
func (t Till) tellAsker(c *Call, a Approval, yes bool) error {
	asker, err := t.Vault.StaffByID(c.Tx, a.By)
	if err != nil || !asker.Active {
		return err
	}
	waits := false // of a no: a case that somebody closed meanwhile is not open "still"
	if a.Case != "" && !yes {
		k, ok, err := t.Surveys.Case(c.Tx, a.Case)
		if err != nil {
			return err
		}
		waits = ok && k.IsOpen()
	}
	return t.TellMember(c, asker.Member, bot.PushNow, "", func(p i18n.Printer) []bot.Message {
		points := shop.Points(p, a.Points)
		switch {
		case yes && a.Case != "":
			return []bot.Message{{Text: p.Say(i18n.DisputeToldYes, "Points", points, "Case", string(a.Case))}}
		case yes:
			return []bot.Message{{Text: p.Say(i18n.ApproveToldYes, "Points", points)}}
		case waits:
			open := bot.Button{Label: p.Say(i18n.DisputeOpen), Do: bot.DoCommand, Value: "case " + string(a.Case)}
			return []bot.Message{{Text: p.Say(i18n.DisputeToldNo, "Points", points, "Case", string(a.Case)), Buttons: []bot.Button{open}}}
		}
		return []bot.Message{{Text: p.Say(i18n.ApproveToldNo, "Points", points)}}
	})
}

// decisionsKept is how long a decided or lapsed approval is kept, for a manager
// who asks what became of it.
const decisionsKept = 7 * 24 * time.Hour

// SweepDecisions deletes approvals and moves of cards that were kept long enough.
// It returns how many rows went.
func SweepDecisions(ctx context.Context, db store.DB, now time.Time) (int, error) {
	n, err := store.Sweep(ctx, db, approvals.All(), 100, func(row store.Row) bool {
		var a Approval
		return store.Decode(row.Key, row.Value, &a) == nil && now.Sub(a.Until) > decisionsKept
	})
	if err != nil {
		return n, err
	}
	more, err := store.Sweep(ctx, db, provings.All(), 100, func(row store.Row) bool {
		var p Proving
		return store.Decode(row.Key, row.Value, &p) == nil && now.Sub(p.Until) > decisionsKept
	})
	return n + more, err
}
