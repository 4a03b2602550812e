package fraud

import (
	"strings"
	"time"

	"regulars/loyalty"
)

// Kind is what somebody is to the shop.
type Kind string

// The kinds of subjects.
const (
	Staff  Kind = "staff"
	Member Kind = "member"
)

// Subject is whom a finding is about.
type Subject struct {
	Kind Kind   `json:"kind"`
	ID   string `json:"id"`
}

// OfStaff is an employee, by the id that people.StaffID is.
func OfStaff(id string) Subject { return Subject{Staff, id} }

// OfMember is a member.
func OfMember(m loyalty.MemberID) Subject { return Subject{Member, string(m)} }

// String is how the subject is written and locked, as in "staff/01H…".
func (s Subject) String() string { return string(s.Kind) + "/" + s.ID }

// MemberID is the member, "" for an employee.
func (s Subject) MemberID() loyalty.MemberID {
	if s.Kind != Member {
		return ""
	}
	return loyalty.MemberID(s.ID)
}

// Rule names a rule, as in "one-card". It is a part of keys and is written like an id.
type Rule string

// Decision is what a person made of a finding.
type Decision string

// The decisions; the empty one is an open finding.
const (
	Open  Decision = ""
	Fine  Decision = "fine"
	Fraud Decision = "fraud"
)

// Key names one finding: a rule fires once a day for one subject.
type Key struct {
	Subject Subject `json:"subject"`
	Day     string  `json:"day"` // local, "2006-01-02"
	Rule    Rule    `json:"rule"`
}

// String is the key as one word, for a form or a link; [ParseKey] reads it.
func (k Key) String() string {
	return strings.Join([]string{string(k.Subject.Kind), k.Subject.ID, k.Day, string(k.Rule)}, "/")
}

// ParseKey reads what [Key.String] wrote.
func ParseKey(s string) (k Key, ok bool) {
	p := strings.Split(s, "/")
	if len(p) != 4 || p[1] == "" || p[3] == "" || p[0] != string(Staff) && p[0] != string(Member) {
		return k, false
	}
	if _, err := time.Parse(time.DateOnly, p[2]); err != nil {
		return k, false
	}
	return Key{Subject{Kind(p[0]), p[1]}, p[2], Rule(p[3])}, true
}

// Entry is one act that a finding rests on.
type Entry struct {
	Ref    loyalty.Ref      `json:"ref,omitempty"`
	Member loyalty.MemberID `json:"m,omitempty"`
	At     time.Time        `json:"at,omitzero"`
}

// Numbers are what a finding's sentence is made of, by name, as in "times" and
// "usual". Money is in minor units.
type Numbers map[string]int64

// Finding is one rule that fired for one subject on one day.
type Finding struct {
	Key
	Score   int                `json:"score"`  // 1 to 100: how far beyond what is usual
	Weight  int                `json:"weight"` // 1 to 100: how much the rule counts, see [Score]
	Store   loyalty.Store      `json:"store,omitempty"`
	Others  []loyalty.Store    `json:"stores,omitempty"` // where it happened too, see [Finding.Happened]
	Numbers Numbers            `json:"numbers,omitempty"`
	Entries []Entry            `json:"entries,omitempty"` // at most [MostEntries], the newest
	Members []loyalty.MemberID `json:"members,omitempty"` // others whom it concerns
	FoundAt time.Time          `json:"found"`

	Decision  Decision      `json:"decision,omitempty"`
	By        loyalty.Actor `json:"by,omitempty"` // who decided
	DecidedAt time.Time     `json:"decided,omitzero"`
	Note      []byte        `json:"note,omitempty"` // why, sealed by the caller
}

// Open reports whether nobody decided it yet.
func (f *Finding) Open() bool { return f.Decision == Open }

// Worth is what the finding counts by itself, 0 to 100: managers are told from the
// programme's fraud.tell on.
func (f *Finding) Worth() int { return (clamp(f.Weight)*clamp(f.Score) + 50) / 100 }

// MostEntries bounds what one finding names; its numbers count all.
const MostEntries = 20

// Score is what findings about one subject come to, 0 to 100. Each finding is a
// doubt of weight × score; doubts are taken as independent, so that several small
// ones add up and no number of them passes 100. What was decided as fine counts
// nothing, what was decided as fraud counts whole.
func Score(all []Finding) int {
	trust := 1.0
	for i := range all {
		f := &all[i]
		switch f.Decision {
		case Fine:
		case Fraud:
			trust = 0
		default:
			trust *= 1 - float64(clamp(f.Weight))/100*float64(clamp(f.Score))/100
		}
	}
	return int((1-trust)*100 + 0.5)
}

func clamp(n int) int { return min(max(n, 0), 100) }
