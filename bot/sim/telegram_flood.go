package sim

import (
	"math"
	"strings"
	"time"
)

// TelegramLimits are the flood limits, counted by the simulator's clock. Zero
// is Telegram's own (core.telegram.org/bots/faq: about 1 message a second in a
// chat with short bursts allowed, 20 a minute in a group, about 30 a second
// overall); a negative number is no limit.
type TelegramLimits struct {
	PerSecond int // to all chats: 30
	Burst     int // in one chat before 1 a second holds: 10 (the faq gives no number)
	PerMinute int // in one group: 20
}

// NoTelegramLimits switches flood control off.
var NoTelegramLimits = TelegramLimits{-1, -1, -1}

// tgFlood remembers when messages were sent.
type tgFlood struct {
	all   []time.Time           // of the last second
	group map[int64][]time.Time // of the last minute, by group
	spent map[int64]tgBucket    // by chat
}

type tgBucket struct {
	level float64 // messages above the pace
	at    time.Time
}

// SetLimits changes the flood limits of a bot.
func (b *TelegramBot) SetLimits(l TelegramLimits) {
	b.server.mu.Lock()
	defer b.server.mu.Unlock()
	b.config.Limits = l
	b.flood = tgFlood{}
}

// limited says whether flood limits count a method. That edits count too is a
// conclusion [INFER], like PLATFORMS.md's.
func limited(method string) bool {
	return method != "sendchataction" && (strings.HasPrefix(method, "send") || strings.HasPrefix(method, "edit") ||
		method == "copymessage" || method == "forwardmessage")
}

func limit(given, real int) int {
	if given == 0 {
		return real
	}
	if given < 0 {
		return math.MaxInt
	}
	return given
}

// checkFlood refuses with 429 what comes too fast.
func (c *tgCall) checkFlood() error {
	if !limited(c.method) {
		return nil
	}
	now, id, l := c.now(), c.int("chat_id"), c.config.Limits
	c.flood.all = since(c.flood.all, now.Add(-time.Second))
	if len(c.flood.all) >= limit(l.PerSecond, 30) {
		return tooMany(1)
	}
	if id < 0 {
		recent := since(c.flood.group[id], now.Add(-time.Minute))
		if n := limit(l.PerMinute, 20); len(recent) >= n {
			return tooMany(seconds(recent[len(recent)-n].Add(time.Minute).Sub(now)))
		}
	}
	if over := c.flood.spent[id].now(now) + 1 - float64(limit(l.Burst, 10)); over > 0 {
		return tooMany(int(math.Ceil(over)))
	}
	return nil
}

// countFlood counts a message that was accepted.
func (c *tgCall) countFlood() {
	if !limited(c.method) {
		return
	}
	now, id, f := c.now(), c.int("chat_id"), &c.flood
	if f.group == nil {
		f.group, f.spent = map[int64][]time.Time{}, map[int64]tgBucket{}
	}
	f.all = append(f.all, now)
	if id < 0 {
		f.group[id] = append(since(f.group[id], now.Add(-time.Minute)), now)
	}
	f.spent[id] = tgBucket{f.spent[id].now(now) + 1, now}
}

// now is the level after it has sunk by one a second.
func (b tgBucket) now(t time.Time) float64 {
	return max(0, b.level-t.Sub(b.at).Seconds())
}

// since drops times at or before the edge.
func since(times []time.Time, edge time.Time) []time.Time {
	for len(times) > 0 && !times[0].After(edge) {
		times = times[1:]
	}
	return times
}

// seconds rounds up to whole seconds.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
