package sim

import (
	"net/http"
	"strings"
	"testing"
)

// A text message is seen on the phone that it is for: the customer's who typed
// the number, or whoever has it on Telegram; until it is put away.
func TestPageTexts(t *testing.T) {
	w := newPageWorld(t, nil)
	w.get("") // somebody looks on
	text := func(to, words string) {
		t.Helper()
		req, err := http.NewRequest(http.MethodPost, w.SMSAPI(), strings.NewReader(`{"to":"`+to+`","text":"`+words+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer "+SMSToken)
		res, err := http.DefaultClient.Do(req)
		if err != nil || res.StatusCode != http.StatusAccepted {
			t.Fatal(err, res)
		}
		res.Body.Close()
	}
	on := func(phone string) string {
		html, _ := w.get("")
		_, rest, _ := strings.Cut(html, `<div id="`+phone+`-sms"`)
		rest, _, _ = strings.Cut(rest, "</div>")
		return rest
	}
	w.do("phone/p1/follow")
	w.do("phone/p1/say", "text", "/phone 0922 333 444")
	w.do("phone/p2/say", "text", "/find 0922333444") // works here
	text("+886922333444", "Your code is 123456")
	if got := on("p1"); !strings.Contains(got, "Your code is 123456") || strings.Contains(got, "hidden") {
		t.Errorf("Ann's phone shows %s", got)
	}
	for _, other := range []string{"p2", "p3"} {
		if got := on(other); !strings.Contains(got, "hidden") {
			t.Errorf("%s shows %s", other, got)
		}
	}
	w.do("phone/p1/textread")
	if got := on("p1"); !strings.Contains(got, "hidden") {
		t.Errorf("put away, it stays: %s", got)
	}
	w.bo.SetNumber("886955666777")
	text("+886955666777", "Yours is <654321>")
	if got := on("p2"); !strings.Contains(got, "Yours is &lt;654321&gt;") {
		t.Errorf("Bo's phone shows %s", got)
	}
	text("+886900000000", "for nobody here")
	if html, _ := w.get(""); strings.Contains(html, "for nobody here") {
		t.Error("somebody is shown another's message")
	}
}

// What the shop has besides its chats opens in a tab of its own, from the bar
// and from the step that it is for.
func TestPageLinks(t *testing.T) {
	w := newPageWorld(t, func(o *PageOptions) {
		o.Links = []PageLink{{Path: "counter/", Label: inAll("Counter"), Hint: inAll("PIN 2580"), Open: func(out http.ResponseWriter, r *http.Request) {
			http.Redirect(out, r, "https://shop.example/counter/", http.StatusSeeOther)
		}}}
		o.Tour = []Step{{Title: inAll("Sell"), Hint: inAll("There."), Link: "counter/", Done: func() bool { return false }}}
	})
	html, _ := w.get("")
	if n := strings.Count(html, `href="counter/" target="_blank"`); n != 2 {
		t.Errorf("%d links: %s", n, html)
	}
	if !strings.Contains(html, `title="PIN 2580"`) {
		t.Error("what one must know is not said")
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Get(w.web.URL + "/some/where/counter/")
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if to := res.Header.Get("Location"); to != "https://shop.example/counter/" {
		t.Errorf("it leads to %q, %s", to, res.Status)
	}
}

// An address that a camera read anywhere is opened on a phone as if it had read
// it: here the page behind a code, which leads to the chat.
func TestPageOpensAddresses(t *testing.T) {
	w := newPageWorld(t, nil)
	w.do("phone/p1/follow")
	w.do("phone/p1/open", "value", "https://line.me/R/oaMessage/%40cafe/?points")
	w.shows(`>points</textarea>`)
}
