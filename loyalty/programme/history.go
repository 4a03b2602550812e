package programme

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// subject guards all versions: an offer looks at every one of them.
const subject = store.Subject("programme/versions")

func guarded([]byte) store.Subject { return subject }

var (
	versionRows = store.NewTable[versionRow]("programme/", store.Readable, guarded)
	changeRows  = store.NewTable[changeRow]("programmechange/", store.Readable, guarded)
)

// versionRow is one version as it was written, and since when it holds.
type versionRow struct {
	Text   string    `json:"text"`          // of the file, with its newest words
	From   time.Time `json:"from,omitzero"` // zero: since ever
	Loaded time.Time `json:"loaded"`        // when this text was taken in
}

// changeRow counts the changes of all versions, so that one Get tells a process
// whether another has taken something in.
type changeRow struct {
	Changes int64 `json:"changes"`
}

// History is every version of a shop's programme, so that the rules of any
// moment and of any entry are known for ever. It may be used by many at once.
//
// What a past moment's rules are never changes: a version begins at the moment
// from which it was offered or later, and once begun it keeps its beginning and
// its rules.
type History struct {
	now  atomic.Pointer[record]
	turn sync.Mutex // Refresh: an older reading must not replace a newer one
}

// record is the versions as they were stored at one moment, in the order of
// their numbers, which is that of their beginnings.
type record struct {
	changes  int64
	versions []version
}

type version struct {
	versionRow
	*Programme
}

// Mistakes are why a file was not taken in.
type Mistakes []Complaint

// Error has one complaint a line.
func (m Mistakes) Error() string {
	lines := make([]string, len(m))
	for i, c := range m {
		lines[i] = c.String()
	}
	return strings.Join(lines, "\n")
}

// OpenHistory reads the versions that are stored; there may be none. A version
// that cannot be understood is an error that says which.
func OpenHistory(r store.Reader) (*History, error) {
	h := &History{}
	h.now.Store(&record{})
	_, err := h.Refresh(r)
	return h, err
}

// Refresh takes in what was stored since: by an [History.Offer] that is now
// committed, or by another process on the same store. Where nothing was it
// costs one Get. changed says that there was something.
func (h *History) Refresh(r store.Reader) (changed bool, err error) {
	h.turn.Lock()
	defer h.turn.Unlock()
	head, _, err := changeRows.Get(r, "all")
	if err != nil || head.Changes <= h.now.Load().changes {
		return false, err
	}
	next, err := h.read(r)
	if err != nil {
		return false, err
	}
	h.now.Store(next)
	return true, nil
}

// read reads all versions. Those that are known already, with all before them,
// are kept as they are; the others are linked anew.
func (h *History) read(r store.Reader) (*record, error) {
	head, _, err := changeRows.Get(r, "all")
	if err != nil {
		return nil, err
	}
	known, next := h.now.Load().versions, &record{changes: head.Changes}
	same := true
	for key, row := range versionRows.Scan(r, versionRows.All(), &err) {
		i := len(next.versions)
		if same = same && i < len(known) && known[i].versionRow == row && versionKey(known[i].Rules.Version) == key; same {
			next.versions = append(next.versions, known[i])
			continue
		}
		p, complaints := Load([]byte(row.Text))
		if len(complaints) > 0 {
			return nil, fmt.Errorf("version %s of the programme is stored and cannot be understood by this release: %w; go back to the release that wrote it",
				strings.TrimLeft(key, "0"), Mistakes(complaints))
		}
		next.add(row, p)
	}
	return next, err
}

// add appends a version and links it to the one before.
func (c *record) add(row versionRow, p *Programme) {
	p.Rules.From, p.Rules.Before = row.From, nil
	if last := c.newest(); last != nil {
		p.Rules.Before = &last.Rules
	}
	c.versions = append(c.versions, version{row, p})
}

