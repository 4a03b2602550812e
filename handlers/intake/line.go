package intake

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
)

// Kind is what a file is about.
type Kind string

// The kinds.
const (
	Members   Kind = "members"   // who they are
	Balances  Kind = "balances"  // who they are and what they have
	Purchases Kind = "purchases" // what they bought, of members who are known
)

// line is one row, read.
type line struct {
	no     int
	id     string // the customer number as it stands there, for the report
	refuse string // why it is not taken
	store  loyalty.Store
	who    people.Imported
	person *people.Prepared

	points  loyalty.Points
	counted bool      // points stand in the totals
	expires time.Time // exclusive; zero is by the rule
	amount  loyalty.Money
	at      time.Time
	order   string
	// rehearsed says that a line before this one in a dry run has the person.
	rehearsed bool

	// What came of it, written anew by each run of its transaction.
	late   string // why the rules do not take it
	member loyalty.MemberID
	taken  bool
	what   people.What
	opened loyalty.Points // now
	known  loyalty.Points // before
}

// reader reads the rows of one file.
type reader struct {
	kind    Kind
	columns Columns
	dates   dates
	source  string
	store   loyalty.Store // where the file names none
	stores  map[string]loyalty.Store
	regions []string
	digits  int
	rules   *loyalty.Programme
	now     time.Time
	vault   *people.Vault
	rand    io.Reader
}

// storesOf are the programme's stores by their ids and names.
func storesOf(p *programme.Programme) map[string]loyalty.Store {
	m := map[string]loyalty.Store{}
	for _, s := range p.Stores {
		m[folded(s.Name)] = s.ID
	}
	for _, s := range p.Stores {
		m[folded(string(s.ID))] = s.ID
	}
	return m
}

// read reads one row, and prepares its person. What is wrong stands in the
// line; an error is an accident.
func (r *reader) read(in row) (*line, error) {
	l := &line{no: in.line, refuse: in.bad}
	if l.refuse != "" {
		return l, nil
	}
	for _, c := range in.cells {
		if len(c) > longestCell {
			l.refuse = fmt.Sprintf("a cell has more than %d bytes", longestCell)
			return l, nil
		}
	}
	l.id = plain(r.columns.cell(in, ID))
	steps := []func(row, *line) error{r.readPoints, r.readStore, r.readWho}
	if r.kind == Purchases {
		steps = append(steps, r.readPurchase)
	} else {
		steps = append(steps, r.readPerson)
	}
	for _, step := range steps {
		if err := step(in, l); err != nil {
			l.refuse = err.Error()
			return l, nil
		}
	}
	if r.kind == Purchases {
		return l, nil
	}
	var err error
	l.person, err = r.vault.Prepare(l.who, r.now, r.rand)
	return l, err
}

func (r *reader) readPoints(in row, l *line) error {
	if r.kind != Balances {
		return nil
	}
	cell := r.columns.cell(in, Points)
	if cell == "" {
		return nil
	}
	n, err := wholeNumber(cell)
	if err != nil {
		return fmt.Errorf("points: %w", err)
	}
	if l.points, l.counted = loyalty.Points(n), true; n < 0 {
		return errors.New("points: below zero; a debt is not taken over")
	}
	cell = r.columns.cell(in, Expires)
	if cell == "" || n == 0 {
		return nil
	}
	last, err := r.dates.read(cell, in.serial)
	if err != nil {
		return fmt.Errorf("expires: %w", err)
	}
	if l.expires = r.rules.DayEnd(last); !l.expires.After(r.now) {
		return errors.New("expires: the points are past their end already")
	}
	return nil
}

func (r *reader) readStore(in row, l *line) error {
	l.store = r.store
	cell := r.columns.cell(in, Branch)
	if cell == "" {
		return nil
	}
	id, ok := r.stores[folded(cell)]
	if !ok {
		return errors.New("store: the programme has no store of this name")
	}
	l.store = id
	return nil
}

// longestID is how long a customer number may be, in bytes.
const longestID = 200

// readWho reads by what the person is known.
func (r *reader) readWho(in row, l *line) error {
	if len(l.id) > longestID {
		return fmt.Errorf("id: more than %d bytes", longestID)
	}
	if in.serial { // a number that is none: 10032.0
		if whole, frac, _, err := number(l.id); err == nil && frac == "" && strings.ContainsAny(l.id, ".eE") {
			l.id = whole
		}
	}
	l.who = people.Imported{Source: r.source, External: l.id, Store: l.store, Line: in.line}
	if cell := phoneCell(r.columns.cell(in, Phone)); cell != "" {
		p, err := people.ParsePhone(cell, r.regions...)
		switch {
		case scientific.MatchString(cell):
			return fmt.Errorf("phone: %w", errRounded)
		case errors.Is(err, people.ErrPhoneAmbiguous):
			return errors.New("phone: valid in more than one country; write it with + and the country's code")
		case err != nil:
			return errors.New("phone: not a valid number; is a zero lost at its beginning, or a digit?")
		}
		l.who.Phone = p
	}
	if l.who.External == "" && l.who.Phone.IsZero() {
		return errors.New("neither a phone number nor a customer number")
	}
	return nil
}

func (r *reader) readPerson(in row, l *line) (err error) {
	l.who.Name = plain(r.columns.cell(in, Name))
	if l.who.Promo, err = yesNo(r.columns.cell(in, Promo)); err != nil {
		return fmt.Errorf("marketing: %w", err)
	}
	if cell := r.columns.cell(in, Joined); cell != "" {
		if l.who.Joined, err = r.past(cell, in.serial); err != nil {
			return fmt.Errorf("joined: %w", err)
		}
	}
	cell := r.columns.cell(in, Birthday)
	if cell == "" {
		return nil
	}
	if t, err := r.dates.read(cell, in.serial); err == nil {
		cell = t.Format(time.DateOnly)
	} else if errors.Is(err, errOrder) {
		return fmt.Errorf("birthday: %w", err)
	}
	if l.who.Birthday, err = people.ParseBirthday(cell, r.now); err != nil {
		return errors.New("birthday: it is no date of birth")
	}
	return nil
}

// past reads a date that lies behind us.
func (r *reader) past(cell string, serial bool) (time.Time, error) {
	t, err := r.dates.read(cell, serial)
	if err == nil && t.After(r.now) {
		err = errors.New("it lies in the future")
	}
	return t, err
}

func (r *reader) readPurchase(in row, l *line) (err error) {
	if l.at, err = r.past(r.columns.cell(in, Date), in.serial); err != nil {
		return fmt.Errorf("date: %w", err)
	}
	n, err := money(r.columns.cell(in, Amount), r.digits)
	if err != nil {
		return fmt.Errorf("amount: %w", err)
	}
	if l.amount = loyalty.Money(n); n <= 0 {
		return errors.New("amount: not above zero; only purchases are taken, no refunds")
	}
	if l.order = plain(r.columns.cell(in, Order)); len(l.order) > longestID {
		return fmt.Errorf("order: more than %d bytes", longestID)
	}
	return nil
}

// blank reports whether nothing stands in a row.
func (r row) blank() bool { return r.bad == "" && strings.TrimSpace(strings.Join(r.cells, "")) == "" }
