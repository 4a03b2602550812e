package api

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"regulars/store/postgres"
	"regulars/store/postgres/pgtest"
)

// Two processes over one database: a number used by many clients at both is one
// purchase, an order has its points once, and points for one cookie are one
// cookie, whoever asks where.
func TestPostgres(t *testing.T) {
	t.Parallel()
	url := pgtest.Start(t)
	patient := postgres.Options{ConnectTimeout: time.Minute, Patience: 10 * time.Second} // a busy machine is slow to answer
	first, err := postgres.Create(context.Background(), url, patient)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { first.Close() })
	second, err := postgres.Open(context.Background(), url, patient)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { second.Close() })
	w := openIn(t, first)
	w.give(w.bob, 60)
	_, number := w.card(w.bob)
	here := w.url
	w.db = second
	w.serve()
	there := w.url
	w.db = first

	var mu sync.Mutex
	var all sync.WaitGroup
	same, orders, cookies := map[string]int{}, map[int]int{}, map[int]int{}
	ask := func(n int, path string, b j, op string) said {
		at := world{t: t, url: []string{here, there}[n%2], key: w.key}
		return at.ask("POST", path, b, opHeader, op)
	}
	for n := range 12 {
		all.Go(func() {
			a := ask(n, "/purchases", j{"member": w.ann, "amount": 100, "store": "main"}, "one-number")
			o := ask(n, "/purchases", j{"member": w.ann, "amount": 200, "order": "A-1", "store": "main"}, fmt.Sprint("an-order-", n))
			c := ask(n, "/redemptions", j{"card": number, "reward": "cookie", "store": "main"}, fmt.Sprint("a-cookie-", n))
			mu.Lock()
			defer mu.Unlock()
			same[fmt.Sprint(a.Status, string(a.Raw))]++
			orders[o.Status]++
			cookies[c.Status]++
		})
	}
	all.Wait()
	if len(same) != 1 || orders[200] != 1 || orders[422] != 11 || cookies[200] != 1 || cookies[422] != 11 {
		t.Errorf("%v; orders %v; cookies %v", same, orders, cookies)
	}
	if w.points(w.ann) != 30 || w.points(w.bob) != 0 {
		t.Errorf("they have %d and %d", w.points(w.ann), w.points(w.bob))
	}
	w.whole()
}
