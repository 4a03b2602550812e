package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/telegram"
	"regulars/i18n"
	"regulars/store"
)

// The rows that setup owns:
//
//	setup/<channel>   a digest of the webhook's secret that Telegram was last
//	                  given, because it cannot be asked; for ever
var setupTable = store.NewTable[string]("setup/", store.Locked, func(rest []byte) store.Subject {
	return store.Subject("setup/" + string(rest))
})

// setupRetry is how long to wait before telling a platform again.
const setupRetry = time.Minute

// setup tells the platforms, where it differs from what they know, where to
// call, which commands there are, and which menus. A platform that is away
// does not keep the program from serving.
func (a *app) setup(ctx context.Context) error {
	todo := map[string]func(context.Context) error{}
	for _, ch := range a.lines {
		todo[string(ch.Channel())] = func(ctx context.Context) error { return a.setupLine(ctx, ch) }
	}
	for _, ch := range a.bots {
		todo[string(ch.Channel())] = func(ctx context.Context) error { return a.setupTelegram(ctx, ch) }
	}
	for {
		for _, name := range slices.Sorted(maps.Keys(todo)) {
			err := a.alone("setup", todo[name])(ctx) // two at once would each make a menu that is missing
			if ctx.Err() != nil {
				return nil
			}
			if err == nil {
				delete(todo, name)
				continue
			}
			a.log.Warn("the platform could not be set up; trying again in a minute (`regulars doctor` says more)", "channel", name, "error", err)
		}
		if len(todo) == 0 {
			close(a.settled)
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(setupRetry):
		}
	}
}

func (a *app) setupLine(ctx context.Context, ch *line.Channel) error {
	if a.shop.Channel(ch.Channel()).Handle == "" {
		info, err := ch.Info(ctx)
		if err != nil {
			return fmt.Errorf("the account's @name: %w", err)
		}
		a.shop.Learn(ch.Channel(), info.BasicID)
	}
	if a.cfg.PublicURL != "" {
		if changed, err := ch.Register(ctx, a.webhookURL(ch.Channel())); err != nil {
			return fmt.Errorf("webhook: %w", err)
		} else if changed {
			a.log.Info("webhook registered", "channel", ch.Channel())
		}
	}
	var specs []line.RichMenuSpec
	for _, l := range a.languages() {
		specs = append(specs, line.StandardMenu(l, i18n.For(l).Say(i18n.BotMenuButton), a.shop.Keys(i18n.For(l), a.clock.Now())))
	}
	if err := ch.EnsureMenus(ctx, specs); err != nil {
		return fmt.Errorf("rich menus: %w", err)
	}
	return nil
}

// languages are all that the bot speaks, the shop's own first.
func (a *app) languages() []i18n.Lang {
	all := []i18n.Lang{a.shop.Lang}
	for _, l := range i18n.Langs {
		if l != a.shop.Lang {
			all = append(all, l)
		}
	}
	return all
}

func (a *app) setupTelegram(ctx context.Context, ch *telegram.Channel) error {
	if a.shop.Channel(ch.Channel()).Handle == "" {
		me, err := ch.Me(ctx)
		if err != nil {
			return fmt.Errorf("the bot's @name: %w", err)
		}
		a.shop.Learn(ch.Channel(), me.Username)
	}
	if a.cfg.PublicURL != "" && !a.polls(ch.Channel()) {
		if err := a.registerTelegram(ctx, ch); err != nil {
			return fmt.Errorf("webhook: %w", err)
		}
	}
	if _, err := ch.EnsureCommands(ctx, a.commandLists()); err != nil {
		return fmt.Errorf("command lists: %w", err)
	}
	return nil
}

func (a *app) polls(name bot.ChannelName) bool {
	for _, c := range a.cfg.Channels {
		if c.Name == name {
			return c.Polling
		}
	}
	return false
}

// registerTelegram gives Telegram the address, and the secret whenever it is
// not the one it was given last.
func (a *app) registerTelegram(ctx context.Context, ch *telegram.Channel) error {
	name := string(ch.Channel())
	c, _ := channelIn(a.ops.conf.Load(), ch.Channel())
	sum := sha256.Sum256([]byte(c.SecretToken))
	digest := hex.EncodeToString(sum[:8])
	known := ""
	err := a.db.View(ctx, func(r store.Reader) (err error) {
		known, _, err = setupTable.Get(r, name)
		return err
	})
	if err != nil {
		return err
	}
	changed, err := ch.Register(ctx, a.webhookURL(ch.Channel()), known != digest)
	if err != nil || !changed {
		return err
	}
	a.log.Info("webhook registered", "channel", name)
	return a.db.Update(ctx, func(tx store.Tx) error {
		if err := tx.Lock(store.Subject("setup/" + name)); err != nil {
			return err
		}
		return setupTable.Put(tx, digest, name)
	})
}

// commandLists are the members' commands in private chats, by language, and
// the few that a group may use. Employees and the second Chinese have lists of
// their own chat, set when they choose their language or enrol.
func (a *app) commandLists() []telegram.CommandList {
	lists := []telegram.CommandList{
		{Scope: telegram.InPrivate, Commands: a.commands(bot.Member, a.shop.Lang)},
		{Scope: telegram.InGroups, Commands: a.groupCommands(a.shop.Lang)},
	}
	done := map[string]bool{}
	for _, l := range a.languages() {
		// Telegram's lists know two letters: of the Chinese, the shop's own wins.
		if two := string(l)[:2]; !done[two] {
			done[two] = true
			lists = append(lists,
				telegram.CommandList{Scope: telegram.InPrivate, Lang: l, Commands: a.commands(bot.Member, l)},
				telegram.CommandList{Scope: telegram.InGroups, Lang: l, Commands: a.groupCommands(l)})
		}
	}
	return lists
}

// chatCommands is the list of one private chat, for those whom the general one
// does not serve: employees, and speakers of a Chinese that is not the shop's.
func (a *app) chatCommands(role bot.Role, l i18n.Lang) (list []telegram.Command, own bool) {
	shown := a.shop.Lang
	for _, other := range a.languages() {
		if other[:2] == l[:2] {
			shown = other // the first of its two letters has the list
			break
		}
	}
	if role <= bot.Member && !telegram.NeedsChatCommands(l, shown) {
		return nil, false
	}
	return a.commands(role, l), true
}

// commands lists what a role can say in private, with help in a language. What
// the programme has nothing of is not in it.
func (a *app) commands(role bot.Role, l i18n.Lang) (list []telegram.Command) {
	p := i18n.For(l)
	for _, c := range a.bot.Commands.All {
		if c.Help != "" && c.Role <= role && c.Place&bot.Private != 0 && a.shop.Has(c.Name, a.clock.Now()) {
			list = append(list, telegram.Command{Name: c.Name, Description: strings.TrimSpace(p.Say(c.Help))})
		}
	}
	return list
}

// groupCommands lists what makes sense in a group: they lead to the private
// chat.
func (a *app) groupCommands(l i18n.Lang) (list []telegram.Command) {
	p := i18n.For(l)
	for _, name := range []string{"points", "card", "join"} {
		if c := a.bot.Commands.Named(name); c != nil {
			list = append(list, telegram.Command{Name: name, Description: p.Say(c.Help)})
		}
	}
	return list
}
