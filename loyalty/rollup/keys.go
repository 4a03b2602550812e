package rollup

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// blockBits is how many ordinals' bits one row of a day spans.
const blockBits = 17

func blockOf(ord uint32) uint32 { return ord >> blockBits }

// rowKey names a row of records.
type rowKey struct {
	staff bool   // a month of an employee, else a day of a store
	when  int32  // day or month
	block uint32 // of ordinals
	who   string // employee, or store
}

func dayKey(day int32, at loyalty.Store, ord uint32) rowKey {
	return rowKey{false, day, blockOf(ord), string(at)}
}

func staffKey(m Month, staff string, ord uint32) rowKey {
	return rowKey{true, int32(m), blockOf(ord), staff}
}

// under is the key as stored.
func (k rowKey) under(gen int) []byte {
	if k.staff {
		return months.Key(generation(gen), pad(k.when), pad(int32(k.block)), escape(k.who))
	}
	return days.Key(generation(gen), pad(k.when), pad(int32(k.block)), storePart(loyalty.Store(k.who)))
}

func pad(n int32) string { return fmt.Sprintf("%07d", n) }

// escape is a name as part of a key.
func escape(s string) string { return url.PathEscape(s) }

// storePart is a store as part of a key; the sign keeps the empty one a part.
func storePart(s loyalty.Store) string { return "=" + escape(string(s)) }

func storeOf(part string) loyalty.Store {
	s, err := url.PathUnescape(strings.TrimPrefix(part, "="))
	if err != nil {
		return loyalty.Store(part)
	}
	return loyalty.Store(s)
}

// keyOf reads a stored key of rollday or rollstaff.
func keyOf(raw []byte) (k rowKey) {
	p := strings.Split(string(raw), "/")
	if len(p) != 5 {
		return k
	}
	return rowKey{p[0] == "rollstaff", number(p[2]), uint32(number(p[3])), string(storeOf(p[4]))}
}

// number is a padded number of a key, 0 for what is none.
func number(s string) int32 {
	n, _ := strconv.ParseInt(s, 10, 32)
	return int32(n)
}

// daysIn are the rows of a span's days.
func daysIn(gen int, s Span) store.Range {
	g := generation(gen)
	return days.Between(g+"/"+pad(max(s.From, 0)), g+"/"+pad(max(s.To, 0)))
}
