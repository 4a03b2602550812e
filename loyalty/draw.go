package loyalty

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"slices"
)

// Seed is the secret of one local day from which all that is drawn on it follows.
// Its commitment is published before the first draw and the seed itself after the
// day: then anybody can draw again, and nobody can have chosen a result.
type Seed [32]byte

// Commitment is what is told of a seed beforehand: SHA-256 over the day and the
// seed, in hexadecimal. It gives nothing of the seed away.
func (s Seed) Commitment(day string) string {
	sum := sha256.Sum256(slices.Concat([]byte("regulars draws "+day+"\n"), s[:]))
	return hex.EncodeToString(sum[:])
}

// Number is what a seed draws for a ticket: from 0 up to, not including, n, each
// as likely as another. A ticket is the name of what is drawn for and is fixed
// before its seed can be known. n is 1 or more.
//
// It is HMAC-SHA256 of the ticket and a counter under the seed, read eight bytes
// at a time and divided by n for the rest.
func (s Seed) Number(ticket string, n int64) int64 {
	draws := s.draws(ticket)
	return draws(n)
}

// draws gives one number after the other for a ticket.
func (s Seed) draws(ticket string) func(n int64) int64 {
	var block []byte
	counter := uint64(0)
	return func(n int64) int64 {
		// Eight bytes hold 2^64 numbers, which n seldom divides: the first few are
		// passed over, so that as many are left for each rest.
		few := -uint64(n) % uint64(n)
		for {
			if len(block) == 0 {
				mac := hmac.New(sha256.New, s[:])
				mac.Write(binary.BigEndian.AppendUint64([]byte(ticket+"\n"), counter))
				block = mac.Sum(nil)
				counter++
			}
			x := binary.BigEndian.Uint64(block)
			block = block[8:]
			if x >= few {
				return int64(x % uint64(n))
			}
		}
	}
}

// Pieces cuts points into so many pieces, each of one point or more, that sum to
// them exactly: every way to cut them is as likely as another, so that no place
// in the queue is better than another. Fewer points than pieces, or no piece,
// give nil.
func (s Seed) Pieces(ticket string, total Points, pieces int) []Points {
	if pieces < 1 || total < Points(pieces) {
		return nil
	}
	// Cuts are pieces-1 different places among total-1 (Floyd 1987: one number
	// drawn for each, whatever total is).
	next := s.draws(ticket)
	cut := make(map[int64]bool, pieces)
	cuts := make([]int64, 0, pieces)
	for j := int64(total) - int64(pieces) + 1; j <= int64(total)-1; j++ {
		at := next(j) + 1
		if cut[at] {
			at = j
		}
		cut[at] = true
		cuts = append(cuts, at)
	}
	slices.Sort(cuts)
	all, before := make([]Points, 0, pieces), int64(0)
	for _, at := range append(cuts, int64(total)) {
		all, before = append(all, Points(at-before)), at
	}
	return all
}