func (c *record) newest() *Programme {
	if len(c.versions) == 0 {
		return nil
	}
	return c.versions[len(c.versions)-1].Programme
}

// At is the version in force at t, by one atomic load; nil while there is no
// version at all.
func (h *History) At(t time.Time) *Programme { return h.now.Load().at(t) }

func (c *record) at(t time.Time) *Programme {
	for _, v := range slices.Backward(c.versions) {
		if !t.Before(v.From) {
			return v.Programme
		}
	}
	return nil
}

// Numbered is the version n, nil when there is none.
func (h *History) Numbered(n int) *Programme {
	for _, v := range h.now.Load().versions {
		if v.Rules.Version == n {
			return v.Programme
		}
	}
	return nil
}

// Newest is the version with the highest number, in force or waiting for its
// date; nil while there is none.
func (h *History) Newest() *Programme { return h.now.Load().newest() }

// Waiting are the versions whose date lies after t, the next one first.
func (h *History) Waiting(t time.Time) (all []*Programme) {
	for _, v := range h.now.Load().versions {
		if v.From.After(t) {
			all = append(all, v.Programme)
		}
	}
	return all
}

// Offer stores a programme file's text as what shall hold. now is the moment
// from which on anything may change: where several processes share the store,
// a little ahead, so that each knows a version before it begins.
//
//   - The first version ever holds since ever.
//   - A higher version holds from its effective date on, or from now where that
//     is past or missing. Versions that would only begin then or later are gone.
//   - The newest version again, while it waits for its date: replaces what waits.
//   - The newest version again, once it has begun: its rules and its date must be
//     the same, then its new words are taken in.
//
// Anything else, and a file with mistakes, is refused with [Mistakes], and then
// nothing was written. changed is false, too, when the very text is stored
// already. p is the version as it will hold; At knows it after the commit and a
// [History.Refresh], not before.
func (h *History) Offer(tx store.Tx, data []byte, now time.Time) (p *Programme, changed bool, err error) {
	if err := tx.Lock(subject); err != nil {
		return nil, false, err
	}
	kept, err := h.read(tx)
	if err != nil {
		return nil, false, err
	}
	row, p, changed, err := kept.judge(data, now)
	if err != nil || !changed {
		return p, false, err
	}
	if err := kept.put(tx, row, p); err != nil {
		return nil, false, err
	}
	return p, true, changeRows.Put(tx, changeRow{kept.changes + 1}, "all")
}

// Consider tells what Offer would do, and does nothing.
func (h *History) Consider(data []byte, now time.Time) (p *Programme, changed bool, err error) {
	kept := h.now.Load()
	row, p, changed, err := kept.judge(data, now)
	if changed {
		kept.with(row, p)
	}
	return p, changed, err
}

// judge says what an offered text comes to: a version with its row, or
// Mistakes.
func (c *record) judge(data []byte, now time.Time) (row versionRow, p *Programme, changed bool, err error) {
	if last := c.newest(); last != nil && c.text() == string(data) {
		return row, last, false, nil
	}
	p, complaints := Load(data)
	if len(complaints) > 0 {
		return row, nil, false, Mistakes(complaints)
	}
	// A clock that was set back must not make a version that has begun wait
	// again.
	for _, v := range c.versions {
		now = later(now, v.Loaded)
	}
	from, wrong := c.place(p, now)
	if wrong != nil {
		wrong.Line, wrong.Key = lineOf(data, "version"), "version"
		return row, nil, false, Mistakes{*wrong}
	}
	return versionRow{Text: string(data), From: from, Loaded: now.UTC()}, p, true, nil
}

