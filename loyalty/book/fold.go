package book

import (
	"fmt"
	"strconv"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// Fault is something that Verify found.
type Fault struct {
	Member loyalty.MemberID
	Seq    uint64 // of the bad entry; 0 when it is another row
	What   string // in English, for an operator
}

func (f Fault) String() string {
	if f.Seq == 0 {
		return fmt.Sprintf("member %s: %s", f.Member, f.What)
	}
	return fmt.Sprintf("member %s, entry %d: %s", f.Member, f.Seq, f.What)
}

// fold is the account that the member's entries make, and the entries. It
// stops at the first entry that is not as this book wrote it.
func (b *Book) fold(l ledger) (*loyalty.Account, []loyalty.Entry, *Fault) {
	a := &loyalty.Account{}
	var all []loyalty.Entry
	for _, row := range l.entries {
		_, tail, _ := strings.Cut(strings.TrimPrefix(string(row.Key), "entry/"), "/")
		seq, _ := strconv.ParseUint(tail, 10, 64)
		bad := func(what string) (*loyalty.Account, []loyalty.Entry, *Fault) {
			return a, all, &Fault{l.member, seq, what}
		}
		if seq != a.Seq+1 || tail != seqKey(seq) {
			seq = a.Seq + 1
			return bad("the entry is missing")
		}
		var e loyalty.Entry
		if err := store.Decode(row.Key, row.Value, &e); err != nil {
			return bad("the row is damaged")
		}
		if e.Member != l.member || e.Seq != seq {
			return bad("the row holds another entry")
		}
		if loyalty.Link(b.Key, a.Head, &e) != e.Hash {
			return bad("the entry was changed, or follows another one than it was written after")
		}
		if err := a.Apply(e); err != nil {
			return bad("the entry breaks the rules: " + err.Error())
		}
		all = append(all, e)
	}
	var head loyalty.Account
	if l.head != nil && store.Decode(nil, l.head, &head) == nil && head.Seq > a.Seq {
		return a, all, &Fault{l.member, a.Seq + 1, "the entry is missing"}
	}
	return a, all, nil
}

// derived are the rows that follow from a member's entries, by key, in their
// stored form: all that save and add write but the entries themselves. When the
// member was told last, which is no consequence of entries, is read from r.
func (b *Book) derived(r store.Reader, m loyalty.MemberID, a *loyalty.Account, all []loyalty.Entry) (map[string][]byte, error) {
	last, _, err := tolds.Get(r, string(m))
	if err != nil {
		return nil, err
	}
	rows := map[string][]byte{}
	var failed error
	put := func(key []byte, v any) {
		raw, err := store.Encode(v)
		if err != nil {
			failed = err
		}
		rows[string(key)] = raw
	}
	id := string(m)
	sales := map[string]numbered{}
	put(accounts.Key(id), a)
	for seq, lot := range a.Shelf {
		put(lots.Key(id, seqKey(seq)), lot)
	}
	for seq, mark := range a.Marks {
		put(marks.Key(id, seqKey(seq)), mark)
	}
	for _, w := range a.Waits {
		put(waits.Key(timeKey(w.Since), id, seqKey(w.Seq)), Waiting{m, w})
	}
	if due := a.NextDue(); !due.IsZero() {
		put(dues.Key(timeKey(due), id), struct{}{})
	}
	if n, ok := b.nextNotice(a, last); ok {
		put(notices.Key(timeKey(n.At), id), n)
	}
	for i := range all {
		e := &all[i]
		if e.Ref != "" {
			put(refs.Key(string(e.Ref)), place{m, e.Seq})
		}
		if e.Kind == loyalty.KindEarn && e.Order != "" {
			key := orderKey(e.Order)
			sales[key] = sales[key].with(e)
			put(orders.Key(id, key), sales[key])
		}
	}
	return rows, failed
}

// beside are the ranges of a member's own derived rows, in which nothing may
// stand that is not derived.
func beside(m loyalty.MemberID) []store.Range {
	id := string(m)
	return []store.Range{lots.Under(id), marks.Under(id), orders.Under(id)}
}
