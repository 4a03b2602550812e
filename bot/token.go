package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"regulars/store"
)

// codeLetters are 31 letters and digits that nobody mistakes for one another.
const codeLetters = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

// drawCode draws n letters; bytes beyond a multiple of 31 are thrown away, so
// that all letters are equally likely.
func drawCode(r io.Reader, n int) string {
	out := make([]byte, 0, n)
	var b [1]byte
	for len(out) < n {
		io.ReadFull(r, b[:])
		if b[0] < 248 {
			out = append(out, codeLetters[b[0]%31])
		}
	}
	return string(out)
}

// NewToken makes a button's one-time token: when person presses it before it
// lapses, command runs with args, once. args must hold no personal data.
func (t *Turn) NewToken(person PersonID, life time.Duration, command, args string) (string, error) {
	token := drawCode(t.Rand(), 20) // 99 bits
	key := tokenKey(token)
	if err := t.puts.Tx.Lock(store.Subject("tok/" + key)); err != nil {
		return "", err
	}
	return token, tokenTable.Put(t.Tx, tokenRow{For: person, Command: command, Args: args, Until: t.Now.Add(life)}, key)
}

// tokenKey keeps tokens unreadable in the store.
func tokenKey(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:16])
}

// redeemToken runs what a token stands for. Unknown, foreign, used and lapsed
// tokens get one and the same answer.
func (t *Turn) redeemToken(token string) (string, error) {
	tx, key := t.puts.Tx, tokenKey(token)
	if err := tx.Lock(store.Subject("tok/" + key)); err != nil {
		return "", err
	}
	row, ok, err := tokenTable.Get(tx, key)
	if err != nil {
		return "", err
	}
	cmd := t.bot.Commands.Named(row.Command)
	if !ok || row.Used || row.For != t.Person.ID || t.Now.After(row.Until) || cmd == nil {
		return t.tooOld()
	}
	row.Used = true
	if err := tokenTable.Put(tx, row, key); err != nil {
		return "", err
	}
	t.Token = true
	return t.restart(cmd, row.Args)
}
