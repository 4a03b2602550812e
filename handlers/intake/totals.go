package intake

import (
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/people"
)

// Sum is what came of some rows. Rows = Taken + Unchanged + Refused, and Read =
// Opened + Known + Lost, unless purchases earn.
type Sum struct {
	Rows, Taken, Unchanged, Refused int64

	New     int64 // persons nobody knew
	Members int64 // who were members already, by a number that they had proven
	Changed int64 // persons of whom the file says something else than before

	Read   loyalty.Points // that stand in the rows, those below zero not counted
	Opened loyalty.Points // given now
	Known  loyalty.Points // given by an earlier run
	Lost   loyalty.Points // of rows that were refused
	Money  loyalty.Money  // of purchases taken
}

// Totals are a file's.
type Totals struct {
	File string
	Kind Kind
	Sum
	Stores map[loyalty.Store]*Sum // "" are rows of no store
	Why    map[string]int64       // how many rows were refused for it
}

func newTotals(file string, k Kind) Totals {
	return Totals{File: file, Kind: k, Stores: map[loyalty.Store]*Sum{}, Why: map[string]int64{}}
}

func (t *Totals) add(l *line) {
	at := t.Stores[l.store]
	if at == nil {
		at = &Sum{}
		t.Stores[l.store] = at
	}
	t.Sum.add(l)
	at.add(l)
	if l.refuse != "" {
		t.Why[t.reason(l.refuse)]++
	}
}

// mostReasons is how many different reasons are counted: some name a number.
const mostReasons = 1000

// reason is the one that a refusal is counted under.
func (t *Totals) reason(why string) string {
	if t.Why[why] == 0 && len(t.Why) >= mostReasons {
		return "another reason; --report lists them"
	}
	return why
}

func (s *Sum) add(l *line) {
	s.Rows++
	s.Read += max(0, l.points)
	s.Opened += l.opened
	s.Known += l.known
	switch {
	case l.refuse != "":
		s.Refused++
		s.Lost += max(0, l.points)
	case l.taken:
		s.Taken++
		s.Money += l.amount
	default:
		s.Unchanged++
	}
	if l.member == "" {
		return
	}
	switch l.what {
	case people.TakenNew:
		s.New++
	case people.TakenMember:
		s.Members++
	case people.TakenChanged:
		s.Changed++
	}
}

// maxWhys is how many reasons are told; the report has every row.
const maxWhys = 12

// Lines tell the totals. would says that it was a dry run.
func (t *Totals) Lines(would bool) (list []string) {
	verb := map[bool]string{false: "taken", true: "would be taken"}[would]
	list = append(list, fmt.Sprintf("%s: %d rows = %d %s + %d unchanged + %d refused", t.File, t.Rows, t.Taken, verb, t.Unchanged, t.Refused))
	if t.Kind != Purchases {
		list = append(list, fmt.Sprintf("  people: %d new, %d members already by a proven number, %d changed", t.New, t.Members, t.Changed))
	}
	if t.Kind == Balances {
		list = append(list, "  points: "+t.points(would))
	}
	if t.Kind == Balances && len(t.Stores) > 1 {
		for _, at := range slices.Sorted(maps.Keys(t.Stores)) {
			name := string(at)
			if at == "" {
				name = "no store"
			}
			s := t.Stores[at]
			list = append(list, fmt.Sprintf("    %s: %d rows = %d + %d + %d; %s", name, s.Rows, s.Taken, s.Unchanged, s.Refused, s.points(would)))
		}
	}
	whys := slices.SortedFunc(maps.Keys(t.Why), func(a, b string) int { return int(t.Why[b]-t.Why[a])*2 + strings.Compare(a, b) })
	for i, why := range whys {
		if i == maxWhys {
			return append(list, fmt.Sprintf("  … and %d more reasons", len(whys)-i))
		}
		list = append(list, fmt.Sprintf("  refused %d: %s", t.Why[why], why))
	}
	return list
}

func (s *Sum) points(would bool) string {
	verb := map[bool]string{false: "opened", true: "would be opened"}[would]
	return fmt.Sprintf("%d in the file = %d %s + %d taken over before + %d refused", s.Read, s.Opened, verb, s.Known, s.Lost)
}

// Report is a CSV file of the rows that were refused, for a spreadsheet: UTF-8
// with a mark, and no cell is a formula.
type Report struct{ w *csv.Writer }

// NewReport begins one.
func NewReport(to io.Writer) (*Report, error) {
	if _, err := io.WriteString(to, "\ufeff"); err != nil {
		return nil, err
	}
	r := &Report{csv.NewWriter(to)}
	return r, r.w.Write([]string{"file", "line", "customer", "why"})
}

// Refused writes one row.
func (r *Report) Refused(file string, line int, customer, why string) error {
	return r.w.Write([]string{Guarded(file), strconv.Itoa(line), Guarded(customer), Guarded(why)})
}

// Close writes what is left. The file stays open.
func (r *Report) Close() error {
	r.w.Flush()
	return r.w.Error()
}

// Guarded is text that no spreadsheet takes for a formula: what begins like one
// gets an apostrophe before it (OWASP, "CSV Injection").
func Guarded(s string) string {
	s = strings.ReplaceAll(plain(s), "\n", " ")
	if s != "" && strings.ContainsRune("=+-@\t\r|%＝＋－＠", []rune(s)[0]) {
		return "'" + s
	}
	return s
}
