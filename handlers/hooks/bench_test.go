package hooks

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"regulars/handlers/console/consoletest"
	"regulars/loyalty"
	"regulars/store"
)

// BenchmarkDeliver is one event to a receiver on loopback, marks and all, over a
// bolt file: members' events go side by side.
func BenchmarkDeliver(b *testing.B) {
	w := consoletest.New(b, consoletest.Options{})
	d := New(w.Shop, w.DB, Guard{Allow: prefixes("127.0.0.0/8")})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer s.Close()
	w.Do(func(tx store.Tx) error {
		e, _, err := d.Add(tx, Endpoint{URL: s.URL, Events: Types()}, w.Clock.Now())
		for i := range b.N {
			v := newEvent(PointsEarned, w.Clock.Now(), Data{Member: loyalty.MemberID(fmt.Sprint("m", i%1000))}, fmt.Sprint(i))
			if err == nil {
				err = put(tx, e.ID, job{Event: v, Born: v.At})
			}
		}
		return err
	})
	b.ResetTimer()
	if err := d.Deliver(context.Background()); err != nil {
		b.Fatal(err)
	}
	if n, _ := d.Tries(); n != int64(b.N) {
		b.Fatalf("%d arrived of %d", n, b.N)
	}
}

// BenchmarkTell is what a sale costs besides where nobody wants to hear of it.
func BenchmarkTell(b *testing.B) {
	w := consoletest.New(b, consoletest.Options{})
	d := New(w.Shop, w.DB, Guard{})
	v := newEvent(PointsEarned, w.Clock.Now(), Data{Member: w.Ann}, "x")
	w.Do(func(tx store.Tx) error {
		for b.Loop() {
			if err := d.tell(tx, v); err != nil {
				return err
			}
		}
		return nil
	})
}
