package sim

import (
	"time"
)

// ShareContact sends the own card, as the request_contact button does:
// contact.user_id is the sender.
func (s *TelegramSeat) ShareContact() {
	p := s.person
	s.card(func() *tgContact {
		return &tgContact{PhoneNumber: p.number, FirstName: p.user.FirstName, UserID: p.user.ID}
	}, nil)
}

// SendContact sends somebody else's card: with their user id when they have an
// account, without when of is nil.
func (s *TelegramSeat) SendContact(of *TelegramPerson, number, name string) {
	s.card(func() *tgContact {
		if of == nil {
			return &tgContact{PhoneNumber: number, FirstName: name}
		}
		return &tgContact{PhoneNumber: of.number, FirstName: of.user.FirstName, UserID: of.user.ID}
	}, nil)
}

// ForwardContact forwards the card that another person once sent of
// themselves: their user_id, this sender, and forward_origin.
func (s *TelegramSeat) ForwardContact(of *TelegramPerson) {
	s.card(func() *tgContact {
		return &tgContact{PhoneNumber: of.number, FirstName: of.user.FirstName, UserID: of.user.ID}
	}, of)
}

func (s *TelegramSeat) card(card func() *tgContact, origin *TelegramPerson) {
	s.person.bot.act(func() *tgUpdate {
		m := s.draft()
		m.Contact = card()
		if origin != nil {
			m.ForwardOrigin = map[string]any{"type": "user", "sender_user": origin.user, "date": s.person.bot.now().Add(-time.Hour).Unix()}
		}
		return s.send(m)
	})
}
