package book

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"

	"regulars/loyalty"
	"regulars/store"
)

// Verify walks all members and tells what is wrong: a broken chain, an entry
// that the rules cannot have made, a row that differs from what the entries
// give. It may run beside updates. progress, which may be nil, is called with
// how many members are done. The error is for reading that failed, or ctx.
//
// Entries that were cut off at the end together with their head do not show
// here, but in [Book.Root]. Outcomes of operations and employees' days, which
// are swept in time, are not looked at.
func (b *Book) Verify(ctx context.Context, db store.DB, progress func(members int)) (faults []Fault, err error) {
	done := 0
	err = walk(ctx, db, func(r store.Reader, l ledger) error {
		found, err := b.verifyMember(r, l)
		faults = append(faults, found...)
		if done++; progress != nil {
			progress(done)
		}
		return err
	})
	if err != nil {
		return faults, err
	}
	strays, err := b.strays(ctx, db)
	for _, key := range strays {
		m, _, _ := strings.Cut(strings.SplitN(string(key), "/", 3)[2], "/")
		faults = append(faults, Fault{Member: loyalty.MemberID(m), What: fmt.Sprintf("row %q should not be there; run `regulars rebuild`", key)})
	}
	return faults, err
}

// verifyMember checks one member's chain and everything derived from it.
func (b *Book) verifyMember(r store.Reader, l ledger) ([]Fault, error) {
	a, all, fault := b.fold(l)
	if fault != nil {
		return []Fault{*fault}, nil
	}
	want, err := b.derived(r, l.member, a, all)
	if err != nil {
		return nil, err
	}
	wrong, stray, err := compare(r, l.member, want)
	if err != nil {
		return nil, err
	}
	faults, err := halves(r, l.member, all)
	if err != nil {
		return nil, err
	}
	for _, key := range append(wrong, stray...) {
		faults = append(faults, Fault{Member: l.member, What: fmt.Sprintf("row %q is not what the entries give; run `regulars rebuild`", key)})
	}
	return faults, nil
}

// compare gives the keys of rows that are not as derived, and of the member's
// rows that should not be there; both sorted.
func compare(r store.Reader, m loyalty.MemberID, want map[string][]byte) (wrong, stray []string, err error) {
	for _, key := range slices.Sorted(maps.Keys(want)) {
		have, ok, err := r.Get([]byte(key))
		if err != nil {
			return nil, nil, err
		}
		if !ok || !bytes.Equal(have, want[key]) {
			wrong = append(wrong, key)
		}
	}
	for _, rg := range beside(m) {
		for row, err := range r.Scan(rg) {
			if err != nil {
				return nil, nil, err
			}
			if _, ok := want[string(row.Key)]; !ok {
				stray = append(stray, string(row.Key))
			}
		}
	}
	return wrong, stray, nil
}

// strays are the rows of the due, notice and wait indexes that their member's
// head knows nothing of.
func (b *Book) strays(ctx context.Context, db store.DB) (keys []string, err error) {
	for _, rg := range []store.Range{dues.All(), notices.All(), waits.All()} {
		for more := true; more; {
			err := db.View(ctx, func(r store.Reader) error {
				more = false
				seen := 0
				for row, err := range r.Scan(rg) {
					if err != nil {
						return err
					}
					if seen++; seen > walkRows {
						rg.Start, more = row.Key, true
						return nil
					}
					ok, err := b.known(r, string(row.Key))
					if err != nil {
						return err
					}
					if !ok {
						keys = append(keys, string(row.Key))
					}
				}
				return nil
			})
			if err != nil {
				return keys, err
			}
		}
	}
	return keys, nil
}

// known reports whether an index row "due/<instant>/<member>",
// "notice/<instant>/<member>" or "wait/<instant>/<member>/<seq>" follows from the
// member's head. A head that cannot be read is reported elsewhere.
func (b *Book) known(r store.Reader, key string) (bool, error) {
	part := strings.Split(key, "/")
	if len(part) < 3 {
		return false, nil
	}
	raw, ok, err := r.Get(accounts.Key(part[2]))
	if err != nil || !ok {
		return false, err
	}
	var a loyalty.Account
	if store.Decode(nil, raw, &a) != nil {
		return true, nil
	}
	if part[0] == "notice" {
		last, _, err := tolds.Get(r, part[2])
		n, _ := b.nextNotice(&a, last)
		return timeKey(n.At) == part[1], err
	}
	if len(part) == 3 {
		return timeKey(a.NextDue()) == part[1], nil
	}
	return slices.ContainsFunc(a.Waits, func(w loyalty.Wait) bool {
		return timeKey(w.Since) == part[1] && seqKey(w.Seq) == part[3]
	}), nil
}

// Root is one keyed hash over the newest hashes of all members, each as of the
// moment when it was read, and how many members that were. Kept elsewhere, it
// shows that a ledger lost its newest entries.
func (b *Book) Root(ctx context.Context, db store.DB) (root loyalty.Hash, members int, err error) {
	mac := hmac.New(sha256.New, b.Key)
	mac.Write([]byte("root\x00"))
	err = b.Each(ctx, db, func(_ store.Reader, m loyalty.MemberID, a *loyalty.Account) error {
		mac.Write(binary.BigEndian.AppendUint64([]byte(m+"\x00"), a.Seq))
		mac.Write(a.Head[:])
		members++
		return nil
	})
	if err != nil {
		return root, members, err
	}
	mac.Sum(root[:0])
	return root, members, nil
}
