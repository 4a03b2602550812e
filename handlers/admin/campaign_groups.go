package admin

import (
	"context"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/store"
)

// campaignGroups prints the groups that a campaign can tell.
func (d Desk) campaignGroups(ctx context.Context, _ map[string]string, out Out) error {
	var list []bot.GroupChat
	if d.Campaigns != nil && d.Campaigns.Groups != nil {
		err := d.DB.View(ctx, func(r store.Reader) (err error) {
			list, err = d.Campaigns.Groups(r)
			return err
		})
		if err != nil {
			return err
		}
	}
	if len(list) == 0 {
		out.Say("the bot is in no group; invite it into one in LINE or Telegram")
		return nil
	}
	t := newTable("CODE", "CHANNEL", "GROUP")
	for _, g := range list {
		t.add(g.Code, string(g.Chat.Channel), shop.Tidy(g.Title))
	}
	t.print(out)
	return nil
}
