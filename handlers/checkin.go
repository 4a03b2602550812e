package handlers

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/mission"
	"regulars/loyalty/people"

	"regulars/handlers/shop"
)

// checkInTries bounds the wrong codes of one person, over all their chats.
var checkInTries = people.CodeThrottle.For("check-in")

// checkIn takes the code that a store shows: /checkin ABCD2345, which its QR types
// in. Once a day and store; what it brings is said.
func (c counter) checkIn(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if !c.Has("checkin", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.CheckInOff), Menu: c.Menu(t)})
		return nil
	}
	typed := strings.TrimSpace(t.Args)
	if typed == "" {
		t.Say(bot.Message{Text: t.Word(i18n.CheckInHow)})
		return nil
	}
	if err := c.Vault.Barred(t.Tx, checkInTries, claimant(m.ID), t.Now); err != nil {
		return err
	}
	at, ok := c.Missions.Place(typed, c.storeIDs(t), t.Now)
	if !ok {
		if err := c.Vault.Attempt(t.Tx, checkInTries, claimant(m.ID), t.Now); err != nil {
			return err
		}
		return t.Concede(&bot.Refusal{Text: i18n.T(i18n.CheckInNo), Cause: mission.ErrCode})
	}
	points, came, err := c.Missions.CheckIn(t.Tx, m.ID, book.Act{Op: loyalty.OpID(t.Op("checkin")), Actor: loyalty.ByJob("mission"), Store: at, Now: t.Now})
	if errors.Is(err, mission.ErrTwice) {
		return &bot.Refusal{Text: i18n.T(i18n.CheckInTwice), Cause: err}
	}
	if err != nil {
		return err
	}
	if err := c.WatchCheckIn(t.Tx, m.ID, at, t.Now); err != nil {
		return err
	}
	msg := bot.Message{Text: t.Word(i18n.CheckInDone, "Store", c.StoreName(at)), Menu: c.Menu(t)}
	if points > 0 {
		msg.Text += "\n" + t.Word(i18n.JobsPoints, "Points", shop.Points(t.Printer, points))
	}
	if c.Has("missions", t.Now) {
		msg.Buttons = []bot.Button{command(t.Word(i18n.KeyMissions), "missions")}
	}
	t.Say(msg)
	c.achieved(t, came)
	return nil
}

// storeIDs are the shop's stores.
func (c counter) storeIDs(t *bot.Turn) (ids []loyalty.Store) {
	for _, s := range c.Programme(t.Now).Stores {
		ids = append(ids, s.ID)
	}
	return ids
}
