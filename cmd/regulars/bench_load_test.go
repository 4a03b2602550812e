package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// client sends webhooks as a platform does, over connections that stay open, to
// one address after the other where there are several.
type client struct {
	http   *http.Client
	urls   []string
	turn   atomic.Int64
	putOff atomic.Int64 // answers of 503
}

func newClient(b *testing.B, urls ...string) *client {
	t := &http.Transport{MaxIdleConns: 4096, MaxIdleConnsPerHost: 4096, DisableCompression: true}
	b.Cleanup(t.CloseIdleConnections)
	return &client{http: &http.Client{Transport: t, Timeout: 10 * time.Second}, urls: urls}
}

// errPutOff reports an answer of 503: come back in a second.
var errPutOff = errors.New("answered 503")

// send delivers one webhook; whatever is not answered 200 is an error.
func (c *client) send(r request) error {
	url := c.urls[int(c.turn.Add(1))%len(c.urls)]
	q, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(r.body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json; charset=utf-8")
	q.Header.Set("X-Line-Signature", r.signature)
	res, err := c.http.Do(q)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		return err
	}
	switch res.StatusCode {
	case http.StatusOK:
		return nil
	case http.StatusServiceUnavailable:
		c.putOff.Add(1)
		return errPutOff
	default:
		return fmt.Errorf("answered %d", res.StatusCode)
	}
}

// deliver sends one webhook until it is taken, as a platform does.
func (c *client) deliver(b *testing.B, r request) {
	err := c.send(r)
	for errors.Is(err, errPutOff) {
		time.Sleep(time.Second)
		err = c.send(r)
	}
	if err != nil {
		b.Error(err)
	}
}

// rate lets callers send all of requests, each caller one at a time, and gives
// webhooks a second.
func (c *client) rate(b *testing.B, callers int, requests []request) float64 {
	perSecond, _ := c.crowd(b, callers, requests)
	return perSecond
}

// crowd is rate that tells how long each webhook took as well.
func (c *client) crowd(b *testing.B, callers int, requests []request) (perSecond float64, took []time.Duration) {
	took = make([]time.Duration, len(requests))
	var next atomic.Int64
	var wg sync.WaitGroup
	start := time.Now()
	for range callers {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				begun := time.Now()
				c.deliver(b, requests[i])
				took[i] = time.Since(begun)
			}
		})
	}
	wg.Wait()
	return float64(len(requests)) / time.Since(start).Seconds(), took
}

// arrivals sends requests at a rate that does not wait for answers, at random
// times as strangers do (exponential gaps), and gives how long each took from
// the moment it was due.
func (c *client) arrivals(b *testing.B, perSecond float64, requests []request, random *rand.Rand) []time.Duration {
	took := make([]time.Duration, len(requests))
	var wg sync.WaitGroup
	due := time.Now()
	for i := range requests {
		due = due.Add(time.Duration(random.ExpFloat64() / perSecond * float64(time.Second)))
		at := due
		time.Sleep(time.Until(at))
		wg.Go(func() {
			c.deliver(b, requests[i])
			took[i] = time.Since(at)
		})
	}
	wg.Wait()
	return took
}

// one times a single call.
func one(b *testing.B, call func() error) time.Duration {
	start := time.Now()
	if err := call(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

func median[T int64 | float64 | time.Duration](v []T) T { return quantile(v, 0.5) }

// quantile sorts v.
func quantile[T int64 | float64 | time.Duration](v []T, q float64) T {
	slices.Sort(v)
	return v[min(len(v)-1, int(float64(len(v))*q))]
}

// verdict prints what was measured beside its bar. A figure that falls short
// fails the benchmark.
func verdict(b *testing.B, ok bool, format string, args ...any) {
	word := "ok"
	if !ok {
		word = "FALLS SHORT"
		b.Fail()
	}
	fmt.Fprintf(os.Stdout, "\nBENCH "+format+" %s\n", append(args, word)...)
}
