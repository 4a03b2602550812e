package shop

import (
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/chance"
	"regulars/loyalty/club"
	"regulars/loyalty/event"
	"regulars/loyalty/household"
	"regulars/loyalty/lever"
	"regulars/loyalty/match"
	"regulars/loyalty/metric"
	"regulars/loyalty/mission"
	"regulars/loyalty/people"
	"regulars/loyalty/plan"
	"regulars/loyalty/programme"
	"regulars/loyalty/reach"
	"regulars/loyalty/recommend"
	"regulars/loyalty/rollup"
	"regulars/loyalty/room"
	"regulars/loyalty/segment"
	"regulars/loyalty/survey"
	"regulars/loyalty/voice"
	"regulars/store"
)

// Shop is what every command works with.
type Shop struct {
	Persons
	Book *book.Book
	// Club is the one door to whatever touches a member's points and gifts; its
	// Book is the one above.
	Club *club.Club
	// Programme is the version in force at a moment.
	Programme func(at time.Time) *programme.Programme
	Clock     bot.Clock
	Log       *slog.Logger
	// BackupDays is how long backups hold what was deleted meanwhile; 0: it is not known.
	BackupDays int
	// PublicURL is where people's phones reach this program, without a slash at
	// its end; "" when they cannot.
	PublicURL string
	// Photos gives the address of a picture file, see PhotoURL; nil: none has.
	Photos func(file string) string
	// Channels are the configured ones.
	Channels []Channel
	// AlsoKept is what packages above this one keep, see [Shop.EachKept]; nil: nothing.
	AlsoKept func(r store.Reader, of loyalty.MemberID, yield func(m loyalty.MemberID, word, id string, row any) error) error
	// Boosts are a member's own bonuses, see [loyalty.Facts]; nil: nobody has any.
	Boosts func(store.Reader, loyalty.MemberID) ([]loyalty.Bonus, error)
	// Listeners are told of each deed of a member in its transaction, see
	// [club.Club.After]; they are set before the shop opens.
	Listeners []func(store.Tx, club.Deed) error
	// Enrolments are told, in its transaction, that a program of the shop's made a
	// member of somebody: their welcome, and the deed of joining, wait for them in
	// a chat. They are set before the shop opens, as Listeners are.
	Enrolments []func(tx store.Tx, m loyalty.MemberID, at loyalty.Store, now time.Time) error
	// Programs gives a program that acts its name, see [Shop.Program]; nil: none has.
	Programs func(store.Reader, loyalty.Actor) (string, error)
	// Changes are told of each member whose points, vouchers or person were
	// written, in that transaction and under the member's lock: what is derived
	// from them is out of date. Like Listeners, they must be quick and must not
	// fail for a reason of their own.
	Changes []func(store.Tx, loyalty.MemberID) error
	// Sends is what went out on each channel where that costs money, from from to
	// to, whole days; nil: nobody counts.
	Sends func(r store.Reader, from, to time.Time) ([]Sends, error)
	// Outbox takes what members are to know at once of what was done anywhere; nil: they
	// are told nothing.
	Outbox func() bot.Outbox
	// Surveys are what members are asked, and the cases that come of it.
	Surveys *survey.Desk
	// Events are what members sign up for.
	Events *event.Desk
	// Voices are what members say in public, and what they give to a charity.
	Voices *voice.Desk
	// Chance is what members play, and what is given away in groups.
	Chance *chance.Desk
	// Plans are the memberships that are paid for.
	Plans *plan.Desk
	// Missions are what members are challenged to, and what they get for showing up.
	Missions *mission.Desk
	// Households are members who use one another's points.
	Households *household.Desk
	// Matches gives tiers for what members have elsewhere.
	Matches *match.Desk
	// Rooms are the groups that a tier or a plan opens. TakeOut takes somebody out of
	// one that is on Telegram, in the transaction that decides it and not before a
	// moment; nil: nobody is.
	Rooms   *room.Desk
	TakeOut func(tx store.Tx, g room.Guest, notBefore time.Time) error
	// Segments finds members by what is known of them.
	Segments *segment.Desk
	// Rollups are what the shop's days came to.
	Rollups *rollup.Desk
	// Recommend says what may please a member next.
	Recommend *recommend.Desk
	// Levers says who reads the words of which lever.
	Levers *lever.Desk
	// Metrics answers by name how the shop does.
	Metrics *metric.Desk
	// SMS is the outbox's way to text messages, "" where the shop has none.
	SMS bot.ChannelName

	nameless once     // see Introduce
	handles  sync.Map // bot.ChannelName → string: names that platforms told, see Learn
}

