package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// Options are how a file is to be read.
type Options struct {
	Kind     Kind             // "": by its columns
	Map      map[string]Field // column → field, before what is found
	Source   string           // the system that the files come from
	Store    loyalty.Store    // of rows that name none
	Encoding string           // "": found out
	Dates    string           // "dmy", "mdy", or "": by the cells
	AsOf     time.Time        // the balances' own day, from which the rule counts; zero: now
	Earn     bool             // purchases give points by the programme
	Dry      bool             // everything is taken back
}

// Intake imports into one shop.
type Intake struct {
	DB   store.DB
	Shop *shop.Shop
	// Say tells a line to people, Progress how many rows of about how many are
	// done, Refused each row that is not taken, in the order of the file. Each
	// may be nil.
	Say      func(string)
	Progress func(done, total int64)
	Refused  func(file string, line int, customer, why string) error
}

// run is one file being taken.
type run struct {
	Intake
	shop   *shop.Shop
	opt    Options
	reader *reader
	now    time.Time
	rand   io.Reader
	dry    *rehearsal // nil when it is no dry run
}

// Run takes files, one after the other, and returns the totals of each. An
// error ends it; what was taken before stays, and is not taken twice by another
// run.
func (i Intake) Run(ctx context.Context, files []string, opt Options) (all []Totals, err error) {
	if opt.Source = strings.ToLower(opt.Source); !plainSource(opt.Source) {
		return nil, fmt.Errorf("a source is named with letters a-z, digits and hyphens, not %q", opt.Source)
	}
	now := i.Shop.Clock.Now()
	p := i.Shop.Programme(now)
	if _, ok := p.Store(opt.Store); opt.Store != "" && !ok {
		return nil, fmt.Errorf("the programme has no store %q", opt.Store)
	}
	if opt.AsOf.After(now) {
		return nil, errors.New("the day of the balances lies in the future")
	}
	var dry *rehearsal
	if opt.Dry {
		dry = newRehearsal()
	}
	if !opt.Dry { // of a run that was cut off
		if _, err := people.IndexNames(ctx, i.DB); err != nil {
			return nil, err
		}
	}
	for _, file := range files {
		r := &run{Intake: i, shop: i.Shop, opt: opt, now: now.UTC().Round(0), rand: rand.Reader, dry: dry}
		t, err := r.file(ctx, file)
		if err != nil {
			return all, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, t)
	}
	return all, nil
}

func plainSource(s string) bool {
	return s != "" && len(s) <= 40 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// file takes one file.
func (r *run) file(ctx context.Context, path string) (Totals, error) {
	p := r.shop.Programme(r.now)
	s, err := openSheet(path, r.opt.Encoding, p.Country)
	if err != nil {
		return Totals{}, err
	}
	defer s.Close()
	first, err := r.begin(s)
	if err != nil {
		return Totals{}, err
	}
	t := newTotals(s.name, r.reader.kind)
	return t, r.flow(ctx, s, first, &t)
}

// sampleRows is by how many rows a file's columns are found.
const sampleRows = 200

// begin looks at a file's first rows, says what it takes it for, and gives those
// that are no headings.
func (r *run) begin(s *sheet) ([]row, error) {
	var first []row
	for len(first) < sampleRows {
		in, err := s.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if in.bad != "" && len(first) == 0 {
			return nil, errors.New("its first row cannot be read: " + in.bad)
		}
		if !in.blank() {
			first = append(first, in)
		}
	}
	if err := r.understand(s, first); err != nil {
		return nil, err
	}
	if r.reader.columns.Headings != nil {
		first = first[1:]
	}
	return first, nil
}
