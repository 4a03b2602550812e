package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"maps"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/handlers/alarm"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/store"
)

// alarmEvery is how often everything that owners must hear of is looked at.
const alarmEvery = 10 * time.Minute

// hearing is what came in on a channel.
type hearing struct {
	last    atomic.Int64 // Unix nanoseconds; 0: nothing yet
	refused atomic.Int64 // deliveries whose signature did not fit, ever
}

// watch looks for what owners must hear of, and tells them. One goroutine uses
// it.
type watch struct {
	a       *app
	since   time.Time                   // listening began then
	lately  time.Time                   // the last look
	refused map[bot.ChannelName][]int64 // what heard counted at the looks of the last hour
	asked   []connection                // of this look
	connect func(ctx context.Context, host string) (*x509.Certificate, error)
}

func (a *app) newWatch() *watch {
	return &watch{a: a, since: a.clock.Now(), refused: map[bot.ChannelName][]int64{}, connect: certificateOf}
}

// alarms looks at everything every ten minutes, until ctx ends.
func (a *app) alarms(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-a.settled: // what setup is about to mend is no trouble
	}
	w := a.newWatch()
	for {
		if err := w.look(ctx); err != nil && ctx.Err() == nil {
			a.log.Warn("owners could not be told of what needs them; it is tried again in ten minutes", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(alarmEvery):
		}
	}
}

// troublesOf looks at one kind of trouble; ok says that it could be looked at.
type troublesOf func(ctx context.Context) (found []alarm.Trouble, ok bool)

// looks are the kinds of trouble that there can be.
func (w *watch) looks() map[alarm.Kind]troublesOf {
	all := map[alarm.Kind]troublesOf{
		alarm.Quota: w.quota, alarm.Webhook: w.webhooks, alarm.Token: w.tokens, alarm.Certificate: w.certificate,
		alarm.Disk: w.disk, alarm.Backup: w.copies, alarm.Dead: w.dead, alarm.Giving: w.giving,
		alarm.Jobs: w.jobs, alarm.Campaigns: w.campaigns, alarm.Till: w.tills, alarm.Hooks: w.connections,
	}
	if w.a.invented {
		// This machine is not the café's, and nobody is to be asked for its address.
		for _, kind := range []alarm.Kind{alarm.Certificate, alarm.Disk, alarm.Backup} {
			delete(all, kind)
		}
	}
	return all
}

