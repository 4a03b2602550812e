package loyalty

import "strings"

// Ref is the short public name of an entry, such as 7KQ2M4: what a receipt
// shows and what staff type to undo. It is no secret and gives no right.
type Ref string

// refLetters are 31 letters and digits that nobody confuses: no 0, O, 1, I, L.
const refLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// NewRef writes n characters drawn from seed (at least n bytes, evenly
// distributed, such as a keyed hash) and a check character after them.
func NewRef(seed []byte, n int) Ref {
	b := make([]byte, n, n+1)
	for i := range b {
		b[i] = refLetters[int(seed[i])%len(refLetters)]
	}
	return Ref(append(b, refLetters[refSum(string(b))]))
}

// ParseRef reads a reference as a person types it: any case, with spaces and
// hyphens. It reports false when the check character does not fit.
func ParseRef(s string) (Ref, bool) {
	s = strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "#", "").Replace(s))
	if len(s) < 4 || len(s) > 16 {
		return "", false
	}
	for i := range len(s) {
		if strings.IndexByte(refLetters, s[i]) < 0 {
			return "", false
		}
	}
	last := len(s) - 1
	return Ref(s), refLetters[refSum(s[:last])] == s[last]
}

// refSum weighs each character by its place. 31 is prime, so that every single
// wrong character and every swap of two neighbours changes the sum.
func refSum(s string) int {
	sum := 0
	for i := range len(s) {
		sum += (i + 1) * (strings.IndexByte(refLetters, s[i]) + 1)
	}
	return sum % len(refLetters)
}
