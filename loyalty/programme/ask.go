package programme

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2/unstable"

	"regulars/loyalty"
)

// manyPoints is the most that one rule may give or cost: far above any shop's
// figures, and far below where sums overflow.
const manyPoints = 1_000_000_000

// longList is how many references a list may have: more than there may be items.
const longList = 300

// each gives the tables of a [[key]], of which there may be so many. Their keys
// must all be asked for.
func (r *reader) each(t *table, key string, most int) []*table {
	v := t.ask(key)
	if v == nil {
		return nil
	}
	var all []*table
	for _, item := range v.items {
		if item.table == nil {
			all = nil
			break
		}
		all = append(all, item.table)
	}
	if len(all) == 0 {
		r.complain(v.line, t.join(key), "must be a list of tables", "[["+t.join(key)+"]]")
		return nil
	}
	if len(all) > most {
		r.complain(all[most].line, t.join(key), fmt.Sprintf("there are %d of them", len(all)), fmt.Sprintf("up to %d", most))
		all = all[:most]
	}
	r.tables = append(r.tables, all...)
	return all
}

// The forms of ids: the programme's own, and those that a till may have given.
var (
	ownID  = storeID
	itemID = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,63}$`)
)

const (
	ownForm  = `small letters, digits and hyphens, as in "free-drink"`
	itemForm = `letters, digits, dots, hyphens and underscores, as in "latte-l"`
)

// id is a table's id, which none of known has.
func (r *reader) id(t *table, form *regexp.Regexp, allowed string, known []string) string {
	r.need(t, "id", allowed)
	id, line := r.text(t, "id", allowed)
	switch {
	case line == 0:
	case !form.MatchString(id):
		r.complain(line, t.join("id"), quote(id)+" is not an id", allowed)
	case slices.Contains(known, id):
		r.complain(line, t.join("id"), quote(id)+" stands twice", "")
	}
	return id
}

// one is a reference to one of known; "" when it is missing.
func (r *reader) one(t *table, key, what string, known []string) string {
	s, line := r.text(t, key, what)
	if line > 0 {
		r.refer(line, t.join(key), s, what, known)
	}
	return s
}

// some are references to some of known, none twice.
func (r *reader) some(t *table, key, what string, known []string) []string {
	words, line := r.words(t, key, "a list of "+what+" in quotes")
	if len(words) > longList {
		r.complain(line, t.join(key), fmt.Sprintf("there are %d of them", len(words)), fmt.Sprintf("up to %d", longList))
		return nil
	}
	for i, w := range words {
		if slices.Contains(words[:i], w) {
			r.complain(line, t.join(key), quote(w)+" stands twice", "")
			continue
		}
		r.refer(line, t.join(key), w, what, known)
	}
	if line > 0 && len(words) == 0 && t.of[key].kind == unstable.Array && len(t.of[key].items) == 0 {
		r.complain(line, t.join(key), "is empty", "leave it out, or list "+what)
	}
	return words
}

// refer complains of a reference to what does not exist.
func (r *reader) refer(line int, key, s, what string, known []string) {
	if slices.Contains(known, s) {
		return
	}
	c := Complaint{Line: line, Key: key, Wrong: quote(s) + " is not known", Allowed: what + ", of which there are none", Nearest: nearest(s, known)}
	if len(known) > 0 {
		c.Allowed = short(known)
	}
	r.complaints = append(r.complaints, c)
}

// short lists words, the first dozen of many.
func short(words []string) string {
	if len(words) > 12 {
		return fmt.Sprintf("%s … (%d in all)", list(words[:12]), len(words))
	}
	return list(words)
}

// truth is true or false, fallback when missing.
func (r *reader) truth(t *table, key string, fallback bool) bool {
	v := t.ask(key)
	if v == nil {
		return fallback
	}
	if v.kind != unstable.Bool {
		r.complain(v.line, t.join(key), "must be true or false without quotes", "true, false")
		return fallback
	}
	return v.text == "true"
}

// day is the start of a local day and its line; the line is 0 when it is
// missing or no date.
func (r *reader) day(t *table, key string, zone *time.Location) (time.Time, int) {
	v := t.ask(key)
	if v == nil {
		return time.Time{}, 0
	}
	date, err := time.Parse(time.DateOnly, v.text)
	if err != nil || v.kind != unstable.LocalDate && v.kind != unstable.String {
		r.complain(v.line, t.join(key), "must be a date", "a date, as in 2026-01-31")
		return time.Time{}, 0
	}
	before := time.Date(date.Year(), date.Month(), date.Day()-1, 12, 0, 0, 0, zone)
	return dayEnd(before), v.line // not the date's midnight, which clocks may skip
}

// dates are from and to of a table: from inclusive; to, whose day counts in the
// file, exclusive.
func (r *reader) dates(t *table, zone *time.Location) (from, to time.Time) {
	from, _ = r.day(t, "from", zone)
	to, line := r.day(t, "to", zone)
	if line == 0 {
		return from, to
	}
	if to.Before(from) {
		r.complain(line, t.join("to"), "lies before from", "a day on or after "+from.Format(time.DateOnly))
	}
	return from, dayEnd(to)
}

// dayEnd is the first instant after a local day, in its zone.
func dayEnd(t time.Time) time.Time {
	p := loyalty.Programme{Zone: t.Location()}
	return p.DayEnd(t).In(t.Location())
}

// percent is a factor such as 1.5 in percent; 0 when it is missing.
func (r *reader) percent(t *table, key string, low int64) int64 {
	v := t.ask(key)
	if v == nil {
		return 0
	}
	n, ok := minor(strings.ReplaceAll(v.text, "_", ""), 2)
	number := v.kind == unstable.Integer || v.kind == unstable.Float
	if !number || !ok || n < low || n > 100_00 {
		allowed := fmt.Sprintf("a number from %s to 100, as in 2 or 1.25", strconv.FormatFloat(float64(low)/100, 'f', -1, 64))
		r.complain(v.line, t.join(key), quote(v.text)+" is no such factor", allowed)
		return 0
	}
	return n
}

// points are a whole number of points from 0 on; 0 when it is missing.
func (r *reader) points(t *table, key string) int64 { return r.whole(t, key, 0, 0, manyPoints) }

// written reports whether a key stands in the file.
func (t *table) written(key string) bool { return t.of[key] != nil }

// unfit complains of each of keys that stands there without being wanted.
func (r *reader) unfit(t *table, keys, wanted []string, where string) {
	for _, key := range keys {
		if v := t.of[key]; v != nil && !slices.Contains(wanted, key) {
			r.complain(v.line, t.join(key), "means nothing where "+where, "")
		}
	}
}
