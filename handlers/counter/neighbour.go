package counter

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	_ "embed"

	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/offer"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// A neighbour's own staff take vouchers on a page under a secret address, which the
// console makes and ends. They see what a voucher is for and whether it is good,
// take it once, and see what the month comes to; of who had it they see nothing.
// Once opened, the page is remembered by the phone, so that the QR of a voucher,
// read by the phone's own camera, leads there.

//go:embed neighbour.html
var neighbourHTML string

var neighbourPage = template.Must(template.New("neighbour").Parse(neighbourHTML))

// neighbourPolicy allows the page's one style sheet, and its forms.
var neighbourPolicy = func() string {
	_, style, _ := strings.Cut(neighbourHTML, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	return "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
}()

// neighbourCookie holds "<neighbour>/<secret>" for the pages behind vouchers' QRs.
const neighbourCookie = "regulars_neighbour"

// lastTaken is how many of the month's vouchers the page names.
const lastTaken = 10

func (p *Pages) registerNeighbour(mux *http.ServeMux) {
	mux.HandleFunc("GET /n/{partner}/{secret}", p.neighbour)
	mux.HandleFunc("POST /n/{partner}/{secret}", p.neighbour)
}

// visit is one request of a neighbour's staff.
type visit struct {
	*Pages
	who    programme.Partner
	secret string
	say    i18n.Printer
	now    time.Time

	Code   string // that was looked at, or typed wrong
	What   string // it is for
	Until  string // it is good; "" for ever
	Good   bool
	Took   string // what was taken just now
	Wrong  string // why it is not
	status int
}

// opened is the visit of who knows a neighbour's secret; ok is false for anybody
// else.
func (p *Pages) opened(r *http.Request, partner, secret string) (v *visit, ok bool, err error) {
	now := p.Shop.Clock.Now()
	who, known := p.Shop.Programme(now).Partner(loyalty.Store(partner))
	if !known || p.DB == nil {
		return nil, false, nil
	}
	err = p.DB.View(r.Context(), func(rd store.Reader) error {
		ok, err = p.Shop.Offers().Opens(rd, who.ID, secret)
		return err
	})
	return &visit{Pages: p, who: who, secret: secret, say: i18n.For(language(r, p.Shop.Lang)), now: now, status: http.StatusOK}, ok, err
}

// neighbour is the page, and what its form asks for.
func (p *Pages) neighbour(w http.ResponseWriter, r *http.Request) {
	v, ok, err := p.opened(r, r.PathValue("partner"), r.PathValue("secret"))
	switch {
	case err != nil:
		p.neighbourFailed(w, err)
		return
	case !ok:
		p.neighbourGone(w, r)
		return
	case r.Method == http.MethodPost:
		err = v.asked(r)
	}
	switch {
	case errors.Is(err, errGone):
		p.neighbourGone(w, r)
		return
	case err != nil:
		p.neighbourFailed(w, err)
		return
	}
	http.SetCookie(w, &http.Cookie{
		Name: neighbourCookie, Value: string(v.who.ID) + "/" + v.secret, Path: "/v/", MaxAge: 400 * 24 * 60 * 60,
		HttpOnly: true, Secure: strings.HasPrefix(p.Shop.PublicURL, "https://"), SameSite: http.SameSiteLaxMode,
	})
	v.show(w, r)
}

// neighbourScans shows a neighbour's page to whose camera read the QR of one of
// their vouchers; it reports false where it is for somebody else.
func (p *Pages) neighbourScans(w http.ResponseWriter, r *http.Request, code voucher.Code) bool {
	cookie, err := r.Cookie(neighbourCookie)
	if err != nil {
		return false
	}
	partner, secret, _ := strings.Cut(cookie.Value, "/")
	v, ok, err := p.opened(r, partner, secret)
	if err != nil || !ok || v.look(r, code) != nil || v.What == "" {
		return false
	}
	v.show(w, r)
	return true
}

// asked does what the form asks for: look at a code, or take it.
func (v *visit) asked(r *http.Request) error {
	r.Body = http.MaxBytesReader(nil, r.Body, 8<<10)
	typed := r.PostFormValue("code")
	code, ok := voucher.ParseCode(typed)
	if s := till.ReadScan(typed); !ok && s.Voucher != "" {
		code, ok = s.Voucher, true
	}
	if v.Code = code.String(); !ok {
		v.Code = shop.Tidy(typed)
		v.refuse(voucher.ErrUnknownCode)
		return nil
	}
	if r.PostFormValue("do") == "take" {
		return v.take(r, code)
	}
	return v.look(r, code)
}

// look tells what a voucher is and whether it is good.
func (v *visit) look(r *http.Request, code voucher.Code) error {
	v.Code = code.String()
	if !v.guess.may(v.who.ID, v.now) {
		v.slow()
		return nil
	}
	var found voucher.Voucher
	var why error
	err := v.DB.View(r.Context(), func(rd store.Reader) (err error) {
		found, why, err = v.Shop.Offers().TakenHere(rd, v.who.ID, code, v.now)
		return err
	})
	if err != nil {
		return err
	}
	if found.ID != "" {
		v.What = v.Shop.VoucherName(v.say, v.now, found)
	} else if errors.Is(why, voucher.ErrUnknownCode) { // somebody else's is a code all the same, and no guess
		v.guess.wrong(v.who.ID, v.now)
	}
	if why != nil {
		v.refuse(why)
		return nil
	}
	if v.Good = true; !found.Until.IsZero() {
		v.Until = v.say.Say(i18n.NeighbourUntil, "When", v.Shop.When(v.say, v.now, found.Until))
	}
	return nil
}

// opForm is the form's own number, by which a form that is sent twice is one.
var opForm = regexp.MustCompile(`^[A-Za-z0-9_-]{22}$`)

// take takes a voucher in the neighbour's name.
func (v *visit) take(r *http.Request, code voucher.Code) error {
	if !v.guess.may(v.who.ID, v.now) {
		v.slow()
		return nil
	}
	op := r.PostFormValue("op")
	if !opForm.MatchString(op) {
		return v.look(r, code)
	}
	var took offer.Take
	var what string
	var no error
	err := v.DB.Update(r.Context(), func(tx store.Tx) (err error) {
		// The link may have been ended since the page was opened.
		if still, err := v.Shop.Offers().Opens(tx, v.who.ID, v.secret); err != nil || !still {
			return orGone(err)
		}
		act := book.Act{Op: loyalty.OpID("neighbour/" + string(v.who.ID) + "/" + op), Actor: loyalty.ByJob("neighbour"), Now: v.now}
		if took, err = v.Shop.Offers().HandIn(tx, act, v.who.ID, code); loyalty.Refused(err) {
			no = err
			return nil
		}
		if no = nil; err != nil {
			return err
		}
		of, err := v.Shop.Club.Vouchers.Get(tx, took.Voucher, v.now)
		what = v.Shop.VoucherName(v.say, v.now, of)
		return err
	})
	switch {
	case err != nil:
		return err
	case errors.Is(no, voucher.ErrUnknownCode):
		v.guess.wrong(v.who.ID, v.now)
		fallthrough
	case no != nil:
		v.refuse(no)
	default:
		v.Took, v.Code = v.say.Say(i18n.NeighbourTook, "Reward", what), ""
	}
	return nil
}

// refuse says why, in the reader's language.
func (v *visit) refuse(why error) {
	v.status = http.StatusUnprocessableEntity
	if no := v.Shop.Words(why); no != nil {
		v.Wrong = v.say.Print(no.Text)
	}
}

func (v *visit) slow() {
	v.status, v.Wrong = http.StatusTooManyRequests, v.say.Say(i18n.NeighbourSlow)
}

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
