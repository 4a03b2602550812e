package staff

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
)

// who reads WHO from a command: a mention, else what its first words name (an
// @name seen before, a phone, a card), else whose message it answers. It returns
// the member and what is left of the arguments.
func (d desk) who(t *bot.Turn) (people.Person, string, error) {
	id, rest, err := d.whom(t)
	return d.member(t, id, rest, err)
}

// anyone is who, and finds by card also a member whose card is locked.
func (d desk) anyone(t *bot.Turn) (people.Person, string, error) {
	id, rest, err := d.whom(t)
	if errors.Is(err, people.ErrFrozen) {
		err = nil
	}
	return d.member(t, id, rest, err)
}

func (d desk) whom(t *bot.Turn) (loyalty.MemberID, string, error) {
	if id, rest, ok, err := d.mentioned(t); ok || err != nil {
		return id, rest, err
	}
	words := strings.Fields(t.Args)
	// What is named goes before what is answered: "/sale 0912345678 100" in
	// answer to somebody is no sale of 912,345,678 to them.
	if id, rest, ok, err := d.named(t, words); ok || err != nil {
		return id, rest, err
	}
	if id, ok, err := d.answered(t); ok || err != nil {
		return id, t.Args, err
	}
	if len(words) == 0 {
		return "", "", bot.Refuse(i18n.WhoMissing)
	}
	return "", "", bot.Refuse(i18n.WhoUnread, "Text", shop.Tidy(words[0]))
}

// named is whom the first words name. ok is false when they name nobody.
func (d desk) named(t *bot.Turn, words []string) (id loyalty.MemberID, rest string, ok bool, err error) {
	if len(words) == 0 {
		return "", "", false, nil
	}
	rest = strings.Join(words[1:], " ")
	if name, ok := strings.CutPrefix(words[0], "@"); ok {
		id, err := d.byName(t, name)
		return id, rest, true, err
	}
	if id, rest, ok, err := d.byPhone(t, words); ok || err != nil {
		return id, rest, true, err
	}
	code, err := people.ParseCardCode(words[0])
	if err != nil {
		return "", "", false, nil
	}
	id, err = d.byCard(t, code)
	return id, rest, true, err
}

// byName is whoever was last seen under an @name. In a group an unknown one is a
// stranger, who is offered to join.
func (d desk) byName(t *bot.Turn, name string) (loyalty.MemberID, error) {
	id, known, err := d.Vault.ByUsername(t.Tx, string(t.Event.Channel), name)
	if err == nil && !known && !t.Event.Chat.Group {
		err = bot.Refuse(i18n.WhoUnseen, "Name", "@"+shop.Tidy(name))
	}
	return id, err
}

// member opens a person who must be a member.
func (d desk) member(t *bot.Turn, id loyalty.MemberID, rest string, err error) (people.Person, string, error) {
	if err != nil {
		return people.Person{}, "", err
	}
	if id == "" {
		return people.Person{}, "", d.stranger(t)
	}
	p, err := d.Whole(t.Tx, id)
	if errors.Is(err, people.ErrNobody) || err == nil && p.Status != people.Member {
		return p, "", d.stranger(t)
	}
	if err == nil {
		err = d.saw(t, p.ID)
	}
	return p, strings.TrimSpace(rest), err
}

// saw notes that the speaker is shown members.
func (d desk) saw(t *bot.Turn, all ...loyalty.MemberID) error {
	me, err := d.me(t)
	if err != nil {
		return err
	}
	return d.Saw(t.Noting(), shop.Looker{By: me.ID.Actor()}, shop.WayChat, t.Now, all...)
}

// stranger says that somebody has not joined; in a group the button is for
// them, and opens their own chat.
func (d desk) stranger(t *bot.Turn) error {
	no := &bot.Refusal{Text: i18n.T(i18n.WhoNotMember)}
	if t.Event.Chat.Group {
		line := "join"
		if code := t.GroupCode(); code != "" {
			line += " " + bot.GroupMark + code
		}
		no.Text.Key = i18n.WhoNotMemberGroup
		no.Buttons = []bot.Button{{Label: t.Word(i18n.JoinButton), Do: bot.DoPrivate, Value: line}}
	}
	return no
}