// look looks once at everything and tells owners.
func (w *watch) look(ctx context.Context) error {
	now := w.a.clock.Now()
	// After sleep, or when the clock was moved, nobody knows what was missed.
	if !w.lately.IsZero() && (now.Sub(w.lately) > 3*alarmEvery || now.Before(w.lately)) {
		w.since = now
	}
	w.lately, w.asked = now, nil
	var looked []alarm.Kind
	var found []alarm.Trouble
	looks := w.looks()
	for _, kind := range slices.Sorted(maps.Keys(looks)) {
		look := looks[kind]
		some, ok := look(ctx)
		if ok {
			looked = append(looked, kind)
		}
		found = append(found, some...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	_, err := w.a.owners().Report(ctx, looked, found)
	return err
}

// owners is where troubles are reported.
func (a *app) owners() alarm.Desk { return alarm.Desk{DB: a.db, Shop: a.shop, Outbox: a.outbox} }

// askWithin bounds a question to a platform.
const askWithin = 20 * time.Second

// quotaAlarm is the share of a month's paid messages, in per cent, from which
// on owners hear of it.
const quotaAlarm = 80

// quota asks LINE how much of the month's paid messages is left.
func (w *watch) quota(ctx context.Context) (found []alarm.Trouble, ok bool) {
	ok = true
	for _, ch := range w.a.lines {
		ctx, stop := context.WithTimeout(ctx, askWithin)
		limit, used, unlimited, err := ch.Quota(ctx)
		stop()
		if err != nil {
			ok = false
			continue
		}
		if unlimited || limit <= 0 || used*100 < limit*quotaAlarm {
			continue
		}
		key := i18n.AlarmQuota
		what := "most"
		if used >= limit {
			key, what = i18n.AlarmQuotaGone, "all"
		}
		found = append(found, alarm.Trouble{
			Kind: alarm.Quota, About: string(ch.Channel()) + "." + what, Channel: ch.Channel(), Again: 7 * 24 * time.Hour,
			Text: i18n.T(key, "Channel", w.a.shop.Label(ch.Channel()), "Used", i18n.Number(used), "Limit", i18n.Number(limit), "Percent", i18n.Number(min(100, used*100/limit))),
		})
	}
	own, err := w.ownLimits(ctx)
	return append(found, own...), ok && err == nil
}

const (
	// refusedMost is from how many forged deliveries on it is a trouble: anybody
	// may send some.
	refusedMost = 5
	// refusedAlone is for how long nothing else came in.
	refusedAlone = 50 * time.Minute
	// lastHour is how many looks a trouble that happens in moments is remembered:
	// longer than owners may have to wait for the next letter.
	lastHour = 7
)

// refusals is how many deliveries were refused within the last hour, where sum
// is how many ever were.
func (w *watch) refusals(name bot.ChannelName, sum int64) int64 {
	before := append(w.refused[name], sum)
	w.refused[name] = before[max(0, len(before)-lastHour-1):]
	if len(before) == 1 {
		return sum
	}
	return sum - w.refused[name][0]
}

// webhooks asks whether what people say comes in.
func (w *watch) webhooks(ctx context.Context) (found []alarm.Trouble, ok bool) {
	ok = true
	for _, c := range w.a.shop.Channels {
		say := func(what string, key i18n.Key, args ...any) {
			args = append(args, "Channel", w.a.shop.Label(c.Name))
			found = append(found, alarm.Trouble{Kind: alarm.Webhook, About: string(c.Name) + "." + what, Channel: c.Name, Text: i18n.T(key, args...)})
		}
		last, refused, err := w.a.heardOn(ctx, c.Name)
		if err != nil {
			ok = false
			continue
		}
		since := w.since
		if last.After(since) {
			since = last
		}
		unusual, err := w.a.owners().Silent(ctx, c.Name, since)
		if err != nil {
			ok = false
		} else if unusual {
			say("silent", i18n.AlarmSilent, "Hours", i18n.Number(int64(w.a.clock.Now().Sub(since).Hours())))
		}
		// Where the secret is wrong nothing else comes in; beside what does, forgeries
		// are nobody's trouble, and no way to have owners pushed.
		n, quiet := w.refusals(c.Name, refused), w.a.clock.Now().Sub(since)
		if n >= refusedMost && quiet >= refusedAlone {
			say("refused", i18n.AlarmRefused, "Number", i18n.Number(n))
		}
	}
	for _, h := range w.health(ctx) {
		if h.err != nil || h.refused {
			ok = ok && h.err == nil
			continue
		}
		if h.webhook == "" && w.a.polls(h.channel) {
			continue
		}
		say := func(what string, key i18n.Key, args ...any) {
			args = append(args, "Channel", w.a.shop.Label(h.channel))
			found = append(found, alarm.Trouble{Kind: alarm.Webhook, About: string(h.channel) + "." + what, Channel: h.channel, Text: i18n.T(key, args...)})
		}
		if w.a.cfg.PublicURL != "" && h.webhook != w.a.webhookURL(h.channel) {
			say("elsewhere", i18n.AlarmElsewhere)
		}
		if h.off {
			say("off", i18n.AlarmOff)
		}
		if now := w.a.clock.Now(); h.failed != "" && h.at.After(w.since) && now.Sub(h.at) < lastHour*alarmEvery {
			say("failing", i18n.AlarmFailing, "Platform", h.platform, "Why", h.failed)
		}
	}
	return found, ok
}

// connection is what a platform tells of how a channel is connected.
type connection struct {
	channel  bot.ChannelName
	platform string
	refused  bool      // our token
	ends     time.Time // our token does; zero: no end in sight
	webhook  string    // "" for none
	off      bool      // its switch
	failed   string    // why a delivery failed last, at
	at       time.Time
	err      error // it could not be asked
}

// health asks the platforms how our channels are connected, once a look.
func (w *watch) health(ctx context.Context) []connection {
	if w.asked != nil {
		return w.asked
	}
	for _, ch := range w.a.lines {
		ctx, stop := context.WithTimeout(ctx, askWithin)
		h, err := ch.Health(ctx)
		stop()
		w.asked = append(w.asked, connection{channel: ch.Channel(), platform: "LINE", refused: h.Refused, ends: h.TokenEnds, webhook: h.Webhook, off: !h.On, err: err})
	}
	for _, ch := range w.a.bots {
		ctx, stop := context.WithTimeout(ctx, askWithin)
		h, err := ch.Health(ctx)
		stop()
		w.asked = append(w.asked, connection{channel: ch.Channel(), platform: "Telegram", refused: h.Refused, webhook: h.Webhook, failed: h.Error, at: h.At, err: err})
	}
	return w.asked
}

// tokenSoon is how long before a token's end owners hear of it.
const tokenSoon = 7 * 24 * time.Hour

// tokens asks the platforms whether they accept us.
func (w *watch) tokens(ctx context.Context) (found []alarm.Trouble, ok bool) {
	ok = true
	for _, h := range w.health(ctx) {
		ok = ok && h.err == nil
		label := w.a.shop.Label(h.channel)
		switch {
		case h.refused:
			found = append(found, alarm.Trouble{Kind: alarm.Token, About: string(h.channel), Channel: h.channel,
				Text: i18n.T(i18n.AlarmToken, "Channel", label, "Platform", h.platform)})
		case !h.ends.IsZero() && h.ends.Sub(w.a.clock.Now()) < tokenSoon:
			found = append(found, alarm.Trouble{Kind: alarm.Token, About: string(h.channel) + ".ends", Channel: h.channel,
				Text: i18n.T(i18n.AlarmTokenEnds, "Channel", label, "Date", w.a.shop.Local(h.ends))})
		}
	}
	return found, ok
}

// certificateSoon is how long before a certificate's end owners hear of it.
// Certificates of 90 days are renewed 30 days before their end; half of that
// has gone by then.
const certificateSoon = 14 * 24 * time.Hour

// certificate looks at what the public address shows to the world.
func (w *watch) certificate(ctx context.Context) (found []alarm.Trouble, ok bool) {
	u, err := url.Parse(w.a.cfg.PublicURL)
	if err != nil || u.Scheme != "https" {
		return nil, true
	}
	host := u.Host
	if u.Port() == "" {
		host = net.JoinHostPort(u.Hostname(), "443")
	}
	ctx, stop := context.WithTimeout(ctx, askWithin)
	defer stop()
	leaf, err := w.connect(ctx, host)
	var invalid *tls.CertificateVerificationError
	say := func(key i18n.Key, args ...any) []alarm.Trouble {
		return []alarm.Trouble{{Kind: alarm.Certificate, About: "public", Text: i18n.T(key, append(args, "Host", u.Hostname())...)}}
	}
	switch {
	case errors.As(err, &invalid):
		return say(i18n.AlarmCertificateOver), true
	case err != nil:
		return nil, false // many networks cannot reach themselves by their public name
	case leaf.NotAfter.Sub(w.a.clock.Now()) < certificateSoon:
		return say(i18n.AlarmCertificate, "Date", w.a.shop.Local(leaf.NotAfter)), true
	}
	return nil, true
}

// certificateOf is the certificate that a host shows, if it is valid.
func certificateOf(ctx context.Context, host string) (*x509.Certificate, error) {
	d := tls.Dialer{NetDialer: &net.Dialer{Timeout: 10 * time.Second}, Config: &tls.Config{MinVersion: tls.VersionTLS12}}
	c, err := d.DialContext(ctx, "tcp", host)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	return c.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

// disk asks for room to go on, and for a copy of the store.
func (w *watch) disk(context.Context) (found []alarm.Trouble, ok bool) {
	if w.a.cfg.Data == "" || onServer(w.a.cfg.Data) { // a server has a disk of its own
		return nil, false
	}
	free, err := freeDisk(filepath.Dir(w.a.cfg.Data))
	if err != nil {
		return nil, false
	}
	want := uint64(least)
	if info, err := os.Stat(w.a.cfg.Data); err == nil {
		want = max(want, uint64(info.Size()))
	}
	if free >= want {
		return nil, true
	}
	return []alarm.Trouble{{Kind: alarm.Disk, About: "data", Text: i18n.T(i18n.AlarmDisk, "Free", i18n.Number(int64(free>>20)))}}, true
}

// dead counts letters that wait for somebody to decide.
func (w *watch) dead(ctx context.Context) (found []alarm.Trouble, ok bool) {
	n, err := w.a.desk().DeadLetters(ctx)
	if err != nil {
		return nil, false
	}
	if n == 0 {
		return nil, true
	}
	return []alarm.Trouble{{Kind: alarm.Dead, About: "letters", Text: i18n.T(i18n.AlarmDead, "Number", i18n.Number(int64(n)))}}, true
}

// giving looks at what employees gave today.
func (w *watch) giving(ctx context.Context) (found []alarm.Trouble, ok bool) {
	found, err := w.a.owners().Giving(ctx)
	return found, err == nil
}

const (
	// backupSlack is how much later than planned a backup may come.
	backupSlack = 2 * time.Hour
	// backupByHand is how long a shop that makes its backups by hand may take.
	backupByHand = 8 * 24 * time.Hour
	// backupFirst is how long a new shop may be without one.
	backupFirst = 24 * time.Hour
)

// backup looks when the last whole backup was made.
func (w *watch) backup(ctx context.Context) (found []alarm.Trouble, ok bool) {
	if onServer(w.a.cfg.Data) {
		return nil, true // its backups are made by others, and not heard of here
	}
	var known shop.Backups
	begun := w.since
	err := w.a.db.View(ctx, func(r store.Reader) (err error) {
		if known, err = shop.BackupsOf(r); err != nil {
			return err
		}
		begun, err = w.begun(r)
		return err
	})
	if err != nil {
		return nil, false
	}
	late, again := backupByHand, 7*24*time.Hour
	if w.a.cfg.BackupDir != "" {
		late, again = 2*w.a.cfg.BackupEvery+backupSlack, 24*time.Hour
	}
	now := w.a.clock.Now()
	say := func(key i18n.Key, args ...any) []alarm.Trouble {
		return []alarm.Trouble{{Kind: alarm.Backup, About: "store", Again: again, Text: i18n.T(key, args...)}}
	}
	switch {
	case known.Good.IsZero() && (now.Sub(begun) < backupFirst || now.Sub(w.since) < backupSlack):
		return nil, true
	case known.Good.IsZero():
		return say(i18n.AlarmBackupNever), true
	case now.Sub(known.Good) > late:
		return say(i18n.AlarmBackup, "Date", w.a.shop.Local(known.Good)), true
	}
	return nil, true
}

// begun is since when there has been a shop: a machine that is switched off each
// night has never run for a day.
func (w *watch) begun(r store.Reader) (time.Time, error) {
	all, err := w.a.shop.Vault.AllStaff(r)
	first := w.since
	for _, s := range all {
		if s.EnrolledAt.Before(first) {
			first = s.EnrolledAt
		}
	}
	return first, err
}
