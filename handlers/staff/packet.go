package staff

import (
	"errors"
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/chance"
)

// packet hands out points in the group where it is said: /packet POINTS PIECES.
// What is in each piece is told in private.
func (d desk) packet(t *bot.Turn) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	if !d.Has("packet", t.Now) {
		return chance.ErrOff
	}
	first, rest := shop.CutAmount(t.Args)
	second, rest := shop.CutAmount(rest)
	pieces, wrong := strconv.Atoi(second)
	n, unread := shop.ReadPoints(first)
	if first == "" || wrong != nil || unread != nil || strings.TrimSpace(rest) != "" {
		return bot.Refuse(i18n.PacketUsage)
	}
	if !t.Event.Chat.Group {
		return bot.Refuse(i18n.PacketGroup, "Line", "/packet "+first+" "+second)
	}
	k, err := d.Chance.Make(t.Tx, d.act(t, me, "packet"), t.GroupCode(), n, pieces)
	if errors.Is(err, loyalty.ErrAmount) { // fewer points than pieces
		return bot.Refuse(i18n.PacketUsage)
	}
	if err != nil {
		return err
	}
	p := i18n.For(d.Lang) // a group hears the shop's own language
	t.Say(bot.Message{
		Title:   p.Say(i18n.PacketTitle, "Shop", d.Name(t.Now, d.Lang)),
		Text:    p.Say(i18n.PacketText, "Points", shop.Points(p, k.Total), "Pieces", k.Pieces),
		Buttons: []bot.Button{{Label: p.Say(i18n.PacketOpen), Do: bot.DoPrivate, Value: "piece " + k.ID}},
	})
	return nil
}
