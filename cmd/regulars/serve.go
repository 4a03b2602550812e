package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"
	"golang.org/x/crypto/acme/autocert"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/bot/telegram"
	"regulars/handlers/admin"
	"regulars/handlers/api"
	"regulars/handlers/console"
	"regulars/handlers/counter"
	"regulars/handlers/shop"
	"regulars/handlers/staff"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/loyalty/event"
	"regulars/loyalty/fraud"
	"regulars/loyalty/household"
	"regulars/loyalty/mission"
	"regulars/loyalty/offer"
	"regulars/loyalty/people"
	"regulars/loyalty/reach"
	"regulars/loyalty/referral"
	"regulars/loyalty/survey"
	"regulars/loyalty/voice"
	"regulars/store"
)

// drainWithin is how long requests in hand may take once the program is told
// to stop. The outbox has a grace of its own.
const drainWithin = 10 * time.Second

// serve opens the shop and answers until ctx ends.
func (m *Main) serve(ctx context.Context, cfg *Config) (err error) {
	relaxCollector()
	level := new(slog.LevelVar)
	level.Set(cfg.LogLevel)
	log := newLog(m.Stderr, cfg.Log, level)
	a, err := m.openApp(cfg, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.db.Close()) }()
	a.ops.level, a.ops.again = level, m.config
	ctx, stop := a.ops.drained(ctx)
	defer stop()
	a.ops.ended = ctx.Done()
	if !m.Terminal { // there it says that the window was closed, and ends the program
		asked, stop := hangups()
		defer stop()
		look := make(chan os.Signal, 1)
		a.rules.asked = look
		go a.ops.hangUps(ctx, asked, look)
	}
	if held, err := a.desk().HeldNote(ctx); err != nil {
		return err
	} else if held != "" {
		m.say("%s", held)
		log.Warn("messages are held after a restore; `regulars outbox` decides what becomes of them")
	}
	a.rules.look(ctx, true)
	a.publishViews(ctx)
	if a.ops.listener, err = listenMetrics(cfg); err != nil {
		return err
	}
	l, err := listen(ctx, cfg, log)
	if err != nil {
		return err
	}
	where := "http://" + l.Addr().String()
	if cfg.PublicURL != "" {
		where += ", which is " + cfg.PublicURL + " to the world"
	}
	m.say("Regulars serves %s at %s. Stop it with Ctrl-C.", a.shop.Name(a.clock.Now(), a.shop.Lang), where)
	return a.run(ctx, l)
}

// run serves until ctx ends: the front door, the loop that talks out, polling,
// the local socket, and the sweeps. Everything it started has ended when it
// returns.
func (a *app) run(ctx context.Context, l net.Listener) error {
	leave, err := a.join(ctx)
	if err != nil {
		return err
	}
	defer leave()
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	part := func(name string, f func(context.Context) error) {
		all.Go(func() {
			if err := f(ctx); err != nil && ctx.Err() == nil {
				stop(fmt.Errorf("%s: %w", name, err))
			}
		})
	}
	// The outbox stops after everything that may still say something.
	talking, hush := context.WithCancel(context.WithoutCancel(ctx))
	defer hush()
	said := make(chan error, 1)
	a.ops.look() // from now on the loops are waited for
	go func() { said <- a.outbox.Run(talking) }()

	a.pages.Stopping, a.console.Stopping = ctx.Done(), ctx.Done()
	part("front door", func(ctx context.Context) error { return serveHTTP(ctx, l, a.routes(), a.bounded()) })
	if l := a.ops.listener; l != nil {
		part("metrics", func(ctx context.Context) error { return serveHTTP(ctx, l, a.ops.private(), a.bounded()) })
	}
	if a.cfg.AdminSocket != "" {
		part("admin socket", func(ctx context.Context) error { return admin.Serve(ctx, a.cfg.AdminSocket, a.adminOps()) })
	}
	for _, c := range a.cfg.Channels {
		if c.Kind == bot.Telegram && c.Polling {
			part("polling "+string(c.Name), a.alone("polling."+string(c.Name), func(ctx context.Context) error { return a.poll(ctx, c.Name) }))
		}
	}
	part("setup", a.setup)
	if a.replica != nil {
		part("beside", a.beside)
	}
	if a.replica != nil {
		part("key", a.ops.followKey)
	}
	if a.rules != nil {
		part("programme", a.rules.watch)
	}
	part("sweeps", a.alone("sweeps", a.sweeps))
	if !a.byHand {
		part("schedule", a.schedule.Run)
		part("segments", a.alone("segments", a.segments))
		part("alarms", a.alone("alarms", a.alarms))
		part("campaigns", a.alone("campaigns", a.campaigns.Run))
		part("hooks", a.alone("hooks", a.hooks.Run))
	}
	part("look through", a.lookThrough)
	part("backups", a.alone("backups", a.backups))

	var failed error
	select {
	case <-ctx.Done():
		if cause := context.Cause(ctx); !errors.Is(cause, context.Canceled) {
			failed = cause
		}
	case err := <-said:
		failed = fmt.Errorf("outbox: %w", err)
		said <- nil
	}
	stop(nil)
	all.Wait()
	hush()
	if err := <-said; err != nil && failed == nil {
		failed = err
	}
	return failed
}

// serveHTTP answers on l until ctx ends, then lets requests in hand finish. Who
// sends or reads slowly is hung up on.
func serveHTTP(ctx context.Context, l net.Listener, h http.Handler, open *openConns) error {
	s := &http.Server{
		ConnState: open.state,
		Handler:   h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second,
		WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 32 << 10,
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
	}
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainWithin)
	defer cancel()
	if err := s.Shutdown(late); err != nil {
		return errors.Join(err, s.Close())
	}
	return nil
}

