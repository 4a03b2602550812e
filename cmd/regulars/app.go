package main

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/outbox"
	"regulars/bot/schedule"
	"regulars/bot/telegram"
	"regulars/handlers"
	"regulars/handlers/admin"
	"regulars/handlers/api"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/counter"
	"regulars/handlers/hooks"
	"regulars/handlers/jobs"
	"regulars/handlers/shop"
	"regulars/handlers/staff"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// app is the whole program over one open store. It talks to nobody until it is
// served.
type app struct {
	cfg   *Config
	db    store.DB
	clock bot.Clock
	log   *slog.Logger

	shop      *shop.Shop
	bot       *bot.Bot
	outbox    *outbox.Outbox
	pages     *counter.Pages
	counter   *counter.Counter
	console   *console.Console
	hooks     *hooks.Desk
	campaigns *campaign.Engine
	adapters  map[bot.ChannelName]bot.Adapter
	lines     []*line.Channel
	bots      []*telegram.Channel
	heard     map[bot.ChannelName]*hearing
	doubt     clockDoubt
	schedule  *schedule.Scheduler
	replica   *schedule.Replica // this process among others on the store; nil: it is alone
	rules     *rulebook         // nil: the programme is not watched
	byHand    bool              // nothing happens by the clock: a test runs jobs by name
	files     *admin.Files      // nil: the store is no file
	ops       *operations
	invented  bool // a demo's: the shop is not of this world
	// settled is closed once every platform has been told what it must know.
	settled chan struct{}
}

// newApp wires the rooms together, bottom up. at gives the programme in force at
// a moment.
func newApp(cfg *Config, db store.DB, master []byte, at func(time.Time) *programme.Programme, clock bot.Clock, log *slog.Logger) (*app, error) {
	vault, err := people.NewVault(master)
	if err != nil {
		return nil, err
	}
	return newAppWith(cfg, db, vault, at, clock, log)
}

// newAppWith is newApp with keys of any number of generations.
func newAppWith(cfg *Config, db store.DB, vault *people.Vault, at func(time.Time) *programme.Programme, clock bot.Clock, log *slog.Logger) (*app, error) {
	a := &app{cfg: cfg, db: db, clock: clock, log: log, adapters: map[bot.ChannelName]bot.Adapter{}, heard: map[bot.ChannelName]*hearing{}, settled: make(chan struct{}), files: filesOf(db)}
	if cfg.shared() {
		a.replica = schedule.NewReplica(db, clock, log)
	}
	vault.Kin = cfg.kin()
	a.shop = shop.New(vault, at, clock, rand.Reader, log)
	a.shop.BackupDays = cfg.backupDays()
	a.shop.PublicURL, a.shop.Segments.DB, a.shop.Rollups.DB, a.shop.Metrics.DB = cfg.PublicURL, db, db, db
	a.doubt.now = clock.Now
	a.shop.Book.ClockInDoubt = a.doubt.is
	a.pages = &counter.Pages{Shop: a.shop, Pictures: counter.Folder(cfg.pictures()), DB: db}
	a.shop.Photos = a.pages.PhotoURL
	if err := a.makeChannels(); err != nil {
		return nil, err
	}
	a.campaigns = a.newCampaigns()
	a.bot = a.shop.Bot(slices.Concat(handlers.Commands(a.shop), staff.Commands(a.shop), a.campaigns.Commands())...)
	if cfg.Unbounded {
		a.bot.Flood = nil
	}
	a.bot.DB, a.bot.Introduce, a.campaigns.Group = db, a.introduce, a.bot.GroupChat
	a.campaigns.Groups = a.bot.GroupChats
	o := a.outboxConfig()
	err := a.textMessages(&o)
	if err != nil {
		return nil, err
	}
	if a.outbox, err = outbox.New(o); err != nil {
		return nil, err
	}
	a.bot.Outbox = a.outbox
	a.shop.Outbox = func() bot.Outbox { return a.outbox }
	a.shop.Missions.Tell = jobs.Achieved(a.shop, func() bot.Outbox { return a.outbox })
	a.shop.TakeOut = jobs.TakesOut(a.shop, func() bot.Outbox { return a.outbox }, a.bot.GroupChat)
	a.campaigns.Bulks, a.campaigns.Outbox, a.campaigns.Costs = a.outbox, a.outbox, a.outbox
	a.shop.Sends, a.shop.Vault.Erasing = a.sends, a.endsQueued
	a.counter = &counter.Counter{Shop: a.shop, DB: db, Outbox: a.outbox}
	a.hooks = a.newHooks()
	a.shop.Programs = api.Keys{Shop: a.shop}.Called
	a.console = a.newConsole()
	a.schedule = a.newSchedule()
	a.ops = a.newOperations()
	return a, nil
}

