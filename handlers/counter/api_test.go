package counter

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// One sale from the link to the receipt.
func TestCounterSale(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	st := b.send(http.MethodGet, "state", nil, nil)
	if d, _ := st.m["device"].(map[string]any); d["name"] != "Front" || d["storeName"] != "轉角咖啡 本店" || st.text("shop") != "Corner Café" || st.num("idle") != 180 {
		t.Errorf("state: %s", st.raw)
	}
	if got := names(st.list("staff"), "name"); !slices.Equal(got, []string{"boss", "eve", "sam"}) {
		t.Errorf("staff: %v", got)
	}
	m := b.found("0912 345 678")
	if m["name"] != "Ann L." || m["phone"] != "•••678" || m["points"] != 0.0 || m["frozen"] != false {
		t.Errorf("found: %v", m)
	}
	a := b.must("sale", b.act(map[string]any{"member": m["member"], "amount": 350, "order": "A-1", "items": []any{map[string]any{"id": "latte", "n": 2, "amount": 240}}}))
	if a.num("points") != 35 || a.num("balance") != 35 || a.text("name") != "Ann L." || a.m["undo"] != true || a.list("cards")[0]["have"] != 3.0 {
		t.Errorf("sale: %s", a.raw)
	}
	if w.points(w.ann) != 35 {
		t.Errorf("Ann has %d", w.points(w.ann))
	}
	e := w.entries(w.ann, loyalty.KindEarn)[0]
	if e.Actor != w.sam.ID.Actor() || e.Role != people.Clerk || e.Store != "main" || e.Order != "A-1" || len(e.Lines) != 1 || string(e.Ref) != a.text("ref") {
		t.Errorf("the ledger says %+v", e)
	}
	said := w.out.to(w.ann)
	if len(said) != 1 || said[0].Carriage != bot.RideOnly || said[0].Ref != a.text("ref") || said[0].Letter.Messages[0].Title != "+35 points" {
		t.Errorf("Ann is told %+v", said)
	}
	w.whole()
}

// Of everything that the page says about who acts, and where, nothing is
// believed (law 3): neither role, store nor actor can be named.
func TestCounterBelievesNothing(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	m := b.found("0912345678")
	b.must("sale", b.act(map[string]any{
		"member": m["member"], "amount": 350, "role": "owner", "store": "elsewhere", "actor": "staff/" + w.boss.ID, "staff": w.boss.ID, "self": w.bob, "device": "x",
	}))
	e := w.entries(w.ann, loyalty.KindEarn)[0]
	if e.Actor != w.sam.ID.Actor() || e.Role != people.Clerk || e.Store != "main" {
		t.Errorf("the ledger says %+v", e)
	}
	// A member's own id is no handle, nor is one of another device's.
	for _, handle := range []any{w.ann, w.device().enter(w.sam).found("0912345678")["member"], "AQ", m["member"].(string) + "A"} {
		b.refused("sale", b.act(map[string]any{"member": handle, "amount": 350}), 422, "counter.handle")
	}
	v, _ := w.redeemed(w.ann)
	b.refused("use", b.act(map[string]any{"voucher": v.ID}), 422, "counter.handle")
	// A handle is good for a day.
	w.clock.now = w.clock.now.Add(handleFor + time.Second)
	b.enter(w.sam)
	b.refused("sale", b.act(map[string]any{"member": m["member"], "amount": 350}), 422, "counter.handle")
	w.whole()
}

