package sim

import (
	"regexp"
	"sort"
	"time"
)

// spend counts n people against the month's quota, or refuses them all.
// DOC pricing: the quota counts people, not message objects.
func (ch *LineChannel) spend(n int, now time.Time) (int, *lineAnswer) {
	month := lineMonth(now)
	if ch.cfg.Quota > 0 && ch.used[month]+n > ch.cfg.Quota {
		a := lineRefuse(429, lineQuotaReached)
		return 0, &a
	}
	ch.used[month] += n
	if lineMonth(now.Add(-time.Hour)) != month {
		ch.early[month] += n
	}
	return n, nil
}

// count adds to the day's sent messages of a kind.
func (ch *LineChannel) count(kind string, n int, now time.Time) { ch.sent[kind+lineDay(now)] += n }

// tag remembers aggregation units. The 1,001st of a month is sent but not
// tagged, without a word (DOC #send-push-message).
func (ch *LineChannel) tag(b lineBatch, now time.Time) {
	for _, u := range b.units {
		if key := lineMonth(now) + u; ch.units[key] || len(ch.unitsOf(now)) < 1000 {
			ch.units[key] = true
		}
	}
}

func (ch *LineChannel) unitsOf(now time.Time) []string {
	out := []string{}
	for key := range ch.units {
		if key[:6] == lineMonth(now) {
			out = append(out, key[6:])
		}
	}
	sort.Strings(out)
	return out
}

// Used is the quota used up in the current month.
func (ch *LineChannel) Used() int {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	return ch.used[lineMonth(ch.sim.Clock.Now())]
}

// Early is how much of the current month's quota was used in the month's first hour: in
// Taipei and Hong Kong the month before was not over then.
func (ch *LineChannel) Early() int {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	return ch.early[lineMonth(ch.sim.Clock.Now())]
}

// SendFromManager counts n messages that the shop's people sent from LINE's own
// manager: the bot learns of them from the consumption alone.
func (ch *LineChannel) SendFromManager(n int) {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.used[lineMonth(ch.sim.Clock.Now())] += n
}

func (c *lineCall) quota() lineAnswer {
	if c.ch.cfg.Quota == 0 {
		return lineOK(map[string]any{"type": "none"})
	}
	return lineOK(map[string]any{"type": "limited", "value": c.ch.cfg.Quota})
}

// consumption includes what the OA Manager sent. The real one is approximate;
// this one is exact unless it is told to lag.
func (c *lineCall) consumption() lineAnswer {
	month, told := lineMonth(c.now), &c.ch.told
	if told.month != month || c.now.Sub(told.at) >= c.ch.cfg.UsageLag || c.now.Before(told.at) {
		*told = lineUsage{month, c.now, c.ch.used[month]}
	}
	return lineOK(map[string]any{"totalUsage": told.used})
}

// lineUsage is a consumption as it was told.
type lineUsage struct {
	month string
	at    time.Time
	used  int
}

var lineDateForm = regexp.MustCompile(`^[0-9]{8}$`)

// delivered are the sent messages of a day in UTC+9, ready the day after.
func (c *lineCall) delivered() lineAnswer {
	kind, day := c.r.PathValue("kind"), c.r.URL.Query().Get("date")
	switch kind {
	case "reply", "push", "multicast", "broadcast":
	default:
		return lineRefuse(404, lineNotFound)
	}
	if _, err := time.Parse("20060102", day); err != nil || !lineDateForm.MatchString(day) {
		return lineRefuse(400, "The value for the 'date' parameter is invalid")
	}
	if day >= lineDay(c.now) {
		return lineOK(map[string]any{"status": "unready"})
	}
	return lineOK(map[string]any{"status": "ready", "success": c.ch.sent[kind+day]})
}

func (c *lineCall) unitInfo() lineAnswer {
	return lineOK(map[string]any{"numOfCustomAggregationUnits": len(c.ch.unitsOf(c.now))})
}

func (c *lineCall) unitList() lineAnswer {
	return lineOK(map[string]any{"customAggregationUnits": c.ch.unitsOf(c.now)})
}
