package jobs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/room"
	"regulars/store"
)

// Doors is the way to the groups that are rooms. The zero Doors opens none.
type Doors struct {
	// Group finds a group by its code, see [bot.Bot.GroupChat].
	Group func(r store.Reader, code string) (bot.GroupChat, bool, error)
	// Keepers let people in and out, by their channel.
	Keepers func(bot.ChannelName) (bot.Doorkeeper, bool)
}

// roomJobs open the doors of groups that were linked, and look who may not be in a
// room any more.
func (j Jobs) roomJobs() []schedule.Job {
	if j.Doors.Group == nil || len(j.Shop.Rules(j.Shop.Clock.Now()).Rooms) == 0 {
		return nil
	}
	return []schedule.Job{
		{Name: "doors", Spec: everyMinute, Run: j.doors},
		{Name: "rooms", Spec: "7 * * * *", Run: j.rooms},
	}
}

// doors makes the links of groups that have none yet, and those of groups that moved.
func (j Jobs) doors(ctx context.Context, _ schedule.Tick) (n int, err error) {
	return j.eachGroup(ctx, func(id string, g room.Group, chat bot.GroupChat, in bool, lane string) (bool, error) {
		if g.Link != "" && g.Lane == lane && g.Trouble == "" {
			return false, nil
		}
		link, wrong := "", room.NoGroup
		if in {
			keeper, ok := j.Doors.Keepers(chat.Chat.Channel)
			if !ok {
				return false, nil
			}
			speak := i18n.For(j.Shop.Lang)
			made, err := keeper.DoorLink(ctx, chat.Chat.ID, j.Shop.RoomName(speak, j.Shop.Clock.Now(), id))
			if wrong, err = trouble(err); err != nil {
				return false, err
			}
			link = made
		}
		return j.opened(ctx, id, g, lane, link, wrong)
	})
}

// trouble tells what a group lacks from what may pass by itself.
func trouble(err error) (room.Trouble, error) {
	switch {
	case errors.Is(err, bot.ErrNoRights):
		return room.NoRights, nil
	case errors.Is(err, bot.ErrNoGroup):
		return room.NoGroup, nil
	}
	return "", err
}

// eachGroup does f for each linked group, outside of any transaction; in is false for
// one that the bot has left. lane stands for its chat.
func (j Jobs) eachGroup(ctx context.Context, f func(id string, g room.Group, chat bot.GroupChat, in bool, lane string) (bool, error)) (n int, err error) {
	var failed []error
	for _, x := range j.Shop.Rules(j.Shop.Clock.Now()).Rooms {
		var g room.Group
		var chat bot.GroupChat
		var linked, in bool
		if err := j.DB.View(ctx, func(r store.Reader) (err error) {
			if g, linked, err = j.Shop.Rooms.Group(r, x.ID); err != nil || !linked {
				return err
			}
			chat, in, err = j.Doors.Group(r, g.Code)
			return err
		}); err != nil {
			return n, err
		}
		if !linked {
			continue
		}
		lane := ""
		if in {
			lane = j.Shop.Lane(chat.Chat).String()
		}
		did, err := f(x.ID, g, chat, in, lane)
		if err != nil {
			failed = append(failed, err)
		}
		if did {
			n++
		}
	}
	return n, errors.Join(failed...)
}

// opened writes down how a group's door stands, and tells who linked it, where that
// is news.
func (j Jobs) opened(ctx context.Context, id string, g room.Group, lane, link string, wrong room.Trouble) (did bool, err error) {
	s, now := j.Shop, j.Shop.Clock.Now()
	key := map[room.Trouble]i18n.Key{"": i18n.RoomsReady, room.NoRights: i18n.RoomsRights, room.NoGroup: i18n.RoomsLost}[wrong]
	err = j.DB.Update(ctx, func(tx store.Tx) error {
		did = false
		news, err := s.Rooms.Opened(tx, id, g.Code, lane, link, wrong)
		if err != nil || !news {
			return err
		}
		did = true
		managers, err := s.Vault.Managers(tx, "")
		if err != nil {
			return err
		}
		for _, m := range managers {
			to, speak, ok, err := s.Reach(tx, m.Member)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			words := speak.Say(key, "Room", s.RoomName(speak, now, id))
			if err := j.Outbox.Put(tx, now, bot.Intent{
				ID: bot.IntentID(fmt.Sprintf("door.%s.%s.%d", id, m.Member, now.UnixNano())), Channel: to.Channel, Person: bot.PersonID(m.Member),
				Class: bot.Receipt, Carriage: bot.RideOnly, Born: now, NotBefore: s.Programme(now).QuietUntil(now),
				Letter: bot.Letter{To: to, Messages: []bot.Message{{Text: words}}},
			}); err != nil {
				return err
			}
		}
		return nil
	})
	return did, err
}

