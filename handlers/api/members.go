package api

import (
	"context"
	"errors"
	"net/http"
	"time"
	"unicode/utf8"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// find tells whom a card or a phone number means. It changes nothing, and so
// needs no Idempotency-Key; but a wrong one counts as a try, so that the
// transaction commits whatever it says.
func find(s *Server) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		q := s.begin(w, r)
		ctx, cancel := context.WithTimeout(r.Context(), answerWithin)
		defer cancel()
		var b findBody
		err := s.enter(ctx, q, MembersRead)
		if err == nil {
			err = readBody(w, r, &b)
		}
		var a memberAnswer
		if err == nil {
			a, err = s.find(ctx, q, b)
		}
		s.answer(q, a, err)
	}
}

type findBody struct {
	place
	Card  string `json:"card,omitempty"`
	Phone string `json:"phone,omitempty"`
}

func (s *Server) find(ctx context.Context, q *request, b findBody) (a memberAnswer, err error) {
	var refused error
	err = s.DB.Update(ctx, func(tx store.Tx) error {
		a, refused = memberAnswer{}, nil
		at, err := (&attempt{place: b.place}).when(q.now)
		if err != nil {
			return err
		}
		d := &deed{s: s, till: s.till(), key: q.key, Call: &till.Call{Tx: tx, Now: q.now, At: at, Printer: q.printer}}
		m, err := d.whom(whom{Card: b.Card, Phone: b.Phone})
		if err == nil {
			a, err = s.member(tx, q.printer, q.now, m)
		}
		if s.problem(q, err) != nil {
			refused, err = err, nil
		}
		return err
	})
	if err == nil {
		err = refused
	}
	return a, err
}

type joinBody struct {
	place
	Phone    string `json:"phone"`
	Name     string `json:"name,omitempty"`
	Language string `json:"language,omitempty"`
	Birthday string `json:"birthday,omitempty"` // 2000-12-31
	Wording  string `json:"wording"`            // of the notice that was shown
	Promo    *bool  `json:"promo,omitempty"`
}

type joinAnswer struct {
	Member  memberAnswer `json:"member"`
	Created bool         `json:"created"`
}

// source is what members are said to come from whom a till made.
const source = "till"

// join makes a member of somebody at the till who agreed to the notice. Their
// number is typed and not proven: it earns, and spends when they have proven it
// in a chat, where the welcome waits for them too. Who has the number already is
// found and not made again.
func (d *deed) join(b joinBody) (any, error) {
	if b.Wording != shop.Wording {
		return nil, errWording
	}
	who, err := d.newcomer(b)
	if err != nil {
		return nil, err
	}
	id, err := d.till.OnlyByPhone(d.Tx, who.Phone)
	var no *bot.Refusal
	if errors.As(err, &no) && no.Text.Key == i18n.WhoNoPhone {
		return d.create(who, b)
	}
	if err != nil {
		return nil, err
	}
	m, err := d.opened(id)
	if err != nil {
		return nil, err
	}
	return d.joined(m, false)
}

// newcomer reads who it is.
func (d *deed) newcomer(b joinBody) (who people.Imported, err error) {
	// Each is known by the request that made them and not by the number, which may
	// have been somebody else's before.
	who = people.Imported{Source: source, External: string(d.Op("member")), Name: shop.Tidy(b.Name), Store: d.Store, Promo: b.Promo}
	if b.Phone == "" {
		return who, badField("phone")
	}
	if !utf8.ValidString(b.Name) {
		return who, badField("name")
	}
	if b.Language != "" {
		l, ok := i18n.Match(b.Language)
		if !ok {
			return who, badField("language")
		}
		who.Language = string(l)
	}
	if b.Birthday != "" {
		day, err := time.Parse(time.DateOnly, b.Birthday)
		if err != nil || day.After(d.Now) || day.Year() < 1900 {
			return who, badField("birthday")
		}
		who.Birthday = people.Birthday{Year: day.Year(), Month: day.Month(), Day: day.Day()}
	}
	who.Phone, err = d.phone(b.Phone)
	return who, err
}

