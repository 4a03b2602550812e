package members

import (
	"slices"
	"time"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/reach"
	"regulars/loyalty/survey"
	"regulars/loyalty/voucher"
	"regulars/store"
)

const (
	// lately is how many entries, purchases, deeds and touches the page shows.
	lately = 10
	// looked is how many entries it reads for them at most.
	looked = 100
	// mostVouchers bounds the vouchers that it shows, open ones first.
	mostVouchers = 30
	// mostWaiting bounds the messages that wait.
	mostWaiting = 10
)

// Story is a member's whole story.
type Story struct {
	Face
	Since    time.Time // joined
	First    time.Time // first spoke
	Language string
	Phone    string // masked
	Proven   bool
	Birthday bool // the shop knows it
	Quiet    bool
	Muted    time.Time
	Staff    loyalty.Role // of who works here
	Lost     bool         // the lock is for a lost phone
	Pays     bool         // there are plans to pay for

	book.View
	Level  string
	Next   string // the level above
	Left   string // what is missing to it
	Visits int64
	Last   time.Time // the newest visit's local date
	Lots   []loyalty.Lot
	Holds  []loyalty.HoldState
	Waits  []loyalty.Wait // refunds that wait for their sale

	Lines     []Line
	More      bool // the statement is longer
	Purchases []Purchase

	Vouchers []Ticket
	Unshown  int // vouchers beyond those
	Stamps   []Card
	Gifts    int

	Answers   []Answer
	Messages  Messages
	Consents  []people.ConsentEvent
	Accounts  []Chat
	Referrals Referrals
	Tags      []string
	Parts     []Face
	Deeds     []console.Told
}

// Ticket is a voucher.
type Ticket struct {
	voucher.Voucher
	Name string
	Was  voucher.State // as of now
}

// Open says that it can be taken back.
func (t Ticket) Open() bool { return t.Was == voucher.Open }

// Card is a stamp card.
type Card struct {
	Name               string
	Have, Size, Filled int64
}

// Answer is what a member said to a survey.
type Answer struct {
	survey.Answer
	Score, Words string
	Themes       []string
	Case         loyalty.Ref
	CaseOpen     bool
}

// Messages is what is known of what was said to a member unasked, and what waits.
type Messages struct {
	Waiting []outbox.Status
	Touches []reach.Touch // the newest first
	Ignored int
	Again   time.Time // when the caps let the next one through; zero: now
	Nudges  []Nudged
}

// Nudged is when a member was last told by a nudge.
type Nudged struct {
	Name string
	At   time.Time
}

// Chat is an account of a member's.
type Chat struct {
	people.Account
	Label string
	Home  bool
}

// Referrals are whom a member brought, and who brought them.
type Referrals struct {
	Joined, Rewarded int
	By               loyalty.MemberID
}

// story is the page about one member.
func (p *page) story(q *console.Request) (console.Answer, error) {
	var s Story
	var m people.Person
	ok := false
	err := q.View(func(r store.Reader) (err error) {
		if m, ok, err = p.of(r, q); err != nil || !ok {
			return err
		}
		s = Story{}
		return p.tell(r, q, m, &s)
	})
	if err != nil || !ok {
		return q.Gone(), err
	}
	q.Shows(shop.WayPage, m.ID)
	return q.Page("members_story.html", title(q, m), s), nil
}

// tell fills a story in, section by section.
func (p *page) tell(r store.Reader, q *console.Request, m people.Person, s *Story) error {
	t, err := p.teller(q, r, m)
	if err != nil {
		return err
	}
	for _, section := range []func(*teller, *Story) error{person, standing, entries, rewards, said, messages, company, deeds} {
		if err := section(t, s); err != nil {
			return err
		}
	}
	return nil
}

// person is who they are.
func person(t *teller, s *Story) (err error) {
	m := t.member
	s.Face, s.Since, s.First, s.Quiet, s.Proven = face(m), m.JoinedAt, m.CreatedAt, m.Quiet, m.PhoneProven
	if l, ok := i18n.Match(m.Language); ok {
		s.Language = l.Own()
	}
	if !m.Phone.IsZero() {
		s.Phone = m.Phone.String()
	}
	s.Birthday, s.Pays = !m.Birthday.IsZero(), len(t.Rules(t.q.Now).Plans) > 0
	if m.MutedUntil.After(t.q.Now) {
		s.Muted = m.MutedUntil
	}
	for _, a := range m.Accounts {
		s.Accounts = append(s.Accounts, Chat{a, t.Label(bot.ChannelName(a.Channel)), a.Identity == m.Home})
	}
	if who, employed, err := t.Vault.StaffOfMember(t.r, m.ID); err != nil {
		return err
	} else if employed {
		s.Staff = who.Role
	}
	if m.Frozen {
		s.Lost, err = t.Vault.Lost(t.r, m.ID)
	}
	return err
}

// standing is what they have: points, lots, the tier and the way to the next.
func standing(t *teller, s *Story) (err error) {
	if s.Into != "" {
		return nil // all of it is the whole's
	}
	if s.View, err = t.Book.View(t.r, s.ID, t.q.Now); err != nil {
		return err
	}
	if way := s.View.Progress; s.Tiers {
		s.Level = t.LevelName(t.q.P, t.q.Now, way.Standing.Level)
		if way.Next != "" {
			s.Next, s.Left = t.LevelName(t.q.P, t.q.Now, way.Next), t.Counted(t.q.P, t.q.Now, way.Left)
		}
	}
	a, err := t.Book.Account(t.r, s.ID)
	if err != nil {
		return err
	}
	s.Holds, s.Waits = a.Holds, a.Waits
	for _, l := range a.Lots {
		if l.Remaining > 0 && !l.GoneAt(t.q.Now) {
			s.Lots = append(s.Lots, l)
		}
	}
	for _, k := range t.Rules(t.q.Now).Cards {
		c := s.View.Cards[k.ID]
		s.Stamps = append(s.Stamps, Card{t.PartName(t.q.P, t.q.Now, programme.Card, k.ID), max(0, c.Have), k.Size, c.Filled})
	}
	s.Visits, s.Last, err = t.Club.Visits(t.r, s.ID, t.q.Now)
	return err
}

// entries are the newest lines of the statement, and the newest purchases.
func entries(t *teller, s *Story) error {
	seen := 0
	var failed error
	at, err := t.newest(t.r, t.member)
	if err != nil {
		return err
	}
	err = t.back(t.r, t.member, at, func(e entry) bool {
		if seen++; seen > looked {
			s.More = true
			return false
		}
		if x, ok := t.purchase(e); ok && len(s.Purchases) < lately {
			s.Purchases = append(s.Purchases, x)
		}
		if len(s.Lines) == lately {
			s.More = true
			return len(s.Purchases) < lately
		}
		l, err := t.line(e)
		s.Lines, failed = append(s.Lines, l), err
		return err == nil
	})
	if err != nil {
		return err
	}
	return failed
}

// Acts are the forms that make sense for the member now.
func (s Story) Acts() (names []string) {
	if !s.Live() {
		return nil
	}
	names = []string{"correct", "freeze"}
	if s.locked() {
		names = append(names, "thaw")
	}
	if s.Pays {
		names = append(names, "paid")
	}
	names = append(names, "tags", "merge")
	if len(s.Parts) > 0 {
		names = append(names, "unmerge")
	}
	return names
}

func (s Story) locked() bool {
	return s.Locked || slices.ContainsFunc(s.Accounts, func(c Chat) bool { return c.Frozen })
}