// New makes a shop over an installation's keys and programmes. rand gives
// nonces and keys: crypto/rand.Reader outside tests.
func New(v *people.Vault, programmeAt func(time.Time) *programme.Programme, clock bot.Clock, rand io.Reader, log *slog.Logger) *Shop {
	s := &Shop{Programme: programmeAt, Clock: clock, Log: log}
	s.Persons = Persons{Vault: v, Rand: rand, LaneKey: v.Derive("lanes"), Lang: i18n.Lang(programmeAt(clock.Now()).Languages[0])}
	s.Book = &book.Book{Key: v.ChainKey(), Programme: s.Rules, Facts: s.Facts, Caps: people.CapsOf}
	s.Club = s.newClub()
	s.Surveys, s.Chance = s.newSurveys(), s.newChance()
	s.Events, s.Voices = s.newEvents(), s.newVoices()
	s.Listeners = append(s.Listeners, s.leavesEvents)
	s.Plans = s.newPlans()
	s.Listeners = append(s.Listeners, s.asked, s.Plans.Heard)
	s.Rooms = s.newRooms()
	s.Listeners = append(s.Listeners, s.leavesRooms)
	s.Missions = s.newMissions()
	s.Listeners = append(s.Listeners, s.Missions.Heard)
	s.Households, s.Matches = s.newHouseholds(), s.newMatches()
	s.Listeners = append(s.Listeners, s.leftHome, s.Matches.Heard, s.leavesLines)
	s.Segments = s.newSegments()
	s.Rollups = &rollup.Desk{Book: s.Book, Programme: s.Rules, Segments: s.Segments}
	s.Segments.Also = s.Rollups.Mark
	s.Metrics, s.Recommend, s.Levers = s.newMetrics(), s.newRecommend(), s.newLevers()
	v.Changed, s.Book.Changed, s.Club.Vouchers.Changed = s.personChanged, s.accountChanged, s.changed
	s.Changes, s.Listeners = append(s.Changes, reach.Stale), append(s.Listeners, s.engaged)
	return s
}

// Bot is the bot that serves this shop with these commands; its store, outbox
// and clock are still to be set.
func (s *Shop) Bot(commands ...*bot.Command) *bot.Bot {
	return &bot.Bot{
		Persons: &s.Persons, Commands: bot.NewCommands(commands...), Words: s.Words, Lang: s.Lang,
		Seed: s.Vault.Derive("draws"), Clock: s.Clock, Log: s.Log, Flood: bot.NewFlood(),
	}
}

// Channel is what commands must know of a configured channel.
type Channel struct {
	Name     bot.ChannelName
	Platform bot.Platform
	// Handle is the account's public name: "@abc1234d" on LINE, the bot's
	// username on Telegram; "" when unknown.
	Handle string
}

// Learn notes the public name of a channel whose configuration leaves it out,
// as the platform tells it. It may be called while commands run.
func (s *Shop) Learn(name bot.ChannelName, handle string) { s.handles.Store(name, handle) }

// Channel finds a configured channel.
func (s *Shop) Channel(name bot.ChannelName) Channel {
	for _, c := range s.Channels {
		if c.Name != name {
			continue
		}
		if told, ok := s.handles.Load(name); ok && c.Handle == "" {
			c.Handle = told.(string)
		}
		return c
	}
	return Channel{Name: name}
}

// Label is what people call a channel: its platform's name, and its own where
// there are several of that platform.
func (s *Shop) Label(name bot.ChannelName) string {
	own, same := s.Channel(name), 0
	for _, c := range s.Channels {
		if c.Platform == own.Platform {
			same++
		}
	}
	label := "LINE"
	if own.Platform == bot.Telegram {
		label = "Telegram"
	}
	if same > 1 {
		label += " (" + string(name) + ")"
	}
	return label
}

// Rules are the programme's rules in force at a moment.
func (s *Shop) Rules(at time.Time) *loyalty.Programme { return &s.Programme(at).Rules }

// Name is the shop's name in a language.
func (s *Shop) Name(at time.Time, l i18n.Lang) string { return s.Programme(at).ShopName(string(l)) }

// Local is t on the shop's clock.
func (s *Shop) Local(t time.Time) time.Time { return t.In(s.zone()) }

func (s *Shop) zone() *time.Location { return s.Rules(s.Clock.Now()).Location() }

// Money writes an amount in the shop's currency.
func (s *Shop) Money(p i18n.Printer, at time.Time, m loyalty.Money) string {
	c := s.Rules(at).Currency
	return p.Money(int64(m), c.Code, c.Digits)
}

// Member is the speaker as a member. Somebody who is none yet is refused with
// the notice and the button to join, so that it stays one tap.
func (s *Shop) Member(t *bot.Turn) (people.Person, error) {
	p, err := s.Vault.Get(t.Tx, loyalty.MemberID(t.Person.ID))
	if err == nil && p.Status != people.Member {
		err = &bot.Refusal{
			Text:    i18n.T(i18n.RefuseNotMember, "Shop", s.Name(t.Now, t.Lang)),
			Buttons: []bot.Button{JoinButton(t)},
		}
	}
	return p, err
}