// rooms looks whether the bot may still let people in and out, and who may not be in a
// room any more: they are told, and taken out when their days of grace are over.
func (j Jobs) rooms(ctx context.Context, _ schedule.Tick) (int, error) {
	if j.inDoubt() { // they would be taken out on the wrong day
		return 0, nil
	}
	_, wrong := j.eachGroup(ctx, func(id string, g room.Group, chat bot.GroupChat, in bool, lane string) (bool, error) {
		keeper, ok := j.Doors.Keepers(chat.Chat.Channel)
		if g.Link == "" || !in || !ok {
			return false, nil
		}
		lacks, err := trouble(keeper.KeepsDoor(ctx, chat.Chat.ID))
		if err != nil || lacks == "" {
			return false, err
		}
		return j.opened(ctx, id, g, lane, "", lacks)
	})
	n, err := j.Shop.Rooms.Review(ctx, j.DB, j.Shop.Clock.Now(), j.reviewed)
	return n, errors.Join(wrong, err)
}

// reviewed tells somebody of what was decided about them, never in quiet hours, and
// takes them out where that is due. The words come first: to be put out of a group
// without a word is rude.
func (j Jobs) reviewed(tx store.Tx, g room.Guest, step room.Step) error {
	s, now := j.Shop, j.Shop.Clock.Now()
	to, speak, ok, err := s.Reach(tx, g.Member)
	if err != nil {
		return err
	}
	msg, said := s.RoomTold(speak, now, g, step)
	if ok && said {
		if err := j.Outbox.Put(tx, now, bot.Intent{
			ID: bot.IntentID(fmt.Sprintf("room.%s.%s.%s.%s.%d", g.Room, g.Member, g.Way, step, now.UnixNano())), Channel: to.Channel, Person: bot.PersonID(g.Member),
			Class: bot.Receipt, Carriage: bot.RideOnly, Born: now, NotBefore: s.Programme(now).QuietUntil(now),
			Letter: bot.Letter{To: to, Messages: []bot.Message{msg}},
		}); err != nil {
			return err
		}
	}
	if step == room.Remove && s.TakeOut != nil {
		return s.TakeOut(tx, g, s.Programme(now).QuietUntil(now).Add(time.Second))
	}
	return nil
}

// TakesOut makes the function by which a shop takes somebody out of a room's Telegram
// group: each of their accounts on the group's channel.
func TakesOut(s *shop.Shop, out func() bot.Outbox, group func(store.Reader, string) (bot.GroupChat, bool, error)) func(store.Tx, room.Guest, time.Time) error {
	return func(tx store.Tx, g room.Guest, notBefore time.Time) error {
		now := s.Clock.Now()
		linked, ok, err := s.Rooms.Group(tx, g.Room)
		if err != nil || !ok {
			return err
		}
		chat, in, err := group(tx, linked.Code)
		if err != nil || !in {
			return err
		}
		p, err := s.Whole(tx, loyalty.MemberID(g.Member))
		if err != nil {
			return err
		}
		for n, a := range p.Accounts {
			if bot.ChannelName(a.Channel) != chat.Chat.Channel {
				continue
			}
			if err := out().Put(tx, now, bot.Intent{
				ID: bot.IntentID(fmt.Sprintf("out.%s.%s.%d.%d", g.Room, g.Member, now.UnixNano(), n)), Channel: chat.Chat.Channel,
				Class: bot.Receipt, Carriage: bot.PushNow, Born: now, NotBefore: notBefore,
				Letter: bot.Letter{To: bot.Address{Chat: chat.Chat}, Door: &bot.Door{Do: bot.DoorRemove, Group: chat.Chat.ID, User: bot.UserID(a.User)}},
			}); err != nil {
				return err
			}
		}
		return nil
	}
}
