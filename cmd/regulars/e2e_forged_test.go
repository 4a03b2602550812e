package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store"
	"regulars/store/bolt"
)

// deliver posts a body to the program's own door and gives status and headers.
func (l *lab) deliver(path string, headers map[string]string, body []byte) (int, http.Header) {
	l.t.Helper()
	req, err := http.NewRequest("POST", l.app.url+path, bytes.NewReader(body))
	l.try(err)
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	l.try(err)
	defer res.Body.Close()
	io.Copy(io.Discard, res.Body)
	return res.StatusCode, res.Header
}

// lineBody is a webhook of LINE's in which somebody says something.
func lineBody(t testing.TB, id, text string, at time.Time) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"destination": "U" + strings.Repeat("0", 32), "events": []any{map[string]any{
		"type": "message", "mode": "active", "timestamp": at.UnixMilli(), "webhookEventId": id,
		"deliveryContext": map[string]any{"isRedelivery": false}, "replyToken": strings.Repeat("ab", 16),
		"source":  map[string]any{"type": "user", "userId": "U" + strings.Repeat("1", 32)},
		"message": map[string]any{"type": "text", "id": "1", "text": text},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestForgedWebhooks is case 25: whoever cannot sign is told no and leaves no
// trace, and the front door stays whole under what is too large or unknown.
func TestForgedWebhooks(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, func(c *Config) {
		other := c.Channels[0]
		other.Name, other.ChannelSecret = "second", "another-secret"
		c.Channels = append(c.Channels, other)
		c.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
	})
	l.world.Settle(20 * time.Millisecond)
	now := l.world.Clock.Now()
	body := lineBody(t, "01HZ0000000000000000000000", "/join", now)
	signed := sim.LineSignature(labLineSecret, body)
	var spaced bytes.Buffer
	l.try(json.Indent(&spaced, body, "", " "))
	huge := append(bytes.Clone(body[:len(body)-1]), append(bytes.Repeat([]byte(" "), 10<<20), '}')...)
	const update = `{"update_id":77,"message":{"message_id":1,"date":1,"from":{"id":5,"first_name":"E"},"chat":{"id":5,"type":"private"},"text":"/join"}}`
	secret := "X-Telegram-Bot-Api-Secret-Token"
	for _, c := range []struct {
		what, path string
		headers    map[string]string
		body       []byte
		want       int
	}{
		{"no signature", "/webhook/main", nil, body, 401},
		{"empty signature", "/webhook/main", map[string]string{"X-Line-Signature": ""}, body, 401},
		{"no base64", "/webhook/main", map[string]string{"X-Line-Signature": "!!!"}, body, 401},
		{"wrong signature", "/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature("guess", body)}, body, 401},
		{"another channel's signature", "/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature("another-secret", body)}, body, 401},
		{"this channel's, at another", "/webhook/second", map[string]string{"X-Line-Signature": signed}, body, 401},
		{"re-encoded", "/webhook/main", map[string]string{"X-Line-Signature": signed}, spaced.Bytes(), 401},
		{"garbage unsigned", "/webhook/main", nil, []byte("{{{"), 401},
		{"10 MB", "/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature(labLineSecret, huge)}, huge, 413},
		{"LINE's at Telegram's", "/webhook/tg", map[string]string{"X-Line-Signature": signed}, body, 401},
		{"no secret token", "/webhook/tg", nil, []byte(update), 401},
		{"wrong secret token", "/webhook/tg", map[string]string{secret: "lab-telegram-secret-5d3b"}, []byte(update), 401},
		{"unknown channel", "/webhook/nobody", map[string]string{"X-Line-Signature": signed}, body, 404},
		{"no events", "/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature(labLineSecret, []byte(`{"events":[]}`))}, []byte(`{"events":[]}`), 200},
	} {
		before := l.rows()
		got, _ := l.deliver(c.path, c.headers, c.body)
		if got != c.want {
			t.Errorf("%s: %d, not %d", c.what, got, c.want)
		}
		if !maps.Equal(before, l.rows()) {
			t.Errorf("%s: the store changed", c.what)
		}
	}
	l.replayed(body, signed)
	if res, err := http.Get(l.app.url + "/webhook/main"); err != nil || res.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %v %v", res.Status, err)
	}
}

// replayed sends an honest webhook, and its bytes again days later.
func (l *lab) replayed(body []byte, signed string) {
	t := l.t
	headers := map[string]string{"X-Line-Signature": signed}
	if got, _ := l.deliver("/webhook/main", headers, body); got != 200 {
		t.Fatalf("an honest webhook: %d", got)
	}
	l.passes(5 * time.Minute) // its answer finds no such token, and is given up
	for _, after := range []time.Duration{time.Second, 3 * time.Hour, 30 * 24 * time.Hour} {
		l.passes(after)
		before := l.rows()
		if got, _ := l.deliver("/webhook/main", headers, body); got != 200 {
			t.Errorf("replayed after %s: %d", after, got)
		}
		l.world.Settle(20 * time.Millisecond)
		for k := range l.rows() {
			// That it came may be noted anew once the note was swept, and how its
			// answer ended may be noted late.
			if _, was := before[k]; !was && !strings.HasPrefix(k, "out") && !strings.HasPrefix(k, "seen/") {
				t.Errorf("replayed after %s: a new row %s…", after, k[:min(len(k), 9)])
			}
		}
	}
}

// TestCallerAddress: who forged is logged by the address that counts, and a
// stranger cannot choose it.
func TestCallerAddress(t *testing.T) {
	for _, c := range []struct {
		trusted []string
		header  string
		want    string
	}{
		{nil, "203.0.113.9", "from=127.0.0.1"},
		{[]string{"127.0.0.1/32"}, "203.0.113.9", "from=203.0.113.9"},
		{[]string{"127.0.0.1/32"}, "203.0.113.9, 198.51.100.4", "from=198.51.100.4"},
		{[]string{"127.0.0.1/32", "198.51.100.0/24"}, "203.0.113.9, 198.51.100.4", "from=203.0.113.9"},
		{[]string{"127.0.0.1/32"}, "evil\nfrom=6.6.6.6", "from=127.0.0.1"},
		{[]string{"10.0.0.0/8"}, "203.0.113.9", "from=127.0.0.1"},
	} {
		a := &app{ops: &operations{}}
		proxies := []netip.Prefix{}
		for _, p := range c.trusted {
			proxies = append(proxies, netip.MustParsePrefix(p))
		}
		a.ops.proxies.Store(&proxies)
		r := &http.Request{RemoteAddr: "127.0.0.1:4711", Header: http.Header{"X-Forwarded-For": {c.header}}}
		if got := "from=" + a.client(r); got != c.want {
			t.Errorf("%q through %v: %s, not %s", c.header, c.trusted, got, c.want)
		}
	}
}

// TestPressure: what cannot be committed is put off within a second, and comes
// again; nothing is half done.
func TestPressure(t *testing.T) {
	l := newLab(t, bolt.Options{Queue: 1}, nil)
	hold, held, release := context.Background(), make(chan struct{}), make(chan struct{})
	go l.app.app.db.Update(hold, func(store.Tx) error { close(held); <-release; return nil })
	<-held
	ann := l.line.Person("Ann", "en").Befriend()
	l.line.Async(true)
	for range 4 {
		ann.Say("hello")
	}
	put := 0
	for late := time.Now().Add(patience); put < 4 && time.Now().Before(late); {
		l.world.Settle(300 * time.Millisecond)
		put = 0
		for _, d := range l.line.Deliveries() {
			if d.Status == http.StatusServiceUnavailable {
				put++
			}
		}
	}
	if put != 4 {
		t.Errorf("%d of 4 webhooks were put off", put)
	}
	close(release)
	l.line.Async(false)
	l.eventually("all to be taken in", func() bool { // the queue of one empties one by one
		return !slices.ContainsFunc(l.line.Redeliver(), func(d sim.Delivery) bool { return d.Status != http.StatusOK })
	})
	if all := l.hears(ann, 1); count(all, "Welcome") != 1 {
		t.Errorf("Ann heard %q", all)
	}
	body := lineBody(t, "01HZ0000000000000000000009", "/join", l.world.Clock.Now())
	headers := map[string]string{"X-Line-Signature": sim.LineSignature(labLineSecret, body)}
	l.try(l.app.app.db.Close())
	began := time.Now()
	if got, h := l.deliver("/webhook/main", headers, body); got != 503 || h.Get("Retry-After") == "" || time.Since(began) > patience {
		t.Errorf("with the store closed: %d after %s", got, time.Since(began))
	}
	if err := l.app.stop(); err != nil && !errors.Is(err, store.ErrClosed) {
		t.Logf("stopping over a closed store: %v", err)
	}
	l.app = nil
}

// TestDiskFullServed is case 20: with no room left webhooks are put off, and
// done as soon as there is.
func TestDiskFullServed(t *testing.T) {
	l := newLab(t, bolt.Options{MaxSize: 16 << 20}, nil).staffed()
	db := l.app.app.db
	// Small rows stand apart from large ones, so that they need a page only.
	ballast := func(i int) []byte { return fmt.Appendf(nil, "zz/%06d", i) }
	n := 0
	fill := func(size int) bool { // false: no room for so much
		key := ballast(n)
		if size < 4<<10 {
			key[0] = 'a'
		}
		err := db.Update(t.Context(), func(tx store.Tx) error {
			return errors.Join(tx.Lock("zz"), tx.Put(key, bytes.Repeat([]byte{'x'}, size)))
		})
		if err == nil {
			n++
		}
		return err == nil
	}
	sold, full := 0, false
	for tries := 0; !full && tries < 60; tries++ {
		for _, size := range []int{256 << 10, 32 << 10, 3 << 10} {
			for fill(size) { // the pages of a commit are free after the next
			}
		}
		l.sam.Say(fmt.Sprintf("/sale 0912345678 100 FULL-%d", tries))
		last := l.line.Deliveries()[len(l.line.Deliveries())-1]
		if full = last.Status == http.StatusServiceUnavailable; !full {
			sold++
		}
	}
	if !full {
		t.Fatal("the disk did not get full")
	}
	l.try(whole(t.Context(), l.app.app))
	for range 3 { // one at a time, small ones first: even a deletion needs pages to write
		for _, first := range []byte{'a', 'z'} {
			for i := range n {
				key := ballast(i)
				key[0] = first
				db.Update(t.Context(), func(tx store.Tx) error { return errors.Join(tx.Lock("zz"), tx.Delete(key)) })
			}
		}
	}
	for _, d := range l.line.Redeliver() {
		if d.Status != 200 {
			t.Errorf("redelivered when there was room: %d", d.Status)
		}
	}
	if all := l.hears(l.sam, sold+1); count(all, "10 points for Ann") != sold+1 {
		t.Errorf("Sam heard %q of %d sales", all, sold+1)
	}
	l.try(whole(t.Context(), l.app.app))
}
