package handlers

import (
	"strconv"
	"strings"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// historyPage is how many movements a page shows.
const historyPage = 8

// history lists what happened to the points, newest first, by pages. The
// button to older ones carries an entry's number, which tells a stranger
// nothing: the list is always the speaker's own.
func (c counter) history(t *bot.Turn) error {
	m, err := c.Member(t)
	if err != nil {
		return err
	}
	before, err := c.from(t, m.ID)
	if err != nil {
		return err
	}
	// What lapsed is history as soon as it has, whether or not a sweep came by.
	if _, err := c.Book.Settle(t.Tx, m.ID, t.Now); err != nil {
		return err
	}
	page, older, err := c.movements(t, m.ID, before)
	if err != nil {
		return err
	}
	if len(page) == 0 {
		t.Say(bot.Message{Text: t.Word(i18n.HistoryEmpty), Buttons: []bot.Button{command(t.Word(i18n.KeyCard), "card")}})
		return nil
	}
	msg := bot.Message{Title: t.Word(i18n.HistoryTitle), Replace: true}
	for _, e := range page {
		row, err := c.movement(t, e)
		if err != nil {
			return err
		}
		msg.Rows = append(msg.Rows, row)
	}
	if before > 0 {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.HistoryNewest), "history"))
	}
	if older > 0 {
		msg.Buttons = append(msg.Buttons, command(t.Word(i18n.HistoryOlder), "history "+strconv.FormatUint(older, 10)))
	}
	msg.Buttons = append(msg.Buttons, c.historyWays(t, before)...)
	t.Say(msg)
	return nil
}

// from is the entry that the page begins before; 0 is the newest. A number from
// beyond the end, which no button of ours has, must not be counted down from.
func (c counter) from(t *bot.Turn, id loyalty.MemberID) (uint64, error) {
	before, err := strconv.ParseUint(strings.TrimSpace(t.Args), 10, 63)
	if err != nil {
		return 0, nil
	}
	a, err := c.Book.Account(t.Tx, id)
	if before > a.Seq {
		before = 0
	}
	return before, err
}

// movements reads a page of entries that changed the points, and where the next
// page begins (0: there is none).
func (c counter) movements(t *bot.Turn, id loyalty.MemberID, before uint64) (page []loyalty.Entry, older uint64, err error) {
	for {
		batch, err := c.Book.History(t.Tx, id, before, 2*historyPage)
		if err != nil || len(batch) == 0 {
			return page, 0, err
		}
		for _, e := range batch {
			if e.Change() == 0 {
				continue
			}
			if len(page) == historyPage {
				return page, page[len(page)-1].Seq, nil
			}
			page = append(page, e)
		}
		before = batch[len(batch)-1].Seq
		if before <= 1 {
			return page, 0, nil
		}
	}
}