func (d *deed) create(who people.Imported, b joinBody) (any, error) {
	v := d.till.Vault
	person, err := v.Prepare(who, d.Now, d.till.Rand)
	if err != nil {
		return nil, err
	}
	came, err := v.Import(d.Tx, []*people.Prepared{person}, d.Now, d.till.Rand)
	if err != nil {
		return nil, err
	}
	if errors.Is(came[0].Err, people.ErrImportErased) {
		return nil, errErased
	}
	if came[0].Err != nil {
		return nil, bot.Refuse(i18n.WhoTwoPhones, "Phone", who.Phone.String())
	}
	if err := people.CountImported(d.Tx, came); err != nil {
		return nil, err
	}
	m, err := d.opened(came[0].Member)
	if err != nil {
		return nil, err
	}
	if came[0].What == people.TakenNew {
		if err := d.agreed(m.ID, b); err != nil {
			return nil, err
		}
		if err := d.till.Enrolled(d.Tx, m.ID, d.Store, d.Now); err != nil {
			return nil, err
		}
	}
	return d.joined(m, came[0].What == people.TakenNew)
}

// agreed notes what they agreed to, and in which words.
func (d *deed) agreed(id loyalty.MemberID, b joinBody) error {
	v, where := d.till.Vault, people.Where{Place: people.AtTill, By: d.Program}
	said := people.Said{Wording: b.Wording, Lang: string(d.Printer.Lang), Where: where}
	if err := v.Agree(d.Tx, id, people.ForJoining, true, said, d.Now, d.till.Rand); err != nil || b.Promo == nil {
		return err
	}
	said.Wording = shop.WordingOf(people.ForPromo)
	return v.Agree(d.Tx, id, people.ForPromo, *b.Promo, said, d.Now, d.till.Rand)
}

func (d *deed) joined(m people.Person, created bool) (any, error) {
	d.member = m.ID
	if err := d.s.Shop.Saw(d.Tx, d.key.looker(), shop.WayAPI, d.Now, m.ID); err != nil {
		return nil, err
	}
	a, err := d.s.member(d.Tx, d.Printer, d.Now, m)
	return joinAnswer{Member: a, Created: created}, err
}

// memberOf is one member, masked.
func (s *Server) memberOf(r store.Reader, q *request) (any, error) {
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	return s.member(r, q.printer, q.now, m)
}

type expiryAnswer struct {
	At     time.Time      `json:"at"`
	Points loyalty.Points `json:"points"`
}

type nextLevelAnswer struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Left int64  `json:"left"` // of what the programme's levels count
}

type balanceAnswer struct {
	pointsAnswer
	Frozen     bool             `json:"frozen"`
	NextExpiry *expiryAnswer    `json:"next_expiry"`
	Level      *levelAnswer     `json:"level"`
	NextLevel  *nextLevelAnswer `json:"next_level"`
	Stamps     []stampsAnswer   `json:"stamps"`
}

// balance is what a member has, as of this moment.
func (s *Server) balance(r store.Reader, q *request) (any, error) {
	m, err := s.reads(r, q)
	if err != nil {
		return nil, err
	}
	b, err := s.Shop.Book.Balance(r, m.ID, q.now)
	if err != nil {
		return nil, err
	}
	a := balanceAnswer{pointsAnswer: *pointsOf(b), Frozen: m.Frozen || b.Frozen, Stamps: []stampsAnswer{}}
	if b.Next.Points > 0 {
		a.NextExpiry = &expiryAnswer{At: b.Next.At.UTC(), Points: b.Next.Points}
	}
	way, tiers, err := s.Shop.Book.Progress(r, m.ID, q.now)
	if err != nil {
		return nil, err
	}
	if tiers && s.Shop.Has("level", q.now) {
		a.Level = &levelAnswer{ID: way.Standing.Level, Name: s.Shop.LevelName(q.printer, q.now, way.Standing.Level), Until: instant(way.Standing.Until)}
		if way.Next != "" {
			a.NextLevel = &nextLevelAnswer{ID: way.Next, Name: s.Shop.LevelName(q.printer, q.now, way.Next), Left: way.Left}
		}
	}
	account, err := s.Shop.Book.Account(r, m.ID)
	a.Stamps = append(a.Stamps, s.stamps(q.printer, q.now, s.till().AllStamps(q.now, &account))...)
	return a, err
}
