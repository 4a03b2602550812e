package sim

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// The control interface drives the world over HTTP, for programs that are not
// this process: scripts, the simulator's page, a load generator. It stands
// under [Sim.Control]; bodies and answers are JSON; an error is a 4xx with
// {"error": "…"}. Durations are Go's ("90s"), times RFC 3339.
//
// Shared by both platforms:
//
//	GET    /clock                     {"now", "frozen"}
//	POST   /clock                     {"set": time} {"advance": "24h"} {"freeze": time} {"thaw": true}
//	POST   /faults                    {"fault", "platform", "path", "times", "skip", "by": "2s"} → {"id"}
//	                                  fault: drop-answer reset delay 429 500 garbage empty quota
//	DELETE /faults/{id}               takes one off; DELETE /faults all
//	GET    /wire?after=N              {"next", "calls": […]}: calls from the N-th on, in both directions
//
// LINE (control_line.go); {c} is a channel id, {who} a person's name:
//
//	POST   /line/channels             {"id", "secret", "token", "basicID", "name", "provider", "verified", "quota",
//	                                  "chatMode", "readMode", "noGroups", "webhook", "redelivery", "redeliverAfter", "timeout"}
//	                                  → the same with what was invented, "api" and "dataAPI"
//	GET    /line/channels             [ids]
//	GET    /line/{c}                  settings, quota used, deliveries, webhook errors, complaints, people, groups
//	POST   /line/{c}/webhook          {"url", "active"}
//	POST   /line/{c}/quota            {"value"}
//	POST   /line/{c}/redelivery       {"on", "after": "1m"}
//	POST   /line/{c}/async            {"on"}: deeds do not wait for the webhook's answer
//	POST   /line/{c}/{verb}           verify | redeliver | repeat | hold | release {"order": [1,0], "together": true}
//	                                  | inject {"events": [{…}]}
//	POST   /line/{c}/people           {"name", "language", "friend", "noConsent"}
//	GET    /line/{c}/people/{who}     ?group=id: id, phone, received, raw, buttons, menu, opened, clipboard, draft, loading
//	POST   /line/{c}/people/{who}/{verb}
//	                                  with "group" in the body the deed is done there. verbs: follow block unblock
//	                                  say {"text"} mention {"text", "to": [names; "" is the bot]} mentionall {"text"}
//	                                  quote {"part", "text"} sticker location {"title", "address"} picture {"picture": base64, "contentType"}
//	                                  press {"label"} pick {"label", "value"} postback {"data"} open {"url"} send unsend
//	                                  standby {"on"} link {"linkToken", "nonce"} → {"deliveries": […]} made meanwhile
//	POST   /line/{c}/people/{who}/await {"n"} → {"messages": […]}: waits for n unread ones
//	POST   /line/{c}/groups           {"name", "people": [names], "room": false} → {"id"}
//	POST   /line/{c}/groups/{id}/{verb} join {"people"} leave {"people"} kick add
//
// Telegram's verbs are listed in control_telegram.go.
func (s *Sim) control() http.Handler {
	mux := http.NewServeMux()
	f := &controlFaults{off: map[int]func(){}}
	mux.HandleFunc("GET /clock", controlled(func(*http.Request, struct{}) (any, error) { return s.clockState(), nil }))
	mux.HandleFunc("POST /clock", controlled(s.controlClock))
	mux.HandleFunc("POST /faults", controlled(func(_ *http.Request, q faultRequest) (any, error) { return f.add(s, q) }))
	mux.HandleFunc("DELETE /faults/{id}", controlled(f.remove))
	mux.HandleFunc("DELETE /faults", controlled(func(*http.Request, struct{}) (any, error) { s.Faults.Clear(); return nil, nil }))
	mux.HandleFunc("GET /wire", controlled(s.controlWire))
	s.controlLine(mux)
	s.controlTelegram(mux)
	return mux
}

// controlled makes a handler of a function from a JSON body (none is the zero
// value) to a JSON answer. An error is answered 400, errNobody 404.
func controlled[In any](f func(*http.Request, In) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		body, err := io.ReadAll(io.LimitReader(r.Body, 16<<20))
		if err == nil && len(body) > 0 {
			err = json.Unmarshal(body, &in)
		}
		var out any
		if err == nil {
			out, err = f(r, in)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			status := http.StatusBadRequest
			if errors.Is(err, errNobody) {
				status = http.StatusNotFound
			}
			w.WriteHeader(status)
			out = map[string]string{"error": err.Error()}
		}
		if out == nil {
			out = struct{}{}
		}
		json.NewEncoder(w).Encode(out)
	}
}

