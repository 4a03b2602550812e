package campaign

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// Fields are the recipient's own, as they are when the message is made.
func TestFields(t *testing.T) {
	w := newWorld(t)
	ids := w.join(2, "line", "en")
	w.update(func(tx store.Tx) error {
		_, err := w.e.Shop.Club.Sale(tx, ids[0], book.Act{Op: "s1", Actor: loyalty.ByJob("test"), Now: w.clock.at}, loyalty.Sale{Amount: 12_340})
		return err
	})
	d := plain()
	d.Coupon = &Coupon{Reward: "tumbler", Days: 7}
	d.Text["en"]["a"] = Words{Title: "Dear {name}", Text: "{points} points, level {level}. Get a {reward} at {shop}, or {pick}. {{points}} {oh no}"}
	d.Buttons = []Button{{ID: "get", Label: map[string]string{"": "Get it"}, Do: DoCoupon}, {ID: "www", Label: map[string]string{"ja": "見る", "en": "Look"}, Do: DoOpen, Value: "https://example.com/"}}
	id := w.save(d)
	w.view(func(r store.Reader) error {
		m, err := w.e.MessagesFor(r, id, "en/a", bot.PersonID(ids[0]))
		if err != nil {
			t.Fatal(err)
		}
		want := "1,234 points, level Silver. Get a Tumbler at " + w.e.Shop.Name(w.clock.at, "en") + ", or one of our rewards. {1,234} {oh no}"
		if m[0].Title != "Dear M0" || m[0].Text != want {
			t.Errorf("%q %q", m[0].Title, m[0].Text)
		}
		b := m[0].Buttons
		if len(b) != 3 || b[0].Value != "tap "+string(id)+" get" || b[1].Do != bot.DoOpen || b[1].Label != "Look" || b[2].Value != "news off" {
			t.Errorf("%+v", b)
		}
		p, err := w.e.Preview(r, id, &d, "th", "a", nil)
		if err != nil || p.Title != "Dear friend" {
			t.Errorf("%q, %v", p.Title, err)
		}
		return nil
	})
	w.update(func(tx store.Tx) error {
		return w.e.Shop.Vault.Erase(tx, ids[0], w.clock.at, w.clock.at)
	})
	w.view(func(r store.Reader) error {
		if _, err := w.e.MessagesFor(r, id, "en/a", bot.PersonID(ids[0])); !errors.Is(err, people.ErrErased) {
			t.Errorf("words for somebody who was erased: %v", err)
		}
		return nil
	})
}

// Groups get one message each, with nothing in it that is anybody's own, and its
// buttons open the private chat.
func TestGroups(t *testing.T) {
	w := newWorld(t)
	chat := bot.Chat{Channel: "line", ID: "Cgroup", Group: true}
	w.e.Group = func(_ store.Reader, code string) (bot.GroupChat, bool, error) {
		return bot.GroupChat{Code: code, Chat: chat}, code == "7KQ2", nil
	}
	d := plain()
	d.Text["en"]["a"] = Words{Text: "Hello {name}"}
	d.Groups = []string{"7KQ2"}
	d.Buttons = []Button{{ID: "more", Label: map[string]string{"": "More"}, Do: DoRedeem}}
	id := w.save(d)
	if c := w.send(id); c.Counted.Audience.Groups != 1 || c.Counted.Audience.Messages != 1 {
		t.Fatalf("%+v", c.Counted)
	}
	w.run()
	w.whole()
	c := w.counts(id)
	if len(c.Groups) != 1 || c.Groups["waiting"] != 1 {
		t.Fatal(c.Groups)
	}
	m := private(must(t, w, id, &d))
	if m.Text != "Hello friend" || len(m.Buttons) != 1 || m.Buttons[0].Do != bot.DoPrivate {
		t.Errorf("%+v", m)
	}
	// What waits for a group stops with the campaign, and is not told at night.
	i := bot.Intent{ID: groupIntent(id, 0)}
	w.update(func(tx store.Tx) error {
		night := time.Date(2026, 1, 6, 2, 0, 0, 0, w.e.zone())
		if _, later, err := w.e.MaySend(tx, i, night); err != nil || later.Before(night) {
			t.Errorf("at night a group is told, or not before %v (%v)", later, err)
		}
		return nil
	})
	for _, step := range []struct {
		do        func(store.Tx) (Campaign, error)
		why       string
		later, ok bool
	}{
		{func(tx store.Tx) (Campaign, error) { return w.e.Pause(tx, id, ann, w.clock.at) }, "", true, true},
		{func(tx store.Tx) (Campaign, error) { return w.e.Resume(tx, id, ann, w.clock.at) }, "", false, true},
		{func(tx store.Tx) (Campaign, error) { return w.e.Stop(tx, id, ann, w.clock.at) }, "stopped", false, true},
	} {
		if _, err := w.try(step.do); err != nil {
			t.Fatal(err)
		}
		w.update(func(tx store.Tx) error {
			why, later, err := w.e.MaySend(tx, i, w.clock.at)
			if why != step.why || later.IsZero() == step.later {
				t.Errorf("%q, %v", why, later)
			}
			return err
		})
	}
}

func must(t *testing.T, w *world, id ID, d *Draft) (m bot.Message) {
	t.Helper()
	w.view(func(r store.Reader) (err error) {
		m, err = w.e.Preview(r, id, d, "", "a", nil)
		return err
	})
	return m
}

// A member's id and its 16 bytes are the same.
func TestPackID(t *testing.T) {
	for range 1000 {
		id, err := people.NewID(time.Date(2026, 1, 5, 2, 0, 0, 0, time.UTC), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		b, err := packID(id)
		if err != nil || unpackID(b) != id {
			t.Fatalf("%s became %s, %v", id, unpackID(b), err)
		}
	}
	for _, bad := range []loyalty.MemberID{"", "01JH0000000000000000000000X", "81JH0000000000000000000000", "01JH000000000000000000000U"} {
		if _, err := packID(bad); err == nil || strings.Contains(err.Error(), string(bad)) && bad != "" {
			t.Errorf("%q: %v", bad, err)
		}
	}
	if b, err := packID("7ZZZZZZZZZZZZZZZZZZZZZZZZZ"); err != nil || !bytes.Equal(b[:], bytes.Repeat([]byte{0xff}, 16)) {
		t.Errorf("%x, %v", b, err)
	}
}

// TestNobodyIsNamedTwice: who has no name gets the word for that without what is
// written beside a name.
func TestNobodyIsNamedTwice(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		lang       i18n.Lang
		text, want string
	}{
		{"ja", "{name}さん、こんにちは", "お客様、こんにちは"},
		{"th", "สวัสดีคุณ{name}", "สวัสดีคุณลูกค้า"},
		{"zh-TW", "親愛的{name}小姐", "親愛的朋友"},
		{"en", "Dear {name}", "Dear friend"},
	} {
		w.view(func(r store.Reader) error {
			fill, err := w.e.filler(r, &Draft{}, i18n.For(c.lang), nil, Words{Text: c.text})
			if err != nil {
				return err
			}
			if got := fill(c.text); got != c.want {
				t.Errorf("%s: %q, want %q", c.lang, got, c.want)
			}
			return nil
		})
	}
}
