package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// The café's campaign of two weeks ago went out as campaigns do: through the
// engine, the outbox and the adapters of a second program on the same store, to
// platforms that say yes to everything.

// campaignAgo is how long before the demo's now it was sent.
const campaignAgo = 12 * 24 * time.Hour

// hurried is a clock that runs sixty times as fast as the machine's, so that
// nobody waits for the paces that platforms ask for.
type hurried struct{ began, at time.Time }

func (h hurried) Now() time.Time { return h.at.Add(60 * time.Since(h.began)) }

func (h hurried) After(d time.Duration) <-chan time.Time { return time.After(d / 60) }

// yes is a platform that takes whatever it is told.
func yes(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	var answer any = map[string]any{"sentMessages": []any{map[string]any{"id": "1"}}}
	switch path := r.URL.Path; {
	case strings.HasSuffix(path, "/quota/consumption"):
		answer = map[string]any{"totalUsage": 0}
	case strings.HasSuffix(path, "/quota"):
		answer = map[string]any{"type": "limited", "value": 3000}
	case strings.HasPrefix(path, "/bot"):
		answer = map[string]any{"ok": true, "result": map[string]any{"message_id": 1, "date": 1, "chat": map[string]any{"id": 1, "type": "private"}}}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}

// past is the café's program as it ran at a moment of its history.
type past struct {
	*app
	stop func() error
}

// goBack starts the program at a moment, without a door.
func (c *cafe) goBack(ctx context.Context, m *Main, at time.Time) (*past, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: http.HandlerFunc(yes)}
	go server.Serve(l)
	cfg := *c.app.cfg
	cfg.Channels = nil
	for _, ch := range c.app.cfg.Channels {
		ch.APIBase, ch.DataAPIBase = "http://"+l.Addr().String(), ""
		cfg.Channels = append(cfg.Channels, ch)
	}
	key, err := cfg.ReadKey(m.Env)
	if err != nil {
		server.Close()
		return nil, err
	}
	a, err := newAppOver(&cfg, c.app.db, key, hurried{time.Now(), at}, c.app.log)
	if err != nil {
		server.Close()
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- a.outbox.Run(ctx) }()
	return &past{a, func() error {
		cancel()
		err := <-ended
		server.Close()
		return err
	}}, nil
}

// offer sends the campaign, waits until everybody has an outcome, and lets a
// third of those who got it take the coupon. h's clock stands at that moment.
func (c *cafe) offer(ctx context.Context, m *Main, h *history, at time.Time, p i18n.Printer, by people.Staff) error {
	a, err := c.goBack(ctx, m, at)
	if err != nil {
		return err
	}
	id, err := a.send(ctx, cafeOffer(p), by)
	if err == nil {
		err = a.taps(ctx, h, id)
	}
	if e := a.stop(); err == nil {
		err = e
	}
	return err
}

