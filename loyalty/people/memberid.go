package people

import (
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"io"
	"time"

	"regulars/loyalty"
)

// idForm is Crockford's base 32, which keeps the order of the bytes.
var idForm = base32.NewEncoding("0123456789ABCDEFGHJKMNPQRSTVWXYZ").WithPadding(base32.NoPadding)

// NewID makes a ULID: 48 bits of milliseconds, 80 bits of rand, 26 characters.
// Ids sort by the time they were made.
func NewID(now time.Time, rand io.Reader) (loyalty.MemberID, error) { return newIDAt(now, 0, rand) }

// newIDAt is NewID for one of many of a moment, who sort by their place, from 1
// up: 32 of the random bits are the place's. 0 is no place.
func newIDAt(now time.Time, place int, rand io.Reader) (loyalty.MemberID, error) {
	var b [16]byte
	ms := uint64(now.UnixMilli())
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	if _, err := io.ReadFull(rand, b[6:]); err != nil {
		return "", fmt.Errorf("people: no randomness: %w", err)
	}
	if place > 0 {
		binary.BigEndian.PutUint32(b[6:], uint32(place))
	}
	return idText(b), nil
}

// idText spells the 128 bits. A ULID's first character carries three bits, so
// the bits are shifted by two leading zeros, as the ULID specification has it.
func idText(b [16]byte) loyalty.MemberID {
	var padded [17]byte // 130 bits wanted: 2 zeros, 128 bits, rest cut off
	for i, c := range b {
		padded[i] |= c >> 2
		padded[i+1] = c << 6
	}
	return loyalty.MemberID(idForm.EncodeToString(padded[:])[:26])
}

// idBytes reads back what idText wrote.
func idBytes(id loyalty.MemberID) (b [16]byte, ok bool) {
	padded, err := idForm.DecodeString(string(id) + "00")
	if err != nil || len(padded) != 17 {
		return b, false
	}
	for i := range b {
		b[i] = padded[i]<<2 | padded[i+1]>>6
	}
	return b, idText(b) == id
}
