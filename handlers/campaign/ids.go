package campaign

import (
	"fmt"
	"strings"

	"regulars/loyalty"
)

// idSize is the length of a member's id in a row, in bytes: a ULID's 128 bits.
const idSize = 16

// crockford are the letters of a ULID (github.com/ulid/spec).
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// idLetters is the length of a member's id as text.
const idLetters = 26

// packID is a member's id in 16 bytes: its 128 bits.
func packID(m loyalty.MemberID) (b [idSize]byte, err error) {
	if len(m) != idLetters || m[0] > '7' {
		return b, fmt.Errorf("campaign: %d letters are no member's id", len(m))
	}
	for i := range idLetters {
		v := strings.IndexByte(crockford, m[i])
		if v < 0 {
			return b, fmt.Errorf("campaign: a member's id has a letter that ids have not")
		}
		carry := byte(v)
		for j := idSize - 1; j >= 0; j-- { // b = b·32 + v
			b[j], carry = b[j]<<5|carry, b[j]>>3
		}
	}
	return b, nil
}

// unpackID turns it back.
func unpackID(b [idSize]byte) loyalty.MemberID {
	var text [idLetters]byte
	for i := idLetters - 1; i >= 0; i-- {
		text[i] = crockford[b[idSize-1]&31]
		for j := idSize - 1; j > 0; j-- { // b = b / 32
			b[j] = b[j]>>5 | b[j-1]<<3
		}
		b[0] >>= 5
	}
	return loyalty.MemberID(text[:])
}
