package loyalty

import (
	"crypto/hmac"
	"crypto/sha256"
)

// Link is the entry's place in its member's chain: HMAC-SHA-256 under key over
// the hash before it and its canonical form.
func Link(key []byte, prev Hash, e *Entry) (h Hash) {
	mac := hmac.New(sha256.New, key)
	mac.Write(prev[:])
	mac.Write(e.Canonical())
	mac.Sum(h[:0])
	return h
}