// poll asks Telegram for updates, for a shop without a public address.
func (a *app) poll(ctx context.Context, name bot.ChannelName) error {
	ch, ok := a.adapters[name].(*telegram.Channel)
	if !ok {
		return fmt.Errorf("channel %s is not a Telegram one", name)
	}
	err := ch.Poll(ctx, func(ctx context.Context, events []bot.Event) error {
		a.heard[name].last.Store(a.clock.Now().UnixNano())
		return a.bot.Handle(ctx, events)
	})
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// lookThroughUpTo is the largest file that is looked through at start, in bytes.
// Looking holds one View, and while it lasts no freed page can be used again:
// a large file is for `regulars verify`, at a quiet hour.
const lookThroughUpTo = 512 << 20

// lookThrough reads the whole store once, beside everything else: pages of a
// bbolt file have no checksums of their own, so damage is found by looking. The
// shop goes on meanwhile; what is found is for the operator at once.
func (a *app) lookThrough(ctx context.Context) error {
	check := a.desk().Check
	if file, err := os.Stat(a.cfg.Data); check == nil || err != nil || file.Size() > lookThroughUpTo {
		return nil
	}
	if err := check(ctx, nil); err != nil && ctx.Err() == nil {
		a.log.Error("the store is damaged: stop the program, copy the file away, and restore the newest backup that `regulars verify` finds whole", "error", err)
	}
	return nil
}

// sweeps deletes, at the start and each hour, what was kept long enough.
func (a *app) sweeps(ctx context.Context) error {
	for {
		now := a.clock.Now()
		all := map[string]func(context.Context, store.DB, time.Time) (int, error){
			"events": bot.Sweep, "people": people.Sweep, "operations": book.SweepOps, "staff days": book.SweepStaffDays,
			"approvals": staff.Sweep, "counter": counter.Sweep, "api": api.Sweep, "vouchers": a.shop.Club.Vouchers.Sweep, "referrals": referral.Sweep, "offers": offer.Sweep,
			"receipts": a.shop.Slips().Sweep, "touches": reach.Sweep, "surveys": survey.Sweep, "play": chance.Sweep, "missions": mission.Sweep, "gatherings": event.Sweep, "households": household.Sweep, "voices": voice.Sweep, "rooms": a.shop.Rooms.Sweep, "claims": schedule.Sweep, "campaigns": a.campaigns.Sweep, "joins": shop.SweepJoins, "looks": shop.SweepLooks,
			"console": console.Sweep, "heard": sweepHeard, "hooks": a.hooks.Sweep,
			"figures": a.shop.Rollups.Sweep, "findings": fraud.Sweep,
		}
		for _, what := range slices.Sorted(maps.Keys(all)) {
			if n, err := all[what](ctx, a.db, now); err != nil && ctx.Err() == nil {
				a.log.Warn("a sweep failed; it is tried again in an hour", "what", what, "error", err)
			} else if n > 0 {
				a.log.Debug("swept", "what", what, "rows", n)
			}
		}
		now = a.clock.Now()
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(sweepTimes.Next(now).Sub(now)):
		}
	}
}

// sweepTimes is a quarter past each hour: not when everybody's jobs run.
var sweepTimes = must(cron.ParseStandard("17 * * * *"))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// desk is what the command line may ask of a running program.
func (a *app) desk() admin.Desk {
	d := admin.Desk{DB: a.db, Shop: a.shop, Bot: a.bot, Outbox: a.outbox, Files: a.files, Backups: a.backupPlan(), Schedule: a.schedule, Campaigns: a.campaigns, Hooks: a.hooks}
	if a.rules != nil {
		d.History = a.rules.History
	}
	if c, ok := a.db.(interface {
		Check(context.Context, func(done, total uint64)) error
	}); ok {
		d.Check = c.Check
	}
	return d
}

// listen opens the public address: with a domain, port 443 with a certificate
// of its own (and 80 for the certificate's challenge and for redirects), else
// the configured address in the clear, for a proxy or a tunnel.
func listen(ctx context.Context, cfg *Config, log *slog.Logger) (net.Listener, error) {
	if cfg.Domain == "" {
		l, err := net.Listen("tcp", cfg.Listen)
		if err != nil {
			return nil, fmt.Errorf("cannot listen on %s: %w; is it in use, or not this machine's? Change listen in the configuration", cfg.Listen, err)
		}
		return l, nil
	}
	m := &autocert.Manager{
		Prompt: autocert.AcceptTOS, HostPolicy: autocert.HostWhitelist(cfg.Domain), Cache: autocert.DirCache(cfg.CertDir),
	}
	plain, err := net.Listen("tcp", ":80")
	if err != nil {
		return nil, fmt.Errorf("cannot listen on port 80, which proves that %s is ours: %w; run with the right to use it (setcap cap_net_bind_service=+ep), or unset domain and put a proxy in front", cfg.Domain, err)
	}
	open := &openConns{shares: shares{most: mostConns, each: mostConnsOf}, near: isNear}
	go func() {
		if err := serveHTTP(ctx, plain, m.HTTPHandler(nil), open); err != nil && ctx.Err() == nil {
			log.Warn("port 80 is no longer answered; the certificate cannot be renewed until a restart", "error", err)
		}
	}()
	return m.Listener(), nil
}
