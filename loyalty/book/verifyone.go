package book

import (
	"regulars/loyalty"
	"regulars/store"
)

// VerifyMember is Verify of one member, for somebody who looks at their page; n
// is how many entries they have. It reads them all, some ten thousand a second.
// It is for a View.
func (b *Book) VerifyMember(r store.Reader, m loyalty.MemberID) (faults []Fault, n int, err error) {
	l := ledger{member: m}
	if l.head, _, err = r.Get(accounts.Key(string(m))); err != nil {
		return nil, 0, err
	}
	for row, err := range r.Scan(entries.Under(string(m))) {
		if err != nil {
			return nil, 0, err
		}
		l.entries = append(l.entries, row)
	}
	if l.head == nil && len(l.entries) == 0 {
		return nil, 0, nil // nobody wrote anything about them
	}
	faults, err = b.verifyMember(r, l)
	return faults, len(l.entries), err
}