// mentioned takes the first mention of a person out of the text, and mentions of
// the bot.
func (d desk) mentioned(t *bot.Turn) (id loyalty.MemberID, rest string, ok bool, err error) {
	if t.Event.Kind != bot.Said {
		return "", "", false, nil
	}
	text := []byte(t.Event.Text)
	var who *bot.Mention
	for i, m := range t.Event.Mentions {
		if m.Start < 0 || m.Len < 0 || m.Start+m.Len > len(text) || !m.Bot && who != nil {
			continue
		}
		if !m.Bot {
			who = &t.Event.Mentions[i]
		}
		copy(text[m.Start:], strings.Repeat(" ", m.Len))
	}
	if who == nil {
		return "", "", false, nil
	}
	line, _ := bot.ParseLine(string(text))
	if who.User != "" {
		id, err = d.of(t, who.User)
	} else if who.Username != "" {
		id, err = d.byName(t, who.Username)
	} // else LINE does not tell who it is: a stranger
	return id, line.Args, true, err
}

// answered is the person whose message this one answers.
func (d desk) answered(t *bot.Turn) (loyalty.MemberID, bool, error) {
	if t.Event.Quoted == nil || t.Event.Quoted.Bot {
		return "", false, nil
	}
	user, err := t.QuotedUser()
	if err != nil || user == "" {
		// In a group it was said by somebody whom the platform does not name, or
		// long ago. In a private chat it is a message of our own.
		return "", err == nil && t.Event.Chat.Group, err
	}
	id, err := d.of(t, user)
	return id, true, err
}

// of is the person behind a platform's id on this channel; "" for a stranger.
func (d desk) of(t *bot.Turn, user bot.UserID) (loyalty.MemberID, error) {
	id, _, err := d.Vault.Who(t.Tx, people.Identity{Channel: string(t.Event.Channel), User: string(user)})
	return id, err
}

// cardTries bounds the wrong card numbers of one employee.
var cardTries = people.CodeThrottle.For("card")

// byCard is the member whose card has a number. Wrong ones are counted, because
// numbers can be guessed.
func (d desk) byCard(t *bot.Turn, code people.CardCode) (loyalty.MemberID, error) {
	me := shop.Identity(t.Event.Identity())
	if err := d.Vault.Barred(t.Tx, cardTries, me, t.Now); err != nil {
		return "", err
	}
	id, err := d.Vault.ByCard(t.Tx, code)
	if !errors.Is(err, people.ErrNobody) {
		return id, err
	}
	if err := d.Vault.Attempt(t.Tx, cardTries, me, t.Now); err != nil {
		return "", err
	}
	return "", counted{bot.Refuse(i18n.WhoNoCard)}
}

// counted is a refusal that was counted: what was written must stand.
type counted struct{ error }

func (c counted) Unwrap() error { return c.error }

// byPhone reads the longest run of words that is a phone number. ok is false
// when the words begin with none.
func (d desk) byPhone(t *bot.Turn, words []string) (id loyalty.MemberID, rest string, ok bool, err error) {
	regions := d.Programme(t.Now).Regions()
	for n := min(len(words), 5); n > 0; n-- {
		phone, err := people.ParsePhone(strings.Join(words[:n], " "), regions...)
		if errors.Is(err, people.ErrPhoneAmbiguous) && n == 1 {
			return "", "", true, err
		}
		if err != nil {
			continue
		}
		id, err := d.OnlyByPhone(t.Tx, phone)
		return id, strings.Join(words[n:], " "), true, err
	}
	return "", "", false, nil
}

// called is a member's name as an employee may see it.
func (d desk) called(t *bot.Turn, p people.Person) string {
	if n := shop.Mask(p.Called()); n != "" {
		return n
	}
	return t.Word(i18n.SomeCustomer)
}
