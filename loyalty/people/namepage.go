package people

import (
	"slices"
	"unicode/utf8"

	"regulars/loyalty"
	"regulars/store"
)

// openedPage bounds the persons that one page opens, some 0.1 ms each: a page is
// waited for, and there is another.
const openedPage = 100

// ByNamePage is [Vault.ByName] a page at a time: at most n members from a place on
// ("" is the beginning); next is the place where to go on, "" at the end. One page looks at 2,000 index rows and opens 100 persons at most, so that
// it may be short, or empty, and still not the last. Of several beginnings the
// rarest decides how much is looked at, whichever it is.
func (v *Vault) ByNamePage(r store.Reader, query, from string, n int) (found []loyalty.MemberID, next string, err error) {
	tokens := telling(queryTokens(query))
	if len(tokens) == 0 {
		return nil, "", nil
	}
	hashes := make([]string, len(tokens))
	for i, t := range tokens {
		hashes[i] = v.hash("name", t)
	}
	w := nameWalk{r: r, hashes: hashes, from: from}
	for opened := 0; ; opened++ {
		id, ok, err := w.next()
		switch {
		case err != nil || !ok:
			return found, "", err
		case id == "":
			return found, w.from, nil
		case opened == openedPage || len(found) == n: // this one is for the next page
			return found, string(id), nil
		}
		p, err := v.Get(r, id)
		if err != nil {
			return nil, "", err
		}
		if matches(p.Name+" "+p.DisplayName, query) {
			found = append(found, id)
		}
	}
}

// nameWalk goes through those who are indexed under every hash, in the order of
// their ids: each row that is not of all of them tells how far to leap.
type nameWalk struct {
	r      store.Reader
	hashes []string
	from   string // what comes next is not before this id
	seen   int
}

// next is the next member, "" where enough was looked at; false at the end.
func (w *nameWalk) next() (loyalty.MemberID, bool, error) {
	for agree := 0; ; w.seen++ {
		if w.seen > maxCandidates {
			return "", true, nil
		}
		id, ok, err := firstName(w.r, w.hashes[w.seen%len(w.hashes)], w.from)
		if err != nil || !ok {
			return "", false, err
		}
		if id != w.from {
			w.from, agree = id, 0
		}
		if agree++; agree == len(w.hashes) {
			w.from = id + "0" // before all other ids that are not before this one
			return loyalty.MemberID(id), true, nil
		}
	}
}

// firstName is the first member under a hash from an id on.
func firstName(r store.Reader, hash, from string) (id string, ok bool, err error) {
	rg := names.Under(hash)
	rg.Start = names.Key(hash, from)
	for key := range names.Scan(r, rg, &err) {
		return afterSlash(key), true, err
	}
	return "", false, err
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
