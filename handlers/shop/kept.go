package shop

import (
	"errors"
	"maps"

	"regulars/loyalty"
	"regulars/loyalty/chance"
	"regulars/loyalty/event"
	"regulars/loyalty/fraud"
	"regulars/loyalty/household"
	"regulars/loyalty/lever"
	"regulars/loyalty/match"
	"regulars/loyalty/mission"
	"regulars/loyalty/offer"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/receipt"
	"regulars/loyalty/recommend"
	"regulars/loyalty/room"
	"regulars/loyalty/voice"
	"regulars/store"
)

// BoardPurpose is what names on boards are sealed for.
const BoardPurpose = "board"

// Kept is what the rooms of activities keep about a member under their own id, for an
// export, with what was sealed opened; a table without rows is left empty. It is for a
// View. See [Shop.EachKept] for what stands under something else's.
func (s *Shop) Kept(r store.Reader, m loyalty.MemberID) (store.Kept, error) {
	all := store.Kept{}
	for _, keeps := range []func(store.Reader, loyalty.MemberID) (store.Kept, error){
		chance.KeptOf, event.KeptOf, fraud.KeptOf, household.KeptOf, lever.KeptOf, match.KeptOf, mission.KeptOf, offer.KeptOf, plan.KeptOf, recommend.KeptOf, voice.KeptOf, room.KeptOf,
	} {
		k, err := keeps(r, m)
		if err != nil {
			return nil, err
		}
		maps.Copy(all, k)
	}
	for _, rows := range all {
		for key, row := range rows {
			opened, err := s.openKept(r, m, row)
			if err != nil {
				return nil, err
			}
			rows[key] = opened
		}
	}
	return all, nil
}

// keptSeat, keptVoice and keptRequest are rows with their words opened.
type (
	keptSeat struct {
		event.Seat
		Words map[string]string `json:"words,omitempty"`
	}
	keptVoice struct {
		voice.Voice
		Words  string `json:"words,omitempty"`
		Reason string `json:"reason,omitempty"`
	}
	keptRequest struct {
		match.Request
		Words string `json:"words,omitempty"`
	}
)

// openKept opens what is sealed in a row. Of who was erased nothing opens.
func (s *Shop) openKept(r store.Reader, m loyalty.MemberID, row any) (any, error) {
	var err error
	switch x := row.(type) {
	case event.Seat:
		seat := keptSeat{Seat: x}
		seat.Words, err = s.OpenAnswers(r, m, x.Words)
		return seat, err
	case voice.Voice:
		v := keptVoice{Voice: x}
		v.Words, err = s.OpenWords(r, m, x.Sealed)
		if err == nil {
			v.Reason, err = s.OpenWords(r, m, x.Reason)
		}
		v.Sealed = nil
		return v, err
	case match.Request:
		q := keptRequest{Request: x}
		if len(x.Sealed) > 0 {
			q.Words, err = s.MatchWords(r, x)
		}
		q.Sealed = nil
		return q, err
	case mission.Board:
		name, err := s.Vault.OpenFor(r, m, BoardPurpose, x.Sealed)
		if errors.Is(err, people.ErrErased) {
			err = nil
		}
		x.Sealed, x.Name = nil, string(name)
		return x, err
	}
	return row, nil
}

// EachKept yields what the rooms keep about a member, or for "" about everybody, under
// something else's id: pieces of packets, answers to quizzes, gifts to charities, what
// neighbours took, receipts that were claimed, what campaigns brought. It goes over all
// there is, and is for a View.
func (s *Shop) EachKept(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) error {
	rooms := []func(store.Reader, loyalty.MemberID, func(loyalty.MemberID, string, string, any) error) error{chance.EachKept, voice.EachKept, offer.EachKept, receipt.EachKept}
	if s.AlsoKept != nil {
		rooms = append(rooms, s.AlsoKept)
	}
	for _, room := range rooms {
		if err := room(r, of, yield); err != nil {
			return err
		}
	}
	return nil
}
