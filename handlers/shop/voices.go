package shop

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/programme"
	"regulars/loyalty/voice"
	"regulars/store"
)

// newVoices is what members say in public, and give to others.
func (s *Shop) newVoices() *voice.Desk {
	d := &voice.Desk{Book: s.Book, Key: s.Vault.Derive("voices"), Programme: s.Rules, Facts: s.Facts}
	d.Score = func(tx store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error {
		return s.Missions.Score(tx, m, loyalty.BoardReview, "voice/"+string(ref), at) // who contributes is recognised
	}
	d.Unscore = func(tx store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error {
		return s.Missions.Unscore(tx, m, "voice/"+string(ref), at)
	}
	s.Listeners = append(s.Listeners, func(tx store.Tx, did club.Deed) error {
		switch did.Kind {
		case club.Left:
			return d.Left(tx, did.Member, did.Act)
		case club.Undone:
			return d.Undone(tx, did.Entry, did.Act.Now)
		}
		return nil
	})
	return d
}

// voiceWordsOf is what a kind of voice is called.
var voiceWordsOf = map[loyalty.VoiceKind]i18n.Key{loyalty.VoiceReview: i18n.VoiceReview, loyalty.VoicePost: i18n.VoicePost}

// VoiceName is what a kind of voice is called.
func VoiceName(p i18n.Printer, k loyalty.VoiceKind) string { return p.Say(voiceWordsOf[k]) }

// VoiceCard is what a member said, as managers see it: who, masked, when, what, and
// what was decided.
func (s *Shop) VoiceCard(r store.Reader, p i18n.Printer, v voice.Voice) (m bot.Message, err error) {
	name, err := s.CustomerName(r, p, v.Member)
	if err != nil {
		return m, err
	}
	if m.Text, err = s.OpenWords(r, v.Member, v.Sealed); err != nil {
		return m, err
	}
	m.Title = VoiceName(p, v.Kind) + " " + string(v.Ref)
	m.Rows = []bot.Row{{Label: p.Say(i18n.CaseWho), Value: name}, {Label: p.Say(i18n.VoiceSent), Value: p.Date(s.Local(v.At))}}
	if v.State != voice.Waits {
		m.Rows = append(m.Rows, bot.Row{Label: p.Say(i18n.VoiceDecided), Value: VoiceState(p, v)})
	}
	return m, nil
}

// VoiceState is what became of a voice.
func VoiceState(p i18n.Printer, v voice.Voice) string {
	switch v.State {
	case voice.Given:
		return Points(p, v.Points)
	case voice.Refused:
		return p.Say(i18n.VoiceNo)
	}
	return p.Say(i18n.VoiceWaits)
}

// VoiceTold is what its member is told once it was decided, with the next answer.
func (s *Shop) VoiceTold(r store.Reader, p i18n.Printer, v voice.Voice) (bot.Message, error) {
	if v.State == voice.Given {
		return bot.Message{
			Text:    p.Say(i18n.VoiceThanks, "Kind", VoiceName(p, v.Kind), "Points", Points(p, v.Points)),
			Buttons: []bot.Button{{Label: p.Say(i18n.KeyPoints), Do: bot.DoCommand, Value: "points"}},
		}, nil
	}
	why, err := s.OpenWords(r, v.Member, v.Reason)
	return bot.Message{Text: p.Say(i18n.VoiceSorry, "Kind", VoiceName(p, v.Kind), "Reason", why)}, err
}

// CharityName is what a charity is called.
func (s *Shop) CharityName(p i18n.Printer, now time.Time, id string) string {
	return s.Programme(now).Words(programme.Charity, id, string(p.Lang)).Name
}

// plainVoices are the refusals about voices and charities that need no numbers.
var plainVoices = map[error]i18n.Key{
	voice.ErrKind:    i18n.VoiceOff,
	voice.ErrMany:    i18n.VoiceMany,
	voice.ErrUnknown: i18n.VoiceUnknown,
	voice.ErrDecided: i18n.VoiceDone,
	voice.ErrCharity: i18n.DonateUnknown,
}

// saidWords words those that carry something.
func (s *Shop) saidWords(err error) *bot.Refusal {
	var limit *voice.LimitError
	var least *voice.LeastError
	switch {
	case errors.As(err, &limit) && limit.Again.IsZero():
		return refusal(err, i18n.VoiceLimitEver)
	case errors.As(err, &limit):
		return refusal(err, i18n.VoiceLimit, "Date", s.Local(limit.Again))
	case errors.As(err, &least):
		return refusal(err, i18n.DonateLeast, "Least", points(least.Least))
	}
	return nil
}
