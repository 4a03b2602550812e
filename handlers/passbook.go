package handlers

import (
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/passbook"
	"regulars/loyalty/people"
)

// passbook leads to the speaker's signed statement. Its address opens it for an hour,
// so it is given in private only.
func (c counter) passbook(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	if m.Frozen {
		return loyalty.ErrFrozen
	}
	if !strings.HasPrefix(c.PublicURL, "https://") {
		return bot.Refuse(i18n.PassbookNowhere)
	}
	// The address hangs on the card, so that a new card ends it.
	if _, err := c.Vault.Card(t.Tx, m.ID, t.Rand()); err != nil {
		return err
	}
	// What lapsed belongs into the statement, whether or not a sweep came by.
	if _, err := c.Book.Settle(t.Tx, m.ID, t.Now); err != nil {
		return err
	}
	token, err := c.Vault.StatementToken(t.Tx, m.ID, t.Now, people.StatementLife)
	if err != nil {
		return err
	}
	t.Say(bot.Message{
		Title:   t.Word(i18n.PassbookTitle),
		Text:    t.Word(i18n.PassbookText, "Shop", c.Name(t.Now, t.Lang)),
		Rows:    []bot.Row{{Label: t.Word(i18n.PassbookKey), Value: passbook.Fingerprint(c.PassbookPublic())}},
		Buttons: []bot.Button{{Label: t.Word(i18n.PassbookOpen), Do: bot.DoOpen, Value: c.PublicURL + shop.PassbookWay + token}},
	})
	return nil
}

// historyWays are what can be done about one's history besides reading on: to have it
// signed, and to say that it is wrong.
func (c counter) historyWays(t *bot.Turn, before uint64) []bot.Button {
	ways := []bot.Button{command(t.Word(i18n.LineButton), strings.TrimSpace("wrong "+historyFrom(before)))}
	if strings.HasPrefix(c.PublicURL, "https://") {
		ways = append(ways, command(t.Word(i18n.PassbookButton), "passbook"))
	}
	return ways
}

// historyFrom is a page of the history as a button carries it.
func historyFrom(before uint64) string {
	if before == 0 {
		return ""
	}
	return strconv.FormatUint(before, 10)
}
