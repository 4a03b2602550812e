package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/handlers/alarm"
	"regulars/handlers/campaign"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/bolt"
)

// enrols makes somebody on Telegram an employee.
func (l *lab) enrols(name, lang string, role loyalty.Role) *sim.TelegramPerson {
	l.t.Helper()
	x := l.telegram.Person(name, lang)
	code, err := invited(l.t.Context(), l.app.app, role)
	l.try(err)
	x.Say("/staff " + code)
	l.hears(x, 1)
	l.passes(time.Minute)
	l.hears(x, 0)
	return x
}

// looks looks at everything once and gives what somebody hears of it.
func (l *lab) looks(w *watch, x sim.Person, letters int) string {
	l.t.Helper()
	l.try(w.look(l.t.Context()))
	l.passes(2 * time.Second)
	all := l.hears(x, letters)
	if len(all) != letters {
		l.t.Errorf("%s heard %d letters, want %d: %q", x.Name(), len(all), letters, all)
	}
	return strings.Join(all, "\n")
}

// What needs an owner is told to the owner, at most hourly, by a way that works,
// and that it is over costs nothing.
func TestOwnersHearWhatNeedsThem(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	olga, max := l.enrols("Olga", "en", people.Owner), l.enrols("Max", "en", people.Manager)
	w := l.app.app.newWatch()
	l.looks(w, olga, 0)

	l.line.SetWebhookActive(false)
	if got := l.looks(w, olga, 1); !strings.Contains(got, "The shop needs you") || !strings.Contains(got, "LINE: the webhook is switched off") {
		t.Errorf("the owner heard %q", got)
	}
	for range 6 { // forged deliveries, as after the channel's secret was changed
		res, err := http.Post(l.app.url+"/webhook/main", "application/json", strings.NewReader(`{"events":[]}`))
		l.try(err)
		res.Body.Close()
	}
	for range 5 {
		l.passes(alarmEvery)
		l.looks(w, olga, 0) // within the hour nothing more is said
	}
	l.passes(alarmEvery)
	got := l.looks(w, olga, 1)
	if !strings.Contains(got, "6 deliveries were turned away") || strings.Contains(got, "switched off") {
		t.Errorf("after an hour the owner heard %q", got)
	}
	l.line.SetWebhookActive(true)
	for range 7 {
		l.passes(alarmEvery)
		l.try(w.look(t.Context()))
	}
	if got := strings.Join(l.hears(olga, 1), "\n"); !strings.Contains(got, "Good news") || strings.Count(got, "Messages come in again.") != 1 {
		t.Errorf("when it was over the owner heard %q", got)
	}
	if heard := l.hears(max, 0); len(heard) > 0 {
		t.Errorf("the manager heard %q although there is an owner", heard)
	}
}

// A trouble from before anybody could be told of it is told to whoever comes,
// and nothing is said to be well again while it got worse.
func TestOwnersHearOfWhatStands(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	desk := l.app.app.owners()
	report := func(about string, key i18n.Key) bool {
		t.Helper()
		var found []alarm.Trouble
		if about != "" {
			found = []alarm.Trouble{{Kind: alarm.Quota, About: about, Text: i18n.T(key, "Channel", "LINE", "Used", "9", "Limit", "10", "Percent", "90"), Again: 7 * 24 * time.Hour}}
		}
		spoke, err := desk.Report(t.Context(), []alarm.Kind{alarm.Quota}, found)
		l.try(err)
		l.passes(2 * time.Second)
		return spoke
	}
	if report("main.most", i18n.AlarmQuota) {
		t.Error("somebody was told, where there is no owner")
	}
	olga := l.enrols("Olga", "en", people.Owner)
	if !report("main.most", i18n.AlarmQuota) || len(l.hears(olga, 1)) != 1 {
		t.Error("the owner came, and heard nothing")
	}
	l.passes(2 * time.Hour)
	l.hears(olga, 0)
	if got := strings.Join(l.hearsOf(olga, func() { report("main.all", i18n.AlarmQuotaGone) }), "\n"); !strings.Contains(got, "used up") || strings.Contains(got, "well again") {
		t.Errorf("it got worse, and the owner heard %q", got)
	}
	l.passes(2 * time.Hour)
	l.hears(olga, 0)
	if got := strings.Join(l.hearsOf(olga, func() { report("", "") }), "\n"); strings.Count(got, "well again") != 1 {
		t.Errorf("it is over, and the owner heard %q", got)
	}
}

// hearsOf is the one letter that somebody hears of what is done.
func (l *lab) hearsOf(x sim.Person, do func()) []string {
	l.t.Helper()
	do()
	return l.hears(x, 1)
}

// An owner asks about an employee who gives to one card all day.
func TestOwnersHearOfUnusualGiving(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	w := l.app.app.newWatch()
	for i := range 6 {
		l.looks(w, olga, 0)
		l.sam.Say("/sale 0912345678 " + []string{"100", "110", "120", "130", "140", "150"}[i])
		l.hears(l.sam, 1)
	}
	if got := l.looks(w, olga, 1); !strings.Contains(got, "Sam recorded 6 sales today on one customer's card (Ann)") {
		t.Errorf("the owner heard %q", got)
	}
}

