package members

import (
	"encoding/json"
	"slices"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// exported is everything that the shop keeps about a person, for themselves, with
// what is sealed opened.
type exported struct {
	people.Export
	Points  exportedPoints    `json:"points"`
	Tags    []string          `json:"tags,omitempty"`
	Entries []exportedEntry   `json:"entries"` // oldest first, of parts before
	Tickets []voucher.Voucher `json:"vouchers"`
	Answers []exportedAnswer  `json:"answers"`
	Touches []reach.Touch     `json:"messages_unasked"`
	Friends exportedFriends   `json:"referrals"`
	// Rooms is what activities, plans, households and the like keep, by who they were:
	// a merged member has the rows of several.
	Rooms map[loyalty.MemberID]store.Kept `json:"rooms"`
}

type exportedPoints struct {
	Available loyalty.Points   `json:"available"`
	Pending   loyalty.Points   `json:"pending"`
	Held      loyalty.Points   `json:"held"`
	Debt      loyalty.Points   `json:"debt"`
	Tier      string           `json:"tier,omitempty"`
	Count     loyalty.Counters `json:"count"`
}

type exportedEntry struct {
	loyalty.Entry
	Change loyalty.Points `json:"points"`
	Reason string         `json:"reason,omitempty"` // in the place of the sealed one
}

type exportedAnswer struct {
	survey.Answer
	Comment string `json:"comment,omitempty"` // in the place of the sealed one
}

type exportedFriends struct {
	Joined   int              `json:"joined"`
	Rewarded int              `json:"rewarded"`
	By       loyalty.MemberID `json:"brought_by,omitempty"`
}

// export gives a manager everything about a member as a file, for the member; it
// is written down who asked and why.
func (p *page) export(q *console.Request) (console.Answer, error) {
	reason, ok := q.Reason()
	if !ok {
		return q.Again(p.story(q))
	}
	err := q.Update(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(loyalty.MemberID(q.R.PathValue("id")))); err != nil {
			return err
		}
		m, is, err := p.of(tx, q)
		if ok = is && m.Status != people.Erased; err != nil || !ok {
			return err
		}
		return q.Audit(tx, i18n.ConsoleMembersDoExport, string(m.ID), m.ID, reason, "")
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	var x exported
	err = q.View(func(r store.Reader) error {
		m, _, err := p.of(r, q)
		if err != nil {
			return err
		}
		x, err = p.everything(r, q, m)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	text, err := json.MarshalIndent(x, "", "  ")
	return q.File("member-"+endOf(x.ID)+".json", "application/json", append(text, '\n')), err
}

func (p *page) everything(r store.Reader, q *console.Request, m people.Person) (x exported, err error) {
	if x.Export, err = p.Vault.Export(r, m.ID); err != nil {
		return x, err
	}
	v, err := p.Book.View(r, m.ID, q.Now)
	if err != nil {
		return x, err
	}
	b := v.Balance
	x.Points = exportedPoints{b.Available, b.Pending, b.Held, b.Debt, v.Progress.Standing.Level, b.Count}
	if x.Tags, err = p.Tags(r, m); err != nil {
		return x, err
	}
	if x.Tickets, err = p.Club.Vouchers.List(r, m.ID, q.Now); err != nil {
		return x, err
	}
	for i := range x.Tickets {
		x.Tickets[i].Sealed = nil // a digital code opens in the member's own chat
	}
	if x.Touches, err = reach.Touches(r, m.ID); err != nil {
		return x, err
	}
	if x.Friends.Joined, x.Friends.Rewarded, err = p.Club.Referrals.Count(r, m.ID); err != nil {
		return x, err
	}
	x.Rooms = map[loyalty.MemberID]store.Kept{}
	for _, id := range append(slices.Clone(m.Parts), m.ID) {
		if err := p.theirDeeds(r, q, id, &x); err != nil {
			return x, err
		}
		if x.Rooms[id], err = p.Shop.Kept(r, id); err != nil {
			return x, err
		}
	}
	return x, shop.EachKept(r, func(id loyalty.MemberID, word, key string, row any) error {
		if k := x.Rooms[id]; k != nil {
			k.Of(word)[key] = row
		}
		return nil
	})
}

// theirDeeds adds a ledger and what was answered, of the member or of a part.
func (p *page) theirDeeds(r store.Reader, q *console.Request, id loyalty.MemberID, x *exported) error {
	m, err := p.Vault.Get(r, id)
	if err != nil {
		return err
	}
	t, err := p.teller(q, r, m)
	if err != nil {
		return err
	}
	for after := uint64(0); ; {
		batch, err := p.Book.Since(r, id, after, ledgerPage)
		if err != nil {
			return err
		}
		for _, e := range batch {
			reason, err := t.reason(e)
			if err != nil {
				return err
			}
			e.Reason, after = nil, e.Seq
			x.Entries = append(x.Entries, exportedEntry{e, e.Change(), reason})
		}
		if len(batch) < ledgerPage {
			break
		}
	}
	newest, err := survey.Current(r, id)
	if err != nil {
		return err
	}
	for _, c := range newest {
		a, _, err := p.Surveys.Of(r, id, c.Survey)
		if err != nil {
			return err
		}
		words, err := p.OpenWords(r, id, a.Comment)
		if err != nil {
			return err
		}
		a.Comment = nil
		x.Answers = append(x.Answers, exportedAnswer{a, words})
	}
	ref, _, err := p.Club.Referrals.Of(r, id)
	if ref.Referrer != "" {
		x.Friends.By = ref.Referrer
	}
	return err
}
