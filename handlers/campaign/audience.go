package campaign

import (
	"context"
	"errors"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/loyalty"
	"regulars/store"
)

// Audience is whom a campaign would reach, and what that would cost.
type Audience struct {
	Members   int64            `json:"m"`           // of the segment
	People    int64            `json:"p"`           // who get it
	Held      int64            `json:"h,omitempty"` // left out as a control
	Skipped   map[string]int64 `json:"x,omitempty"` // not reached, by why: "no consent", "quiet", "frozen", "blocked", "unreachable", "channel"
	ByChannel map[string]int64 `json:"c,omitempty"` // of People
	ByLang    map[string]int64 `json:"l,omitempty"` // of People, the language of the words they read
	Groups    int              `json:"g,omitempty"`
	Messages  int64            `json:"n,omitempty"`  // that are paid for, those to groups included
	Heads     int64            `json:"gn,omitempty"` // of these, those to groups: one a member of theirs
	Price     Price            `json:"price,omitzero"`
	// Personal is how many get words with fields of their own: on LINE these go
	// one by one.
	Personal int64         `json:"own,omitempty"`
	Takes    time.Duration `json:"t,omitempty"` // about so long from the first to the last, quiet hours apart
}

// Price is what paid messages cost.
type Price struct {
	Money    loyalty.Money `json:"m,omitempty"`
	Included int64         `json:"i,omitempty"` // of the messages, those that the month's plan includes
	Known    bool          `json:"k,omitempty"` // false: the shop's price table says nothing
	Fits     bool          `json:"f,omitempty"` // the platform's limit and the shop's own leave room for all
}

func (p *Price) add(c outbox.Cost) {
	p.Money += loyalty.Money(c.Money)
	p.Included += c.Included
	p.Known, p.Fits = p.Known && c.Priced, p.Fits && c.Fits
}

// The reasons why a member of the segment is not written down as a recipient.
const (
	WhyConsent     = "no consent"
	WhyQuiet       = "quiet"
	WhyFrozen      = "frozen"
	WhyBlocked     = "blocked"
	WhyUnreachable = "unreachable"
	WhyChannel     = "channel" // reached elsewhere than the draft says
)

// Count walks the segment and says whom the campaign's newest version would
// reach now, and at what cost. What it finds is kept with the campaign, for who
// is to agree. It is for outside of transactions. Refusals: ErrNone, *DraftError.
func (e *Engine) Count(ctx context.Context, id ID) (Audience, error) {
	now := e.now()
	var c Campaign
	var d Draft
	err := e.DB.View(ctx, func(r store.Reader) (err error) {
		if c, err = e.Get(r, id); err != nil {
			return err
		}
		if d, err = e.Draft(r, id, c.Version); err != nil {
			return err
		}
		if wrong := e.Check(r, &d); len(wrong) > 0 {
			return &DraftError{wrong}
		}
		return nil
	})
	if err != nil {
		return Audience{}, err
	}
	a, err := e.audience(ctx, id, &d, now)
	if err != nil {
		return a, err
	}
	return a, e.DB.Update(ctx, func(tx store.Tx) error { return e.counted(tx, id, &c, a) })
}

// counted keeps what was counted of a campaign as it was then, and tells who
// asked. A draft that was changed meanwhile is another one: it is counted anew.
func (e *Engine) counted(tx store.Tx, id ID, then *Campaign, a Audience) error {
	c, err := e.Get(tx, id)
	if err != nil || c.Version != then.Version || c.State != Drafted && c.State != Waiting {
		return err
	}
	who := c.Asking
	c.Counted, c.Asking = &Counted{Version: c.Version, At: e.now(), Audience: a}, ""
	if err := put(tx, c); err != nil || who == "" || e.Tell == nil {
		return err
	}
	return e.Tell(tx, c, who)
}

// answerCount counts for who asked. Of a draft that cannot be sent they are told
// without a count.
func (e *Engine) answerCount(ctx context.Context, c Campaign) error {
	_, err := e.Count(ctx, c.ID)
	var unfit *DraftError
	if !errors.As(err, &unfit) {
		return err
	}
	return e.DB.Update(ctx, func(tx store.Tx) error {
		now, err := e.Get(tx, c.ID)
		if err != nil || now.Version != c.Version || now.Asking == "" {
			return err
		}
		who := now.Asking
		now.Asking, now.Counted = "", nil
		if err := put(tx, now); err != nil || e.Tell == nil {
			return err
		}
		return e.Tell(tx, now, who)
	})
}

