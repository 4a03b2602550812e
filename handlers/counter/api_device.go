package counter

import (
	"context"
	"errors"
	"net/http"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// idleFor is after how long without a touch the page locks.
const idleFor = 3 * time.Minute

// What the page is told of the shop.
type (
	stateAnswer struct {
		Now      time.Time     `json:"now"`
		Device   *deviceAnswer `json:"device"`
		Lang     i18n.Lang     `json:"lang"`
		Langs    []langAnswer  `json:"langs"`
		Shop     string        `json:"shop"`
		Currency struct {
			Code   string `json:"code"`
			Digits int    `json:"digits"`
		} `json:"currency"`
		Staff []staffAnswer     `json:"staff"`
		Items []itemAnswer      `json:"items"`
		Plans []planAnswer      `json:"plans"`
		Door  bool              `json:"door"` // the shop has events
		Idle  int               `json:"idle"` // seconds
		Late  int               `json:"late"` // days
		Words map[string]string `json:"words"`
	}
	deviceAnswer struct {
		ID        people.DeviceID `json:"id"`
		Name      string          `json:"name"`
		Store     loyalty.Store   `json:"store"`
		StoreName string          `json:"storeName"`
	}
	langAnswer struct {
		ID   i18n.Lang `json:"id"`
		Name string    `json:"name"`
	}
	staffAnswer struct {
		ID   people.StaffID `json:"id"`
		Name string         `json:"name"`
		Role loyalty.Role   `json:"role"`
		PIN  bool           `json:"pin"`
	}
	itemAnswer struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	sessionAnswer struct {
		Session string         `json:"session"`
		Staff   people.StaffID `json:"staff"`
		Name    string         `json:"name"`
		Role    loyalty.Role   `json:"role"`
		Store   loyalty.Store  `json:"store"`
	}
)

func (c *Counter) deviceAnswer(d people.Device) *deviceAnswer {
	return &deviceAnswer{d.ID, d.Name, d.Store, c.Shop.StoreName(d.Store)}
}

// state says what the page must know to begin; a browser that is no device
// learns the shop's name and no more.
func (c *Counter) state(ctx context.Context, q *request) (any, error) {
	p := c.Shop.Programme(q.now)
	a := stateAnswer{
		Now: q.now.UTC(), Lang: q.printer.Lang, Shop: c.Shop.Name(q.now, q.printer.Lang), Staff: []staffAnswer{}, Items: []itemAnswer{},
		Idle: int(idleFor / time.Second), Late: int(lateFor / (24 * time.Hour)), Words: map[string]string{},
	}
	a.Currency.Code, a.Currency.Digits = p.Rules.Currency.Code, p.Rules.Currency.Digits
	for _, l := range i18n.Langs {
		a.Langs = append(a.Langs, langAnswer{l, l.Own()})
	}
	var due bool
	err := c.DB.View(ctx, func(r store.Reader) error {
		d, err := c.device(r, q)
		if err != nil {
			return err
		}
		due, a.Device = d.DueSeen(q.now), c.deviceAnswer(d)
		a.Staff, err = c.staffAt(r, d.Store)
		return err
	})
	if errors.Is(err, errDevice) {
		return a, nil
	}
	if err != nil {
		return nil, err
	}
	for _, it := range p.Rules.Earning.Items {
		a.Items = append(a.Items, itemAnswer{it.ID, p.Words(programme.Item, it.ID, string(q.printer.Lang)).Name})
	}
	a.Plans, a.Door = c.plans(q), c.Shop.Has("events", q.now)
	if cookie, err := q.r.Cookie(cookieName); err == nil {
		c.setCookie(q, cookie.Value) // a browser forgets it after a year or so
	}
	if !due {
		return a, nil
	}
	return a, c.DB.Update(ctx, func(tx store.Tx) error { return people.SawDevice(tx, a.Device.ID, q.now) })
}

// staffAt are those who may unlock a device of a store.
func (c *Counter) staffAt(r store.Reader, at loyalty.Store) ([]staffAnswer, error) {
	all, err := c.Shop.Vault.AllStaff(r)
	list := []staffAnswer{}
	for _, s := range all {
		if !s.Active || !s.WorksAt(at) {
			continue
		}
		pin, err := c.Shop.Vault.HasPIN(r, s)
		if err != nil {
			return nil, err
		}
		list = append(list, staffAnswer{s.ID, shop.Tidy(s.Name), s.Role, pin})
	}
	return list, err
}

// cookieLife is as long as browsers keep one.
const cookieLife = 400 * 24 * time.Hour

func (c *Counter) setCookie(q *request, secret string) {
	http.SetCookie(q.w, &http.Cookie{
		Name: cookieName, Value: secret, Path: "/counter/", MaxAge: int(cookieLife / time.Second),
		HttpOnly: true, Secure: c.secure(q.r), SameSite: http.SameSiteStrictMode,
	})
}

type registerBody struct {
	Token string `json:"token"`
	Name  string `json:"name"`
}

// register makes this browser a device. Who made the link is told.
func (c *Counter) register(ctx context.Context, q *request, b registerBody) (any, error) {
	var d people.Device
	var secret string
	var told []bot.Intent
	var good bool
	err := c.DB.View(ctx, func(r store.Reader) (err error) {
		good, err = c.Shop.Vault.GoodLink(r, b.Token, q.now)
		return err
	})
	if err == nil && !good { // a stranger's guess is not worth a transaction
		err = people.ErrCode
	}
	if err == nil {
		d, secret, told, err = c.enlist(ctx, q, b)
	}
	if errors.Is(err, people.ErrCode) {
		return nil, bot.Refuse(i18n.CounterLinkDead)
	}
	if err != nil {
		return nil, err
	}
	if len(told) > 0 {
		c.Outbox.Nudge(told...)
	}
	c.setCookie(q, secret)
	return map[string]any{"device": c.deviceAnswer(d)}, nil
}

// enlist spends the link.
func (c *Counter) enlist(ctx context.Context, q *request, b registerBody) (d people.Device, secret string, told []bot.Intent, err error) {
	err = c.DB.Update(ctx, func(tx store.Tx) (err error) {
		told = nil
		name := shop.Tidy(b.Name)
		if name == "" {
			name = q.printer.Say(i18n.CounterSomeDevice)
		}
		old, err := c.device(tx, q) // a sale whose answer was lost is known under its id
		if errors.Is(err, errDevice) {
			old, err = people.Device{}, nil
		}
		if err != nil {
			return err
		}
		if d, secret, err = c.Shop.Vault.Register(tx, b.Token, name, old.ID, q.now, c.Shop.Rand); err != nil {
			return err
		}
		told, err = c.tellBoss(tx, q, d)
		return err
	})
	return d, secret, told, err
}

// tellBoss lets the manager whose link it was know of the new device, by the way:
// whoever else had the link would be found out.
func (c *Counter) tellBoss(tx store.Tx, q *request, d people.Device) ([]bot.Intent, error) {
	boss, err := c.Shop.Vault.StaffByID(tx, d.By)
	if err != nil {
		return nil, err
	}
	to, speak, ok, err := c.Shop.Reach(tx, boss.Member)
	if err != nil || !ok {
		return nil, err
	}
	m := bot.Message{Text: speak.Say(i18n.CounterRegistered, "Device", d.Name, "Store", c.Shop.StoreName(d.Store))}
	letters := c.Shop.Letters(tx, q.now, "counter.device."+string(d.ID))
	letters.Tell(bot.Telling{Person: bot.PersonID(boss.Member), To: to, Class: bot.Receipt, Carriage: bot.RideOnly, Messages: []bot.Message{m}})
	return letters.Put(c.Outbox)
}
