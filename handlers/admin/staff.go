package admin

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/rivo/uniseg"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// operator is who acts from the command line.
var operator = shop.Operator

// An invitation's life in minutes.
const (
	inviteNormal = 10
	inviteMost   = 7 * 24 * 60
)

// invite draws a one-time code that makes its reader an employee.
func (d Desk) invite(ctx context.Context, args map[string]string, out Out) error {
	role, at, life, err := d.readInvite(args)
	if err != nil {
		return err
	}
	var code people.InviteCode
	err = d.DB.Update(ctx, func(tx store.Tx) (err error) {
		code, err = d.Shop.Vault.Invite(tx, role, at, operator, d.now(), life, d.Shop.Rand)
		return err
	})
	if err != nil {
		return err
	}
	where := "every store"
	if at != "" {
		where = string(at)
	}
	out.Say("An invitation as %s at %s, good once, until %s:", role, where, d.stamp(d.now().Add(life)))
	out.Say("")
	out.Say("    /staff %s", code)
	out.Say("")
	out.Say("Whoever sends that line to the shop's chat, in private, is enrolled.")
	for _, c := range d.Shop.Channels {
		if link, ok := d.Shop.ChatLink(c.Name, "staff "+code.String()); ok {
			out.Say("On %s: %s", c.Name, link)
		}
	}
	return nil
}

func (d Desk) readInvite(args map[string]string) (role loyalty.Role, at loyalty.Store, life time.Duration, err error) {
	role, at = loyalty.Role(args["role"]), loyalty.Store(args["store"])
	if !people.AtLeast(role, people.Clerk) {
		return "", "", 0, &Error{fmt.Sprintf("%q is no role; choose clerk, manager or owner", role), 2}
	}
	p := d.Shop.Programme(d.now())
	if _, ok := p.Store(at); at != "" && !ok {
		var ids []string
		for _, s := range p.Stores {
			ids = append(ids, string(s.ID))
		}
		return "", "", 0, &Error{fmt.Sprintf("the programme has no store %q; it has %s", at, strings.Join(ids, ", ")), 2}
	}
	minutes := inviteNormal
	if m := args["minutes"]; m != "" {
		if minutes, err = strconv.Atoi(m); err != nil || minutes < 1 || minutes > inviteMost {
			return "", "", 0, &Error{fmt.Sprintf("minutes may be 1 to %d", inviteMost), 2}
		}
	}
	return role, at, time.Duration(minutes) * time.Minute, nil
}

// listStaff prints the employees of now and before.
func (d Desk) listStaff(ctx context.Context, _ map[string]string, out Out) error {
	var all []people.Staff
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = d.Shop.Vault.AllStaff(r)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("nobody is enrolled yet; `regulars staff invite --role owner` makes a code for the first")
		return nil
	}
	t := newTable("ID", "ROLE", "STORE", "SINCE", "UNTIL", "NAME")
	for _, s := range all {
		where := string(s.Store)
		if where == "" {
			where = "every"
		}
		t.add(string(s.ID), string(s.Role), where, d.stamp(s.EnrolledAt), d.stamp(s.EndedAt), shop.Tidy(s.Name))
	}
	t.print(out)
	return nil
}

// dismiss ends an employment.
func (d Desk) dismiss(ctx context.Context, args map[string]string, out Out) error {
	id := people.StaffID(strings.ToUpper(strings.TrimSpace(args["id"])))
	err := d.DB.Update(ctx, func(tx store.Tx) error { return d.Shop.Vault.Dismiss(tx, id, d.now()) })
	if errors.Is(err, people.ErrNotStaff) {
		return fmt.Errorf("no employee has the id %s; `regulars staff list` shows them", id)
	}
	if err != nil {
		return err
	}
	out.Say("%s is no employee any more, from the next message on.", id)
	return nil
}

// table prints columns as wide as their widest cell.
type table struct{ rows [][]string }

func newTable(head ...string) *table { return &table{[][]string{head}} }

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) print(out Out) {
	width := make([]int, len(t.rows[0]))
	for _, row := range t.rows {
		for i, cell := range row {
			width[i] = max(width[i], uniseg.StringWidth(cell))
		}
	}
	for _, row := range t.rows {
		var b strings.Builder
		for i, cell := range row {
			b.WriteString(cell)
			if i < len(row)-1 {
				b.WriteString(strings.Repeat(" ", width[i]-uniseg.StringWidth(cell)+2))
			}
		}
		out.Say("%s", strings.TrimRight(b.String(), " "))
	}
}
