package people

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"regulars/loyalty"
	"regulars/store"
)

// nameRow says nothing: the key is the index.
type nameRow struct{}

var (
	names = store.NewTable[nameRow]("name/", store.Free, nil)
	// namesOf lists a member's index rows, so that they can be removed whatever
	// later versions cut names into. It stands apart from the person, who is
	// read at every event.
	namesOf = store.NewTable[[]string]("nameof/", store.Locked, store.FirstPart("member"))
)

const (
	// longestPrefix is how many letters of a word are indexed. What is typed
	// beyond them is compared with the opened name.
	longestPrefix = 4
	// maxNameRows bounds the index rows of one person, whatever he calls himself.
	maxNameRows = 48
	// maxCandidates and maxOpened bound how many index rows one search looks at
	// and how many persons it opens, so that it stays within some 10 ms.
	maxCandidates = 2000
	maxOpened     = 200
)

// indexNames makes the name index say what the profile says. Contacts are not
// indexed: who has not consented is not searched for by name.
func (v *Vault) indexNames(tx store.Tx, l *life) error {
	var want []string
	if l.row.Status == Member {
		for _, t := range indexTokens(l.Name + " " + l.DisplayName) {
			want = append(want, v.hash("name", t))
		}
	}
	have, _, err := namesOf.Get(tx, string(l.id))
	if err != nil {
		return err
	}
	if slices.Equal(have, want) {
		return nil
	}
	for _, h := range have {
		if !slices.Contains(want, h) {
			if err := names.Delete(tx, h, string(l.id)); err != nil {
				return err
			}
		}
	}
	for _, h := range want {
		if !slices.Contains(have, h) {
			if err := names.Put(tx, nameRow{}, h, string(l.id)); err != nil {
				return err
			}
		}
	}
	if len(want) == 0 {
		return namesOf.Delete(tx, string(l.id))
	}
	return namesOf.Put(tx, want, string(l.id))
}

// ByName finds members by the beginnings of the words of their names, or by any
// part of a Chinese, Japanese or Korean one; case, accents, width and the kind
// of kana do not matter. At most limit are returned, the oldest members first;
// of a beginning that very many share, only the first 2,000 are looked at.
func (v *Vault) ByName(r store.Reader, query string, limit int) ([]loyalty.MemberID, error) {
	tokens := queryTokens(query)
	if len(tokens) == 0 {
		return nil, nil
	}
	hashes := make([]string, len(tokens))
	for i, t := range tokens {
		hashes[i] = v.hash("name", t)
	}
	var found []loyalty.MemberID
	var err error
	seen, opened := 0, 0
	for key := range names.Scan(r, names.Under(hashes[0]), &err) {
		if seen++; seen > maxCandidates || opened == maxOpened || len(found) == limit {
			break
		}
		id := loyalty.MemberID(afterSlash(key))
		if ok, e := hasAll(r, id, hashes[1:]); e != nil {
			return nil, e
		} else if !ok {
			continue
		}
		opened++
		p, e := v.Get(r, id)
		if e != nil {
			return nil, e
		}
		if matches(p.Name+" "+p.DisplayName, query) {
			found = append(found, id)
		}
	}
	return found, err
}

// hasAll reports whether the member is indexed under every hash.
func hasAll(r store.Reader, id loyalty.MemberID, hashes []string) (bool, error) {
	for _, h := range hashes {
		if _, ok, err := names.Get(r, h, string(id)); err != nil || !ok {
			return false, err
		}
	}
	return true, nil
}

// matches compares the opened name with what was typed.
func matches(name, query string) bool {
	words := nameWords(name)
	for _, q := range nameWords(query) {
		ok := slices.ContainsFunc(words, func(w string) bool {
			if isIdeographic(q) {
				return strings.Contains(w, q)
			}
			return strings.HasPrefix(w, q)
		})
		if !ok {
			return false
		}
	}
	return true
}

// indexTokens are what a name can be found by: each rune and each pair of
// neighbours where words are not spaced, else prefixes of 2 to 4 letters.
func indexTokens(name string) []string {
	var all []string
	for _, w := range nameWords(name) {
		r := []rune(w)
		if isIdeographic(w) {
			for i := range r {
				all = append(all, string(r[i]))
				if i > 0 {
					all = append(all, string(r[i-1:i+1]))
				}
			}
			continue
		}
		for n := min(2, len(r)); n <= min(longestPrefix, len(r)); n++ {
			all = append(all, string(r[:n]))
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	return all[:min(len(all), maxNameRows)]
}

// queryTokens are the index tokens that a name must have to match, the most
// telling first.
func queryTokens(query string) []string {
	var all []string
	for _, w := range nameWords(query) {
		r := []rune(w)
		switch {
		case isIdeographic(w) && len(r) > 1:
			for i := 1; i < len(r); i++ {
				all = append(all, string(r[i-1:i+1]))
			}
		default:
			all = append(all, string(r[:min(longestPrefix, len(r))]))
		}
	}
	slices.SortStableFunc(all, func(a, b string) int { return len(b) - len(a) })
	all = slices.Compact(all)
	return all[:min(len(all), 8)]
}

// nameWords folds a name and cuts it into words, each wholly ideographic (Han,
// kana, Hangul) or wholly not.
func nameWords(s string) []string {
	var words []string
	var word []rune
	flush := func() {
		if len(word) > 0 {
			words = append(words, string(word))
			word = nil
		}
	}
	for _, r := range fold(s) {
		if !unicode.In(r, unicode.L, unicode.M, unicode.N) {
			flush()
			continue
		}
		if len(word) > 0 && ideographic(r) != ideographic(word[0]) {
			flush()
		}
		word = append(word, r)
	}
	flush()
	return words
}

// fold makes spellings of one name equal: width, case, Latin accents, and
// katakana with hiragana. Marks that are letters' parts, as in Thai, stay.
func fold(s string) string {
	decomposed := norm.NFKD.String(s)
	stripped := strings.Map(func(r rune) rune {
		if r >= 0x0300 && r <= 0x036f {
			return -1
		}
		return unicode.ToLower(r)
	}, decomposed)
	return strings.Map(func(r rune) rune {
		if r >= 'ァ' && r <= 'ヶ' {
			return r - 0x60
		}
		return r
	}, norm.NFC.String(stripped))
}

func ideographic(r rune) bool {
	return r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul)
}

func isIdeographic(word string) bool {
	for _, r := range word {
		return ideographic(r)
	}
	return false
}
