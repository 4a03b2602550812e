package counter

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html"
	"net/http"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty/passbook"
	"regulars/loyalty/people"
	"regulars/store"
)

// statementOf is the address of the member's statement.
func (c *carded) statementOf() (address string) {
	c.t.Helper()
	c.do(func(tx store.Tx) error {
		token, err := c.pages.Shop.Vault.StatementToken(tx, c.member, c.clock.now, people.StatementLife)
		address = shop.PassbookWay + token
		return err
	})
	return address
}

// The page can be read, its file can be checked with the key that the shop shows, and
// neither names the member.
func TestStatementPage(t *testing.T) {
	c := newCarded(t)
	c.gives(120)
	c.gives(30)
	address := c.statementOf()
	page := c.get(address, "en")
	for _, want := range []string{"150", "+120", "+30", "statement.txt", "regulars verify --statement FILE"} {
		if page.Code != http.StatusOK || !strings.Contains(html.UnescapeString(page.Body.String()), want) {
			t.Errorf("status %d: the page lacks %q", page.Code, want)
		}
	}
	file := c.get(address+"/statement.txt", "en")
	b, err := passbook.Read(file.Body.Bytes())
	if err != nil {
		t.Fatalf("%v\n%s", err, file.Body)
	}
	if len(b.Lines) != 2 || b.Balance() != 150 || b.Published != "https://cafe.example"+shop.KeyWay {
		t.Errorf("it says %+v", b)
	}
	for what, w := range map[string]string{"page": page.Body.String(), "file": file.Body.String()} {
		if strings.Contains(w, "Ann") || strings.Contains(w, string(c.member)) {
			t.Errorf("the %s names the member:\n%s", what, w)
		}
	}
	for what, h := range map[string]http.Header{"page": page.Header(), "file": file.Header()} {
		if h.Get("Cache-Control") != "no-store" || h.Get("X-Frame-Options") != "DENY" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("the %s has %v", what, h)
		}
	}
	if d := file.Header().Get("Content-Disposition"); d != `attachment; filename="statement-2026-11-21.txt"` {
		t.Errorf("the file goes by %s", d)
	}
	var shown struct {
		Statements struct {
			Keys []struct{ Public, Fingerprint string }
		}
	}
	if err := json.Unmarshal(c.get(shop.KeyWay, "").Body.Bytes(), &shown); err != nil || len(shown.Statements.Keys) != 1 {
		t.Fatalf("the key: %+v, %v", shown, err)
	}
	key, err := base64.StdEncoding.DecodeString(shown.Statements.Keys[0].Public)
	if err != nil || !bytes.Equal(key, b.Key) || shown.Statements.Keys[0].Fingerprint != passbook.Fingerprint(b.Key) || !strings.Contains(page.Body.String(), passbook.Fingerprint(b.Key)) {
		t.Errorf("the shop shows %+v, the file has %x", shown, b.Key)
	}
}

// What was said once stays said: later statements go on from it.
func TestStatementGoesOn(t *testing.T) {
	c := newCarded(t)
	c.gives(120)
	read := func() *passbook.Statement {
		t.Helper()
		b, err := passbook.Read(c.get(c.statementOf()+"/statement.txt", "en").Body.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	older := read()
	c.clock.now = c.clock.now.AddDate(0, 1, 0)
	c.gives(5)
	newer := read()
	if err := passbook.Newer(older, newer); err != nil {
		t.Error(err)
	}
	if err := passbook.Newer(newer, older); err == nil {
		t.Error("the older one goes on from the newer")
	}
}

// An address that is no good tells nothing, and leads back to the chat.
func TestStatementGone(t *testing.T) {
	c := newCarded(t)
	gone := func(address string) string {
		t.Helper()
		w := c.get(address, "en")
		if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "https://t.me/cafe_bot?start=passbook") {
			t.Errorf("%.20s: status %d\n%s", address, w.Code, w.Body)
		}
		return w.Body.String()
	}
	never := gone(shop.PassbookWay + "nonsense")
	address := c.statementOf()
	c.clock.now = c.clock.now.Add(people.StatementLife)
	for _, a := range []string{address, address + "/statement.txt"} {
		if gone(a) != never {
			t.Error("after its hour it says something else")
		}
	}
	c.clock.now = c.clock.now.Add(-time.Minute)
	c.do(func(tx store.Tx) error { return c.pages.Shop.Vault.Freeze(tx, c.member, true, c.pages.Shop.Rand) })
	if gone(address) != never {
		t.Error("of a frozen member it says something else")
	}
	if gone(shop.PassbookWay+strings.TrimPrefix(c.address, "/m/")) != never {
		t.Error("the live card's address opens the statement")
	}
}
