package shop

import (
	"errors"
	"strings"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// PortraitCase is something that somebody complained of, with what was said.
type PortraitCase struct {
	survey.Case
	Notes []PortraitNote `json:"notes,omitempty"` // in the place of the sealed ones
}

// PortraitNote is something said in a case.
type PortraitNote struct {
	At    time.Time `json:"at"`
	Shop  bool      `json:"shop"` // by the shop, else by the customer
	Words string    `json:"words,omitempty"`
}

// PortraitLook is a look at somebody's data. It says when, from where, in which way and
// as what somebody looked, and not who that was: an employee has a right of their own
// not to be named for doing their work (CJEU C-579/21, which lets a customer ask for
// when and why; TW PDPA art. 3, JP APPI art. 33, TH PDPA s. 30 ask for no more).
type PortraitLook struct {
	At    time.Time     `json:"at"` // of the first in its hour
	As    LookedAs      `json:"as"`
	Way   Way           `json:"way"`
	Data  []Datum       `json:"data"`
	Store loyalty.Store `json:"store,omitempty"`
}

// LookedAs is as what somebody looked.
type LookedAs string

// What somebody looks as, besides an employee's [loyalty.Role].
const (
	AsProgram  LookedAs = "program"  // a till or another program with a key
	AsOperator LookedAs = "operator" // who runs the program, at its command line
)

// LookedAsWords are the words for each.
var LookedAsWords = map[LookedAs]i18n.Key{
	LookedAs(people.Clerk): i18n.ExportAsClerk, LookedAs(people.Manager): i18n.ExportAsManager, LookedAs(people.Owner): i18n.ExportAsOwner,
	AsProgram: i18n.ExportAsProgram, AsOperator: i18n.ExportAsOperator,
}

// portraitCases adds the cases of a member, or of a part of theirs.
func (s *Shop) portraitCases(r store.Reader, id loyalty.MemberID, x *Portrait) error {
	cases, err := survey.CasesOf(r, id)
	if err != nil {
		return err
	}
	for _, c := range cases {
		p, err := s.portraitCase(r, c)
		if err != nil {
			return err
		}
		x.Cases = append(x.Cases, p)
	}
	return nil
}

// portraitLooks adds who looked at a member, under any of their ids.
func (s *Shop) portraitLooks(r store.Reader, ids []loyalty.MemberID, x *Portrait) error {
	looks, err := LooksOf(r, ids...)
	if err != nil {
		return err
	}
	for _, l := range looks {
		p, err := s.portraitLook(r, l)
		if err != nil {
			return err
		}
		x.Looks = append(x.Looks, p)
	}
	return nil
}

func (s *Shop) portraitCase(r store.Reader, c survey.Case) (PortraitCase, error) {
	p := PortraitCase{Case: c}
	for _, n := range c.Notes {
		words, err := s.OpenWords(r, c.Member, n.Sealed)
		if err != nil {
			return p, err
		}
		p.Notes = append(p.Notes, PortraitNote{n.At, n.By != "", words})
	}
	p.Case.Notes = nil
	return p, nil
}

func (s *Shop) portraitLook(r store.Reader, l Look) (PortraitLook, error) {
	p := PortraitLook{At: l.At, As: AsProgram, Way: l.Way, Data: Shows[l.Way]}
	id, employee := strings.CutPrefix(string(l.By), "staff/")
	switch {
	case employee:
		who, err := s.Vault.StaffByID(r, people.StaffID(id))
		if err != nil {
			return p, err
		}
		p.As, p.Store = LookedAs(who.Role), who.Store
	case l.By == Operator:
		p.As = AsOperator
	}
	if l.Device == "" {
		return p, nil
	}
	d, err := people.DeviceByID(r, l.Device)
	if err != nil && !errors.Is(err, people.ErrNoDevice) {
		return p, err
	}
	if d.Store != "" {
		p.Store = d.Store
	}
	return p, nil
}
