package people

import (
	"slices"
	"unicode/utf8"

	"regulars/loyalty"
	"regulars/store"
)

// ByNamePage is [Vault.ByName] a page at a time: at most n members from the first
// after the one given ("" is the beginning); next is where to go on, "" at the
// end. One page looks at 2,000 index rows and opens 200 persons at most, so that
// it may be short, or empty, and still not the last.
func (v *Vault) ByNamePage(r store.Reader, query string, after loyalty.MemberID, n int) (found []loyalty.MemberID, next loyalty.MemberID, err error) {
	tokens := telling(queryTokens(query))
	if len(tokens) == 0 {
		return nil, "", nil
	}
	hashes := make([]string, len(tokens))
	for i, t := range tokens {
		hashes[i] = v.hash("name", t)
	}
	rg := names.Under(hashes[0])
	if after != "" {
		rg.Start = append(names.Key(hashes[0], string(after)), 0)
	}
	seen, opened := 0, 0
	last := after
	for key := range names.Scan(r, rg, &err) {
		if seen++; seen > maxCandidates || opened == maxOpened || len(found) == n {
			return found, last, nil
		}
		id := loyalty.MemberID(afterSlash(key))
		last = id
		if ok, err := hasAll(r, id, hashes[1:]); err != nil {
			return nil, "", err
		} else if !ok {
			continue
		}
		opened++
		p, err := v.Get(r, id)
		if err != nil {
			return nil, "", err
		}
		if matches(p.Name+" "+p.DisplayName, query) {
			found = append(found, id)
		}
	}
	return found, "", err
}

// telling leaves out single letters beside longer tokens, which no row has (see
// [indexTokens]): the opened name is compared with them.
func telling(tokens []string) []string {
	long := slices.DeleteFunc(slices.Clone(tokens), func(t string) bool { return utf8.RuneCountInString(t) == 1 && !isIdeographic(t) })
	if len(long) == 0 {
		return tokens
	}
	return long
}
