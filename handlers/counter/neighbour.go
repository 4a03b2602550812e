package counter

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"html/template"
	"net/http"
	"regexp"
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
	var found voucher.Voucher
	var why error
	err := v.DB.Update(r.Context(), func(tx store.Tx) (err error) {
		if err := v.tries(tx); err != nil {
			return err
		}
		if found, why, err = v.Shop.Offers().TakenHere(tx, v.who.ID, code, v.now); err != nil {
			return err
		}
		return v.wrong(tx, why)
	})
	if throttled(err) {
		v.slow()
		return nil
	}
	if err != nil {
		return err
	}
	if found.ID != "" {
		v.What = v.Shop.VoucherName(v.say, v.now, found)
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
		if err := v.tries(tx); err != nil {
			return err
		}
		act := book.Act{Op: loyalty.OpID("neighbour/" + string(v.who.ID) + "/" + op), Actor: loyalty.ByJob("neighbour"), Now: v.now}
		if took, err = v.Shop.Offers().HandIn(tx, act, v.who.ID, code); loyalty.Refused(err) {
			no = err
			return v.wrong(tx, no)
		}
		if no = nil; err != nil {
			return err
		}
		of, err := v.Shop.Club.Vouchers.Get(tx, took.Voucher, v.now)
		what = v.Shop.VoucherName(v.say, v.now, of)
		return err
	})
	switch {
	case throttled(err):
		v.slow()
	case err != nil:
		return err
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
