package book

import (
	"bytes"

	"regulars/loyalty"
	"regulars/store"
)

// Since is at most n of the member's entries after a number, oldest first. In an
// Update it locks the member.
func (b *Book) Since(r store.Reader, m loyalty.MemberID, after uint64, n int) (list []loyalty.Entry, err error) {
	if err := read(r, m); err != nil {
		return nil, err
	}
	rg := entries.Under(string(m))
	rg.Start = entries.Key(string(m), seqKey(after+1))
	for _, e := range entries.Scan(r, rg, &err) {
		if list = append(list, e); len(list) >= n {
			break
		}
	}
	return list, err
}

// AppendAll is list with all of the member's entries behind it, oldest first: for
// who reads many members and takes their memory again. In an Update it locks the
// member.
func (b *Book) AppendAll(r store.Reader, m loyalty.MemberID, list []loyalty.Entry) (_ []loyalty.Entry, err error) {
	if err := read(r, m); err != nil {
		return list, err
	}
	for _, e := range entries.Scan(r, entries.Under(string(m)), &err) {
		list = append(list, e)
	}
	return list, err
}

// Holders is at most n ids of those who have an account, ordered, from the first
// after the one given ("" is the beginning); who was merged into another is among
// them. It is for a View.
func (b *Book) Holders(r store.Reader, after loyalty.MemberID, n int) (ids []loyalty.MemberID, err error) {
	prefix := accounts.Key()
	for row, err := range r.Scan(accounts.Between(string(after)+"\x00", "\xff")) {
		if err != nil {
			return nil, err
		}
		if ids = append(ids, loyalty.MemberID(bytes.TrimPrefix(row.Key, prefix))); len(ids) == n {
			break
		}
	}
	return ids, nil
}
