package campaigns

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// phone is a channel that takes every message.
type phone struct{}

func (phone) Platform() bot.Platform                      { return bot.Telegram }
func (phone) Encode(bot.Letter, bool) ([]bot.Call, error) { return []bot.Call{{Method: "send"}}, nil }
func (phone) Send(context.Context, bot.Call, string) bot.Result {
	return bot.Result{Outcome: bot.Delivered}
}
func (phone) Wait(context.Context, bot.Address) {}

// shelfOf are pictures in a folder.
type shelfOf string

func (s shelfOf) Photo(name string) ([]byte, error) {
	if strings.ContainsAny(name, `/\`) {
		return nil, os.ErrNotExist
	}
	return os.ReadFile(filepath.Join(string(s), name))
}

// arrivals are the outbox's bulks, of which everybody has got theirs once all is
// set: nothing is sent in these tests.
type arrivals struct {
	*outbox.Outbox
	all atomic.Bool
}

func (a *arrivals) BulkReport(r store.Reader, id outbox.BulkID) (outbox.BulkReport, bool, error) {
	rep, ok, err := a.Outbox.BulkReport(r, id)
	if !a.all.Load() {
		return rep, ok, err
	}
	for _, by := range rep.ByWording {
		for s, n := range by {
			delete(by, s)
			by[outbox.Sent] += n
		}
	}
	rep.Left, rep.State = 0, outbox.BulkDone
	return rep, ok, err
}

func (a *arrivals) BulkStates(r store.Reader, id outbox.BulkID, f func(bot.PersonID, string, outbox.State) error) error {
	return a.Outbox.BulkStates(r, id, func(who bot.PersonID, wording string, s outbox.State) error {
		if a.all.Load() {
			s = outbox.Sent
		}
		return f(who, wording, s)
	})
}

// piece posts a form as htmx does.
func (w *world) piece(b *consoletest.Browser, path string, values url.Values) *consoletest.Page {
	w.T.Helper()
	req, err := http.NewRequest(http.MethodPost, w.URL+path, strings.NewReader(values.Encode()))
	if err != nil {
		w.T.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("HX-Request", "true")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return b.Do(req)
}

// groupOf is a group that the bot is in.
func groupOf(_ store.Reader, code string) (bot.GroupChat, bool, error) {
	return bot.GroupChat{Code: code, Title: "Regulars " + code, Chat: bot.Chat{Channel: "tg", ID: bot.ChatID("-" + code), Group: true}}, true, nil
}

func groupsOf(codes ...string) func(store.Reader) ([]bot.GroupChat, error) {
	return func(r store.Reader) (list []bot.GroupChat, err error) {
		for _, c := range codes {
			g, _, _ := groupOf(r, c)
			list = append(list, g)
		}
		return list, nil
	}
}

type world struct {
	*consoletest.World
	e      *campaign.Engine
	out    *outbox.Outbox
	bulks  *arrivals
	folder string
	routes []console.Route
}

// newWorld is a café with so many members more who agreed to news. In it a
// campaign to more than 3 people needs two managers.
func newWorld(t *testing.T, members int) *world {
	t.Helper()
	w := &world{folder: t.TempDir()}
	w.World = consoletest.New(t, consoletest.Options{
		Strict: true, Change: []string{"confirm_people = 2000", "confirm_people = 3"},
		Parts: func(c *consoletest.World) []console.Part {
			w.e = &campaign.Engine{Shop: c.Shop, DB: c.DB, Segments: campaign.Rolls{Desk: c.Shop.Segments, Now: c.Clock.Now}}
			part := Part(c.Console, w.e, shelfOf(w.folder), w.folder)
			w.routes = part.Routes
			return []console.Part{part}
		},
	})
	var err error
	hooks := w.e.Hooks(func(_ store.Tx, _ outbox.Bulk, _ bot.ChannelName, all []bot.PersonID, _ time.Time) ([]outbox.Verdict, error) {
		return make([]outbox.Verdict, len(all)), nil
	})
	w.out, err = outbox.New(outbox.Config{
		DB: w.DB, Persons: &w.Shop.Persons, Clock: w.Clock, Log: w.Shop.Log, Bulk: &hooks,
		Channels: map[bot.ChannelName]outbox.Channel{"tg": phone{}},
	})
	if err != nil {
		t.Fatal(err)
	}
	w.bulks = &arrivals{Outbox: w.out}
	w.e.Bulks, w.e.Outbox, w.e.Costs = w.bulks, w.out, w.out
	for i := range members {
		w.agree(w.Join(fmt.Sprint("m", i), fmt.Sprintf("Member %d", i), ""))
	}
	return w
}

// agree lets a member have news.
func (w *world) agree(m loyalty.MemberID) {
	w.T.Helper()
	w.Do(func(tx store.Tx) error {
		return w.Shop.Vault.SetConsent(tx, m, people.ForPromo, true, shop.Wording, w.Clock.Now(), w.Shop.Rand)
	})
}

// draft fills the composer in with what is usual.
func (w *world) draft(b *consoletest.Browser) *consoletest.Form {
	w.T.Helper()
	return b.Get("/console/campaigns/new").Must("New campaign").Form("/console/campaigns/new").
		Set("name", "Winter").Set("segment", "everyone").Set("text.en.a.title", "Warm").Set("text.en.a.text", "Hello {name}, warm drinks are here.").
		Set("hold_out", "0")
}

var idIn = regexp.MustCompile(`/console/campaigns/([0-9A-Z]{5,})`)

// idOf is the campaign whose page it is.
func (w *world) idOf(p *consoletest.Page) campaign.ID {
	w.T.Helper()
	m := idIn.FindStringSubmatch(p.Path)
	if m == nil {
		w.T.Fatalf("%s is no campaign's page: %s", p.Path, p.Text())
	}
	return campaign.ID(m[1])
}

// get is a campaign with its draft.
func (w *world) get(id campaign.ID) (c campaign.Campaign, d campaign.Draft) {
	w.T.Helper()
	w.See(func(r store.Reader) (err error) {
		if c, err = w.e.Get(r, id); err == nil {
			d, err = w.e.Draft(r, id, c.Version)
		}
		return err
	})
	return c, d
}

// state fails the test unless a campaign stands there.
func (w *world) state(id campaign.ID, want campaign.State) campaign.Campaign {
	w.T.Helper()
	c, _ := w.get(id)
	if c.State != want {
		w.T.Fatalf("it is %s, not %s", c.State, want)
	}
	return c
}

// gone fails the test unless there is no such campaign.
func (w *world) gone(id campaign.ID) {
	w.T.Helper()
	w.See(func(r store.Reader) error {
		if _, err := w.e.Get(r, id); !errors.Is(err, campaign.ErrNone) {
			w.T.Errorf("it is still there: %v", err)
		}
		return nil
	})
}

// run does what campaigns have to do by now.
func (w *world) run() {
	w.T.Helper()
	if _, err := w.e.RunDue(context.Background()); err != nil {
		w.T.Fatal(err)
	}
}

// status fails the test unless a page came with it and says all of this.
func status(t *testing.T, p *consoletest.Page, want int, all ...string) *consoletest.Page {
	t.Helper()
	if p.Status != want {
		t.Fatalf("%s gave %d, not %d: %s", p.Path, p.Status, want, p.Text())
	}
	for _, s := range all {
		if !p.Says(s) {
			t.Fatalf("%s does not say %q: %s", p.Path, s, p.Text())
		}
	}
	return p
}

const refused = http.StatusUnprocessableEntity

// queued are the messages that wait to go out and whose names have that in them.
func (w *world) queued(with string) (list []string) {
	w.T.Helper()
	w.See(func(r store.Reader) error {
		list = nil
		for row, err := range r.Scan(store.Range{Start: []byte("outqueue/"), End: []byte("outqueue0")}) {
			if err != nil {
				return err
			}
			if strings.Contains(string(row.Key), with) {
				list = append(list, string(row.Key))
			}
		}
		return nil
	})
	return list
}