// What another site, or no script of ours, could send is refused before it is
// looked at.
func TestCounterDoor(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	body := b.act(map[string]any{"phone": "0912345678", "amount": 350})
	for what, c := range map[string]struct {
		change func(*http.Request)
		status int
		code   string
	}{
		"without the header":    {func(r *http.Request) { r.Header.Del("X-Regulars") }, 403, "header"},
		"a form of another's":   {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, 415, "type"},
		"without the cookie":    {func(r *http.Request) { r.Header.Del("Cookie") }, 401, "device"},
		"with a cookie guessed": {func(r *http.Request) { r.Header.Set("Cookie", cookieName+"=01ABC.xyz") }, 401, "device"},
	} {
		if a := b.send(http.MethodPost, "sale", body, c.change); a.status != c.status || a.text("error") != c.code {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
	}
	for what, c := range map[string]struct {
		body   any
		status int
		code   string
	}{
		"no JSON":          {"{", 400, "form"},
		"a list":           {"[]", 400, "form"},
		"a wrong kind":     {b.act(map[string]any{"phone": "0912345678", "amount": "350"}), 400, "form"},
		"a fraction":       {b.act(map[string]any{"phone": "0912345678", "amount": 3.5}), 400, "form"},
		"no id":            {map[string]any{"session": b.session, "phone": "0912345678", "amount": 350}, 400, "form"},
		"an id with slash": {map[string]any{"session": b.session, "id": "../../etc/x", "phone": "0912345678", "amount": 350}, 400, "form"},
		"too large":        {`{"q":"` + strings.Repeat("x", maxBody) + `"}`, 413, "large"},
		"nothing":          {b.act(map[string]any{"phone": "0912345678"}), 422, "refuse.amount"},
		"less":             {b.act(map[string]any{"phone": "0912345678", "amount": -5}), 422, "refuse.amount"},
		"too much":         {b.act(map[string]any{"phone": "0912345678", "amount": int64(1) << 60}), 422, "refuse.too_large"},
		"an unknown item":  {b.act(map[string]any{"phone": "0912345678", "amount": 10, "items": []any{map[string]any{"id": "x", "n": 1}}}), 422, "basket.unknown"},
		"no pieces":        {b.act(map[string]any{"phone": "0912345678", "amount": 10, "items": []any{map[string]any{"id": "latte", "n": 0}}}), 400, "form"},
		"items over":       {b.act(map[string]any{"phone": "0912345678", "amount": 10, "items": []any{map[string]any{"id": "latte", "n": 1, "amount": 11}}}), 422, "basket.over"},
		"nobody":           {b.act(map[string]any{"amount": 350}), 422, "refuse.phone"},
	} {
		if a := b.post("sale", c.body); a.status != c.status || a.text("error") != c.code {
			t.Errorf("%s: %d %s", what, a.status, a.raw)
		}
	}
	a := b.send(http.MethodGet, "state", nil, nil)
	if a.header.Get("Cache-Control") != "no-store" || !strings.Contains(a.header.Get("Content-Security-Policy"), "default-src 'none'") {
		t.Errorf("headers: %v", a.header)
	}
	if n := len(w.entries(w.ann, loyalty.KindEarn)); n != 0 {
		t.Errorf("%d sales came of it", n)
	}
}

// The cookie is out of scripts' reach, and goes over https alone where the
// browser came that way. A stranger learns the shop's name and nothing else.
func TestCounterCookie(t *testing.T) {
	w := openTill(t)
	for host, secure := range map[string]bool{"cafe.example": true, "192.168.1.5:8080": false} {
		var link string
		w.do(func(tx store.Tx) (err error) {
			link, err = w.shop.Vault.NewDeviceLink(tx, "main", w.boss.ID, w.clock.now, w.shop.Rand)
			return err
		})
		b := w.browser()
		b.send(http.MethodPost, "register", map[string]any{"token": link}, func(r *http.Request) { r.Host = host })
		c := b.cookies[cookieName]
		if c == nil || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/counter/" || c.Secure != secure {
			t.Errorf("from %s: %+v", host, c)
		}
		if b.refused("register", map[string]any{"token": link}, 422, "counter.link_dead"); len(w.out.to(w.boss.Member)) == 0 {
			t.Error("the manager is not told of a new device")
		}
	}
	a := w.browser().send(http.MethodGet, "state", nil, nil)
	if a.status != 200 || a.m["device"] != nil || len(a.list("staff")) != 0 || len(a.list("items")) != 0 {
		t.Errorf("a stranger: %s", a.raw)
	}
}

// The same act again has the same answer and no second effect; another under its
// id is a conflict and an alarm (LEDGER case 8). What failed stays failed.
func TestCounterOnce(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	body := b.act(map[string]any{"phone": "0912345678", "amount": 350})
	first := b.must("sale", body)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if again := b.post("sale", body); again.status != 200 || again.raw != first.raw {
				t.Errorf("again: %d %s, first %s", again.status, again.raw, first.raw)
			}
		})
	}
	wg.Wait()
	if w.points(w.ann) != 35 || len(w.entries(w.ann, loyalty.KindEarn)) != 1 {
		t.Errorf("Ann has %d", w.points(w.ann))
	}
	body["amount"] = 3500
	b.refused("sale", body, 409, "conflict")
	b.refused("undo", map[string]any{"session": b.session, "id": body["id"], "ref": first.text("ref")}, 409, "conflict")
	if !strings.Contains(w.log.String(), "other contents") {
		t.Errorf("no alarm: %s", w.log)
	}
	if w.points(w.ann) != 35 {
		t.Errorf("Ann has %d", w.points(w.ann))
	}
	// A refusal is the act's answer for good, also when it would succeed now.
	failing := b.act(map[string]any{"phone": "0911111111", "amount": 100})
	b.refused("sale", failing, 422, "who.no_phone")
	w.member("carl", "Carl", "0911111111")
	b.refused("sale", failing, 422, "who.no_phone")
	failing["id"] = "another-id"
	b.must("sale", failing)
	// The same id on another device is another act.
	body["amount"] = 350
	other := w.device().enter(w.sam)
	body["session"] = other.session
	if a := other.must("sale", body); a.text("ref") == first.text("ref") {
		t.Errorf("two devices share an id: %s", a.raw)
	}
	w.whole()
}

// The first of many that send one act at once does it.
func TestCounterOnceAtOnce(t *testing.T) {
	w := openTill(t)
	b := w.device().enter(w.sam)
	body := b.act(map[string]any{"phone": "0912345678", "amount": 350})
	answers := make([]answer, 10)
	var wg sync.WaitGroup
	for i := range answers {
		wg.Go(func() { answers[i] = b.post("sale", body) })
	}
	wg.Wait()
	for _, a := range answers {
		if a.status != 200 || a.raw != answers[0].raw {
			t.Errorf("%d %s", a.status, a.raw)
		}
	}
	if n := len(w.out.to(w.ann)); len(w.entries(w.ann, loyalty.KindEarn)) != 1 || n != 1 {
		t.Errorf("%d sales, told %d times", len(w.entries(w.ann, loyalty.KindEarn)), n)
	}
}
