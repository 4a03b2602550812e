package main

import (
	"crypto/rand"
	"encoding/base64"
	"strings"
	"time"

	"regulars/handlers/api"
	"regulars/handlers/hooks"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// guarded is a customer who has all that a page or an answer may give away, and the
// secrets of the shop around her.
type guarded struct {
	id   loyalty.MemberID
	name string            // which managers' pages do show
	told map[string]string // what a manager is shown who asks for it, and a program never
	kept map[string]string // what nobody is shown: it opens something
}

// hidden is all but the name.
func (g *guarded) hidden() map[string]string {
	all := map[string]string{}
	for _, some := range []map[string]string{g.told, g.kept} {
		for what, marker := range some {
			all[what] = marker
		}
	}
	return all
}

const (
	guardedUser = "Ud3f1c0ffee5ca1ab1eb0a710ad0ddba11"
	guardedPIN  = "73918264"
)

// guarded makes her, with a row wherever a page or an answer could take one from.
func (c *consoleTop) guarded() *guarded {
	c.t.Helper()
	g := &guarded{
		name: `Vera O'Quill+feather`, kept: map[string]string{},
		told: map[string]string{"phone": "912345678", "phone in groups": "912-345-678", "phone spaced": "912 345 678", "birthday": "1987-06-05", "chat id": guardedUser},
	}
	c.do(func(tx store.Tx) error { return c.guardedPerson(tx, g) })
	c.do(func(tx store.Tx) error { return c.guardedBooks(tx, g) })
	c.do(func(tx store.Tx) error { return c.doubts(tx, g.id, "that was not me") })
	c.do(func(tx store.Tx) error { return c.isFound(tx, g.id) })
	c.do(func(tx store.Tx) error { return c.asksForData(tx, g.id) })
	c.shopSecrets(g)
	return g
}

// guardedPerson is who she is, and the proofs of it.
func (c *consoleTop) guardedPerson(tx store.Tx, g *guarded) error {
	v, now, who := c.cafe.app.shop.Vault, c.cafe.app.clock.Now(), people.Identity{Channel: "line", User: guardedUser}
	p, _, err := v.Meet(tx, who, people.Seen{DisplayName: g.name, Language: "en"}, now, rand.Reader)
	if err != nil {
		return err
	}
	g.id = p.ID
	phone, err := people.ParsePhone("0912345678", "TW")
	keep := func(what, secret string, err error) error { g.kept[what] = secret; return err }
	for _, step := range []func() error{
		func() error { return err },
		func() error { _, err := v.Join(tx, g.id, shop.Wording, now, rand.Reader); return err },
		func() error { return v.SetPhone(tx, g.id, phone, true, rand.Reader) },
		func() error {
			return v.SetBirthday(tx, g.id, people.Birthday{Year: 1987, Month: time.June, Day: 5}, now, rand.Reader)
		},
		func() error {
			card, err := v.Card(tx, g.id, rand.Reader)
			g.told["card number as printed"], g.told["card number"] = card.String(), string(card)
			return err
		},
		func() error {
			code, err := v.NewRecoveryCode(tx, g.id, now, rand.Reader)
			return keep("recovery code", code.String(), err)
		},
		func() error {
			code, err := v.NewLinkCode(tx, g.id, now, rand.Reader)
			return keep("link code", code.String(), err)
		},
		func() error { s, err := v.CardToken(tx, g.id, now, time.Hour); return keep("card's address", s, err) },
		func() error {
			s, err := v.LiveToken(tx, g.id, now, time.Hour)
			return keep("live card's address", s, err)
		},
		func() error {
			s, err := v.StatementToken(tx, g.id, now, time.Hour)
			return keep("statement's address", s, err)
		},
		func() error { s, err := v.ExportToken(tx, g.id, now); return keep("export's address", s, err) },
		func() error {
			s, err := v.NewSMSCode(tx, who, g.id, phone, now, rand.Reader)
			return keep("SMS code", s, err)
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// guardedBooks is what she bought and has.
func (c *consoleTop) guardedBooks(tx store.Tx, g *guarded) error {
	s, now := c.cafe.app.shop, c.cafe.app.clock.Now()
	act := func(op string) book.Act {
		return book.Act{Op: loyalty.OpID("guarded-" + op), Actor: loyalty.ByJob("test"), Now: now}
	}
	if _, err := s.Book.Earn(tx, g.id, act("sale"), 5000, ""); err != nil {
		return err
	}
	v, _, err := s.Club.Vouchers.Redeem(tx, g.id, act("redeem"), "cookie")
	code := s.Club.Vouchers.CodeOf(v)
	g.kept["voucher code"], g.kept["voucher code, bare"] = code.String(), string(code)
	return err
}

// shopSecrets are those of employees, of their devices and of other programs.
func (c *consoleTop) shopSecrets(g *guarded) {
	c.t.Helper()
	v, now := c.cafe.app.shop.Vault, c.cafe.app.clock.Now()
	pin, err := people.NewPIN(guardedPIN, rand.Reader)
	if err != nil {
		c.t.Fatal(err)
	}
	g.kept["PIN"] = guardedPIN
	c.do(func(tx store.Tx) error {
		link, err := v.NewDeviceLink(tx, "", c.mia.ID, now, rand.Reader)
		if err != nil {
			return err
		}
		device, cookie, err := v.Register(tx, link, "Till", "", now, rand.Reader)
		if err != nil {
			return err
		}
		g.kept["link for a device"], g.kept["device's cookie"] = link, cookie
		if g.kept["session at the counter"], err = v.OpenDesk(tx, device.ID, c.cafe.clerk.ID, now, rand.Reader); err != nil {
			return err
		}
		if g.kept["link into the console"], err = v.NewConsoleLink(tx, c.mia.ID, now, rand.Reader); err != nil {
			return err
		}
		return v.SetPIN(tx, c.cafe.clerk.ID, pin, now, rand.Reader)
	})
	c.do(func(tx store.Tx) error {
		_, key, err := api.Keys{Shop: c.cafe.app.shop}.Make(tx, api.NewKey{Name: "Till", Scopes: api.Scopes, By: loyalty.ByJob("test")}, now)
		g.kept["API key's secret half"] = key[strings.LastIndex(key, "_")+1:]
		return err
	})
	c.do(func(tx store.Tx) error {
		_, secret, err := c.cafe.app.hooks.Add(tx, hooks.Endpoint{Name: "Books", URL: "https://books.example/in", Events: hooks.Types()[:1]}, now)
		_, g.kept["webhook's secret"], _ = strings.Cut(string(secret), "_")
		return err
	})
	keys, err := c.cafe.app.cfg.ReadKey(func(string) (string, bool) { return "", false })
	if err != nil {
		c.t.Fatal(err)
	}
	g.kept["vault key"], g.kept["vault key's bytes"] = base64.StdEncoding.EncodeToString(keys[0].Master), string(keys[0].Master)
}
