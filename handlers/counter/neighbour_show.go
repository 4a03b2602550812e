package counter

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"

	"regulars/i18n"
	"regulars/loyalty/offer"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// takenLine is a voucher in the list of the last.
type takenLine struct{ When, What string }

// show writes the page, with what the month comes to.
func (v *visit) show(w http.ResponseWriter, r *http.Request) {
	var all []offer.Take
	err := v.DB.View(r.Context(), func(rd store.Reader) (err error) {
		all, err = v.Shop.Offers().Takes(rd, v.Shop.Offers().Month(v.now), v.who.ID)
		return err
	})
	var sums []offer.Owed
	if err == nil {
		sums, err = offer.OwedOf(all)
	}
	op := make([]byte, 16)
	if err == nil {
		_, err = rand.Read(op)
	}
	if err != nil {
		v.neighbourFailed(w, err)
		return
	}
	var sum offer.Owed
	if len(sums) > 0 {
		sum = sums[0]
	}
	var last []takenLine
	for _, t := range slices.Backward(all) {
		if len(last) < lastTaken && !t.Back {
			last = append(last, takenLine{v.say.ShortDate(v.Shop.Local(t.At)) + " " + v.say.Time(v.Shop.Local(t.At)), v.Shop.VoucherName(v.say, v.now, voucher.Voucher{Reward: t.Reward, Issued: t.At})})
		}
	}
	name := v.Shop.Name(v.now, v.say.Lang)
	v.send(w, v.status, map[string]any{
		"Lang": v.say.Lang, "Shop": name, "Title": v.who.Name, "V": v, "Op": base64.RawURLEncoding.EncodeToString(op),
		"Action": "/n/" + string(v.who.ID) + "/" + v.secret, "Label": v.say.Say(i18n.NeighbourCode), "Hint": v.say.Say(i18n.NeighbourHint),
		"Look": v.say.Say(i18n.NeighbourLook), "Take": v.say.Say(i18n.NeighbourTake), "IsGood": v.say.Say(i18n.NeighbourGood),
		"Month": v.say.Month(v.Shop.Local(v.now)), "Vouchers": v.say.Say(i18n.NeighbourVouchers), "Count": strconv.FormatInt(sum.Vouchers, 10),
		"Owes": v.say.Say(i18n.NeighbourOwes, "Shop", name), "Owed": v.Shop.Money(v.say, v.now, sum.Money),
		"LastTitle": v.say.Say(i18n.NeighbourLast), "Last": last,
	})
}

// errGone is for who comes with a link that was ended.
var errGone = errors.New("this link was ended")

func orGone(err error) error {
	if err != nil {
		return err
	}
	return errGone
}

// neighbourGone is what stands at an address that is not good, or not any more.
func (p *Pages) neighbourGone(w http.ResponseWriter, r *http.Request) {
	say, now := i18n.For(language(r, p.Shop.Lang)), p.Shop.Clock.Now()
	name := p.Shop.Name(now, say.Lang)
	p.send(w, http.StatusNotFound, map[string]any{"Lang": say.Lang, "Shop": name, "Title": say.Say(i18n.NeighbourGone, "Shop", name)})
}

func (p *Pages) neighbourFailed(w http.ResponseWriter, err error) {
	p.Shop.Log.Error("a neighbour's page cannot be shown", "error", err)
	http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
}

func (p *Pages) send(w http.ResponseWriter, status int, data map[string]any) {
	personal(w.Header(), "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", neighbourPolicy)
	w.WriteHeader(status)
	if err := neighbourPage.Execute(w, data); err != nil {
		p.Shop.Log.Warn("a neighbour's page was not sent whole", "error", err)
	}
}
