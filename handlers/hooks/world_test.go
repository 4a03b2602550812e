package hooks

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"regulars/handlers/console/consoletest"
	"regulars/store"
	"regulars/store/mem"
)

// world is a café with webhooks, over the strict store, and receivers on
// loopback, which is allowed.
type world struct {
	*consoletest.World
	t    *testing.T
	desk *Desk
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldIn(t, nil)
}

// newWorldIn is newWorld over a store; nil: the strict one.
func newWorldIn(t *testing.T, db store.DB) *world {
	t.Helper()
	w := &world{World: consoletest.New(t, consoletest.Options{Strict: true, DB: db}), t: t}
	w.desk = New(w.Shop, w.DB, Guard{Allow: prefixes("127.0.0.0/8")})
	w.desk.way.Load().client.Timeout = time.Minute
	return w
}

func (w *world) mem() *mem.DB { return w.DB.(*mem.DB) }

// add makes an endpoint.
func (w *world) add(url string, events ...Type) (e Endpoint, s Secret) {
	w.t.Helper()
	w.Do(func(tx store.Tx) (err error) {
		e, s, err = w.desk.Add(tx, Endpoint{URL: url, Events: events}, w.Clock.Now())
		return err
	})
	return e, s
}

// deliver sends what is due.
func (w *world) deliver() {
	w.t.Helper()
	if err := w.desk.Deliver(context.Background()); err != nil {
		w.t.Fatal(err)
	}
}

// waiting and past are an endpoint's deliveries.
func (w *world) waiting(id ID) (list []Delivery) {
	w.t.Helper()
	w.See(func(r store.Reader) (err error) {
		list, _, err = Waiting(r, id, 1000)
		return err
	})
	return list
}

func (w *world) past(id ID) (list []Delivery) {
	w.t.Helper()
	w.See(func(r store.Reader) (err error) {
		list, _, err = Past(r, id, "", 1000)
		return err
	})
	return list
}

func (w *world) get(id ID) (e Endpoint) {
	w.t.Helper()
	w.See(func(r store.Reader) (err error) {
		e, err = Get(r, id)
		return err
	})
	return e
}

// rows are how many rows of the queue and the past there are.
func (w *world) rows() (n int) {
	for _, row := range w.mem().Dump() {
		if bytes.HasPrefix(row.Key, []byte("hookqueue/")) || bytes.HasPrefix(row.Key, []byte("hookpast/")) {
			n++
		}
	}
	return n
}

// heard is one POST that a receiver took.
type heard struct {
	ID, Type, Member, Body string
	Header                 http.Header
}

// receiver is a program of the shop's, which does as it is told.
type receiver struct {
	*httptest.Server
	mu  sync.Mutex
	got []heard
	do  func(w http.ResponseWriter, r *http.Request, h heard) // nil: 200
}

func (w *world) receive(do func(http.ResponseWriter, *http.Request, heard)) *receiver {
	v := &receiver{do: do}
	v.Server = httptest.NewServer(http.HandlerFunc(v.take))
	w.t.Cleanup(func() { v.CloseClientConnections(); v.Close() })
	return v
}

func (v *receiver) take(w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	var b struct {
		Type string
		Data struct{ Member string }
	}
	_ = json.Unmarshal(raw, &b)
	h := heard{r.Header.Get("webhook-id"), b.Type, b.Data.Member, string(raw), r.Header}
	v.mu.Lock()
	v.got = append(v.got, h)
	do := v.do
	v.mu.Unlock()
	if do != nil {
		do(w, r, h)
	}
}

func (v *receiver) all() []heard {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Clone(v.got)
}

// then changes what the receiver does.
func (v *receiver) then(do func(http.ResponseWriter, *http.Request, heard)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.do = do
}

func answers(status int) func(http.ResponseWriter, *http.Request, heard) {
	return func(w http.ResponseWriter, _ *http.Request, _ heard) { w.WriteHeader(status) }
}

// fits looks at a signature as the specification says it, with nothing of this
// package's: any "v1," part has to be the base64 HMAC-SHA256 of
// "id.timestamp.body" under the decoded secret.
func fits(t *testing.T, h heard, s Secret) bool {
	t.Helper()
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(string(s), "whsec_"))
	if err != nil || len(key) < 24 || len(key) > 64 {
		t.Fatalf("the secret has %d bytes: %v", len(key), err)
	}
	if _, err := strconv.ParseInt(h.Header.Get("webhook-timestamp"), 10, 64); err != nil {
		t.Fatal(err)
	}
	m := hmac.New(sha256.New, key)
	fmt.Fprint(m, h.ID, ".", h.Header.Get("webhook-timestamp"), ".", h.Body)
	return slices.Contains(strings.Split(h.Header.Get("webhook-signature"), " "), "v1,"+base64.StdEncoding.EncodeToString(m.Sum(nil)))
}
