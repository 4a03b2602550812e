package book

import (
	"context"
	"iter"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// ledger is one member's stored head and entries, undecoded.
type ledger struct {
	member  loyalty.MemberID
	head    []byte // nil: there is none
	entries []store.Row
}

// walkRows is about how many entries one View reads before it ends, so that no
// View stays open long; it always ends between two members.
const walkRows = 2000

// walk calls f for every member that has a head or an entry, in order, each in
// a View that f may read more in.
func walk(ctx context.Context, db store.DB, f func(store.Reader, ledger) error) error {
	from, more := "", true
	for more {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			rows := 0
			for l, err := range ledgers(r, from) {
				if err != nil {
					return err
				}
				if rows >= walkRows {
					from, more = string(l.member), true
					return nil
				}
				if rows += 1 + len(l.entries); ctx.Err() != nil {
					return ctx.Err()
				}
				if err := f(r, l); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// ledgers merges heads and entries by member, so that a head without entries
// and entries without a head are seen as well.
func ledgers(r store.Reader, from string) iter.Seq2[ledger, error] {
	return func(yield func(ledger, error) bool) {
		nextHead, stopHeads := iter.Pull2(r.Scan(accounts.Between(from, "\xff")))
		defer stopHeads()
		nextEntry, stopEntries := iter.Pull2(r.Scan(entries.Between(from, "\xff")))
		defer stopEntries()
		head, err, isHead := nextHead()
		entry, eerr, isEntry := nextEntry()
		for isHead || isEntry {
			if err != nil || eerr != nil {
				yield(ledger{}, firstError(err, eerr))
				return
			}
			var l ledger
			hm, em := memberOf(head, isHead), memberOf(entry, isEntry)
			if l.member = hm; !isHead || isEntry && em < hm {
				l.member = em
			}
			if isHead && hm == l.member {
				l.head = head.Value
				head, err, isHead = nextHead()
			}
			for isEntry && eerr == nil && memberOf(entry, true) == l.member {
				l.entries = append(l.entries, entry)
				entry, eerr, isEntry = nextEntry()
			}
			if !yield(l, nil) {
				return
			}
		}
	}
}

// memberOf is the second part of a row's key, the first after the prefix.
func memberOf(row store.Row, ok bool) loyalty.MemberID {
	if !ok {
		return ""
	}
	_, rest, _ := strings.Cut(string(row.Key), "/")
	m, _, _ := strings.Cut(rest, "/")
	return loyalty.MemberID(m)
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