// place says from when an offered version holds, or why it may not.
func (c *record) place(p *Programme, now time.Time) (from time.Time, wrong *Complaint) {
	last, n := c.newest(), p.Rules.Version
	from = later(p.Rules.From, now).UTC()
	switch {
	case last == nil:
		return time.Time{}, nil
	case n > last.Rules.Version, n == last.Rules.Version && last.Rules.From.After(now):
		return from, nil
	case n < last.Rules.Version && last.Rules.From.After(now):
		return from, complain("%d is older than version %d, which waits for %s; to change that one, edit it as version = %d", n, last.Rules.Version, last.begins(), last.Rules.Version)
	case n < last.Rules.Version:
		return from, complain("%d is older than version %d, which is in force already; write version = %d", n, last.Rules.Version, last.Rules.Version+1)
	case !bytesOfRules(p).equal(bytesOfRules(last)):
		return from, complain("%d is in force already with other rules; write version = %d", n, n+1)
	case p.Rules.From.After(now) && !p.Rules.From.Equal(c.effective()):
		return from, complain("%d is in force already and can no longer begin on %s; for another date write version = %d", n, p.begins(), n+1)
	}
	return last.Rules.From, nil
}

func complain(wrong string, args ...any) *Complaint {
	return &Complaint{Wrong: fmt.Sprintf(wrong, args...), Allowed: "a number that rises with every change of the rules"}
}

// with is c and one version more, without those that it keeps from ever
// beginning. They only waited: no entry can have been made under them.
func (c *record) with(row versionRow, p *Programme) *record {
	next := &record{}
	for _, v := range c.versions {
		if v.Rules.Version != p.Rules.Version && (v.From.Before(row.From) || !v.From.After(row.Loaded)) {
			next.versions = append(next.versions, v)
		}
	}
	next.add(row, p)
	return next
}

// put stores what with says.
func (c *record) put(tx store.Tx, row versionRow, p *Programme) error {
	next := c.with(row, p)
	for _, v := range c.versions {
		if !next.has(v.Rules.Version) {
			if err := versionRows.Delete(tx, versionKey(v.Rules.Version)); err != nil {
				return err
			}
		}
	}
	err := versionRows.Put(tx, row, versionKey(p.Rules.Version))
	if errors.Is(err, store.ErrTooLarge) {
		return Mistakes{{Wrong: "the file is too large to be kept; shorten it to half a mebibyte"}}
	}
	return err
}

func (c *record) has(n int) bool {
	return slices.ContainsFunc(c.versions, func(v version) bool { return v.Rules.Version == n })
}

// text is the newest version's, effective the date that stands in it.
func (c *record) text() string { return c.versions[len(c.versions)-1].Text }

func (c *record) effective() time.Time {
	p, _ := Load([]byte(c.text()))
	if p == nil {
		return time.Time{}
	}
	return p.Rules.From
}

// begins writes the day on which the version begins, in the shop's zone, and the
// time where that is not its start.
func (p *Programme) begins() string {
	at := p.Rules.From.In(p.Rules.Zone)
	if h, m, s := at.Clock(); h+m+s > 0 {
		return at.Format("2006-01-02 15:04")
	}
	return at.Format(time.DateOnly)
}

// ruleBytes are the rules alone, written so that equal rules are equal bytes.
type ruleBytes []byte

func (b ruleBytes) equal(c ruleBytes) bool { return b != nil && string(b) == string(c) }

// bytesOfRules leaves out what is no rule by itself: names, pictures, languages
// and opening hours are not in Rules at all.
func bytesOfRules(p *Programme) ruleBytes {
	r := p.Rules
	r.From, r.Before, r.Zone = time.Time{}, nil, nil
	b, err := json.Marshal(struct {
		Rules loyalty.Programme
		Zone  string
	}{r, p.Rules.Zone.String()})
	if err != nil {
		return nil
	}
	return b
}

// lineOf is where a key of the file itself stands, 0 where it does not.
func lineOf(data []byte, key string) int {
	root, _ := parse(data)
	if root == nil || root.of[key] == nil {
		return 0
	}
	return root.of[key].line
}

// versionKey orders versions by their numbers.
func versionKey(n int) string { return fmt.Sprintf("%010d", n) }

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