// A month's paid messages that run out, a token that is refused, letters that
// wait and a certificate that ends are told as well.
func TestOwnersHearOfQuotaTokenAndCertificate(t *testing.T) {
	t.Parallel()
	l := newWorld(t, nil)
	l.line = l.world.LineChannel(sim.LineConfig{ID: "1650000099", Secret: labLineSecret, Token: "another-token", BasicID: "@less", Quota: 5})
	c := &l.cfg.Channels[0]
	c.ChannelID, c.ChannelToken, c.BasicID = "1650000099", "another-token", "@less"
	l.start(bolt.Options{})
	l.staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	w := l.app.app.newWatch()
	l.cfg.PublicURL = "https://cafe.example" // for the certificate's look alone
	ends := l.world.Clock.Now().Add(5 * 24 * time.Hour)
	w.connect = func(context.Context, string) (*x509.Certificate, error) {
		return &x509.Certificate{NotAfter: ends}, nil
	}
	got := l.looks(w, olga, 1)
	if !strings.Contains(got, "The certificate of cafe.example ends on") {
		t.Errorf("the owner heard %q", got)
	}
	w.connect = func(context.Context, string) (*x509.Certificate, error) {
		return nil, &tls.CertificateVerificationError{Err: errors.New("expired")}
	}
	if found, ok := w.certificate(t.Context()); !ok || len(found) != 1 {
		t.Errorf("an invalid certificate: %v, %v", found, ok)
	}
	w.connect = func(context.Context, string) (*x509.Certificate, error) { return nil, errors.New("no route") }
	if found, ok := w.certificate(t.Context()); ok || len(found) != 0 {
		t.Errorf("an address that cannot be reached from here says nothing: %v, %v", found, ok)
	}
}

// A token that LINE no longer takes, or not for long, is told on the other
// platform.
func TestOwnersHearOfTokens(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil).staffed()
	olga := l.enrols("Olga", "en", people.Owner)
	w := l.app.app.newWatch()
	l.looks(w, olga, 0)
	w.asked = []connection{{channel: "main", platform: "LINE", ends: l.world.Clock.Now().Add(3 * 24 * time.Hour)}}
	found, ok := w.tokens(t.Context())
	if !ok || len(found) != 1 || !strings.Contains(i18n.For(i18n.En).Print(found[0].Text), "LINE: the access token ends on") {
		t.Errorf("of a token that ends: %v, %v", found, ok)
	}
	res, err := http.PostForm(l.world.LineAPI()+"/v2/oauth/revoke", url.Values{"access_token": {labLineToken}})
	l.try(err)
	res.Body.Close()
	if got := l.looks(w, olga, 1); !strings.Contains(got, "LINE: LINE refuses our access token") {
		t.Errorf("the owner heard %q", got)
	}
}

// A machine that is switched off each night is told of as well that it never
// made a backup.
func TestOwnersHearOfNoBackupByDay(t *testing.T) {
	l := newLab(t, bolt.Options{}, nil).staffed()
	l.world.Clock.Advance(25 * time.Hour)
	w := l.app.app.newWatch() // as after a start
	for _, want := range []int{0, 1} {
		if found, ok := w.backup(t.Context()); !ok || len(found) != want {
			t.Errorf("%s after the start: %v, %v", l.world.Clock.Now().Sub(w.since), found, ok)
		}
		l.world.Clock.Advance(3 * time.Hour)
	}
}

// A backup that did not come is told; so is a shop that never made one, after
// its first day.
func TestOwnersHearOfBackups(t *testing.T) {
	l := newLab(t, bolt.Options{}, func(c *Config) { c.BackupDir, c.BackupEvery = t.TempDir(), 24*time.Hour })
	w := l.app.app.newWatch()
	looks := func() string {
		t.Helper()
		found, ok := w.backup(t.Context())
		if !ok {
			t.Fatal("it could not be looked")
		}
		if len(found) == 0 {
			return ""
		}
		return i18n.For(i18n.En).Print(found[0].Text)
	}
	if got := looks(); got != "" {
		t.Errorf("a new shop is told %q", got)
	}
	l.world.Clock.Advance(25 * time.Hour)
	if got := looks(); !strings.Contains(got, "no backup yet") {
		t.Errorf("after a day: %q", got)
	}
	good := shop.Backups{Good: l.world.Clock.Now(), File: "one"}
	l.try(l.app.app.db.Update(t.Context(), func(tx store.Tx) error { return shop.NoteBackup(tx, good) }))
	l.world.Clock.Advance(49 * time.Hour)
	if got := looks(); got != "" {
		t.Errorf("one late by an hour: %q", got)
	}
	l.world.Clock.Advance(2 * time.Hour)
	if got := looks(); !strings.Contains(got, "The last good backup is from") {
		t.Errorf("two days without: %q", got)
	}
}

// An owner hears of a campaign that paused by itself, and of none that somebody
// paused.
func TestOwnersHearOfAPausedCampaign(t *testing.T) {
	t.Parallel()
	l := newsLab(t)
	olga := l.enrols("Olga", "en", people.Owner)
	w := l.app.app.newWatch()
	out := l.op("campaign-send", map[string]string{"file": "x.toml", "text": "name = \"Spring\"\nsegment = \"everyone\"\nentitled = true\n[when]\nat = \"" +
		l.app.app.shop.Local(l.world.Clock.Now().Add(48*time.Hour)).Format(campaign.Layout) + "\"\n[text.en.a]\ntext = \"Spring is here.\"\n"})
	_, id, _ := strings.Cut(out, "campaign ")
	id, _, _ = strings.Cut(id, " ")
	l.op("campaign-pause", map[string]string{"id": id})
	l.looks(w, olga, 0)
	l.op("campaign-resume", map[string]string{"id": id})
	l.try(campaign.Hold(t.Context(), l.app.app.db, l.world.Clock.Now())) // as a restore does
	if got := l.looks(w, olga, 1); !strings.Contains(got, "“Spring” has paused by itself") {
		t.Errorf("the owner heard %q", got)
	}
	l.op("campaign-resume", map[string]string{"id": id})
	l.passes(2 * time.Hour)
	if got := l.looks(w, olga, 1); !strings.Contains(got, "No campaign waits") {
		t.Errorf("it goes on, and the owner heard %q", got)
	}
}
