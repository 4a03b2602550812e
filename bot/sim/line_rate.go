package sim

import "time"

// Rate is how many calls an endpoint takes within a time.
type Rate struct {
	Calls int
	Per   time.Duration
}

// lineRates are the limits that differ from lineRate, per channel and
// endpoint. DOC #rate-limits.
var lineRates = map[string]Rate{
	"POST /v2/bot/message/multicast":        {200, time.Second},
	"POST /v2/bot/message/narrowcast":       {60, time.Hour},
	"POST /v2/bot/message/broadcast":        {60, time.Hour},
	"POST /v2/bot/chat/loading/start":       {100, time.Second},
	"POST /v2/bot/richmenu":                 {100, time.Hour},
	"DELETE /v2/bot/richmenu/{menu}":        {100, time.Hour},
	"DELETE /v2/bot/richmenu/alias/{alias}": {100, time.Hour},
	"POST /v2/bot/richmenu/batch":           {3, time.Hour},
	"GET /v2/bot/richmenu/progress/batch":   {100, time.Hour},
	"POST /v2/bot/channel/webhook/test":     {60, time.Hour},
}

// lineRate is the limit of every other endpoint.
var lineRate = Rate{2000, time.Second}

// lineWindow remembers when the last calls were let through, in a ring.
type lineWindow struct {
	at   []time.Time
	next int
}

// admit counts a call and says whether it is within the endpoint's limit:
// no more than Calls in any stretch of Per. A refused call is not counted.
func (ch *LineChannel) admit(pattern string, now time.Time) bool {
	rate, ok := ch.cfg.Rates[pattern]
	if !ok {
		if rate, ok = lineRates[pattern]; !ok {
			rate = lineRate
		}
	}
	w := ch.windows[pattern]
	if w == nil {
		w = &lineWindow{at: make([]time.Time, rate.Calls)}
		ch.windows[pattern] = w
	}
	if len(w.at) == 0 {
		return false
	}
	oldest := w.at[w.next]
	if !oldest.IsZero() && now.Sub(oldest) < rate.Per && !now.Before(oldest) {
		return false
	}
	w.at[w.next] = now
	w.next = (w.next + 1) % len(w.at)
	return true
}
