package sim

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"
)

// SMS is a text message that went out through the simulated gateway.
type SMS struct {
	At   time.Time
	To   string // as the bot wrote it: "+886912345678"
	Text string
}

// smsServer is a gateway for text messages as many companies offer one:
// POST /sms/send with a bearer token and {"to", "text"}, answered 202
// {"status":"accepted"}. It knows the switches of [Faults] under the platform
// "sms".
type smsServer struct {
	sim   *Sim
	token string
	sent  []SMS // under sim.mu
}

// SMSToken is what the simulated gateway wants as "Authorization: Bearer …".
const SMSToken = "sms-gateway-token"

// SMSAPI is the address to send text messages to.
func (s *Sim) SMSAPI() string { return "http://" + s.addr + "/sms/send" }

// Texts are the text messages sent to a number so far, oldest first; to all of
// them where it is "".
func (s *Sim) Texts(to string) (all []SMS) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.sms.sent {
		if to == "" || m.To == to {
			all = append(all, m)
		}
	}
	return all
}

func (g *smsServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(r.Body, 64<<10))
	call := Call{At: g.sim.Clock.Now(), Platform: "sms", Channel: "sms", Method: r.Method, Path: r.URL.Path, Body: body,
		Headers: map[string]string{"Content-Type": r.Header.Get("Content-Type")}}
	rule, struck := g.sim.Faults.strike("sms", strings.TrimPrefix(r.URL.Path, "/"))
	status, answer := g.answer(r, body, rule.Fault)
	if struck {
		call.Fault = string(rule.Fault)
	}
	call.Status, call.Answer = status, []byte(answer)
	g.sim.Wire.Add(call)
	if struck && (rule.Fault == DropAnswer || rule.Fault == Reset) {
		panic(http.ErrAbortHandler)
	}
	if rule.Fault == Delay {
		<-g.sim.Clock.After(rule.By)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	io.WriteString(w, answer)
}

// answer does the call unless a fault is in the way.
func (g *smsServer) answer(r *http.Request, body []byte, fault Fault) (status int, answer string) {
	var m struct{ To, Text string }
	switch {
	case fault == ServerErr || fault == Reset:
		return http.StatusInternalServerError, `{"error":"internal"}`
	case fault == RateLimit:
		return http.StatusTooManyRequests, `{"error":"slow down"}`
	case fault == Garbage:
		return http.StatusBadGateway, "<html>Bad gateway</html>"
	case r.URL.Path != "/send" || r.Method != http.MethodPost:
		return http.StatusNotFound, `{"error":"no such path"}`
	case r.Header.Get("Authorization") != "Bearer "+g.token:
		return http.StatusUnauthorized, `{"error":"wrong token"}`
	case json.Unmarshal(body, &m) != nil || !strings.HasPrefix(m.To, "+") || m.Text == "":
		return http.StatusBadRequest, `{"error":"to and text are needed"}`
	}
	g.sim.mu.Lock()
	defer g.sim.mu.Unlock()
	g.sent = append(g.sent, SMS{g.sim.Clock.Now(), m.To, m.Text})
	g.sim.notify()
	return http.StatusAccepted, `{"status":"accepted"}`
}
