package people

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// codeLetters are 31 letters and digits that nobody mistakes for one another:
// no 0, O, 1, I or L. 31 is prime, which the check character relies on.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// codeLength is the length of a code with its check character: 11 random
// characters are 54 bits, and every way to try codes out is throttled.
const codeLength = 12

// ErrCodeForm reports text that cannot be a code: wrong length, a character
// that codes do not have, or a check character that does not match (a typing
// mistake). It says nothing about which codes exist.
var ErrCodeForm = errors.New("people: not the form of a code")

// code is twelve characters of codeLetters, the last one a check character.
type code string

// CardCode is the number on a member's card: twelve unambiguous letters and
// digits that a till reads as Code 128.
type CardCode code

// LinkCode is a one-time code that joins a second chat identity to a member.
type LinkCode code

// InviteCode is a one-time code that makes its reader an employee.
type InviteCode code

// String groups the characters by four, for people: "7KQ2-M3XP-9ABC".
func (c CardCode) String() string { return grouped(string(c)) }

// String groups the characters by four, for people.
func (c LinkCode) String() string { return grouped(string(c)) }

// String groups the characters by four, for people.
func (c InviteCode) String() string { return grouped(string(c)) }

// Bare is the number without groups, as the bars of Code 128 carry it.
func (c CardCode) Bare() string { return string(c) }

// ParseCardCode reads a card's number as typed or scanned, or ErrCodeForm.
func ParseCardCode(s string) (CardCode, error) { return parseAs[CardCode](s) }

// ParseLinkCode reads a link code as typed, or ErrCodeForm.
func ParseLinkCode(s string) (LinkCode, error) { return parseAs[LinkCode](s) }

// ParseInviteCode reads an invite code as typed, or ErrCodeForm.
func ParseInviteCode(s string) (InviteCode, error) { return parseAs[InviteCode](s) }

func parseAs[T ~string](s string) (T, error) {
	c, err := parseCode(s)
	return T(c), err
}

// parseCode accepts lower case, full-width characters, spaces and hyphens.
func parseCode(s string) (code, error) { return parseCodeOf(codeLength, s) }

// parseCodeOf is parseCode for codes of another length.
func parseCodeOf(length int, s string) (code, error) {
	if len(s) > 256 { // a code is a line at most; nobody means a page of text
		return "", ErrCodeForm
	}
	var b strings.Builder
	for _, r := range strings.ToUpper(narrow(s)) {
		switch {
		case r == ' ' || r == '-':
		case r < 128 && strings.IndexByte(codeLetters, byte(r)) >= 0:
			b.WriteByte(byte(r))
		default:
			return "", ErrCodeForm
		}
	}
	c := b.String()
	if len(c) != length || checkCharacter(c[:length-1]) != c[length-1] {
		return "", ErrCodeForm
	}
	return code(c), nil
}

// newCode draws a code from rand without bias.
func newCode(rand io.Reader) (code, error) { return newCodeOf(codeLength, rand) }

// newCodeOf is newCode for codes of another length, at most 30: beyond it two
// places would weigh the same in the check character.
func newCodeOf(length int, rand io.Reader) (code, error) {
	c := make([]byte, length)
	var b [1]byte
	for i := 0; i < length-1; {
		if _, err := io.ReadFull(rand, b[:]); err != nil {
			return "", fmt.Errorf("people: no randomness: %w", err)
		}
		if b[0] < 8*31 { // 248 is the largest multiple of 31 a byte holds
			c[i] = codeLetters[b[0]%31]
			i++
		}
	}
	c[length-1] = checkCharacter(string(c[:length-1]))
	return code(c), nil
}

// checkCharacter weighs each place differently modulo a prime: every single
// wrong character and every swap of two is found.
func checkCharacter(s string) byte {
	sum := 0
	for i := range len(s) {
		sum += (i + 2) * strings.IndexByte(codeLetters, s[i])
	}
	return codeLetters[sum%31]
}

func grouped(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if i > 0 && i%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
