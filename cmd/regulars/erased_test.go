package main

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// TestErasedLeavesOnlyWhatIsNameless: once a member is erased, nothing of theirs is left
// in a table that is kept until they leave; what the books keep of them opens with no
// key, their key stands nowhere in the compacted file, and the totals are whole.
func TestErasedLeavesOnlyWhatIsNameless(t *testing.T) {
	t.Parallel()
	s := newShell(t)
	s.must("init")
	s.write("regulars.toml", s.read("regulars.toml")+"\n[[channel]]\nname = \"main\"\nkind = \"telegram\"\ntoken = \"1:x\"\nsecret_token = \"abcdefghij0123456789\"\n")
	id := s.sale()
	key := s.fullLife(id)
	before := s.mentions(id)
	for _, table := range []string{"person", "phone", "name", "bday", "card", "recoveryof", "tag", "consent", "entry", "look", "outqueue"} {
		if before[table] == 0 {
			t.Errorf("the member has no row in %s/: the test proves nothing of it", table)
		}
	}
	s.leave(id)
	for table, n := range s.mentions(id) {
		k, ok := shop.KeptIn(table)
		if !ok || k.For.Key == i18n.RetentionMember && table != "person" {
			t.Errorf("%d rows of %s/ still speak of who left", n, table)
		}
		if table == "outqueue" {
			t.Errorf("%d messages still wait for who left", n)
		}
	}
	s.nothingOpens(id)
	s.must("compact")
	compacted := s.read("regulars.db")
	if strings.Contains(compacted, key) {
		t.Error("the erased member's key is in the compacted file")
	}
	lookFor(t, "the compacted file", []byte(compacted), fullLifeTold)
	if out := s.must("verify"); !strings.Contains(out, "whole") && !strings.Contains(out, "no fault") && !strings.Contains(out, "clean") {
		t.Errorf("after erasing, verify says: %s", out)
	}
}

// fullLife gives a member all that a person can have, and gives their wrapped key as it
// stands in the store.
func (s *shell) fullLife(id loyalty.MemberID) (key string) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		v, now, r := a.shop.Vault, a.clock.Now(), a.shop.Rand
		phone, err := people.ParsePhone("0912345678", "TW")
		for _, step := range []func() error{
			func() error { return err },
			func() error { return v.SetPhone(tx, id, phone, true, r) },
			func() error { return v.SetName(tx, id, "Zephyrine Okonkwo", r) },
			func() error {
				return v.SetBirthday(tx, id, people.Birthday{Year: 1987, Month: time.June, Day: 5}, now, r)
			},
			func() error { return v.SetConsent(tx, id, people.ForPromo, true, shop.Wording, now, r) },
			func() error { _, err := v.Card(tx, id, r); return err },
			func() error { _, err := v.NewRecoveryCode(tx, id, now, r); return err },
			func() error { _, err := a.shop.Segments.Tag(tx, id, "regular"); return err },
			func() error {
				return a.shop.Saw(tx, shop.Looker{By: loyalty.ByJob("test")}, shop.WayFind, now, id)
			},
			func() error { return a.outbox.Put(tx, now, waiting(a, tx, id)) },
		} {
			if err := step(); err != nil {
				return err
			}
		}
		var row struct {
			Key string `json:"key"`
		}
		raw, _, err := tx.Get([]byte("person/" + string(id)))
		if err == nil {
			err = store.Decode(nil, raw, &row)
		}
		key = row.Key
		return err
	})
	if _, err := base64.StdEncoding.DecodeString(key); err != nil || len(key) < 40 {
		s.t.Fatalf("the member has no key: %q", key)
	}
	return key
}

// waiting is a message to a member that waits for tomorrow.
func waiting(a *app, tx store.Tx, id loyalty.MemberID) bot.Intent {
	to := bot.Address{Chat: bot.Chat{Channel: bot.ChannelName(ann.Channel), ID: bot.ChatID(ann.User)}}
	return bot.Intent{
		ID: "waits", Channel: to.Chat.Channel, Lane: a.shop.Lane(to.Chat), Person: bot.PersonID(id), Class: bot.Receipt, Carriage: bot.PushNow,
		Born: a.clock.Now(), NotBefore: a.clock.Now().Add(24 * time.Hour), Letter: bot.Letter{To: to, Messages: []bot.Message{{Text: "Dear Zephyrine Okonkwo"}}},
	}
}

// fullLifeTold is what a member of fullLife told of themselves: it stands nowhere in the
// clear, neither while they are a member nor after.
var fullLifeTold = map[string]string{
	"name": "Zephyrine", "surname": "Okonkwo", "phone": "912345678", "birthday": "1987-06-05", "chat id": ann.User,
}

// mentions counts, by table, the rows that hold a member's id.
func (s *shell) mentions(id loyalty.MemberID) map[string]int {
	s.t.Helper()
	found := map[string]int{}
	a := s.open()
	defer a.db.Close()
	err := a.db.View(context.Background(), func(r store.Reader) error {
		for row, err := range r.Scan(store.Prefix(nil)) {
			if err != nil {
				return err
			}
			table, _, _ := strings.Cut(string(row.Key), "/")
			if strings.Contains(string(row.Key), string(id)) || strings.Contains(string(row.Value), string(id)) {
				found[table]++
			}
			lookFor(s.t, table, slices.Concat(row.Key, []byte{0}, row.Value), fullLifeTold)
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

// nothingOpens tries a member's key on everything.
func (s *shell) nothingOpens(id loyalty.MemberID) {
	s.t.Helper()
	s.within(func(a *app, tx store.Tx) error {
		if p, err := a.shop.Vault.Get(tx, id); err != nil || p.Status != people.Erased || p.Called() != "" || !p.Phone.IsZero() || len(p.Accounts) > 0 || len(p.Consents) > 0 {
			s.t.Errorf("who was erased is %s, %q: %v", p.Status, p.Called(), err)
		}
		if _, err := a.shop.Vault.OpenFor(tx, id, "board", []byte("anything that was sealed before")); !errors.Is(err, people.ErrErased) {
			s.t.Errorf("opening something of who was erased: %v", err)
		}
		b, err := a.shop.Book.Balance(tx, id, a.clock.Now())
		if b.Available != 0 {
			s.t.Errorf("who left has %d points", b.Available)
		}
		return err
	})
}
