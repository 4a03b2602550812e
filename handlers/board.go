package handlers

import (
	"errors"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/people"
)

// board shows a group what its members did this week, as far as they opted in: a
// chosen name, a place and a count, and nothing else of anybody. In private it is
// where somebody joins the board of the group whose button led there, or leaves it.
func (c counter) board(t *bot.Turn) error {
	if !c.Has("board", t.Now) {
		t.Say(bot.Message{Text: t.Word(i18n.BoardOff)})
		return nil
	}
	if !t.Event.Chat.Group {
		return c.boardOwn(t)
	}
	list, err := c.Missions.Board(t.Tx, t.GroupCode(), t.Now)
	if err != nil {
		return err
	}
	msg := bot.Message{
		Title: t.Word(i18n.BoardTitle), Note: t.Word(i18n.BoardNote),
		Buttons: []bot.Button{{Label: t.Word(i18n.BoardJoin), Do: bot.DoPrivate, Value: groupLine(t, "board")}},
	}
	for _, l := range list[:min(len(list), max(c.Rules(t.Now).Board.Most, 1))] {
		if err := t.Tx.Lock(people.Subject(l.Member)); err != nil {
			return err
		}
		name, err := c.Vault.OpenFor(t.Tx, l.Member, shop.BoardPurpose, l.Sealed)
		if errors.Is(err, people.ErrErased) || errors.Is(err, people.ErrNobody) {
			continue
		}
		if err != nil {
			return err
		}
		msg.Rows = append(msg.Rows, bot.Row{Label: i18n.Number(int64(l.Place)) + ". " + shop.Tidy(string(name)), Value: i18n.Number(l.Score)})
	}
	if len(msg.Rows) == 0 {
		msg.Text = t.Word(i18n.BoardEmpty)
	}
	t.Say(msg)
	return nil
}

// boardOwn is the speaker's place on a group's board.
func (c counter) boardOwn(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if t.Group == "" {
		t.Say(bot.Message{Text: t.Word(i18n.BoardWhere)})
		return nil
	}
	title, err := t.GroupTitle(t.Group)
	if err != nil {
		return err
	}
	if title = shop.Tidy(title); title == "" {
		title = t.Word(i18n.BoardNoName)
	}
	on, err := c.Missions.OnBoard(t.Tx, t.Group, m.ID)
	if err != nil {
		return err
	}
	if on {
		if strings.TrimSpace(t.Args) == "off" {
			if err := c.Missions.BoardLeave(t.Tx, t.Group, m.ID); err != nil {
				return err
			}
			if err := c.boardOver(t, m.ID); err != nil {
				return err
			}
			t.SayText(i18n.BoardLeft, "Group", title)
			return nil
		}
		t.Say(bot.Message{Text: t.Word(i18n.BoardStands, "Group", title), Buttons: []bot.Button{command(t.Word(i18n.BoardLeave), "board off "+bot.GroupMark+t.Group)}})
		return nil
	}
	r, ok := t.Ask(bot.Question{
		Key:     "name",
		Message: bot.Message{Text: t.Word(i18n.BoardAsk, "Group", title)},
		Options: []bot.Option{{Value: shop.Mask(c.Called(t, m)), Label: shop.Mask(c.Called(t, m))}, {Value: "", Label: t.Word(i18n.NotNow)}},
		Parse:   parseName,
	})
	if !ok {
		return nil
	}
	if r.Value == "" {
		return c.later(t)
	}
	sealed, err := c.Vault.SealFor(t.Tx, m.ID, shop.BoardPurpose, []byte(r.Value), t.Rand())
	if err != nil {
		return err
	}
	if err := c.Missions.BoardJoin(t.Tx, t.Group, m.ID, sealed, t.Now); err != nil {
		return err
	}
	if err := c.agrees(t, m.ID, people.ForBoard, true); err != nil {
		return err
	}
	t.SayText(i18n.BoardOn, "Group", title, "Name", r.Value)
	return nil
}
