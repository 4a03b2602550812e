package shop

import (
	"errors"
	"slices"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/offer"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Offers is the desk where members claim perks that cost no points.
func (s *Shop) Offers() *offer.Desk {
	return &offer.Desk{Book: s.Book, Vouchers: s.Club.Vouchers, Programme: s.Rules, Facts: s.Facts, In: s.inSegment,
		Reopen: func(tx store.Tx, id voucher.ID, act book.Act) error {
			_, err := s.Club.Reopen(tx, id, act)
			return err
		},
		Took: s.handedIn,
	}
}

// plainOffer are why an offer is refused for good, laterOffer why until a day.
var (
	plainOffer = map[loyalty.OfferWhy]i18n.Key{
		loyalty.OfferUnknown: i18n.OffersNoSuch, loyalty.OfferOver: i18n.OffersOver, loyalty.OfferOther: i18n.OffersNotYours, loyalty.OfferLevel: i18n.OffersNotLevel,
		loyalty.OfferPlan: i18n.OffersNotPlan, loyalty.OfferTried: i18n.OffersNotNew, loyalty.OfferHad: i18n.OffersTwice,
		loyalty.OfferGone: i18n.OffersEmpty, loyalty.OfferClosed: i18n.OffersOver,
	}
	laterOffer = map[loyalty.OfferWhy]i18n.Key{
		loyalty.OfferClosed: i18n.OffersNotNow, loyalty.OfferHad: i18n.OffersTwiceUntil, loyalty.OfferGone: i18n.OffersEmptyUntil,
	}
)

// offerWords words the refusal of an offer.
func (s *Shop) offerWords(err error) *bot.Refusal {
	var no *loyalty.OfferError
	if !errors.As(err, &no) {
		return nil
	}
	if key, ok := laterOffer[no.Why]; ok && !no.Again.IsZero() {
		return refusal(err, key, "Date", s.Local(no.Again))
	}
	return refusal(err, plainOffer[no.Why])
}

// HasPartners reports whether rules have rewards that are a neighbour's goods.
func HasPartners(r *loyalty.Programme) bool {
	return slices.ContainsFunc(r.Rewards, func(w loyalty.Reward) bool { return w.Partner != "" })
}
