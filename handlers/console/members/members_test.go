package members_test

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/members"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// post notes what members are told, once a commit.
type post struct {
	mu   sync.Mutex
	said []bot.Intent
}

func (p *post) Put(store.Tx, time.Time, ...bot.Intent) error       { return nil }
func (p *post) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error { return nil }
func (p *post) Nudge(said ...bot.Intent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.said = append(p.said, said...)
}
func (p *post) Waits(store.Reader, bot.Lane, bot.PersonID, int) ([]outbox.Status, error) {
	return []outbox.Status{{Class: bot.Receipt, State: outbox.Waiting, At: time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC)}}, nil
}

// told is all that was said to a member since it was asked last.
func (p *post) told(id loyalty.MemberID) (text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.said {
		for _, m := range i.Letter.Messages {
			if i.Person == bot.PersonID(id) {
				text += m.Title + " " + m.Text + "\n"
			}
		}
	}
	p.said = nil
	return text
}

func world(t *testing.T, o consoletest.Options) (*consoletest.World, *post) {
	t.Helper()
	t.Parallel()
	p := &post{}
	o.Strict = true
	o.Parts = func(w *consoletest.World) []console.Part { return []console.Part{members.Part(w.Console, p)} }
	return consoletest.New(t, o), p
}

func page(id loyalty.MemberID) string { return "/console/members/" + string(id) }

func find(b *consoletest.Browser, words string) *consoletest.Page {
	return b.Get("/console/members").Form("/console/members").Set("q", words).Send()
}

// TestFind: each way of naming somebody leads to them; several are listed; the
// address tells nothing of what was typed.
func TestFind(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	rec := w.Sell(w.Clerk, w.Ann, 350)
	var card people.CardCode
	var code string
	w.Do(func(tx store.Tx) (err error) {
		if card, err = w.Shop.Vault.Card(tx, w.Ann, rand.Reader); err != nil {
			return err
		}
		v, err := w.Shop.Club.Vouchers.Present(tx, w.Ann, act(w, "gift"), w.Shop.Rules(w.Clock.Now()).Rewards[0].ID, "test")
		code = w.Shop.Club.Vouchers.CodeOf(v).String()
		_, _, err2 := w.Shop.Vault.Meet(tx, people.Identity{Channel: "tg", User: "ann"}, people.Seen{Username: "annlee"}, w.Clock.Now(), rand.Reader)
		return firstOf(err, err2)
	})
	b := w.Open(w.Manager)
	for _, words := range []string{"0912345678", "0912-345-678", "+886 912 345 678", card.String(), "@annlee", string(w.Ann), string(rec.Entry().Ref), code, "Ann L", "ann"} {
		if p := find(b, words); p.Status != http.StatusOK || p.Path != page(w.Ann) {
			t.Errorf("%q led to %s (%d): %.200s", words, p.Path, p.Status, p.Text())
		}
	}
	if p := find(b, "nobody at all").Must("Nobody is found by that"); strings.Contains(p.Path, "nobody") {
		t.Errorf("what was typed stands in the address %s", p.Path)
	}
	if p := find(b, "  "); p.Status != http.StatusUnprocessableEntity || !p.Says("Please type whom to look for") {
		t.Errorf("an empty search gave %d", p.Status)
	}
	for i := range 45 {
		w.Clock.Move(time.Millisecond) // who joined earlier is listed earlier
		w.Join(fmt.Sprint("lin", i), fmt.Sprintf("Lin %02d", i), "")
	}
	p := find(b, "lin").Must("Lin 00", "Lin 19")
	if p.Says("Lin 20") {
		t.Error("more than a page is shown")
	}
	p = p.Click("Next").Must("Lin 20").Click("Next").Must("Lin 44")
	p.Click("Lin 44").Must("Member number")
	if other := w.Open(w.Owner).Get(p.Path); !other.Says("too old, or not yours") {
		t.Errorf("somebody else's address gave %s", other.Text())
	}
	w.Clock.Move(11 * time.Hour)
	b.Get(p.Path).Must("Lin 44")
	if w.Log.Len() > 0 {
		t.Errorf("the log: %s", w.Log)
	}
}

// TestStory: the page tells what there is, with what people typed opened and
// nothing that they called themselves turning a line around; the number is shown
// only when asked for, and that is written down.
func TestStory(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	eve := w.Join("eve", "\u202eEve<script>", "0955123456")
	w.Sell(w.Clerk, eve, 350)
	do(w.Open(w.Owner), eve, "correct", "", "points", "7", "reason", "her =birthday")
	b := w.Open(w.Manager)
	p := b.Get(page(eve)).Must("Purchase", "NT$350", "+35", "+7", "her =birthday", "olga", "Correct points", "•••456", "Telegram", "Membership", "waits")
	if strings.Contains(p.Body, "\u202e") || strings.Contains(p.Body, "<script>") {
		t.Error("her name stands in the page as she wrote it")
	}
	if strings.Contains(p.Body, "0955123456") || strings.Contains(p.Body, "+886955123456") {
		t.Error("the number stands in the page")
	}
	shown := p.Form("/number").Send().Must("+886955123456", "It is noted")
	if strings.Contains(shown.Path, "55123456") {
		t.Errorf("the number stands in the address %s", shown.Path)
	}
	b.Get(page(eve)).Must("Show number and birthday", "mia")
	b.Get(page(eve)+"/verify").Must("The chain is whole: 3 entries", "42 points")
	csv := b.Get(page(eve) + "/statement?format=csv").Body
	if !strings.Contains(csv, ",7,42,") || !strings.Contains(csv, ",olga,her =birthday,") {
		t.Errorf("the statement's file: %s", csv)
	}
	if p := b.Get("/console/members/01ARZ3NDEKTSV4RRFFQ69G5FAV"); p.Status != http.StatusNotFound {
		t.Errorf("nobody's page gave %d", p.Status)
	}
	if n := len(p.Body); n > 60_000 {
		t.Errorf("the page has %d bytes", n)
	}
}

