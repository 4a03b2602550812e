package members_test

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/members"
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
