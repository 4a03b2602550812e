package fraud

import (
	"slices"

	"regulars/loyalty"
)

// Happened names the stores where it happened, once each; "" is none. The first one
// stays the finding's Store.
func (f *Finding) Happened(at ...loyalty.Store) {
	for _, s := range at {
		if s == "" || f.In(s) {
			continue
		}
		if f.Store == "" {
			f.Store = s
			continue
		}
		f.Others = append(f.Others, s)
	}
	slices.Sort(f.Others)
}

// In reports whether it happened in a store, be it among others.
func (f *Finding) In(at loyalty.Store) bool { return f.Store == at || slices.Contains(f.Others, at) }

// Stores are all where it happened.
func (f *Finding) Stores() []loyalty.Store {
	if f.Store == "" {
		return nil
	}
	return append([]loyalty.Store{f.Store}, f.Others...)
}
