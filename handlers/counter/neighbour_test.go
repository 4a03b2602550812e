package counter

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

const neighbours = `[[partner]]
id = "bakery"
name = "Second Street Bakery"
[[partner]]
id = "flowers"
name = "Flowers"
[[reward]]
id = "bread"
name = "A loaf of bread"
valid_days = 60
partner = "bakery"
partner_price = 35
[[offer]]
id = "bread"
name = "Bread from next door"
reward = "bread"
per_person = 9

[referral]`

// nextDoor is a shop with neighbours, whose staff open its pages.
type nextDoor struct {
	*tillWorld
	mux    *http.ServeMux
	cookie *http.Cookie
	claims int
}

func openNextDoor(t *testing.T) *nextDoor {
	d := &nextDoor{tillWorld: openTill(t, "[referral]", neighbours), mux: http.NewServeMux()}
	(&Pages{Shop: d.shop, DB: d.db}).Register(d.mux)
	return d
}

// code is that of a voucher that a member has claimed just now.
func (d *nextDoor) code(m loyalty.MemberID) string {
	d.claims++
	var v voucher.Voucher
	d.do(func(tx store.Tx) (err error) {
		act := book.Act{Op: loyalty.OpID(fmt.Sprint("claim", d.claims)), Actor: loyalty.ByMember(m), Now: d.clock.now}
		v, err = d.shop.Offers().Claim(tx, m, act, "bread")
		return err
	})
	return d.shop.Club.Vouchers.CodeOf(v).String()
}

// link is a new address of a neighbour's.
func (d *nextDoor) link(partner loyalty.Store) (path string) {
	d.do(func(tx store.Tx) error {
		secret, err := d.shop.Offers().NewLink(tx, partner, "boss", d.clock.now, rand.Reader)
		path = "/n/" + string(partner) + "/" + secret
		return err
	})
	return path
}

// ask opens a path, or sends a form to it, and holds the answer against what it is
// to say. It is the page and its form's number.
func (d *nextDoor) ask(path string, form url.Values, status int, says ...string) (page, op string) {
	d.t.Helper()
	r := httptest.NewRequestWithContext(context.Background(), http.MethodGet, path, nil)
	if form != nil {
		r = httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Accept-Language", "en")
	if d.cookie != nil {
		r.AddCookie(d.cookie)
	}
	a := httptest.NewRecorder()
	d.mux.ServeHTTP(a, r)
	page = a.Body.String()
	if a.Code != status {
		d.t.Errorf("%s gives %d, not %d:\n%s", path, a.Code, status, page)
	}
	for _, s := range says {
		if !strings.Contains(page, s) {
			d.t.Errorf("%s does not say %q:\n%s", path, s, page)
		}
	}
	for _, c := range a.Result().Cookies() {
		if d.cookie = c; !c.HttpOnly || !c.Secure || c.Path != "/v/" {
			d.t.Errorf("the cookie %v", c)
		}
	}
	if h := a.Header(); form != nil && (h.Get("Cache-Control") != "no-store" || h.Get("Referrer-Policy") != "no-referrer") {
		d.t.Errorf("%s: headers %v", path, h)
	}
	for _, never := range []string{"Ann", "Bob", "0912345678", string(d.ann)} {
		if strings.Contains(page, never) {
			d.t.Errorf("%s tells of a member, %q", path, never)
		}
	}
	if m := regexp.MustCompile(`name="op" value="([^"]+)"`).FindStringSubmatch(page); m != nil {
		op = m[1]
	}
	return page, op
}

func look(code string) url.Values { return url.Values{"do": {"look"}, "code": {code}} }

// A neighbour's staff see what a voucher is, take it once, and what the month comes
// to, until their address ends.
func TestNeighbourTakesVouchers(t *testing.T) {
	t.Parallel()
	d := openNextDoor(t)
	one, two := d.code(d.ann), d.code(d.bob)
	at, flowers := d.link("bakery"), d.link("flowers")
	d.ask(at, nil, 200, "Second Street Bakery", "Vouchers taken</dt><dd>0", "NT$0")
	_, op := d.ask(at, look(strings.ToLower(one)), 200, "A loaf of bread", "Good until", one)
	take := url.Values{"do": {"take"}, "code": {one}, "op": {op}}
	for range 2 { // sent twice it is one
		d.ask(at, take, 200, "Taken: A loaf of bread", "<dd>1</dd>", "NT$35")
	}
	d.ask(at, look(one), 422, "A loaf of bread", "Used already")
	_, op = d.ask(at, look("https://cafe.example/v/"+strings.ReplaceAll(two, "-", "")), 200, "Good until", two) // a scanner types the address
	d.ask(at, url.Values{"do": {"take"}, "code": {one}, "op": {op}}, 422, "Used already", "NT$35")
	d.ask(flowers, look(two), 422, "taken here only", "Second Street Bakery", "NT$0")
	d.ask(flowers, url.Values{"do": {"take"}, "code": {two}, "op": {op}}, 422, "taken here only")
	d.clock.now = d.clock.now.AddDate(0, 0, 70)
	d.ask(at, look(two), 422, "A loaf of bread")
	d.ask(at, nil, 200, "Vouchers taken</dt><dd>0") // another month

	for _, wrong := range []string{at + "x", "/n/bakery/" + strings.TrimPrefix(flowers, "/n/flowers/"), "/n/nobody/x"} {
		d.ask(wrong, nil, 404, "no longer good")
		d.ask(wrong, take, 404, "no longer good")
	}
	again := d.link("bakery")
	d.ask(at, nil, 404)
	d.ask(again, nil, 200)
	d.do(func(tx store.Tx) error { return d.shop.Offers().EndLink(tx, "bakery") })
	d.ask(again, nil, 404)
}

// Whoever tries codes comes nowhere, and the camera of a neighbour's phone leads to
// the neighbour's page for the neighbour's vouchers only.
func TestNeighbourGuessesAndScans(t *testing.T) {
	t.Parallel()
	d := openNextDoor(t)
	at, flowers := d.link("bakery"), d.link("flowers")
	good := d.code(d.ann)
	d.ask("/v/"+good, nil, 200, "t.me/cafe_bot") // anybody is led to the chat
	d.ask(at, nil, 200)
	d.ask("/v/"+good, nil, 200, "A loaf of bread", `action="`+at+`"`)
	d.ask("/v/"+string(loyalty.NewRef([]byte("87654321"), 8)), nil, 200, "t.me/cafe_bot")
	d.ask(at, look("nonsense"), 422, "None of our vouchers") // a slip of the finger is no guess
	for i := range neighbourWrong.Max - 1 {
		d.ask(at, look(string(loyalty.NewRef([]byte(fmt.Sprintf("1234567%c", 'A'+i)), 8))), 422, "None of our vouchers")
	}
	d.ask(at, look(good), 429, "a lot of codes")
	d.mux = http.NewServeMux() // the program was started again
	(&Pages{Shop: d.shop, DB: d.db}).Register(d.mux)
	d.ask(at, look(good), 429, "a lot of codes")
	d.ask(at, url.Values{"do": {"take"}, "code": {good}, "op": {strings.Repeat("x", 22)}}, 429, "a lot of codes")
	d.ask(flowers, look(good), 422, "taken here only") // another neighbour is not held up
	d.clock.now = d.clock.now.Add(neighbourWrong.Window + time.Second)
	d.ask(at, look(good), 200, "A loaf of bread")
}
