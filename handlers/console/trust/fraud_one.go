package trust

import (
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/referral"
	"regulars/store"
)

// rests is one entry on which a finding rests.
type rests struct {
	Ref    loyalty.Ref
	Member loyalty.MemberID
	Name   string
	At     time.Time
}

// finding shows one, with what it rests on and the form that decides it.
func (h *page) finding(q *console.Request) (console.Answer, error) {
	var d struct {
		listed
		Rests []rests
		Why   string
		Deeds []console.Told
		Sum   int // of all that is found about the same
	}
	there := false
	err := q.View(func(r store.Reader) error {
		f, ok, err := h.asked(q, r)
		if there = ok; err != nil || !ok {
			return err
		}
		if d.listed, err = h.listed(q, r, &f); err != nil {
			return err
		}
		if d.Rests, err = h.restsOn(q, r, &f); err != nil {
			return err
		}
		all, err := fraud.Of(r, f.Subject)
		if err != nil {
			return err
		}
		d.Sum = fraud.Score(all)
		if why, err := h.Shop.Vault.OpenShop(shop.FindingNote, f.Note); err == nil && len(f.Note) > 0 {
			d.Why = shop.Tidy(string(why))
		}
		d.Deeds, err = q.Deeds(r, about(f.Key), 10)
		return err
	})
	if err == nil && !there {
		return q.Gone(), nil
	}
	return q.Page("trust_finding.html", d.Title, &d), err
}

// asked is the finding that the address names; one that who asks may not see is not
// there for them.
func (h *page) asked(q *console.Request, r store.Reader) (f fraud.Finding, ok bool, err error) {
	k, ok := fraud.ParseKey(q.R.PathValue("kind") + "/" + q.R.PathValue("id") + "/" + q.R.PathValue("day") + "/" + q.R.PathValue("rule"))
	if !ok {
		return f, false, nil
	}
	f, ok, err = fraud.Get(r, k)
	return f, ok && err == nil && sees(q, &f), err
}

// restsOn are the entries of a finding with whom they are.
func (h *page) restsOn(q *console.Request, r store.Reader, f *fraud.Finding) (list []rests, err error) {
	for _, e := range f.Entries {
		x := rests{Ref: e.Ref, Member: e.Member, At: e.At}
		if x.Name, err = q.CustomerName(r, e.Member); err != nil {
			return nil, err
		}
		list = append(list, x)
	}
	return list, nil
}

// decide writes down what a person made of a finding, and why.
func (h *page) decide(q *console.Request) (console.Answer, error) {
	decision := fraud.Decision(q.Typed("decision"))
	if decision != fraud.Fine && decision != fraud.Fraud {
		q.Wrong("decision", q.Say(i18n.ConsoleFraudChoose))
	}
	why, _ := q.Reason()
	if q.Bad() {
		return q.Again(h.finding(q))
	}
	there := false
	var decided fraud.Finding
	act := referral.Act{Actor: q.Me.ID.Actor(), Now: q.Now}
	err := q.Update(func(tx store.Tx) error {
		f, ok, err := h.asked(q, tx)
		if there = ok; err != nil || !ok {
			return err
		}
		if decided, err = h.Shop.Judge(tx, f.Key, decision, why, act); err != nil {
			return err
		}
		did := i18n.ConsoleFraudDidFine
		if decision == fraud.Fraud {
			did = i18n.ConsoleFraudDidFraud
		}
		return q.Audit(tx, did, about(f.Key), "", why, string(f.Rule)+" "+f.Day)
	})
	if err == nil && !there {
		return q.Gone(), nil
	}
	if err == nil {
		err = h.Shop.Settle(q.Context(), h.DB, decided, act)
	}
	return q.Go("/console/trust/fraud", q.Say(i18n.ConsoleFraudDecided)), err
}

// about is what the audit calls who a finding is about.
func about(k fraud.Key) string { return string(k.Subject.Kind) + ":" + k.Subject.ID }
