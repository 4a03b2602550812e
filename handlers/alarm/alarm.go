// Package alarm tells a shop's owners in chat what needs them: nobody there
// reads logs. It decides when to speak, and to whom; what is wrong is found by
// who looks (cmd/regulars for platforms and the machine, [Desk.Giving] here for
// what employees give).
//
// Owners hear at most hourly: what comes up in between is told together when the
// hour is over. A trouble that stays is told again after its own while, and that
// it is over is told with the next letter, which costs nothing.
//
// # Rows
//
//	alarm/<kind>/<about>  a trouble that stands, or is over and not yet told; until it is
//	alarm-told/owners     when owners were last spoken to; for ever
//	alarm-pulse/<channel> a channel's longest silences of the last days; seven at most
package alarm

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Kind is what sort of trouble it is.
type Kind string

// The kinds.
const (
	Quota       Kind = "quota"       // paid messages of the month run out
	Webhook     Kind = "webhook"     // silent, failing or refused
	Token       Kind = "token"       // a platform refuses us, or will soon
	Certificate Kind = "certificate" // of the public address
	Disk        Kind = "disk"
	Backup      Kind = "backup"
	Dead        Kind = "dead" // letters that could not be handled or delivered
	Giving      Kind = "giving"
	Jobs        Kind = "jobs"      // what the schedule does has failed for long
	Campaigns   Kind = "campaigns" // one has stopped by itself, and nobody may be looking
	Till        Kind = "till"      // a till's program sends what cannot be right
	Hooks       Kind = "hooks"     // a program of the shop's is not told what happens
)

// Trouble is one thing that needs an owner.
type Trouble struct {
	Kind  Kind
	About string // tells two of a kind apart: a channel, an employee and a day; no slash
	Text  i18n.Text
	// Channel is a channel that cannot be relied on to tell of it; "" for none.
	Channel bot.ChannelName
	// Again is after how long it is told once more while it stands; zero: daily.
	Again time.Duration
}

const (
	// apart is the least time between two letters to owners.
	apart = time.Hour
	daily = 24 * time.Hour
)

// row is a trouble that was seen.
type row struct {
	Since time.Time `json:"since"`
	Told  time.Time `json:"told,omitzero"`
	Over  time.Time `json:"over,omitzero"` // it was told and is gone; to be said
}

// told is when owners were last spoken to.
type told struct {
	At time.Time `json:"at"`
}

var (
	troubles = store.NewTable[row]("alarm/", store.Locked, func([]byte) store.Subject { return subject })
	lastTold = store.NewTable[told]("alarm-told/", store.Locked, func([]byte) store.Subject { return subject })
)

const subject store.Subject = "alarm/all"

// Desk is where troubles are reported.
type Desk struct {
	DB     store.DB
	Shop   *shop.Shop
	Outbox bot.Outbox
}

// Report takes what a look found: of every kind in looked, the troubles that
// stand now are in found, and no others do. A kind that could not be looked at
// is left out of looked, and stays as it was. It reports whether owners were
// told something.
func (d Desk) Report(ctx context.Context, looked []Kind, found []Trouble) (spoke bool, err error) {
	err = d.DB.Update(ctx, func(tx store.Tx) (err error) {
		spoke, err = d.report(tx, d.Shop.Clock.Now(), looked, found)
		return err
	})
	if spoke && err == nil {
		d.Outbox.Nudge(bot.Intent{})
	}
	return spoke && err == nil, err
}

func (d Desk) report(tx store.Tx, now time.Time, looked []Kind, found []Trouble) (bool, error) {
	if err := tx.Lock(subject); err != nil {
		return false, err
	}
	over, err := d.settle(tx, now, looked, found)
	if err != nil {
		return false, err
	}
	due, err := d.due(tx, now, found)
	if err != nil || len(due)+len(over) == 0 {
		return false, err
	}
	last, _, err := lastTold.Get(tx, "owners")
	if err != nil {
		return false, err
	}
	// A clock that was set back must not silence anybody.
	if since := now.Sub(last.At); since >= 0 && since < apart {
		return false, nil
	}
	owners, err := d.owners(tx)
	if err != nil {
		return false, err
	}
	spoke := false
	for _, s := range owners {
		heard, err := d.tell(tx, s, now, due, over)
		if err != nil {
			return false, err
		}
		spoke = spoke || heard
	}
	if !spoke { // nobody was there to hear it: it waits for who comes
		return false, nil
	}
	if err := d.mark(tx, now, due, over); err != nil {
		return false, err
	}
	return true, lastTold.Put(tx, told{now.UTC()}, "owners")
}

