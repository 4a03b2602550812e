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
	ForJoining Purpose = "join"  // keeping points and the data they need
	ForPromo   Purpose = "promo" // marketing messages
)

// Consent is a person's word on one purpose.
type Consent struct {
	Given   bool      `json:"given"`
	Wording string    `json:"wording"` // version of the text he saw
	At      time.Time `json:"at"`
}

// ConsentEvent is one line of a person's consent history.
type ConsentEvent struct {
	Purpose Purpose `json:"purpose"`
	Consent
}

// consents is the history: what can be shown when somebody asks for proof.
var consents = store.NewTable[ConsentEvent]("consent/", store.Locked, store.FirstPart("member"))

// Join makes a contact a member: the one tap. wording is the version of the
// notice that was shown. Joining again changes nothing (joined is false).
func (v *Vault) Join(tx store.Tx, id loyalty.MemberID, wording string, now time.Time, rand io.Reader) (joined bool, err error) {
	err = v.change(tx, id, rand, func(l *life) (bool, error) {
		if l.row.Status == Member {
			return false, nil
		}
		joined = true
		l.row.Status, l.row.JoinedAt = Member, now.UTC()
		if err := l.consent(tx, ForJoining, Consent{true, wording, now.UTC()}); err != nil {
			return false, err
		}
		return true, v.indexNames(tx, l)
	})
	return joined && err == nil, err
}

// SetConsent records yes or no to one purpose, with the version of the wording
// that was shown. The same answer to the same wording changes nothing.
func (v *Vault) SetConsent(tx store.Tx, id loyalty.MemberID, p Purpose, given bool, wording string, now time.Time, rand io.Reader) error {
	return v.change(tx, id, rand, func(l *life) (bool, error) {
		old, answered := l.row.Consents[p]
		if answered && old.Given == given && old.Wording == wording {
			return false, nil
		}
		return true, l.consent(tx, p, Consent{given, wording, now.UTC()})
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

// Agreed reports whether the person said yes to p and did not take it back.
func (p Person) Agreed(to Purpose) bool { return p.Consents[to].Given }

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
