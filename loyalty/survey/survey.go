package survey

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Desk is how one shop asks. It is a value without state and may be used by many
// at once.
type Desk struct {
	// Key draws whom a share means, and cases' references: 32 secret bytes.
	Key []byte
	// Surveys are those of the programme in force at a moment.
	Surveys func(at time.Time) []loyalty.Survey
	// Zone is the shop's at a moment.
	Zone func(at time.Time) *time.Location
	// Family are all members who are one person with m, m included; nil: only m.
	Family func(r store.Reader, m loyalty.MemberID) ([]loyalty.MemberID, error)
	// Changed is told that a member's newest answer is another one; nil: nobody.
	Changed func(tx store.Tx, m loyalty.MemberID) error
}

// Find is a survey of the programme in force.
func (d *Desk) Find(now time.Time, id string) (loyalty.Survey, bool) {
	for _, s := range d.Surveys(now) {
		if s.ID == id {
			return s, true
		}
	}
	return loyalty.Survey{}, false
}

// Visit is the deed that a question is about.
type Visit struct {
	At    time.Time     `json:"at"`
	Ref   loyalty.Ref   `json:"ref,omitempty"` // of a sale's entry
	Store loyalty.Store `json:"store,omitempty"`
	Staff string        `json:"staff,omitempty"` // the employee's id, without "staff/"
}

// Plan is a question that will be asked.
type Plan struct {
	Survey string    `json:"survey"`
	At     time.Time `json:"at"` // when
	Visit  Visit     `json:"visit"`
}

// Open is a question that was asked.
type Open struct {
	Wave  string    `json:"wave"`
	Asked time.Time `json:"asked"`
	Until time.Time `json:"until"` // answers count before
	// Score says that it was answered, and Why until when a typed text is the
	// second answer.
	Score bool      `json:"score,omitempty"`
	Why   time.Time `json:"why,omitzero"`
}

// Grade is a member's newest score of one kind of survey.
type Grade struct {
	Score int       `json:"score"`
	At    time.Time `json:"at"`
}

// Talk is a case about which the shop wrote: until then what the customer types
// goes there.
type Talk struct {
	Case  loyalty.Ref `json:"case"`
	Until time.Time   `json:"until"`
}

// person is what is known of a member as one who is asked.
type person struct {
	Plan  *Plan           `json:"plan,omitempty"`
	Asked time.Time       `json:"asked,omitzero"` // newest, of any survey
	Open  map[string]Open `json:"open,omitempty"` // newest of each survey
	NPS   *Grade          `json:"nps,omitempty"`
	Talk  *Talk           `json:"talk,omitempty"`
	// Doubts are the lines of which they said that they are wrong, newest first.
	Doubts []doubt `json:"doubts,omitempty"`
}

// State is how far a member's part of a wave is.
type State string

// The states.
const (
	Asked     State = "asked"
	Answered  State = "answered"
	Unreached State = "unreached" // blocked, quiet, left: not counted as asked
)

// Answer is a member's part of a wave.
type Answer struct {
	Survey string             `json:"survey"`
	Wave   string             `json:"wave"`
	Member loyalty.MemberID   `json:"member"`
	Kind   loyalty.SurveyKind `json:"kind"`
	State  State              `json:"state"`
	Score  int                `json:"score"`
	Option string             `json:"option,omitempty"` // of a poll
	Asked  time.Time          `json:"asked"`
	At     time.Time          `json:"answered,omitzero"`
	// Changed is when a second answer took the first one's place.
	Changed  time.Time   `json:"changed,omitzero"`
	Late     bool        `json:"late,omitempty"`
	Visit    Visit       `json:"visit"`
	Lang     string      `json:"lang,omitempty"`
	Channel  string      `json:"channel,omitempty"`
	Themes   []string    `json:"themes,omitempty"`
	Comment  []byte      `json:"comment,omitempty"` // sealed with the member's key
	Rewarded bool        `json:"rewarded,omitempty"`
	Case     loyalty.Ref `json:"case,omitempty"`
}

var (
	persons = store.NewTable[person]("surveyed/", store.Readable, store.FirstPart("member"))
	due     = store.NewTable[struct{}]("surveydue/", store.Free, nil) // written by its member's transactions only
	answers = store.NewTable[Answer]("survey/", store.Locked, lastPart("member"))
	days    = store.NewTable[Score]("surveyday/", store.Free, nil)       // likewise
	tagged  = store.NewTable[time.Time]("surveytheme/", store.Free, nil) // likewise
)

// lastPart is the subject of rows whose key ends with whose they are.
func lastPart(word string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject {
		return store.Subject(word + "/" + string(rest[strings.LastIndexByte(string(rest), '/')+1:]))
	}
}

func lock(tx store.Tx, m loyalty.MemberID) error {
	return tx.Lock(store.Subject("member/" + string(m)))
}

// stamp writes a time so that keys sort by it.
func stamp(t time.Time) string { return fmt.Sprintf("%020d", t.UnixMicro()) }

// family are all who are one person with m; an Update locks them.
func (d *Desk) family(r store.Reader, m loyalty.MemberID) ([]loyalty.MemberID, error) {
	all := []loyalty.MemberID{m}
	if d.Family != nil {
		var err error
		if all, err = d.Family(r, m); err != nil {
			return nil, err
		}
	}
	if tx, ok := r.(store.Tx); ok {
		for _, one := range all {
			if err := lock(tx, one); err != nil {
				return nil, err
			}
		}
	}
	return all, nil
}

// chosen says whether a share means this member in this wave.
func (d *Desk) chosen(s *loyalty.Survey, wave string, m loyalty.MemberID) bool {
	return int(binary.BigEndian.Uint64(d.mac("share", s.ID, wave, string(m)))%100) < s.Share
}

// mac is HMAC-SHA256 over parts, each framed by its length.
func (d *Desk) mac(parts ...string) []byte {
	h := hmac.New(sha256.New, d.Key)
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return h.Sum(nil)
}
