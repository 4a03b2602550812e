package staff

import (
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// counter makes a device on the counter, and lists those there are with a button
// each that revokes it: /counter. A manager of one store has its devices only.
func (d desk) counter(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if id, ok := strings.CutPrefix(t.Args, "revoke "); ok && t.Token {
		return d.revoke(t, me, people.DeviceID(id))
	}
	if d.PublicURL == "" {
		return bot.Refuse(i18n.CounterNoAddress)
	}
	at, ok := d.whichStore(t, me)
	if !ok {
		return nil
	}
	token, err := d.Vault.NewDeviceLink(t.Tx, at, me.ID, t.Now, t.Rand())
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title:   t.Word(i18n.CounterLinkTitle, "Store", d.StoreName(at)),
		Text:    t.Word(i18n.CounterLinkHow, "Time", t.Time(d.Local(t.Now.Add(people.CodeLife)))),
		Buttons: []bot.Button{{Label: t.Word(i18n.CounterLinkOpen), Do: bot.DoOpen, Value: d.PublicURL + "/counter/#register=" + token}},
	})
	return d.devices(t, me)
}

// whichStore is the store that a new device is for; false while it is asked.
func (d desk) whichStore(t *bot.Turn, me people.Staff) (loyalty.Store, bool) {
	all := d.Programme(t.Now).Stores
	if at := d.At(t.Now, me); at != "" || len(all) == 0 {
		return at, true
	}
	q := bot.Question{Key: "store", Message: bot.Message{Text: t.Word(i18n.CounterWhichStore)}}
	for _, s := range all {
		q.Options = append(q.Options, bot.Option{Value: string(s.ID), Label: s.Name})
	}
	r, ok := t.Ask(q)
	return loyalty.Store(r.Value), ok
}

// mostDevices bounds the devices of one answer: a button each.
const mostDevices = 8

// revokeFor is how long the buttons that revoke devices are good.
const revokeFor = 15 * time.Minute

// devices lists the devices that record sales, each with its button.
func (d desk) devices(t *bot.Turn, me people.Staff) error {
	all, err := people.Devices(t.Tx)
	if err != nil {
		return err
	}
	msg := bot.Message{Title: t.Word(i18n.CounterDevices)}
	for _, dev := range all {
		if !dev.RevokedAt.IsZero() || !me.WorksAt(dev.Store) || len(msg.Buttons) == mostDevices {
			continue
		}
		token, err := t.NewToken(t.Person.ID, revokeFor, "counter", "revoke "+string(dev.ID))
		if err != nil {
			return err
		}
		seen := t.Word(i18n.CounterDeviceSeen, "Store", d.StoreName(dev.Store), "Date", t.ShortDate(d.Local(dev.SeenAt)))
		msg.Rows = append(msg.Rows, bot.Row{Label: shop.Tidy(dev.Name), Value: seen})
		msg.Buttons = append(msg.Buttons, bot.Button{Label: labelled(t.Word(i18n.CounterRemove), dev.Name), Do: bot.DoToken, Value: token})
	}
	if len(msg.Rows) > 0 {
		t.Say(msg)
	}
	return nil
}

// labelled is what a button does and to what, within the 20 letters that one
// takes.
func labelled(verb, what string) string {
	r := []rune(verb + " " + shop.Tidy(what))
	if len(r) > 20 {
		r = append(r[:19], '…')
	}
	return string(r)
}

// revoke ends a device at once, with whatever waits in it.
func (d desk) revoke(t *bot.Turn, me people.Staff, id people.DeviceID) error {
	dev, err := people.DeviceByID(t.Tx, id)
	if err != nil || !me.WorksAt(dev.Store) {
		return bot.Refuse(i18n.BotButtonOld)
	}
	if !dev.RevokedAt.IsZero() {
		t.SayText(i18n.CounterRemovedBefore)
		return nil
	}
	if err := people.RevokeDevice(t.Tx, id, t.Now); err != nil {
		return err
	}
	t.SayText(i18n.CounterRemoved, "Device", shop.Tidy(dev.Name))
	return nil
}

// pin draws the code with which the speaker chooses a PIN at a device: /pin. The
// PIN itself is never typed in a chat, which keeps what is said in it.
func (d desk) pin(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	code, err := d.Vault.NewPINCode(t.Tx, me.ID, t.Now, t.Rand())
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title: t.Word(i18n.CounterPINTitle, "Code", code[:3]+" "+code[3:]),
		Text:  t.Word(i18n.CounterPINHow, "First", t.Word(i18n.CounterPagePinFirst), "Time", t.Time(d.Local(t.Now.Add(people.CodeLife)))),
	})
	return nil
}
