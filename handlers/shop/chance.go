package shop

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/loyalty/programme"
	"regulars/store"
)

// newChance makes the desk of games, red packets and quizzes, which hears of
// purchases and of those that came back.
func (s *Shop) newChance() *chance.Desk {
	d := &chance.Desk{Key: s.Vault.Derive("chance"), Book: s.Book, Vouchers: s.Club.Vouchers, Programme: s.Rules, Facts: s.Facts, MayTake: s.MayTakePiece}
	d.Right = func(tx store.Tx, m loyalty.MemberID, quiz string, now time.Time) error {
		return s.Missions.Score(tx, m, loyalty.BoardQuiz, "quiz/"+quiz, now) // who knows, contributes
	}
	s.Listeners = append(s.Listeners, d.Listen)
	return d
}

// plainChance are the refusals of what is played that need no numbers.
var plainChance = map[error]i18n.Key{
	chance.ErrNoGame:   i18n.PlayNoGame,
	chance.ErrLevel:    i18n.PlayLevel,
	chance.ErrOver:     i18n.PlayOver,
	chance.ErrNoGo:     i18n.PlayNoGo,
	chance.ErrNoPacket: i18n.PacketUnknown,
	chance.ErrEmpty:    i18n.PacketEmpty,
	chance.ErrLate:     i18n.PacketLate,
	chance.ErrNoQuiz:   i18n.QuizUnknown,
	chance.ErrOff:      i18n.PacketOff,
	chance.ErrReturned: i18n.PlayCameBack,
}

// chanceWords words the refusals of what is played that carry something.
func (s *Shop) chanceWords(err error) *bot.Refusal {
	var (
		notYet *chance.NotYetError
		many   *chance.ManyError
		pieces *loyalty.PiecesError
	)
	switch {
	case errors.As(err, &notYet):
		return refusal(err, i18n.PlayFrom, "Date", s.Local(notYet.From))
	case errors.As(err, &many):
		return refusal(err, hadGoes[many.Per])
	case errors.As(err, &pieces):
		return refusal(err, i18n.PacketPieces, "Number", i18n.Number(int64(pieces.Most)))
	}
	return nil
}

// hadGoes says that a member has had their goes, by the span of the limit.
var hadGoes = map[loyalty.Span]i18n.Key{
	loyalty.SpanDay: i18n.PlayHadDay, loyalty.SpanWeek: i18n.PlayHadWeek,
	loyalty.SpanMonth: i18n.PlayHadMonth, loyalty.SpanYear: i18n.PlayHadYear,
}

// PrizeName is what a game's prize is called: by the shop, or else by what it
// gives.
func (s *Shop) PrizeName(p i18n.Printer, at time.Time, game string, z *loyalty.GamePrize) string {
	file := s.Programme(at)
	if w := file.Words(programme.Prize, game+"/"+z.ID, string(p.Lang)); w.Name != game+"/"+z.ID {
		return w.Name
	}
	switch {
	case z.Reward != "":
		return file.Words(programme.Reward, z.Reward, string(p.Lang)).Name
	case z.Points > 0:
		return Points(p, z.Points)
	}
	return p.Say(i18n.PlayNothing)
}

// GameName is what a game is called.
func (s *Shop) GameName(p i18n.Printer, at time.Time, game string) string {
	return s.Programme(at).Words(programme.Game, game, string(p.Lang)).Name
}

// Odds writes odds in percent: "12.5".
func Odds(odds int64) string {
	s := strconv.FormatFloat(float64(odds)/100, 'f', 2, 64) // exact: two decimals of a small number
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// QuizText is what is asked.
func (s *Shop) QuizText(p i18n.Printer, at time.Time, q chance.Question) string {
	if q.Quiz == "" {
		return q.Text
	}
	text, _ := s.Programme(at).QuizWords(q.Quiz, string(p.Lang))
	return text
}

// QuizChoice is the i-th answer to choose from.
func (s *Shop) QuizChoice(p i18n.Printer, at time.Time, q chance.Question, i int) string {
	if q.Quiz == "" {
		return q.Choices[i]
	}
	return s.Programme(at).Words(programme.Answer, q.Quiz+"/"+q.Choices[i], string(p.Lang)).Name
}
