package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/bot/sim"
	"regulars/handlers/campaign"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// onTheWay is how many people on Telegram the program has in hand at most, and
// so how many a kill may leave unknown: two blocks of thirty (package outbox).
const onTheWay = 2 * 30

// TestCampaignKilled kills the program with SIGKILL again and again while a
// campaign by file goes out over both platforms, which fail as well (LEDGER case
// 14, invariants 27 to 29). The simulator's phones are the judge.
//
// On LINE some have words of their own and are pushed, the others are reached by
// multicast. Telegram takes 30 a second, so that its share is what fits the
// time. REGULARS_TORTURE=1 makes it 100,000 people and 20 kills.
func TestCampaignKilled(t *testing.T) {
	size := crowdSize{multicast: 700, pushed: 620, telegram: 180, kills: 4}
	if os.Getenv("REGULARS_TORTURE") != "" {
		size = crowdSize{multicast: 75_000, pushed: 22_000, telegram: 3_000, kills: 20}
	}
	if testing.Short() {
		t.Skip("kills take seconds")
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %+v", seed, size)
	c := &crowded{place: newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true"), rand: mathrand.New(mathrand.NewPCG(seed, 14))}
	c.editProgramme(`(?s)\[quiet_hours\].*?\n\n`, "\n", `confirm_people = \d+`, "confirm_people = 0", `confirm_cost   = \d+`, "confirm_cost = 1000000",
		`plan   = "medium"`, `plan = "high"`, `month_limit = \d+`, "month_limit = 0")
	began := time.Now()
	c.gather(size)
	t.Logf("%d members joined in %s", len(c.guests), time.Since(began).Round(time.Millisecond))
	c.start()
	c.hooked()
	c.trouble(size)
	c.watch()

	began = time.Now()
	c.write("winter.toml", crowdFile)
	c.id = between(c.must("campaign", "send", "--yes", filepath.Join(c.dir, "winter.toml")), "campaign ", " is on its way")
	t.Logf("counted and sent off in %s", time.Since(began).Round(time.Millisecond))
	began = time.Now()
	c.killed(size)
	c.ends()
	t.Logf("it took %s, the kills included", time.Since(began).Round(time.Millisecond))
	c.judge(size)
}

// crowdFile has words of one's own in English, and the same for all in Chinese.
const crowdFile = `name = "Winter"
segment = "everyone"
hold_out = 10

[text.en]
text = "Winter drinks, {name}!"

[text.zh-TW]
text = "Winter 熱飲上市"
`

// crowdSize is how many people there are of each kind, and how often the program
// is killed.
type crowdSize struct{ multicast, pushed, telegram, kills int }

// crowded is a shop with more members than can join by chat.
type crowded struct {
	*place
	rand    *mathrand.Rand
	guests  []guest
	id      string
	reached atomic.Int64 // messages that the platforms took
}

type guest struct {
	sim.Person
	id       loyalty.MemberID
	telegram bool
}

// between is what stands between two texts.
func between(text, before, after string) string {
	_, text, _ = strings.Cut(text, before)
	text, _, _ = strings.Cut(text, after)
	return text
}

// editProgramme replaces in the programme's file, by pairs of a pattern and text.
func (p *place) editProgramme(pairs ...string) {
	p.t.Helper()
	text, err := os.ReadFile(filepath.Join(p.dir, "programme.toml"))
	p.try(err)
	for i := 0; i < len(pairs); i += 2 {
		form := regexp.MustCompile(pairs[i])
		if !form.Match(text) {
			p.t.Fatalf("the programme has no %q", pairs[i])
		}
		text = form.ReplaceAll(text, []byte(pairs[i+1]))
	}
	p.write("programme.toml", string(text))
}

// gather makes everybody a member who agreed to news, while the program is down.
func (c *crowded) gather(size crowdSize) {
	c.t.Helper()
	for i := range size.multicast {
		c.guests = append(c.guests, guest{Person: c.line.Person(fmt.Sprintf("L%06d", i), "zh-TW").Befriend()})
	}
	for i := range size.pushed {
		c.guests = append(c.guests, guest{Person: c.line.Person(fmt.Sprintf("P%06d", i), "en").Befriend()})
	}
	for i := range size.telegram {
		x := c.telegram.Person(fmt.Sprintf("T%06d", i), "en")
		x.Start("")
		c.guests = append(c.guests, guest{Person: x, telegram: true})
	}
	// That they started the bot is old news, which nobody waits for.
	res, err := http.Get(c.world.TelegramAPI() + "/bot" + e2eTelegramToken + "/deleteWebhook?drop_pending_updates=true")
	c.try(err)
	res.Body.Close()
	c.opened(func(a *app) {
		for from := 0; from < len(c.guests); from += 200 {
			list := c.guests[from:min(len(c.guests), from+200)]
			c.try(a.db.Update(c.t.Context(), func(tx store.Tx) error {
				for i := range list {
					if err := list[i].join(tx, a); err != nil {
						return err
					}
				}
				return nil
			}))
		}
	})
}

func (g *guest) join(tx store.Tx, a *app) error {
	now, lang := a.clock.Now(), "en"
	if strings.HasPrefix(g.Name(), "L") {
		lang = "zh-TW"
	}
	p, _, err := a.shop.Vault.Meet(tx, shop.Identity(identity(g.Person)), people.Seen{DisplayName: g.Name(), Language: lang}, now, rand.Reader)
	if err != nil {
		return err
	}
	g.id = p.ID
	if _, err := a.shop.Vault.Join(tx, p.ID, shop.Wording, now, rand.Reader); err != nil {
		return err
	}
	return a.shop.Vault.SetConsent(tx, p.ID, people.ForPromo, true, shop.Wording, now, rand.Reader)
}

// trouble lets what real platforms do happen at random calls.
func (c *crowded) trouble(size crowdSize) {
	at := func(f sim.Fault, platform, path string, of int, by time.Duration) {
		c.world.Faults.Switch(sim.Rule{Fault: f, Platform: platform, Path: path, Times: 1, Skip: c.rand.IntN(of), By: by})
	}
	all := []sim.Fault{sim.DropAnswer, sim.Reset, sim.ServerErr, sim.Garbage, sim.RateLimit}
	many := size.multicast / outbox.PartSize
	for i := range 1 + size.kills/5 {
		for _, f := range all {
			at(f, "line", pushPath, size.pushed, 0)
		}
		// Each repetition of the same call waits twice as long.
		for range 1 + many/50 {
			at(all[c.rand.IntN(4)], "line", "/v2/bot/message/multicast", many, 0)
		}
		at(all[i%2], "telegram", "sendMessage", size.telegram, 0)
		at(all[2+i%2], "telegram", "sendMessage", size.telegram, 0)
	}
	at(sim.RateLimit, "telegram", "sendMessage", size.telegram/2, 2*time.Second)
	if size.kills > 10 { // LINE keeps silent for longer than anybody waits
		at(sim.Delay, "line", pushPath, size.pushed, 15*time.Second)
	}
}

// watch counts what the platforms take of the campaign, as long as the test
// lasts.
func (c *crowded) watch() {
	calls, stop := c.world.Wire.Subscribe()
	ctx := c.t.Context()
	go func() {
		defer stop()
		for {
			select {
			case <-ctx.Done():
				return
			case x := <-calls:
				if c.reached.Add(int64(x.Billed)); strings.HasSuffix(x.Path, "/sendMessage") && x.Status == http.StatusOK {
					c.reached.Add(1)
				}
			}
		}
	}()
}

// killed kills the program: first while recipients are written down, then each
// time after some more of those who are left were reached.
func (c *crowded) killed(size crowdSize) {
	c.t.Helper()
	c.kill()
	c.start()
	most := int64(len(c.guests)) * 80 / 100 // about a tenth are left out, some stay unknown
	for left := size.kills - 1; left > 0; left-- {
		from := c.reached.Load()
		to := from + 1 + c.rand.Int64N(max(1, 2*(most-from)/int64(left+1)))
		c.patient("people to be reached between kills", func() bool { return c.reached.Load() >= min(to, most) })
		c.kill()
		c.start()
		c.t.Logf("killed when %d were reached", c.reached.Load())
	}
}

// ends waits for the campaign's end.
func (c *crowded) ends() {
	c.t.Helper()
	c.patient("the campaign's end", func() bool { return strings.Contains(c.must("campaign", "show", c.id), "state                done") })
}

// patient is eventually for what may take minutes: Telegram's share alone does.
func (c *crowded) patient(what string, ok func() bool) {
	c.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for late := time.After(10 * time.Minute); !ok(); {
		select {
		case <-tick.C:
		case <-late:
			c.t.Fatalf("waited in vain for %s\n%s\n%s", what, c.must("campaign", "show", c.id), c.log)
		}
	}
}

// judge holds what the program says against the phones.
func (c *crowded) judge(size crowdSize) {
	t := c.t
	c.must("verify")
	show, report := c.must("campaign", "show", c.id), c.must("campaign", "report", c.id)
	if err := c.stop(); err != nil {
		t.Errorf("stopping: %v", err)
	}
	state, out := c.states()
	got := map[string]int{} // "line sent ×1" → people
	arrived, arrivedUnknown, ends := 0, 0, map[outbox.State]int{}
	for _, g := range c.guests {
		n, s, platform := count(g.Received(), "Winter "), state[g.id], "line"
		if g.telegram {
			platform = "telegram"
		}
		switch {
		case out[g.id]:
			s = "left out"
		default:
			ends[s]++
		}
		got[fmt.Sprintf("%s %s ×%d", platform, s, n)]++
		if arrived += n; s == outbox.Unsure {
			arrivedUnknown += n
		}
	}
	keys := slices.Sorted(maps.Keys(got))
	for _, k := range keys {
		t.Logf("%-26s %d", k, got[k])
	}
	for _, k := range keys {
		switch k {
		case "line sent ×1", "telegram sent ×1", "telegram unknown ×0", "telegram unknown ×1", "line left out ×0", "telegram left out ×0":
		default:
			t.Errorf("%d people are %q", got[k], k)
		}
	}
	struck := c.struck()
	bound := onTheWay*size.kills + struck["telegram drop-answer"] + struck["telegram reset"] + struck["telegram 500"] + struck["telegram garbage"]
	t.Logf("%d kills, %d unknown (at most %d may be), faults %v, %d messages of LINE paid for", size.kills, ends[outbox.Unsure], bound, struck, c.line.Used())
	if ends[outbox.Unsure] > bound {
		t.Errorf("%d are unknown, at most %d may be", ends[outbox.Unsure], bound)
	}
	if sum := len(state) + len(out); sum != len(c.guests) {
		t.Errorf("%d recipients and %d left out are not %d members", len(state), len(out), len(c.guests))
	}
	for what, want := range map[string]int{
		"audience": len(c.guests), "sent": ends[outbox.Sent], "unknown": ends[outbox.Unsure], "pending": 0, "failed": 0, "left out to compare": len(out),
	} {
		if n := figure(show, what); n != want {
			t.Errorf("show says %q is %d, not %d\n%s", what, n, want, show)
		}
	}
	if n := figure(report, "sent"); n != ends[outbox.Sent] || n+arrivedUnknown != arrived || !strings.Contains(report, fmt.Sprintf("unknown %d, pending 0", ends[outbox.Unsure])) {
		t.Errorf("%d messages arrived, %d of them unknown to the program; its report:\n%s", arrived, arrivedUnknown, report)
	}
	paid := fmt.Sprintf("%d messages paid for", c.line.Used())
	if !strings.Contains(show, paid) || !strings.Contains(report, paid) {
		t.Errorf("LINE bills %d\n%s\n%s", c.line.Used(), show, report)
	}
	for _, x := range c.line.Complaints() {
		t.Errorf("LINE complains: %s", x)
	}
}

// states are how each recipient ended, and who was left out, as the store has it.
func (c *crowded) states() (state map[loyalty.MemberID]outbox.State, out map[loyalty.MemberID]bool) {
	c.t.Helper()
	c.opened(func(a *app) {
		c.try(a.db.View(context.Background(), func(r store.Reader) error {
			state, out = map[loyalty.MemberID]outbox.State{}, map[loyalty.MemberID]bool{}
			err := a.outbox.BulkStates(r, outbox.BulkID(c.id), func(p bot.PersonID, _ string, s outbox.State) error {
				if state[loyalty.MemberID(p)] != "" {
					c.t.Errorf("%s is a recipient twice", p)
				}
				state[loyalty.MemberID(p)] = s
				return nil
			})
			if err != nil {
				return err
			}
			return a.campaigns.Held(r, campaign.ID(c.id), func(m loyalty.MemberID) error { out[m] = true; return nil })
		}))
	})
	return state, out
}

// struck counts the faults that happened to messages, as "line reset".
func (c *crowded) struck() map[string]int {
	n := map[string]int{}
	for _, x := range c.world.Wire.Calls() {
		if x.Fault != "" && !x.ToBot {
			n[x.Platform+" "+x.Fault]++
		}
	}
	return n
}

var digits = regexp.MustCompile(`\d+`)

// figure is the first number after a label at the beginning of a line; -1
// without one.
func figure(text, label string) int {
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, label+" "); ok {
			if n, err := strconv.Atoi(digits.FindString(rest)); err == nil {
				return n
			}
		}
	}
	return -1
}
