package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// tgMaxBody is the largest request taken: uploads go up to 50 MB (faq).
const tgMaxBody = 50 << 20

// tgExchange is one HTTP request by a bot, with the fault that strikes it.
type tgExchange struct {
	server        *telegramServer
	w             http.ResponseWriter
	r             *http.Request
	token, method string
	at            time.Time
	body          []byte
	status        int
	answer        []byte
	fault         Fault
}

// serve reads the request, lets a fault strike or the method act, and logs it.
func (x *tgExchange) serve() {
	body, err := io.ReadAll(http.MaxBytesReader(x.w, x.r.Body, tgMaxBody))
	x.body = body
	if err != nil {
		x.write(413, tgAnswer{ErrorCode: 413, Description: "Request Entity Too Large"})
		return
	}
	defer x.log()
	g := x.server
	g.mu.Lock()
	b := g.bots[x.token]
	g.mu.Unlock()
	if b == nil {
		x.write(401, tgAnswer{ErrorCode: 401, Description: "Unauthorized"})
		return
	}
	x.strike(b)
}

// strike applies the fault that hits this call, if one does.
func (x *tgExchange) strike(b *TelegramBot) {
	rule, hit := x.server.sim.Faults.strike("telegram", x.method)
	if !hit {
		x.write(x.call(b))
		return
	}
	x.fault = rule.Fault
	switch rule.Fault {
	case DropAnswer:
		x.status, _ = x.call(b)
		hangUp(x.w, false)
	case Reset:
		hangUp(x.w, true)
	case Delay:
		late := x.server.sim.Clock.After(rule.By) // counted before anybody sees the effect
		status, a := x.call(b)
		select {
		case <-late:
		case <-x.r.Context().Done():
		}
		x.write(status, a)
	case RateLimit:
		x.write(answer(nil, tooMany(int(rule.By/time.Second))))
	case ServerErr:
		x.write(500, tgAnswer{ErrorCode: 500, Description: "Internal Server Error"})
	case Garbage:
		x.status, x.answer = 502, []byte("<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>")
		x.w.Header().Set("Content-Type", "text/html")
		x.w.WriteHeader(502)
		x.w.Write(x.answer)
	case Empty:
		x.status, _ = x.call(b)
		x.w.WriteHeader(200)
	default: // a fault of LINE only
		x.write(x.call(b))
	}
}

// call runs the method.
func (x *tgExchange) call(b *TelegramBot) (int, tgAnswer) {
	p, err := readParams(x.r, x.body)
	if err != nil {
		return answer(nil, err)
	}
	if strings.EqualFold(x.method, "getUpdates") {
		return answer(b.getUpdates(x.r.Context(), p))
	}
	p.fetch(x.server.sim)
	x.server.mu.Lock()
	defer x.server.mu.Unlock()
	return frozen(answer(b.do(x.method, p)))
}

// frozen writes the result out while the lock is held, because the memory it
// points into goes on changing.
func frozen(status int, a tgAnswer) (int, tgAnswer) {
	if a.Result != nil {
		raw, err := json.Marshal(a.Result)
		if err != nil {
			return answer(nil, err)
		}
		a.Result = json.RawMessage(raw)
	}
	return status, a
}

// do runs one method under the lock.
func (b *TelegramBot) do(method string, p tgParams) (any, error) {
	method = strings.ToLower(method)
	f := tgMethods[method]
	if f == nil {
		return nil, &tgError{Code: 404, Description: "Not Found: method not found"}
	}
	c := &tgCall{TelegramBot: b, tgParams: p, method: method}
	if err := c.checkFlood(); err != nil {
		return nil, err
	}
	result, err := f(c)
	if err == nil {
		c.countFlood()
	}
	b.server.sim.notify()
	return result, err
}

func (x *tgExchange) write(status int, a tgAnswer) {
	x.status = status
	x.answer = writeTelegram(x.w, status, a)
}

// log puts the exchange on the wire log. Picture bytes are left out.
func (x *tgExchange) log() {
	headers := map[string]string{}
	for k := range x.r.Header {
		headers[k] = x.r.Header.Get(k)
	}
	channel := ""
	x.server.mu.Lock()
	if b := x.server.bots[x.token]; b != nil {
		channel = b.user.Username
	}
	x.server.mu.Unlock()
	x.server.sim.Wire.Add(Call{
		At: x.at, Platform: "telegram", Channel: channel, Method: x.r.Method,
		Path: "/bot" + x.token + "/" + x.method, Headers: headers, Body: bytes.Clone(x.body),
		Status: x.status, Answer: x.answer, Fault: string(x.fault),
	})
}

// hangUp closes the connection without an answer; with reset, by RST.
func hangUp(w http.ResponseWriter, reset bool) {
	h, ok := w.(http.Hijacker)
	if !ok {
		return
	}
	conn, _, err := h.Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok && reset {
		tcp.SetLinger(0)
	}
	conn.Close()
}
