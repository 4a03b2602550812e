package loyalty

import (
	"encoding/base64"
	"math"
	"time"
	"unicode/utf8"
)

// reader reads JSON as encoding/json writes it: without spaces, each field once.
// Whatever else it meets makes it bad, and from then on it reads nothing.
type reader struct {
	b   []byte
	at  int
	bad bool
}

// eat takes one character.
func (r *reader) eat(c byte) {
	if r.bad || r.at >= len(r.b) || r.b[r.at] != c {
		r.bad = true
		return
	}
	r.at++
}

// is takes one character if it is the next.
func (r *reader) is(c byte) bool {
	if r.bad || r.at >= len(r.b) || r.b[r.at] != c {
		return false
	}
	r.at++
	return true
}

// first begins an object and is its first key, nil at its end; next is the key
// after a value.
func (r *reader) first() []byte {
	r.eat('{')
	if r.is('}') {
		return nil
	}
	return r.key()
}

func (r *reader) next() []byte {
	if r.is('}') {
		return nil
	}
	r.eat(',')
	return r.key()
}

func (r *reader) key() []byte {
	k := r.raw()
	r.eat(':')
	if r.bad {
		return nil
	}
	return k
}

// raw is a string that needs no unescaping, as it stands in the text.
func (r *reader) raw() []byte {
	r.eat('"')
	wide := false
	for i := r.at; i < len(r.b) && !r.bad; i++ {
		switch c := r.b[i]; {
		case c == '"':
			s := r.b[r.at:i]
			r.at = i + 1
			if wide && !utf8.Valid(s) {
				r.bad = true
			}
			return s
		case c == '\\' || c < ' ':
			r.bad = true
		case c >= utf8.RuneSelf:
			wide = true
		}
	}
	r.bad = true
	return nil
}

// long is a whole number.
func (r *reader) long() int64 {
	minus := r.is('-')
	from := r.at
	var n uint64
	for ; r.at < len(r.b) && !r.bad; r.at++ {
		d := r.b[r.at] - '0'
		if d > 9 {
			break
		}
		n = n*10 + uint64(d)
	}
	digits := r.at - from
	if digits == 0 || digits > 18 || r.b[from] == '0' && (digits > 1 || minus) {
		r.bad = true // the largest numbers, too, are somebody else's to read
		return 0
	}
	if minus {
		return -int64(n)
	}
	return int64(n)
}

// number is a whole number from low to high.
func (r *reader) number(low, high int64) int64 {
	n := r.long()
	if n < low || n > high {
		r.bad = true
	}
	return n
}

func (r *reader) seq() uint64 { return uint64(r.number(0, math.MaxInt64)) }

// yes is a truth value; false is never written.
func (r *reader) yes() bool {
	for _, c := range []byte("true") {
		r.eat(c)
	}
	return !r.bad
}

// moment is a time.
func (r *reader) moment() (t time.Time) {
	s := r.raw()
	if t, ok := zulu(s); ok {
		return t
	}
	if t.UnmarshalText(s) != nil {
		r.bad = true
	}
	return t
}

// zulu reads a time of UTC, which nearly all are, on a day that every month has.
func zulu(s []byte) (t time.Time, ok bool) {
	const form = "0000-00-00T00:00:00"
	if len(s) <= len(form) || s[len(s)-1] != 'Z' {
		return t, false
	}
	var n [6]int
	part := 0
	for i := range len(form) {
		if form[i] != '0' {
			if s[i] != form[i] {
				return t, false
			}
			part++
			continue
		}
		d := s[i] - '0'
		if d > 9 {
			return t, false
		}
		n[part] = n[part]*10 + int(d)
	}
	nano, ok := fraction(s[len(form) : len(s)-1])
	if !ok || n[1] < 1 || n[1] > 12 || n[2] < 1 || n[2] > 28 || n[3] > 23 || n[4] > 59 || n[5] > 59 {
		return t, false
	}
	return time.Date(n[0], time.Month(n[1]), n[2], n[3], n[4], n[5], nano, time.UTC), true
}

// fraction is ".5" in nanoseconds, "" none.
func fraction(s []byte) (nano int, ok bool) {
	if len(s) == 0 {
		return 0, true
	}
	if s[0] != '.' || len(s) < 2 || len(s) > 10 {
		return 0, false
	}
	for i := 1; i < 10; i++ {
		d := byte(0)
		if i < len(s) {
			d = s[i] - '0'
		}
		if d > 9 {
			return 0, false
		}
		nano = nano*10 + int(d)
	}
	return nano, true
}

func (r *reader) hash() (h Hash) {
	if s := r.raw(); h.UnmarshalText(s) != nil {
		r.bad = true
	}
	return h
}

// bytes are what encoding/json writes of them.
func (r *reader) bytes() []byte {
	s := r.raw()
	b := make([]byte, base64.StdEncoding.DecodedLen(len(s)))
	n, err := base64.StdEncoding.Decode(b, s)
	if err != nil {
		r.bad = true
	}
	return b[:n]
}

// list reads an array of one kind of thing.
func list[T any](r *reader, one func(*reader) T) []T {
	r.eat('[')
	if r.is(']') {
		return []T{}
	}
	all := make([]T, 0, 3)
	for !r.bad {
		all = append(all, one(r))
		if r.is(']') {
			return all
		}
		r.eat(',')
	}
	return nil
}

// text is a string of its own.
func text[T ~string](r *reader) T { return T(r.raw()) }

// known is a string of which there are few, so that they need not be copied.
func known[T ~string](r *reader, all map[string]T) T {
	s := r.raw()
	if v, ok := all[string(s)]; ok {
		return v
	}
	return T(s)
}
