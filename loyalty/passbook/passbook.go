package passbook

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strings"
	"time"
	"unicode"

	"regulars/loyalty"
)

// Statement is what a shop says about one account at a moment.
type Statement struct {
	About     []string // what it is, to its reader, in Lang
	Shop      string
	Key       ed25519.PublicKey // whose signature is under it
	Published string            // where the shop shows its key; may be empty
	Account   string            // a digest that only the shop can make
	Card      string            // masked; may be empty
	Lang      string
	Zone      *time.Location
	Made      time.Time
	Lines     []Line // of all entries, from the first
	Owed      loyalty.Points
	Lots      []Lot // what the balance consists of
}

// Line is one entry.
type Line struct {
	Seq     uint64
	At      time.Time // to the second
	Ref     loyalty.Ref
	Kind    loyalty.Kind
	Points  loyalty.Points // what the member sees it do
	Balance loyalty.Points // after it
	Words   string         // the same, to its reader
	Entry   string         // see [Mark]
}

// Lot is points that go together.
type Lot struct {
	Until  time.Time // the end, exclusive; zero: never
	Points loyalty.Points
}

// Balance is what the account had after the last line.
func (s *Statement) Balance() loyalty.Points {
	if len(s.Lines) == 0 {
		return 0
	}
	return s.Lines[len(s.Lines)-1].Balance
}

// Sums are what came and what went.
func (s *Statement) Sums() (in, out loyalty.Points) {
	for _, l := range s.Lines {
		if l.Points > 0 {
			in += l.Points
		} else {
			out -= l.Points
		}
	}
	return in, out
}

// markSize is how many hexadecimal digits of a hash a line shows: 128 bits.
const markSize = 32

// Mark is how a line names the entry's place in the ledger's own chain.
func Mark(h loyalty.Hash) string { return hex.EncodeToString(h[:])[:markSize] }

// link is the chain's next one.
func link(before, text string) string {
	sum := sha256.Sum256([]byte(before + "\n" + text))
	return hex.EncodeToString(sum[:])[:markSize]
}

// signed is what the signature is over.
func signed(head string) []byte { return []byte(first + " head " + head) }

// Fingerprint names a key for people to compare, as in
// "K3QX-7ZRA-MN2P-WD4T-5EJH-QY6B": 120 bits, so that nobody makes another key with it.
func Fingerprint(key ed25519.PublicKey) string {
	sum := sha256.Sum256(key)
	text := base32.StdEncoding.EncodeToString(sum[:15])
	var groups []string
	for ; text != ""; text = text[4:] {
		groups = append(groups, text[:4])
	}
	return strings.Join(groups, "-")
}

// plain is a text that stays on its line and in its column, and that shows what it is:
// no line breaks, no bars, nothing that turns the writing round.
func plain(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '|':
			return '/'
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsGraphic(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
	return strings.Join(strings.Fields(s), " ")
}
