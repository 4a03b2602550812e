package main

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store/bolt"
)

// TestRequestBounds asks every part of the house for more than it takes: a body of
// 2 MB, lists in lists ten thousand deep, a body in gzip, headers of 64 KB. Each
// is refused with a status of its own, changes no row, and the house stays up.
func TestRequestBounds(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil)
	l.world.Settle(20 * time.Millisecond)
	large := bytes.Repeat([]byte(" "), 2<<20)
	deep := []byte(`{"events":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000) + "}")
	gzip := []byte("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03")
	before := len(l.rows())
	for _, c := range []struct{ path, kind, header, value string }{
		{"/webhook/main", "application/json", "X-Line-Signature", "?"},
		{"/webhook/tg", "application/json", "X-Telegram-Bot-Api-Secret-Token", "?"},
		{"/api/v1/purchases", "application/json", "Authorization", "Bearer rk_none_x"},
		{"/counter/api/find", "application/json", "X-Regulars", "counter"},
		{"/counter/api/register", "application/json", "X-Regulars", "counter"},
		{"/console/in/none", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"},
		{"/console/language", "application/x-www-form-urlencoded", "Sec-Fetch-Site", "same-origin"},
		{"/n/none/none", "application/x-www-form-urlencoded", "Accept", "*/*"},
	} {
		for what, body := range map[string][]byte{"2 MB": large, "deep": deep, "gzip": gzip} {
			r, err := http.NewRequest("POST", l.app.url+c.path, bytes.NewReader(body))
			l.try(err)
			r.Header.Set("Content-Type", c.kind)
			r.Header.Set(c.header, c.value)
			if what == "gzip" {
				r.Header.Set("Content-Encoding", "gzip")
			}
			if c.path == "/webhook/main" {
				r.Header.Set("X-Line-Signature", sim.LineSignature("not the secret", body))
			}
			res, err := http.DefaultClient.Do(r)
			l.try(err)
			io.Copy(io.Discard, res.Body)
			res.Body.Close()
			if res.StatusCode < 400 || res.StatusCode >= 500 {
				t.Errorf("%s, %s: %s", c.path, what, res.Status)
			}
		}
		r, err := http.NewRequest("GET", l.app.url+c.path, nil)
		l.try(err)
		r.Header.Set("X-Long", strings.Repeat("x", 64<<10))
		if res, err := http.DefaultClient.Do(r); err != nil || res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("%s: headers of 64 KB: %v, %v", c.path, res, err)
		}
	}
	if grown := len(l.rows()) - before; grown != 0 {
		t.Errorf("%d rows came of it", grown)
	}
	if status, _ := l.deliver("/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature(labLineSecret, deep)}, deep); status >= 500 {
		t.Errorf("deep, and signed: %d", status) // LINE would send it for ever
	}
}

// TestSlowSenders: who sends a header or a webhook's body a letter at a time is
// hung up on within seconds, and a hundred of them keep nobody else waiting.
func TestSlowSenders(t *testing.T) {
	t.Parallel()
	l := newLab(t, bolt.Options{}, nil)
	address := strings.TrimPrefix(l.app.url, "http://")
	var held []net.Conn
	for i := range 100 {
		c, err := net.Dial("tcp", address)
		l.try(err)
		defer c.Close()
		begin := "POST /webhook/main HTTP/1.1\r\nHost: x\r\nX-Slow: "
		if i%2 == 0 {
			begin = "POST /webhook/main HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n{"
		}
		fmt.Fprint(c, begin)
		held = append(held, c)
	}
	var hungUp sync.WaitGroup
	var last atomic.Int64
	for _, c := range held {
		hungUp.Go(func() {
			c.SetReadDeadline(time.Now().Add(patience))
			if _, err := io.Copy(io.Discard, c); err != nil {
				t.Errorf("somebody slow is still there after a minute: %v", err)
			}
			last.Store(time.Now().UnixNano())
		})
	}
	if status, _ := l.deliver("/webhook/main", map[string]string{"X-Line-Signature": sim.LineSignature(labLineSecret, []byte(`{"events":[]}`))}, []byte(`{"events":[]}`)); status != http.StatusOK {
		t.Errorf("LINE is answered %d", status)
	}
	answered := time.Now()
	hungUp.Wait()
	if !answered.Before(time.Unix(0, last.Load())) {
		t.Error("LINE waited until nobody slow was there any more")
	}
}
