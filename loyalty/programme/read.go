package programme

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"
)

// reader asks the tree for what a programme has, and notes every complaint
// instead of stopping at the first. A method that complained gives the zero
// value; callers may go on.
type reader struct {
	complaints []Complaint
	tables     []*table // whose keys must all have been asked for in the end
	known      known
}

// known is what the file has named so far, for references to it.
type known struct {
	items, goods    []string // goods are items and categories
	levels, rewards []string
	plans           []string
	segments        []string // of the file, and ours
	rewardTables    []*table // of rewards, in their order
	partners        []string
	presents        []string // rewards that something gives away
}

func (r *reader) complain(line int, key, wrong, allowed string) {
	r.complaints = append(r.complaints, Complaint{Line: line, Key: key, Wrong: wrong, Allowed: allowed})
}

// ask gives the value of a key, nil when it is not there.
func (t *table) ask(key string) *value {
	t.asked[key] = true
	return t.of[key]
}

// need is ask for what may not be missing.
func (r *reader) need(t *table, key, allowed string) *value {
	v := t.ask(key)
	if v == nil {
		line := 0
		if t.path != "" {
			line = t.line
		}
		r.complain(line, t.join(key), "is missing", allowed)
	}
	return v
}

// sub is the table under key; an empty one when it is missing.
func (r *reader) sub(t *table, key string) *table {
	v := t.ask(key)
	if v != nil && v.table == nil {
		r.complain(v.line, t.join(key), "must be a table", "["+t.join(key)+"]")
		v = nil
	}
	s := newTable(t.join(key), t.line)
	if v != nil {
		s = v.table
	} else if t.path == "" {
		s.line = 0
	}
	r.tables = append(r.tables, s)
	return s
}

// text is a string and its line; the line is 0 when it is missing or no string,
// of which this complains.
func (r *reader) text(t *table, key, allowed string) (string, int) {
	v := t.ask(key)
	if v == nil {
		return "", 0
	}
	if v.kind != unstable.String {
		r.complain(v.line, t.join(key), "must be text in quotes", allowed)
		return "", 0
	}
	return v.text, v.line
}

// oneOf is a string out of words, fallback when missing.
func (r *reader) oneOf(t *table, key, fallback string, words ...string) string {
	s, line := r.text(t, key, list(words))
	if line == 0 {
		return fallback
	}
	if !slices.Contains(words, s) {
		r.unknown(line, t.join(key), s, words)
		return fallback
	}
	return s
}

// unknown complains of a word that is none of words.
func (r *reader) unknown(line int, key, s string, words []string) {
	r.complaints = append(r.complaints, Complaint{
		Line: line, Key: key, Wrong: fmt.Sprintf("%s is not known", quote(s)),
		Allowed: list(words), Nearest: nearest(s, words),
	})
}

// whole is an integer from low to high, fallback when missing.
func (r *reader) whole(t *table, key string, fallback, low, high int64) int64 {
	v := t.ask(key)
	if v == nil {
		return fallback
	}
	allowed := fmt.Sprintf("a whole number from %d to %d", low, high)
	if high == math.MaxInt64 {
		allowed = fmt.Sprintf("a whole number from %d on", low)
	}
	n, err := strconv.ParseInt(strings.ReplaceAll(v.text, "_", ""), 0, 64)
	if v.kind != unstable.Integer || err != nil {
		r.complain(v.line, t.join(key), "must be a whole number without quotes", allowed)
		return fallback
	}
	if n < low || n > high {
		r.complain(v.line, t.join(key), fmt.Sprintf("%d is out of range", n), allowed)
		return fallback
	}
	return n
}

// money is an amount of the currency's major unit, exact, in minor units, and
// its line; the line is 0 when it is missing or no amount.
func (r *reader) money(t *table, key string, digits int) (int64, int) {
	v := t.ask(key)
	if v == nil {
		return 0, 0
	}
	allowed := "an amount such as 10"
	if digits > 0 {
		allowed += " or 10." + strings.Repeat("5", digits)
	}
	if v.kind != unstable.Integer && v.kind != unstable.Float && v.kind != unstable.String {
		r.complain(v.line, t.join(key), "must be an amount", allowed)
		return 0, 0
	}
	n, ok := minor(strings.ReplaceAll(v.text, "_", ""), digits)
	if !ok {
		wrong := fmt.Sprintf("%s is not an amount of a currency with %d decimals", quote(v.text), digits)
		r.complain(v.line, t.join(key), wrong, allowed)
		return 0, 0
	}
	return n, v.line
}

// minor turns a decimal into minor units without going through a float.
func minor(s string, digits int) (int64, bool) {
	whole, fraction, _ := strings.Cut(s, ".")
	if len(fraction) > digits || whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	return n, err == nil
}

// clock is a time of day as "22:00", in minutes.
func (r *reader) clock(t *table, key string) (int, bool) {
	const allowed = `a time of day in quotes, as in "22:00"`
	v := r.need(t, key, allowed)
	if v == nil {
		return 0, false
	}
	at, err := time.Parse("15:04", v.text)
	if err != nil || v.kind != unstable.String {
		r.complain(v.line, t.join(key), quote(v.text)+" is not a time of day", allowed)
		return 0, false
	}
	return at.Hour()*60 + at.Minute(), true
}

// words is a list of strings.
func (r *reader) words(t *table, key, allowed string) (words []string, line int) {
	v := t.ask(key)
	if v == nil {
		return nil, 0
	}
	if v.kind != unstable.Array {
		r.complain(v.line, t.join(key), "must be a list in brackets", allowed)
		return nil, v.line
	}
	for _, item := range v.items {
		if item.kind != unstable.String {
			r.complain(v.line, t.join(key), "must list texts in quotes", allowed)
			return nil, v.line
		}
		words = append(words, item.text)
	}
	return words, v.line
}

// enough complaints for one reading: with more of them it is another kind of
// file, and the rest come when these are mended.
const enough = 200

// leftovers complains of every key that nobody asked for.
func (r *reader) leftovers() {
	for _, t := range r.tables {
		known := make([]string, 0, len(t.asked))
		for k := range t.asked {
			known = append(known, k)
		}
		slices.Sort(known)
		for _, k := range t.keys {
			if t.asked[k] {
				continue
			}
			if len(r.complaints) >= enough {
				return
			}
			c := Complaint{Line: t.of[k].line, Key: t.join(k), Wrong: "no such key", Nearest: nearest(k, known)}
			if c.Nearest == "" {
				c.Allowed = list(known)
			}
			r.complaints = append(r.complaints, c)
		}
	}
}

func list(words []string) string { return strings.Join(words, ", ") }

// quote writes what stood in the file, cut to a length fit for a line.
func quote(s string) string {
	if r := []rune(s); len(r) > 40 {
		s = string(r[:39]) + "…"
	}
	return strconv.Quote(s)
}