// JoinButton joins with one tap. It carries the version of the notice it stands
// under, which is public: whoever sends it has read it or need not.
func JoinButton(t *bot.Turn) bot.Button {
	line := "join v" + Wording
	if t.Group != "" {
		line += " " + bot.GroupMark + t.Group
	}
	return bot.Button{Label: t.Word(i18n.JoinButton), Do: bot.DoCommand, Value: line}
}

// Whole is a person, and of who was merged into somebody that person. An Update
// locks them.
func (s *Shop) Whole(r store.Reader, id loyalty.MemberID) (people.Person, error) {
	for {
		if tx, ok := r.(store.Tx); ok {
			if err := tx.Lock(people.Subject(id)); err != nil {
				return people.Person{}, err
			}
		}
		p, err := s.Vault.Get(r, id)
		if err != nil || p.Into == "" {
			return p, err
		}
		id = p.Into
	}
}

// Reach tells where a person is reached now: the chat where they spoke last, or
// another one of theirs when that is blocked, or on a channel that is no longer
// configured: where they spoke before, else where it costs nothing. ok is false when there is none. Channels to avoid are taken only
// where there is no other.
func (s *Shop) Reach(r store.Reader, id loyalty.MemberID, avoid ...bot.ChannelName) (to bot.Address, speak i18n.Printer, ok bool, err error) {
	return s.reach(r, id, func(people.Account) bool { return true }, avoid)
}

// ReachUnasked is Reach for what nobody asked for: not in a chat that is to be
// quiet.
func (s *Shop) ReachUnasked(r store.Reader, id loyalty.MemberID) (to bot.Address, speak i18n.Printer, ok bool, err error) {
	return s.reach(r, id, func(a people.Account) bool { return !a.Quiet }, nil)
}

func (s *Shop) reach(r store.Reader, id loyalty.MemberID, may func(people.Account) bool, avoid []bot.ChannelName) (to bot.Address, speak i18n.Printer, ok bool, err error) {
	p, err := s.Whole(r, id)
	if err != nil || p.Status == people.Erased {
		return to, speak, false, err
	}
	speak = i18n.For(s.Speak(p))
	for _, a := range s.cheapest(p.Chats()) {
		if !may(a) || !s.configured(bot.ChannelName(a.Channel)) {
			continue
		}
		who := bot.Identity{Channel: bot.ChannelName(a.Channel), User: bot.UserID(a.User)}
		here := bot.Address{Chat: bot.Chat{Channel: who.Channel, ID: bot.ChatID(who.User)}, Person: who}
		if !slices.Contains(avoid, who.Channel) {
			return here, speak, true, nil
		}
		if !ok {
			to, ok = here, true
		}
	}
	return to, speak, ok, nil
}

// cheapest puts the chats where a message costs nothing before the others, as far
// as nobody knows in which of them the person spoke later.
func (s *Shop) cheapest(chats []people.Account) []people.Account {
	if len(chats) < 3 {
		return chats // the first is where they spoke last
	}
	slices.SortStableFunc(chats[1:], func(a, b people.Account) int {
		if c := b.HeardAt.Compare(a.HeardAt); c != 0 {
			return c
		}
		return s.costs(a) - s.costs(b)
	})
	return chats
}

func (s *Shop) costs(a people.Account) int {
	if s.Channel(bot.ChannelName(a.Channel)).Platform == bot.Telegram {
		return 0
	}
	return 1
}

func (s *Shop) configured(name bot.ChannelName) bool {
	return slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.Name == name })
}

// Tell leaves a message for a member in their language, in this turn's commit;
// it does nothing for one who cannot be reached. It reports whether it did.
func (s *Shop) Tell(t *bot.Turn, id loyalty.MemberID, class bot.Class, how bot.Carriage, ref string, words func(i18n.Printer) bot.Message) (bool, error) {
	to, speak, ok, err := s.Reach(t.Tx, id)
	if err != nil || !ok {
		return false, err
	}
	t.Tell(bot.Telling{Person: bot.PersonID(id), To: to, Class: class, Carriage: how, Ref: ref, Messages: []bot.Message{words(speak)}})
	return true, nil
}

// Called is a person's name as the shop writes it, never empty.
func (s *Shop) Called(t *bot.Turn, p people.Person) string {
	if n := Tidy(p.Called()); n != "" {
		return n
	}
	return t.Word(i18n.SomeCustomer)
}

// Tidy makes a name that somebody chose safe to stand in a line: as Plain does, and
// of 40 letters at most.
func Tidy(name string) string {
	r := []rune(Plain(name))
	if len(r) > 40 {
		r = append(r[:39], '…')
	}
	return string(r)
}

// Plain makes words that somebody typed safe to stand in a line, all of them: no
// line breaks, no letters that turn the direction of others.
func Plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\r' || r == '\t':
			return ' '
		case r < ' ' || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r == 0x200e || r == 0x200f || r == 0xfeff:
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.Fields(text), " ")
}