// makeChannels makes an adapter for each configured channel.
func (a *app) makeChannels() error {
	for _, c := range a.cfg.Channels {
		handle := c.BasicID
		switch c.Kind {
		case bot.LINE:
			ch, err := line.New(line.Config{
				Name: c.Name, ChannelID: c.ChannelID, Secret: c.ChannelSecret, Before: secretsBefore(c), Token: c.ChannelToken, BasicID: c.BasicID,
				APIBase: c.APIBase, DataAPIBase: c.DataAPIBase, Clock: a.clock, Pictures: a.pages, Photos: a.pages, HTTP: a.cfg.calls,
			})
			if err != nil {
				return fmt.Errorf("channel %s: %w", c.Name, err)
			}
			a.adapters[c.Name], a.lines = ch, append(a.lines, ch)
		case bot.Telegram:
			handle = c.Username
			ch, err := telegram.New(telegram.Config{
				Name: c.Name, Token: c.Token, SecretToken: c.SecretToken, Before: secretsBefore(c), Username: c.Username,
				APIBase: c.APIBase, Clock: a.clock, Pictures: a.pages, Photos: a.pages, Log: a.log, Commands: a.chatCommands, HTTP: a.cfg.calls,
			})
			if err != nil {
				return fmt.Errorf("channel %s: %w", c.Name, err)
			}
			a.adapters[c.Name], a.bots = ch, append(a.bots, ch)
		}
		a.heard[c.Name] = &hearing{}
		a.shop.Channels = append(a.shop.Channels, shop.Channel{Name: c.Name, Platform: c.Kind, Handle: handle})
	}
	return nil
}

// secretsBefore are the secrets that a channel's webhooks may have besides its own.
func secretsBefore(c ChannelConfig) []string {
	if c.SecretBefore == "" {
		return nil
	}
	return []string{c.SecretBefore}
}

func (a *app) outboxConfig() outbox.Config {
	channels := map[bot.ChannelName]outbox.Channel{}
	for name, ch := range a.adapters {
		channels[name] = ch
	}
	o := outbox.Config{
		DB: a.db, Persons: &a.shop.Persons, Channels: channels, Clock: a.clock, Log: a.log,
		Zone:    a.shop.Rules(a.clock.Now()).Zone,
		MaySend: a.maySend, Bulk: a.bulks(),
		Plan:          a.messagePlan,
		OnMoved:       a.moved,
		OnUnreachable: a.unreachable,
		OnDate:        a.doubt.note,
		OnDropHeld:    func(ctx context.Context, hold time.Time) (int, error) { return a.hooks.DropHeld(ctx, hold) },
	}
	if a.replica != nil {
		o.Replica = a.replica
	}
	return o
}

// introduceWithin is how long a first contact may wait for the platform to tell
// a name and a language; LINE wants its webhook answered within 2 s.
const introduceWithin = 700 * time.Millisecond

// introduce asks the platform about a stranger.
func (a *app) introduce(ctx context.Context, e *bot.Event) {
	ch, ok := a.adapters[e.Channel]
	if !ok {
		return
	}
	ctx, stop := context.WithTimeout(ctx, introduceWithin)
	defer stop()
	if err := a.shop.Introduce(ctx, a.db, e, ch.Profile); err != nil && ctx.Err() == nil {
		a.log.Info("profile not told; the shop's language is used", "channel", e.Channel, "error", err)
	}
}

// moved tells the bot of a group's new id as if the platform had, once.
func (a *app) moved(ctx context.Context, from bot.Chat, to bot.ChatID) error {
	sum := sha256.Sum256([]byte(string(from.ID) + ">" + string(to)))
	return a.bot.Handle(ctx, []bot.Event{{
		ID: bot.EventID("moved-" + hex.EncodeToString(sum[:8])), Channel: from.Channel, Platform: bot.Telegram,
		Kind: bot.Migrated, At: a.clock.Now(), Chat: from, MovedTo: to,
	}})
}

// unreachable notes that somebody blocked the bot, as told by a failed send.
func (a *app) unreachable(ctx context.Context, person bot.PersonID, to bot.Address) {
	if person == "" {
		return
	}
	err := a.db.Update(ctx, func(tx store.Tx) error {
		return a.shop.Vault.SetBlocked(tx, shop.Identity(to.Person), true, a.clock.Now(), a.shop.Rand)
	})
	if err != nil && !errors.Is(err, people.ErrNobody) {
		a.log.Warn("a blocked account could not be noted", "channel", to.Channel, "error", err)
	}
}

// clockDoubt remembers whether a platform's clock has confirmed ours. Until one
// has, and while one contradicts it, no expiry is written: a machine that wakes
// up in another year must not take anybody's points. An agreement ends when the
// clock is moved: when the time of day has gone further, or less far, than the
// time that really passed. What may be spent does not depend on it.
type clockDoubt struct {
	now    func() time.Time
	agreed atomic.Pointer[time.Time] // by our clock; nil: not, or not any more
}

// clockTolerance is how far our clock may be from a platform's Date header.
const clockTolerance = 10 * time.Minute

func (c *clockDoubt) note(_ bot.ChannelName, platform, ours time.Time) {
	switch {
	case platform.IsZero():
	case ours.Sub(platform).Abs() <= clockTolerance:
		c.agreed.Store(&ours)
	default:
		c.agreed.Store(nil)
	}
}

func (c *clockDoubt) is() bool {
	at := c.agreed.Load()
	if at == nil {
		return true
	}
	now := c.now()
	passed := now.Sub(*at) // by the monotonic clock, where both times have its reading
	return clockMoved(now.Round(0).Sub(at.Round(0)), passed)
}

// clockMoved tells a clock that somebody moved from time that went by.
func clockMoved(shown, passed time.Duration) bool { return (shown - passed).Abs() > clockTolerance }

// webhookURL is where a channel's platform is told to call.
func (a *app) webhookURL(name bot.ChannelName) string {
	return a.cfg.PublicURL + "/webhook/" + string(name)
}
