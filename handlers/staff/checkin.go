package staff

import (
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// checkInCode shows the code that customers of the employee's store check in with:
// /checkincode [STORE]. It changes by itself, so that a picture of it is soon of no
// use to who is not there.
func (d desk) checkInCode(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if !d.Has("checkin", t.Now) {
		return bot.Refuse(i18n.CheckInOff)
	}
	at := me.Store
	if id := loyalty.Store(strings.TrimSpace(t.Args)); at == "" && id != "" {
		at = id
	}
	stores := d.Programme(t.Now).Stores
	if _, known := d.Programme(t.Now).Store(at); !known {
		if len(stores) > 1 {
			msg := bot.Message{Text: t.Word(i18n.CheckInWhere)}
			for _, s := range stores[:min(len(stores), 10)] {
				msg.Buttons = append(msg.Buttons, bot.Button{Label: s.Name, Do: bot.DoCommand, Value: "checkincode " + string(s.ID)})
			}
			t.Say(msg)
			return nil
		}
		at = stores[0].ID
	}
	code, until := d.Missions.Code(at, t.Now)
	msg := bot.Message{
		Text:    t.Word(i18n.CheckInShow, "Store", d.StoreName(at)),
		Rows:    []bot.Row{{Label: t.Word(i18n.CheckInCode), Value: code}},
		Note:    t.Word(i18n.CheckInUntil, "Time", t.Time(d.Local(until))),
		Picture: &bot.Picture{QR: d.CheckInLink(t.Event.Channel, code), Alt: t.Word(i18n.CheckInAlt)},
	}
	if strings.HasPrefix(d.PublicURL, "https://") {
		msg.Buttons = []bot.Button{{Label: t.Word(i18n.CheckInPage), Do: bot.DoOpen, Value: d.PublicURL + "/counter/checkin"}}
	}
	t.Say(msg)
	return nil
}