// AskCount has the audience of a draft counted soon, outside of the transaction,
// and Engine.Tell told of it for who. Refusals: ErrNone, *StateError.
func (e *Engine) AskCount(tx store.Tx, id ID, who bot.PersonID) error {
	c, err := e.Get(tx, id)
	switch {
	case err != nil:
		return err
	case c.State != Drafted && c.State != Waiting:
		return &StateError{c.State}
	}
	c.Asking = who
	return put(tx, c)
}

// Audience is Count of a draft that is not saved. Refusal: *DraftError.
func (e *Engine) Audience(ctx context.Context, d *Draft) (Audience, error) {
	err := e.DB.View(ctx, func(r store.Reader) error {
		if wrong := e.Check(r, d); len(wrong) > 0 {
			return &DraftError{wrong}
		}
		return nil
	})
	if err != nil {
		return Audience{}, err
	}
	return e.audience(ctx, "", d, e.now())
}

// audience counts, and keeps nothing.
func (e *Engine) audience(ctx context.Context, id ID, d *Draft, now time.Time) (Audience, error) {
	a := Audience{Skipped: map[string]int64{}, ByChannel: map[string]int64{}, ByLang: map[string]int64{}, Groups: len(d.Groups)}
	sort, own := e.sorter(id, d, e.startOf(d, now)), map[bot.ChannelName]int64{}
	count := func(w Who) error {
		a.Members++
		switch f := sort.fate(w); {
		case f.why != "":
			a.Skipped[f.why]++
		case f.held:
			a.Held++
		default:
			a.People++
			a.ByChannel[string(f.key.Channel)]++
			lang, variant := cutWording(f.key.Wording)
			a.ByLang[lang]++
			if d.personal(lang, variant) {
				a.Personal++
				own[f.key.Channel]++
			}
		}
		return nil
	}
	after := loyalty.MemberID("")
	for {
		next, err := e.Segments.Each(ctx, d.Segment, now, after, 10*e.step(), count)
		if err != nil {
			return a, err
		}
		if next == "" {
			break
		}
		after = next
	}
	return a, e.price(ctx, d, &a, own, now)
}

// price says what an audience costs, and how long it takes.
func (e *Engine) price(ctx context.Context, d *Draft, a *Audience, own map[bot.ChannelName]int64, now time.Time) error {
	heads, err := e.heads(ctx, d.Groups)
	if err != nil {
		return err
	}
	a.Price = Price{Known: true, Fits: true}
	return e.DB.View(ctx, func(r store.Reader) error {
		for _, ch := range e.Shop.Channels {
			n := a.ByChannel[string(ch.Name)]
			a.Takes = max(a.Takes, takes(ch.Platform, n, own[ch.Name]))
			if ch.Platform != bot.LINE || n+heads[ch.Name] == 0 {
				continue
			}
			n += heads[ch.Name]
			a.Heads += heads[ch.Name]
			a.Messages += n
			if e.Costs == nil {
				a.Price.Known = false
				continue
			}
			c, err := e.Costs.Cost(r, ch.Name, n, now)
			if err != nil {
				return err
			}
			a.Price.add(c)
		}
		return nil
	})
}

// heads is how many paid messages the groups count for, by channel.
func (e *Engine) heads(ctx context.Context, codes []string) (map[bot.ChannelName]int64, error) {
	by := map[bot.ChannelName]int64{}
	for _, code := range codes {
		var g bot.GroupChat
		var ok bool
		err := e.DB.View(ctx, func(r store.Reader) (err error) {
			g, ok, err = e.group(r, code)
			return err
		})
		if err != nil {
			return nil, err
		}
		if !ok || e.Costs == nil {
			continue
		}
		n, err := e.Costs.Heads(ctx, g.Chat.Channel, g.Chat.ID)
		if err != nil {
			return nil, err
		}
		by[g.Chat.Channel] += int64(n)
	}
	return by, nil
}

// takes is about how long n messages take, own of them with words of their own:
// the platforms' paces (PLATFORMS 1.2, 2), and what this program reaches.
func takes(p bot.Platform, n, own int64) time.Duration {
	if p == bot.LINE {
		return time.Duration(own)*time.Second/1500 + time.Duration(n-own)*time.Second/30_000
	}
	return time.Duration(n) * time.Second / 29
}