// TestStatement: the balance after each entry is what a member had then, page
// after page.
func TestStatement(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	var want []loyalty.Points // after each entry, oldest first
	for i := range 60 {
		w.Clock.Move(3 * time.Hour) // on a day no more than one employee may enter for one card
		w.Sell(w.Clerk, w.Ann, loyalty.Money(20+10*(i%7)))
		want = append(want, w.Points(w.Ann))
	}
	b := w.Open(w.Manager)
	p := b.Get(page(w.Ann)).Click("The whole statement")
	seen := 0
	for {
		for _, row := range strings.Split(p.Body, "<tr>")[2:] {
			cells := strings.Split(row, `<td class="num">`)
			if len(cells) < 3 || strings.HasPrefix(cells[1], "0<") { // what moves no points
				continue
			}
			seen++
			balance, _, _ := strings.Cut(cells[2], "<")
			if n := want[len(want)-seen]; balance != strings.TrimPrefix(signed(n), "+") {
				t.Fatalf("entry %d from the end leaves %s, want %d", seen, balance, n)
			}
		}
		if !p.Says("Next page") {
			break
		}
		p = p.Click("Next page")
	}
	if seen != len(want) {
		t.Errorf("%d lines of %d", seen, len(want))
	}
}

// TestExport: everything goes into a file, with why written down.
func TestExport(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	w.Sell(w.Clerk, w.Ann, 350)
	b := w.Open(w.Manager)
	do(b, w.Ann, "correct", "", "points", "3", "reason", "a kind word")
	w.Do(func(tx store.Tx) error {
		sealed, err := w.Shop.Vault.SealFor(tx, w.Ann, shop.BoardPurpose, []byte("Queen of the queue"), rand.Reader)
		return firstOf(err, w.Shop.Missions.BoardJoin(tx, "group1", w.Ann, sealed, w.Clock.Now()))
	})
	if p := b.Get(page(w.Ann)).Form("/export").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Please say why") {
		t.Errorf("without a reason: %d", p.Status)
	}
	p := b.Get(page(w.Ann)).Form("/export").Set("reason", "she asked").Send()
	for _, want := range []string{`"+886912345678"`, `"Ann Lee"`, `"a kind word"`, `"available": 38`, `"purpose": "join"`,
		`"boardin": {`, `"name": "Queen of the queue"`} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	if kind := p.Header.Get("Content-Disposition"); !strings.Contains(kind, "attachment") {
		t.Errorf("it is not to be saved: %s", kind)
	}
	b.Get(page(w.Ann)).Must("Download everything", "she asked")
}

// TestWho: a clerk reaches nothing, whatever the address, and a form without its
// token does nothing.
func TestWho(t *testing.T) {
	w, told := world(t, consoletest.Options{})
	manager := w.Open(w.Manager)
	f := fill(manager, w.Ann, "correct", "", "points", "20", "reason", "x").Form("/correct")
	if p := manager.Post(page(w.Ann)+"/correct", url.Values{"points": {"20"}, "reason": {"x"}, "sure": {"yes"}, "op": {f.Values.Get("op")}, "terms": {f.Values.Get("terms")}}); p.Status != http.StatusForbidden {
		t.Errorf("without a token: %d", p.Status)
	}
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.Dismiss(tx, w.Manager.ID, w.Clock.Now()) })
	if p := f.Send(); p.Status != http.StatusUnauthorized {
		t.Errorf("who was dismissed meanwhile: %d %s", p.Status, p.Text())
	}
	if w.Points(w.Ann) != 0 || told.told(w.Ann) != "" {
		t.Error("something was done")
	}
	if p := manager.Get(page(w.Ann)); p.Status != http.StatusUnauthorized {
		t.Errorf("the page: %d", p.Status)
	}
}

// TestChain: whoever changes an entry past the program is found out on the
// member's own page.
func TestChain(t *testing.T) {
	w, _ := world(t, consoletest.Options{})
	w.Sell(w.Clerk, w.Ann, 350)
	b := w.Open(w.Manager)
	b.Get(page(w.Ann)).Click("Check the chain").Must("The chain is whole")
	w.Do(func(tx store.Tx) error {
		if err := tx.Lock(people.Subject(w.Ann)); err != nil {
			return err
		}
		for row, err := range tx.Scan(store.Prefix([]byte("entry/" + string(w.Ann) + "/"))) {
			if err != nil {
				return err
			}
			raw, err := store.CheckSum(row.Key, row.Value)
			if err != nil {
				return err
			}
			forged := bytes.Replace(raw, []byte(`"amount":350`), []byte(`"amount":950`), 1)
			if bytes.Equal(forged, raw) {
				continue
			}
			return tx.Put(row.Key, store.WithSum(forged))
		}
		t.Error("no entry was changed")
		return nil
	})
	b.Get(page(w.Ann)+"/verify").Must("The chain is broken", "the entry was changed")
}