// send sends a campaign and waits for its end.
func (a *past) send(ctx context.Context, d campaign.Draft, by people.Staff) (id campaign.ID, err error) {
	e := a.campaigns
	if _, err = a.shop.Segments.Refresh(ctx, a.clock.Now()); err != nil {
		return "", err
	}
	err = a.db.Update(ctx, func(tx store.Tx) (err error) {
		id, err = e.Save(tx, "", d, campaign.Employee(by), a.clock.Now(), a.shop.Rand)
		return err
	})
	if err != nil {
		return id, err
	}
	if _, err = e.Count(ctx, id); err != nil {
		return id, err
	}
	err = a.db.Update(ctx, func(tx store.Tx) error {
		_, err := e.Submit(tx, id, campaign.Employee(by), a.clock.Now())
		return err
	})
	for late := time.Now().Add(20 * time.Second); err == nil && time.Now().Before(late); {
		var now campaign.Campaign
		if _, err = e.RunDue(ctx); err != nil {
			return id, err
		}
		err = a.db.View(ctx, func(r store.Reader) (err error) {
			now, err = e.Get(r, id)
			return err
		})
		if err != nil || now.Ended() {
			return id, err
		}
		select {
		case <-ctx.Done():
			return id, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return id, err
}

// taps lets a third of the recipients press the first button, and some the
// other; whoever takes the coupon has it at hand at their next visits.
func (a *past) taps(ctx context.Context, h *history, id campaign.ID) error {
	got := map[bot.PersonID]bool{}
	err := a.db.View(ctx, func(r store.Reader) error {
		clear(got)
		return a.outbox.BulkStates(r, outbox.BulkID(id), func(who bot.PersonID, _ string, s outbox.State) error {
			got[who] = s == outbox.Sent
			return nil
		})
	})
	if err != nil {
		return err
	}
	for _, l := range h.joined {
		if !got[bot.PersonID(l.id)] || !l.saves && h.rand.IntN(3) > 0 {
			continue
		}
		button := "get"
		if !l.saves && h.rand.IntN(5) == 0 {
			button = "look"
		}
		if err := a.bot.Handle(ctx, []bot.Event{a.press(l, string(id), button)}); err != nil {
			return err
		}
		err := a.db.View(ctx, func(r store.Reader) error {
			v, ok, err := a.shop.Club.Vouchers.BySource(r, l.id, "campaign/"+string(id))
			if ok {
				l.hand = append([]voucher.Voucher{v}, l.hand...)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

var pressed atomic.Int64

// press is the tap on a campaign's button.
func (a *past) press(l *life, id, button string) bot.Event {
	who := bot.Identity{Channel: bot.ChannelName(l.who.Channel), User: bot.UserID(l.who.User)}
	now := a.clock.Now()
	return bot.Event{
		ID: bot.EventID(fmt.Sprint("demo-tap-", pressed.Add(1))), Channel: who.Channel, Platform: a.adapters[who.Channel].Platform(),
		Kind: bot.Said, At: now, Chat: bot.Chat{Channel: who.Channel, ID: bot.ChatID(who.User)}, From: who.User, Text: "/tap " + id + " " + button,
	}
}

// cafeOffer is the campaign that went out, and cafeDraft the one that somebody
// has begun to write.
func cafeOffer(p i18n.Printer) campaign.Draft {
	d := campaign.Draft{
		Name: p.Say(i18n.DemoOfferName), Segment: "active", Text: map[string]map[string]campaign.Words{},
		Buttons: []campaign.Button{
			{ID: "get", Label: map[string]string{}, Do: campaign.DoCoupon},
			{ID: "look", Label: map[string]string{}, Do: campaign.DoRedeem},
		},
		Coupon: &campaign.Coupon{Reward: "cookie", Days: 14},
	}
	for _, l := range i18n.Langs {
		p := i18n.For(l)
		d.Text[string(l)] = map[string]campaign.Words{campaign.OnlyVariant: {Title: p.Say(i18n.DemoOfferTitle), Text: p.Say(i18n.DemoOfferText)}}
		d.Buttons[0].Label[string(l)] = p.Say(i18n.DemoOfferGet)
		d.Buttons[1].Label[string(l)] = p.Say(i18n.DemoOfferLook)
	}
	return d
}

func cafeDraft(p i18n.Printer) campaign.Draft {
	d := campaign.Draft{Name: p.Say(i18n.DemoDraftName), Segment: "champions", Text: map[string]map[string]campaign.Words{}}
	for _, l := range i18n.Langs {
		p := i18n.For(l)
		d.Text[string(l)] = map[string]campaign.Words{campaign.OnlyVariant: {
			Title: p.Say(i18n.DemoDraftTitle, "Name", "{name}"), Text: p.Say(i18n.DemoDraftText, "Points", "{points}"),
		}}
	}
	return d
}

// draft leaves the campaign that is not ready yet.
func (c *cafe) draft(ctx context.Context, p i18n.Printer, by people.Staff) error {
	return c.app.db.Update(ctx, func(tx store.Tx) error {
		_, err := c.app.campaigns.Save(tx, "", cafeDraft(p), campaign.Employee(by), c.app.clock.Now(), c.app.shop.Rand)
		return err
	})
}

// question asks Bo how his last visit was, as the schedule would some hours
// after it.
func (c *cafe) question(ctx context.Context, bo people.Identity) error {
	s := c.app.shop
	now := c.app.clock.Now()
	return c.app.db.Update(ctx, func(tx store.Tx) error {
		id, _, err := s.Vault.Who(tx, bo)
		if err != nil {
			return err
		}
		x, ok := s.Surveys.Find(now, "visit")
		if !ok {
			return nil
		}
		visit, err := c.lastVisit(tx, id)
		if err != nil {
			return err
		}
		to, speak, _, err := s.Reach(tx, id)
		if err != nil {
			return err
		}
		if _, err := s.Surveys.Ask(tx, id, x, visit, now, string(speak.Lang), bo.Channel, true); err != nil {
			return err
		}
		return c.app.outbox.Put(tx, now, bot.Intent{
			ID: bot.IntentID("demo-question." + to.Channel), Channel: to.Channel, Person: bot.PersonID(id), Class: bot.Receipt, Carriage: bot.PushNow, Born: now,
			Letter: bot.Letter{To: to, Messages: []bot.Message{s.Question(speak, now, x)}},
		})
	})
}

// lastVisit is the newest purchase of a member.
func (c *cafe) lastVisit(r store.Reader, id loyalty.MemberID) (v survey.Visit, err error) {
	entries, err := c.app.shop.Book.History(r, id, 0, 50)
	for _, e := range entries {
		if e.Amount > 0 && e.EffectiveAt.After(v.At) {
			v = survey.Visit{At: e.EffectiveAt, Ref: e.Ref, Store: e.Store, Staff: strings.TrimPrefix(string(e.Actor), "staff/")}
		}
	}
	return v, err
}
