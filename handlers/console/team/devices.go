package team

import (
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// deviceLine is a device in the list.
type deviceLine struct {
	people.Device
	Place, Maker string
}

// deviceData is the page of devices.
type deviceData struct {
	Now, Before []deviceLine
	Places      []console.Option
	Link        string // a fresh one, shown this once
	Until       time.Time
	NoAddress   bool // phones do not reach this program
}

func (h *page) devices(q *console.Request) (console.Answer, error) { return h.showDevices(q, "") }

func (h *page) showDevices(q *console.Request, link string) (console.Answer, error) {
	d := deviceData{Link: link, Until: q.Now.Add(people.CodeLife), NoAddress: h.Shop.PublicURL == ""}
	for _, s := range h.Shop.Programme(q.Now).Stores {
		if q.Sees(s.ID) {
			d.Places = append(d.Places, console.Option{Value: string(s.ID), Label: s.Name})
		}
	}
	err := q.View(func(r store.Reader) error {
		all, err := people.Devices(r)
		for _, dev := range all {
			if !q.Sees(dev.Store) {
				continue
			}
			l := deviceLine{Device: dev, Place: h.Shop.StoreName(dev.Store)}
			if s, err := h.Shop.Vault.StaffByID(r, dev.By); err == nil {
				l.Maker = called(s)
			}
			if dev.RevokedAt.IsZero() {
				d.Now = append(d.Now, l)
			} else {
				d.Before = append(d.Before, l)
			}
		}
		return err
	})
	return q.Page("team_devices.html", q.Say(i18n.ConsoleTeamDevices), d), err
}

// newDevice draws a link and shows it at once: it is kept nowhere, and good once
// and soon.
func (h *page) newDevice(q *console.Request) (console.Answer, error) {
	at, link := loyalty.Store(q.Typed("store")), ""
	err := q.Update(func(tx store.Tx) error {
		if h.Shop.PublicURL == "" {
			return bot.Refuse(i18n.CounterNoAddress)
		}
		if _, known := h.Shop.Programme(q.Now).Store(at); at != "" && !known || !q.Sees(at) {
			return bot.Refuse(i18n.ConsoleTeamNotYours)
		}
		token, err := h.Shop.Vault.NewDeviceLink(tx, at, q.Me.ID, q.Now, q.Rand())
		if err != nil {
			return err
		}
		link = h.Shop.PublicURL + "/counter/#register=" + token
		return q.Audit(tx, i18n.ConsoleTeamDidDevice, "store:"+string(at), "", "", "")
	})
	if q.WrongBy("", err) {
		return q.Again(h.showDevices(q, ""))
	}
	if err != nil {
		return console.Answer{}, err
	}
	return h.showDevices(q, link)
}

// revokeDevice ends a device at once, with whatever waits in it.
func (h *page) revokeDevice(q *console.Request) (console.Answer, error) {
	err := q.Update(func(tx store.Tx) error {
		dev, err := people.DeviceByID(tx, people.DeviceID(q.Typed("id")))
		if err != nil {
			return err
		}
		if !q.Sees(dev.Store) {
			return bot.Refuse(i18n.ConsoleTeamNotYours)
		}
		if err := people.RevokeDevice(tx, dev.ID, q.Now); err != nil {
			return err
		}
		return q.Audit(tx, i18n.ConsoleTeamDidRevoke, "store:"+string(dev.Store), "", "", "")
	})
	if q.WrongBy("", err) {
		return q.Again(h.devices(q))
	}
	return q.Go("/console/team/devices", q.Say(i18n.ConsoleTeamRevoked)), err
}
