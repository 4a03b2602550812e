package people

import (
	"io"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Purpose is what a person agrees to, each by itself.
type Purpose string

// The purposes.
const (
	ForJoining  Purpose = "join"     // keeping points and purchases: what a membership is
	ForPromo    Purpose = "promo"    // marketing messages: nothing without a yes
	ForTaste    Purpose = "taste"    // suggestions from what somebody bought: until a no
	ForName     Purpose = "name"     // being called by a name
	ForPhone    Purpose = "phone"    // being found by a number
	ForBirthday Purpose = "birthday" // being given something on the day
	ForBoard    Purpose = "board"    // standing on a group's board
)

// Purposes are all of them, in the order in which people are told.
var Purposes = []Purpose{ForJoining, ForPromo, ForTaste, ForName, ForPhone, ForBirthday, ForBoard}

// Place is the kind of place where somebody gave their word.
type Place string

// The places.
const (
	InChat   Place = "chat"   // the person, in their own chat with the bot
	AtTill   Place = "api"    // a program of the shop's wrote it down
	FromFile Place = "import" // a file of another system said so
)

// Where is how a person's word came in. Rows from before it was kept have none.
type Where struct {
	Place   Place         `json:"place,omitempty"`
	Channel string        `json:"channel,omitempty"` // of a chat
	By      loyalty.Actor `json:"by,omitempty"`      // who wrote it down, where it was not the person
}

// Said is what a person was asked in, and where.
type Said struct {
	Wording string // version of the text they saw
	Lang    string // that it was shown in; "" where nobody knows
	Where   Where
}

// Consent is a person's word on one purpose.
type Consent struct {
	Given   bool      `json:"given"`
	Wording string    `json:"wording"` // version of the text he saw
	At      time.Time `json:"at"`
	Lang    string    `json:"lang,omitempty"`
	Where   Where     `json:"where,omitzero"`
}

func (s Said) consent(given bool, now time.Time) Consent {
	return Consent{Given: given, Wording: s.Wording, At: now.UTC(), Lang: s.Lang, Where: s.Where}
}

// ConsentEvent is one line of a person's consent history.
type ConsentEvent struct {
	Purpose Purpose `json:"purpose"`
	Consent
}

// consents is the history: what can be shown when somebody asks for proof.
var consents = store.NewTable[ConsentEvent]("consent/", store.Locked, store.FirstPart("member"))

// Join is JoinSaying where nobody knows more than the wording.
func (v *Vault) Join(tx store.Tx, id loyalty.MemberID, wording string, now time.Time, rand io.Reader) (joined bool, err error) {
	return v.JoinSaying(tx, id, Said{Wording: wording}, now, rand)
}

// JoinSaying makes a contact a member: the one tap under the notice. Joining
// again changes nothing (joined is false).
func (v *Vault) JoinSaying(tx store.Tx, id loyalty.MemberID, said Said, now time.Time, rand io.Reader) (joined bool, err error) {
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.row.Status == Member {
			return false, nil
		}
		joined = true
		l.row.Status, l.row.JoinedAt = Member, now.UTC()
		if err := l.consent(tx, ForJoining, said.consent(true, now)); err != nil {
			return false, err
		}
		return true, v.indexNames(tx, l)
	})
	return joined && err == nil, err
}

// SetConsent is Agree where nobody knows more than the wording.
func (v *Vault) SetConsent(tx store.Tx, id loyalty.MemberID, p Purpose, given bool, wording string, now time.Time, rand io.Reader) error {
	return v.Agree(tx, id, p, given, Said{Wording: wording}, now, rand)
}

// Agree records yes or no to one purpose. The same answer to the same wording
// changes nothing: what counts is where and when it was given first.
func (v *Vault) Agree(tx store.Tx, id loyalty.MemberID, p Purpose, given bool, said Said, now time.Time, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		old, answered := l.row.Consents[p]
		if answered && old.Given == given && old.Wording == said.Wording {
			return false, nil
		}
		return true, l.consent(tx, p, said.consent(given, now))
	})
}

func (l *life) consent(tx store.Tx, p Purpose, c Consent) error {
	if l.row.Consents == nil {
		l.row.Consents = map[Purpose]Consent{}
	}
	l.row.Consents[p] = c
	return consents.Put(tx, ConsentEvent{p, c}, string(l.id), c.key(p))
}

// key is where it stands in the person's history.
func (c Consent) key(p Purpose) string {
	return c.At.Format("20060102T150405.000000000") + "-" + string(p)
}

// ConsentsOf is everything that a person said, oldest first. An Update locks them.
func ConsentsOf(r store.Reader, id loyalty.MemberID) (all []ConsentEvent, err error) {
	if tx, ok := r.(store.Tx); ok {
		if err := tx.Lock(Subject(id)); err != nil {
			return nil, err
		}
	}
	for _, c := range consents.Scan(r, consents.Under(string(id)), &err) {
		all = append(all, c)
	}
	return all, err
}

// Agreed reports whether the person said yes to p and did not take it back.
func (p Person) Agreed(to Purpose) bool { return p.Consents[to].Given }

// Declined reports whether the person said no to p: for what is done until
// somebody objects.
func (p Person) Declined(to Purpose) bool {
	c, said := p.Consents[to]
	return said && !c.Given
}

// SetQuiet records that the person wants no message that he did not ask for.
func (v *Vault) SetQuiet(tx store.Tx, id loyalty.MemberID, quiet bool, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		changed := l.row.Quiet != quiet
		l.row.Quiet = quiet
		return changed, nil
	})
}

// Mute keeps the bot silent towards the person until then, so that somebody of
// the shop can talk; the zero time lets it speak again.
func (v *Vault) Mute(tx store.Tx, id loyalty.MemberID, until time.Time, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		changed := !l.row.MutedUntil.Equal(until)
		l.row.MutedUntil = until.UTC()
		if until.IsZero() {
			l.row.MutedUntil = time.Time{}
		}
		return changed, nil
	})
}

// SetLanguage records the language the person chose (BCP 47).
func (v *Vault) SetLanguage(tx store.Tx, id loyalty.MemberID, language string, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		changed := l.row.Language != language
		l.row.Language = language
		return changed, nil
	})
}

// Freeze stops spending and cards of the whole person, or allows them again.
// The card's number is changed by the next ReissueCard, not by this. An
// employee's sessions in browsers end with it.
func (v *Vault) Freeze(tx store.Tx, id loyalty.MemberID, frozen bool, rand io.Reader) error {
	err := v.change(tx, id, rand, func(l *life) (bool, error) {
		changed := l.row.Frozen != frozen
		l.row.Frozen = frozen
		return changed, nil
	})
	if err != nil || !frozen {
		return err
	}
	return endSessionsOf(tx, id)
}