// errNobody says that the path names nothing in this world.
var errNobody = errors.New("sim: there is no such channel, person, group or verb")

func (s *Sim) clockState() any {
	s.Clock.mu.Lock()
	defer s.Clock.mu.Unlock()
	return map[string]any{"now": s.Clock.now(), "frozen": !s.Clock.frozen.IsZero()}
}

// clockRequest is the body of POST /clock; its parts are done in the order
// freeze, set, advance, thaw.
type clockRequest struct {
	Set, Freeze time.Time
	Advance     jsonDuration
	Thaw        bool
}

func (s *Sim) controlClock(_ *http.Request, q clockRequest) (any, error) {
	if !q.Freeze.IsZero() {
		s.Clock.Freeze(q.Freeze)
	}
	if !q.Set.IsZero() {
		s.Clock.Set(q.Set)
	}
	if q.Advance != 0 {
		s.Clock.Advance(time.Duration(q.Advance))
	}
	if q.Thaw {
		s.Clock.Thaw()
	}
	return s.clockState(), nil
}

// jsonDuration is "90s" in JSON.
type jsonDuration time.Duration

// UnmarshalJSON reads Go's form of a duration.
func (d *jsonDuration) UnmarshalJSON(b []byte) error {
	var text string
	if err := json.Unmarshal(b, &text); err != nil {
		return err
	}
	v, err := time.ParseDuration(text)
	*d = jsonDuration(v)
	return err
}

type faultRequest struct {
	Fault          Fault
	Platform, Path string
	Times, Skip    int
	By             jsonDuration
}

// controlFaults remembers how to take rules off again.
type controlFaults struct {
	mu   sync.Mutex
	next int
	off  map[int]func()
}

func (f *controlFaults) add(s *Sim, q faultRequest) (any, error) {
	switch q.Fault {
	case DropAnswer, Reset, Delay, RateLimit, ServerErr, Garbage, Empty, QuotaUsed:
	default:
		return nil, fmt.Errorf("sim: no fault is called %q", q.Fault)
	}
	off := s.Faults.Switch(Rule{
		Fault: q.Fault, Platform: q.Platform, Path: q.Path, Times: q.Times, Skip: q.Skip, By: time.Duration(q.By),
	})
	f.mu.Lock()
	defer f.mu.Unlock()
	f.next++
	f.off[f.next] = off
	return map[string]int{"id": f.next}, nil
}

func (f *controlFaults) remove(r *http.Request, _ struct{}) (any, error) {
	id, _ := strconv.Atoi(r.PathValue("id"))
	f.mu.Lock()
	defer f.mu.Unlock()
	off, ok := f.off[id]
	if !ok {
		return nil, errNobody
	}
	off()
	delete(f.off, id)
	return nil, nil
}

// wireCall is a Call with its bodies as texts; what is not text is left out.
type wireCall struct {
	At       time.Time         `json:"at"`
	Platform string            `json:"platform"`
	Channel  string            `json:"channel"`
	ToBot    bool              `json:"toBot"`
	Method   string            `json:"method"`
	Path     string            `json:"path"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Status   int               `json:"status"`
	Answer   string            `json:"answer"`
	Fault    string            `json:"fault,omitempty"`
	Billed   int               `json:"billed"`
}

// controlWire gives the log from the N-th call on; who polls passes the "next"
// of the last answer.
func (s *Sim) controlWire(r *http.Request, _ struct{}) (any, error) {
	after, _ := strconv.Atoi(r.URL.Query().Get("after"))
	calls := s.Wire.Calls()
	out := []wireCall{}
	for _, c := range calls[min(max(after, 0), len(calls)):] {
		out = append(out, wireCall{
			c.At, c.Platform, c.Channel, c.ToBot, c.Method, c.Path, c.Headers,
			bodyText(c.Body), c.Status, bodyText(c.Answer), c.Fault, c.Billed,
		})
	}
	return map[string]any{"next": len(calls), "calls": out}, nil
}

// bodyText keeps pictures out of the log's JSON.
func bodyText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return fmt.Sprintf("(%d bytes)", len(b))
}