// settle writes down what is new and what is gone, and gives what is gone and
// was told. What went before anybody heard of it is forgotten, and so is what is
// never over, such as what somebody gave on a day. Nothing is said to be over
// while another trouble of its kind stands.
func (d Desk) settle(tx store.Tx, now time.Time, looked []Kind, found []Trouble) (over []string, err error) {
	stands, kinds := map[string]bool{}, map[Kind]bool{}
	for _, t := range found {
		key := t.key()
		stands[key], kinds[t.Kind] = true, true
		r, known, err := troubles.Get(tx, string(t.Kind), t.About)
		if err != nil {
			return nil, err
		}
		if known && r.Over.IsZero() {
			continue
		}
		if !known {
			r.Since = now.UTC()
		}
		r.Over = time.Time{} // back before it was said to be over
		if err := troubles.Put(tx, r, string(t.Kind), t.About); err != nil {
			return nil, err
		}
	}
	var gone []string
	var scan error
	rows := map[string]row{}
	for key, r := range troubles.Scan(tx, troubles.All(), &scan) {
		kind, _, _ := strings.Cut(key, "/")
		if !stands[key] && (!r.Over.IsZero() || slices.Contains(looked, Kind(kind))) {
			gone, rows[key] = append(gone, key), r
		}
	}
	if scan != nil {
		return nil, scan
	}
	for _, key := range gone {
		r := rows[key]
		kind, about, _ := strings.Cut(key, "/")
		if _, said := overWords[Kind(kind)]; r.Told.IsZero() || !said {
			if err := troubles.Delete(tx, kind, about); err != nil {
				return nil, err
			}
			continue
		}
		if !kinds[Kind(kind)] {
			over = append(over, key)
		}
		if r.Over.IsZero() {
			r.Over = now.UTC()
			if err := troubles.Put(tx, r, kind, about); err != nil {
				return nil, err
			}
		}
	}
	return over, nil
}

func (t Trouble) key() string { return string(t.Kind) + "/" + t.About }

// due are the troubles to tell now: new ones, and old ones whose while is over.
func (d Desk) due(r store.Reader, now time.Time, found []Trouble) (due []Trouble, err error) {
	for _, t := range found {
		was, _, err := troubles.Get(r, string(t.Kind), t.About)
		if err != nil {
			return nil, err
		}
		again := t.Again
		if again == 0 {
			again = daily
		}
		if since := now.Sub(was.Told); was.Told.IsZero() || since >= again || since < 0 {
			due = append(due, t)
		}
	}
	return due, nil
}

// mark notes that due and over were told.
func (d Desk) mark(tx store.Tx, now time.Time, due []Trouble, over []string) error {
	for _, t := range due {
		r, _, err := troubles.Get(tx, string(t.Kind), t.About)
		if err != nil {
			return err
		}
		r.Told = now.UTC()
		if err := troubles.Put(tx, r, string(t.Kind), t.About); err != nil {
			return err
		}
	}
	for _, key := range over {
		kind, about, _ := strings.Cut(key, "/")
		if err := troubles.Delete(tx, kind, about); err != nil {
			return err
		}
	}
	return nil
}

// owners are who is told: the owners, or where there is none, whoever manages
// every store.
func (d Desk) owners(r store.Reader) (list []people.Staff, err error) {
	all, err := d.Shop.Vault.AllStaff(r)
	if err != nil {
		return nil, err
	}
	for _, least := range []loyalty.Role{people.Owner, people.Manager} {
		for _, s := range all {
			if s.Active && s.Role == least && (s.Store == "" || least == people.Owner) {
				list = append(list, s)
			}
		}
		if len(list) > 0 {
			break
		}
	}
	return list, nil
}

// tell leaves one letter for one owner, on a channel that none of the troubles
// is about where they have another; heard is false for who cannot be reached.
// That something is over alone is no reason to pay for a message.
func (d Desk) tell(tx store.Tx, s people.Staff, now time.Time, due []Trouble, over []string) (heard bool, err error) {
	var avoid []bot.ChannelName
	for _, t := range due {
		if t.Channel != "" {
			avoid = append(avoid, t.Channel)
		}
	}
	to, speak, ok, err := d.Shop.Reach(tx, s.Member, avoid...)
	if err != nil || !ok {
		return false, err
	}
	how := bot.PushNow
	if len(due) == 0 {
		how = bot.RideOnly
	}
	return true, d.Outbox.Put(tx, now, bot.Intent{
		ID: idOf(s, now, due, over), Channel: to.Channel, Person: bot.PersonID(s.Member), Class: bot.Receipt, Carriage: how, Born: now,
		NotAfter: now.Add(daily), Letter: bot.Letter{To: to, Messages: []bot.Message{message(speak, due, over)}},
	})
}

// message is the letter.
func message(p i18n.Printer, due []Trouble, over []string) bot.Message {
	var lines []string
	for _, t := range due {
		lines = append(lines, p.Print(t.Text))
	}
	msg := bot.Message{Title: p.Say(i18n.AlarmTitle)}
	if len(due) == 0 {
		msg.Title = p.Say(i18n.AlarmOverTitle)
	}
	var gone []string
	for _, key := range over {
		kind, _, _ := strings.Cut(key, "/")
		if line := p.Say(overWords[Kind(kind)]); !slices.Contains(gone, line) {
			gone = append(gone, line)
		}
	}
	msg.Text = strings.Join(append(lines, gone...), "\n\n")
	return msg
}

// overWords say that a trouble of a kind is over; of kinds that are missing it
// is not said.
var overWords = map[Kind]i18n.Key{
	Quota: i18n.AlarmOverQuota, Webhook: i18n.AlarmOverWebhook, Token: i18n.AlarmOverToken, Certificate: i18n.AlarmOverCertificate,
	Disk: i18n.AlarmOverDisk, Backup: i18n.AlarmOverBackup, Dead: i18n.AlarmOverDead, Jobs: i18n.AlarmOverJobs, Campaigns: i18n.AlarmOverCampaigns,
	Hooks: i18n.ConsoleConnectionsAlarmOver,
}

// idOf is the same for the same letter.
func idOf(s people.Staff, now time.Time, due []Trouble, over []string) bot.IntentID {
	var keys []string
	for _, t := range due {
		keys = append(keys, t.key())
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(s.ID, "\n", now.UnixNano(), "\n", keys, "\n", over)))
	return bot.IntentID("alarm." + hex.EncodeToString(sum[:12]))
}
