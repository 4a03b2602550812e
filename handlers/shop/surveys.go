package shop

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/survey"
	"regulars/store"
)

// newSurveys is how the shop asks its members.
func (s *Shop) newSurveys() *survey.Desk {
	return &survey.Desk{
		Key: s.Vault.Derive("surveys"), Family: s.Book.Family, Changed: s.accountChanged,
		Surveys: func(at time.Time) []loyalty.Survey { return s.Programme(at).Surveys },
		Zone:    func(at time.Time) *time.Location { return s.Rules(at).Location() },
	}
}

// staleAfter is how old a deed may be when it is told and still be asked about.
const staleAfter = 24 * time.Hour

// asked plans the question that follows upon a deed.
func (s *Shop) asked(tx store.Tx, d club.Deed) error {
	if len(s.Programme(d.Act.Now).Surveys) == 0 {
		return nil
	}
	after, v := loyalty.AfterVisit, survey.Visit{At: d.Act.Now.UTC(), Store: d.Act.Store}
	switch d.Kind {
	case club.Bought:
		e := d.Outcome.Receipt.Entry()
		v.At, v.Ref = e.EffectiveAt, e.Ref
	case club.Joined:
		after = loyalty.AfterJoin
	case club.Used:
		after = loyalty.AfterUse
	default:
		return nil
	}
	if d.Act.Now.Sub(v.At) > staleAfter {
		return nil
	}
	if d.Act.Actor.Staff() {
		v.Staff = strings.TrimPrefix(string(d.Act.Actor), "staff/")
	}
	m, err := s.Book.Holder(tx, d.Member)
	if err != nil {
		return err
	}
	return s.Surveys.Plan(tx, m, after, v, d.Act.Now)
}

// Question is a survey as it is put to somebody. Its buttons carry what everybody
// may know: whose answer it is comes from who presses.
func (s *Shop) Question(p i18n.Printer, now time.Time, x loyalty.Survey) bot.Message {
	text, _ := s.Programme(now).Questions(x.ID, string(p.Lang))
	name := s.Name(now, p.Lang)
	m := bot.Message{Title: p.Say(i18n.SurveyTitle, "Shop", name), Text: text}
	switch x.Kind {
	case loyalty.SurveyNPS:
		m.Text, m.Note = cmp.Or(text, p.Say(i18n.SurveyNPS, "Shop", name)), p.Say(i18n.SurveyScaleNPS)
	case loyalty.SurveyCSAT:
		m.Text, m.Note = cmp.Or(text, p.Say(i18n.SurveyCSAT, "Shop", name)), p.Say(i18n.SurveyScaleCSAT)
	}
	low, high := x.Kind.Range()
	for n := low; n <= high && high > 0; n++ {
		m.Buttons = append(m.Buttons, bot.Button{Label: strconv.Itoa(n), Do: bot.DoCommand, Value: fmt.Sprint("survey ", x.ID, " ", n)})
	}
	for _, o := range x.Options {
		m.Buttons = append(m.Buttons, bot.Button{Label: s.OptionName(p, now, x.ID, o), Do: bot.DoCommand, Value: "survey " + x.ID + " " + o})
	}
	return m
}

// OptionName is what a poll's option is called, and ThemeName a theme.
func (s *Shop) OptionName(p i18n.Printer, now time.Time, id, option string) string {
	return s.Programme(now).Words(programme.Choice, id+"/"+option, string(p.Lang)).Name
}

// ThemeName is what a theme of answers is called.
func (s *Shop) ThemeName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Theme, id, string(p.Lang)).Name
}

// Grade writes a score with what it is out of: "3 / 10".
func Grade(kind loyalty.SurveyKind, score int) string {
	_, most := kind.Range()
	return fmt.Sprintf("%d / %d", score, most)
}

// casePurpose is what comments and the words of cases are sealed for, with the
// customer's key.
const casePurpose = "survey"

// SealWords seals what was typed in an answer or a case, with its customer's key.
func (s *Shop) SealWords(r store.Reader, m loyalty.MemberID, text string) ([]byte, error) {
	return s.Vault.SealFor(r, m, casePurpose, []byte(text), s.Rand)
}

// OpenWords opens what SealWords made. Of who was erased it gives "".
func (s *Shop) OpenWords(r store.Reader, m loyalty.MemberID, sealed []byte) (string, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	b, err := s.Vault.OpenFor(r, m, casePurpose, sealed)
	if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
		return "", nil
	}
	return string(b), err
}

// Words that people type are kept up to so many letters.
const longWords = 1000

// Typed is what somebody typed, safe to be shown: without control characters and
// not without end. Line breaks stay.
func Typed(text string) string {
	var b strings.Builder
	for _, r := range strings.TrimSpace(text) {
		if r == '\n' || r >= ' ' && r != 0x7f && (r < 0x202a || r > 0x202e) && (r < 0x2066 || r > 0x2069) && r != 0xfeff {
			b.WriteRune(r)
		}
	}
	r := []rune(b.String())
	if len(r) > longWords {
		r = append(r[:longWords-1], '…')
	}
	return string(r)
}

// WedidPurpose is what a manager's words to those who tagged a theme are sealed
// for, with the shop's key.
const WedidPurpose = "wedid"

// TellingID is the id of what an operation tells to many.
func TellingID(op string) string {
	sum := sha256.Sum256([]byte(op))
	return hex.EncodeToString(sum[:12])
}
