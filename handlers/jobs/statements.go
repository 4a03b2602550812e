package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"regulars/bot"
	"regulars/bot/schedule"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/rollup"
	"regulars/store"
)

// statementsAt is early on the first day of a month, by when the last day has been
// counted.
const statementsAt = "15 6 1 * *"

// statements closes the month before and tells who manages a store; there is none
// in a shop whose stores settle nothing.
func (j Jobs) statements() []schedule.Job {
	if !j.Shop.Rules(j.Shop.Clock.Now()).Settlement.On() {
		return nil
	}
	return []schedule.Job{{Name: "statements", Spec: statementsAt, Run: j.closeMonth}}
}

func (j Jobs) closeMonth(ctx context.Context, t schedule.Tick) (done int, err error) {
	now, at, rolls := j.Shop.Clock.Now(), j.Shop.Local(t.At), j.Shop.Rollups
	if _, err := rolls.Refresh(ctx, now); err != nil {
		return 0, err
	}
	month := rollup.Month(at.Year()*100 + int(at.Month())).Before()
	open, err := rolls.Unclosed(ctx, month)
	if err != nil {
		return 0, err
	}
	for _, m := range open {
		// A month in which there was no price has no statement.
		if _, _, err := rolls.Close(ctx, m, now); err != nil && !errors.Is(err, rollup.ErrNoPrice) {
			return 0, err
		}
	}
	s, err := rolls.Statement(ctx, month)
	if err != nil || s.Closed.IsZero() {
		return 0, err
	}
	balances, err := loyalty.Balances(s.Lines)
	if err != nil {
		return 0, err
	}
	var all []people.Staff
	if err := j.DB.View(ctx, func(r store.Reader) (err error) { all, err = j.Shop.Vault.AllStaff(r); return err }); err != nil {
		return 0, err
	}
	var failed []error
	for _, who := range all {
		if !who.Active || !people.AtLeast(who.Role, people.Manager) {
			continue
		}
		did := false
		err := j.DB.Update(ctx, func(tx store.Tx) (err error) {
			did, err = j.tellStatement(tx, t, who, s, balances)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return done, ctx.Err()
		case err != nil:
			failed = append(failed, fmt.Errorf("jobs: the statement for %s: %w", who.ID, err))
		case did:
			done++
		}
	}
	return done, errors.Join(failed...)
}

// tellStatement leaves the news for one manager, once a month.
func (j Jobs) tellStatement(tx store.Tx, t schedule.Tick, who people.Staff, s *rollup.Statement, balances []loyalty.StoreBalance) (bool, error) {
	mine, err := schedule.Claim(tx, t.Job, t.Key, string(who.ID))
	if err != nil || !mine {
		return false, err
	}
	now := j.Shop.Clock.Now()
	to, speak, ok, err := j.Shop.Reach(tx, who.Member)
	if err != nil || !ok {
		return false, err
	}
	from := j.Shop.Programme(now).QuietUntil(now)
	sum := sha256.Sum256([]byte(t.Key + "/" + string(who.ID)))
	return true, j.Outbox.Put(tx, now, bot.Intent{
		ID: bot.IntentID("statement." + hex.EncodeToString(sum[:12])), Channel: to.Channel, Person: bot.PersonID(who.Member),
		Class: bot.Receipt, Carriage: bot.RideThenPush,
		Born: now, NotBefore: from, RideUntil: from.Add(digestRides), NotAfter: now.Add(statementKeeps),
		Letter: bot.Letter{To: to, Messages: []bot.Message{j.statementMessage(speak, who, s, balances)}},
	})
}

// statementKeeps is for how long it is worth reading in the chat; in the console
// it stays.
const statementKeeps = 14 * 24 * time.Hour

// mostStores is how many stores a message names.
const mostStores = 12

// statementMessage tells who manages a store what it gets or owes, and who manages
// them all that of each.
func (j Jobs) statementMessage(p i18n.Printer, who people.Staff, s *rollup.Statement, balances []loyalty.StoreBalance) bot.Message {
	month := p.Month(s.Month.Date())
	msg := bot.Message{Title: p.Say(i18n.ChainsStatementTitle)}
	if who.Store != "" && who.Role != people.Owner {
		b := shop.BalanceOf(balances, who.Store)
		msg.Text = p.Say(i18n.ChainsReadyStore, "Month", month, "Store", j.Shop.PartyName(p, who.Store)) + "\n" + shop.Verdict(p, s, b)
		for _, row := range []struct {
			key i18n.Key
			m   loyalty.Money
		}{{i18n.ChainsGets, b.Gets}, {i18n.ChainsOwes, b.Owes}, {i18n.ChainsFee, b.Fee}} {
			if row.m != 0 {
				msg.Rows = append(msg.Rows, bot.Row{Label: p.Say(row.key), Value: shop.StatementMoney(p, s, row.m)})
			}
		}
	} else {
		msg.Text = p.Say(i18n.ChainsReadyAll, "Month", month)
		for _, b := range balances[:min(len(balances), mostStores)] {
			msg.Rows = append(msg.Rows, bot.Row{Label: j.Shop.PartyName(p, b.Store), Value: shop.StatementMoney(p, s, b.Net)})
		}
	}
	if j.Shop.PublicURL != "" {
		msg.Buttons = []bot.Button{{Label: p.Say(i18n.ConsolechatOpen), Do: bot.DoCommand, Value: "console"}}
	}
	return msg
}
