package activities

import (
	"regulars/bot"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/store"
)

// newLink makes the secret address of a neighbour's staff and shows it at once: it
// is kept nowhere. The one before is no longer good.
func (h *page) newLink(q *console.Request) (console.Answer, error) {
	x, known := h.Shop.Programme(q.Now).Partner(loyalty.Store(q.R.PathValue("id")))
	if q.At != "" || !known {
		return q.Gone(), nil
	}
	link := ""
	err := q.Update(func(tx store.Tx) error {
		if h.Shop.PublicURL == "" {
			return bot.Refuse(i18n.CounterNoAddress)
		}
		secret, err := h.Shop.Offers().NewLink(tx, x.ID, string(q.Me.ID), q.Now, q.Rand())
		if err != nil {
			return err
		}
		link = h.Shop.PublicURL + "/n/" + string(x.ID) + "/" + secret
		return q.Audit(tx, i18n.NeighbourDidLink, "partner:"+string(x.ID), "", "", "")
	})
	if q.WrongBy("", err) {
		return q.Again(h.showPartner(q, ""))
	}
	if err != nil {
		return console.Answer{}, err
	}
	return h.showPartner(q, link)
}

// endLink ends the address at once.
func (h *page) endLink(q *console.Request) (console.Answer, error) {
	x, known := h.Shop.Programme(q.Now).Partner(loyalty.Store(q.R.PathValue("id")))
	if q.At != "" || !known {
		return q.Gone(), nil
	}
	err := q.Update(func(tx store.Tx) error {
		if err := h.Shop.Offers().EndLink(tx, x.ID); err != nil {
			return err
		}
		return q.Audit(tx, i18n.NeighbourDidEnd, "partner:"+string(x.ID), "", "", "")
	})
	if q.WrongBy("", err) {
		return q.Again(h.showPartner(q, ""))
	}
	return q.Go(root+"/partners/"+string(x.ID), q.Say(i18n.NeighbourLinkEnded)), err
}
