package loyalty

import (
	"math"
	"math/bits"
	"strings"
)

// Points are whole points. No arithmetic on them wraps around: what would
// overflow is refused with [ErrOverflow].
type Points int64

// Money is an amount in the currency's minor units: cents where the currency
// has two digits, whole dollars or yen where it has none.
type Money int64

// Currency is an ISO 4217 code and how many digits follow its decimal point
// (TWD as shops use it and JPY: 0, THB: 2).
type Currency struct {
	Code   string `json:"code"`
	Digits int    `json:"digits"`
}

// MemberID names a member: 26 characters, ordered by the time of joining. Its
// maker is the caller; nothing here makes ids.
type MemberID string

// OpID is the key under which an operation is done at most once: an event's
// id, an API caller's key, a job's tick. It must be the same on every retry.
type OpID string

// Store names a branch of the shop.
type Store string

// Order is the till's own number of a sale, empty when there is none.
type Order string

// Role is the role under which an employee acted, as it was at that moment.
// Members and jobs act under none.
type Role string

// Actor says who did something: "member/<id>", "staff/<id>" or "job/<name>".
type Actor string

// ByMember is a member acting on their own account.
func ByMember(id MemberID) Actor { return Actor("member/" + string(id)) }

// ByStaff is an employee.
func ByStaff(id string) Actor { return Actor("staff/" + id) }

// ByJob is the program itself: a schedule, an import, the shop's API.
func ByJob(name string) Actor { return Actor("job/" + name) }

// Staff reports whether the actor is an employee, whose acts are capped.
func (a Actor) Staff() bool { return strings.HasPrefix(string(a), "staff/") }

// add is a+b, or ErrOverflow.
func add[T ~int64](a, b T) (T, error) {
	s := a + b
	if (s > a) != (b > 0) && b != 0 {
		return 0, ErrOverflow
	}
	return s, nil
}

// mulDiv is a*b/c rounded as told, for a, b ≥ 0 and c > 0, with 128 bits in
// between, so that only a result that does not fit is refused.
func mulDiv(a, b, c int64, how Rounding) (int64, error) {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	if hi >= uint64(c) {
		return 0, ErrOverflow
	}
	q, rest := bits.Div64(hi, lo, uint64(c))
	switch {
	case how == RoundUp && rest > 0, how == RoundNearest && rest >= uint64(c)-rest:
		q++
	}
	if q > math.MaxInt64 {
		return 0, ErrOverflow
	}
	return int64(q), nil
}
