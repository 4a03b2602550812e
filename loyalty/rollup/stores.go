package rollup

import (
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// GivenMonth is what a store gave in a month, and what of its points was lost.
type GivenMonth struct {
	Given   loyalty.Points `json:"g,omitempty"` // by sales, gifts and by hand, less what was taken back
	Expired loyalty.Points `json:"x,omitempty"` // of the points that were ever given there
}

func (g GivenMonth) plus(o GivenMonth) GivenMonth {
	return GivenMonth{g.Given + o.Given, g.Expired + o.Expired}
}

// givenKey names a row of rollstore.
type givenKey struct {
	month Month
	store loyalty.Store
}

func (k givenKey) parts(gen int) []string {
	return []string{generation(gen), pad(int32(k.month)), storePart(k.store)}
}

// lateKey names a row of rolllate.
type lateKey struct {
	settleKey
	of Month // in which the points had been spent
}

func (k lateKey) parts(gen int) []string { return append(k.settleKey.parts(gen), pad(int32(k.of))) }

// gave adds to what a store gave in a month.
func (b *batch) gave(m Month, at loyalty.Store, n GivenMonth) {
	if n != (GivenMonth{}) {
		k := givenKey{m, at}
		b.given[k] = b.given[k].plus(n)
	}
}

func addLate(tx store.Tx, gen int, k lateKey, n loyalty.Points) error {
	was, had, err := lates.Get(tx, k.parts(gen)...)
	if err != nil {
		return err
	}
	switch n += was; {
	case n != 0:
		return lates.Put(tx, n, k.parts(gen)...)
	case had:
		return lates.Delete(tx, k.parts(gen)...)
	}
	return nil
}

func addGiven(tx store.Tx, gen int, k givenKey, n GivenMonth) error {
	was, had, err := givens.Get(tx, k.parts(gen)...)
	if err != nil {
		return err
	}
	switch n = n.plus(was); {
	case n != GivenMonth{}:
		return givens.Put(tx, n, k.parts(gen)...)
	case had:
		return givens.Delete(tx, k.parts(gen)...)
	}
	return nil
}

// lateKeyOf reads a key of rolllate after the prefix.
func lateKeyOf(key string) (k lateKey) {
	if p := strings.Split(key, "/"); len(p) == 5 {
		k = lateKey{settleKey{Month(number(p[1])), storeOf(p[2]), storeOf(p[3])}, Month(number(p[4]))}
	}
	return k
}

// givenKeyOf reads a key of rollstore after the prefix.
func givenKeyOf(key string) (k givenKey) {
	if p := strings.Split(key, "/"); len(p) == 3 {
		k = givenKey{Month(number(p[1])), storeOf(p[2])}
	}
	return k
}

// stores holds the rows of rolllate and rollstore against what was made.
func (c *checking) stores(r store.Reader) (err error) {
	if c.st.Form < formNow {
		return nil // made anew when the program starts
	}
	g := generation(c.st.Gen)
	for key, n := range lates.Scan(r, lates.Under(g), &err) {
		k := lateKeyOf(key)
		if c.sum.late[k] != n {
			c.say("figures: %q takes back %d points, and its entries %d", key, n, c.sum.late[k])
		}
		delete(c.sum.late, k)
	}
	for key, n := range givens.Scan(r, givens.Under(g), &err) {
		k := givenKeyOf(key)
		if c.sum.given[k] != n {
			c.say("figures: %q has %d points given and %d lost, and its entries %d and %d", key, n.Given, n.Expired, c.sum.given[k].Given, c.sum.given[k].Expired)
		}
		delete(c.sum.given, k)
	}
	for k, n := range c.sum.late {
		if n != 0 {
			c.say("figures: %d points taken back in %d are missing", n, k.month)
		}
	}
	for k, n := range c.sum.given {
		if n != (GivenMonth{}) {
			c.say("figures: what %q gave in %d is missing", k.store, k.month)
		}
	}
	return err
}
