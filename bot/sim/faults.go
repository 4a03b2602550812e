package sim

import (
	"path"
	"sync"
	"time"
)

// Fault is one thing that goes wrong with calls by the bot.
type Fault string

// The switches. Each is what a real platform or network has been seen to do.
const (
	DropAnswer Fault = "drop-answer" // the call takes effect, the connection closes without an answer
	Reset      Fault = "reset"       // the connection is reset after the body was read, without effect
	Delay      Fault = "delay"       // the answer comes late, by Rule.By
	RateLimit  Fault = "429"         // too many requests; Telegram adds retry_after Rule.By
	ServerErr  Fault = "500"         // a server error without effect
	Garbage    Fault = "garbage"     // a 502 with an HTML page, as a proxy would
	Empty      Fault = "empty"       // the call takes effect, 200 with an empty body
	QuotaUsed  Fault = "quota"       // LINE's monthly limit is reached
)

// Rule makes a fault strike.
type Rule struct {
	Fault    Fault
	Platform string        // "line", "telegram", or both when empty
	Path     string        // a path.Match pattern over the method ("sendMessage") or the path; all when empty
	Times    int           // how often it strikes; 0: until taken off
	Skip     int           // how many matching calls pass unharmed first
	By       time.Duration // for Delay and RateLimit
}

// Faults is the drawer of switches. Webhook-side trouble (redelivery, order,
// blocking) is not here: it is done by what people and servers do.
type Faults struct {
	mu    sync.Mutex
	rules []*Rule
}

// Switch turns a rule on and returns how to take it off.
func (f *Faults) Switch(r Rule) (off func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	p := &r
	if r.Times == 0 {
		p.Times = -1
	}
	f.rules = append(f.rules, p)
	return func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		p.Times = 0
	}
}

// Clear takes all rules off.
func (f *Faults) Clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rules = nil
}

// strike returns the rule that hits this call, if one does, and uses it up.
func (f *Faults) strike(platform, name string) (Rule, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, r := range f.rules {
		if r.Times == 0 || (r.Platform != "" && r.Platform != platform) {
			continue
		}
		if ok, _ := path.Match(r.Path, name); r.Path != "" && !ok {
			continue
		}
		if r.Skip > 0 {
			r.Skip--
			continue
		}
		if r.Times > 0 {
			r.Times--
		}
		return *r, true
	}
	return Rule{}, false
}
