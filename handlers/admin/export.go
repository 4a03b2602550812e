package admin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/referral"
	"regulars/store"
)

// export writes everything the shop knows into a new folder, opened with the
// key: it is the shop's own, and whoever may use the key may have it. It is one
// moment's state, read from a copy, so that the shop is not held up.
func (d Desk) export(ctx context.Context, args map[string]string, out Out) (err error) {
	x, err := d.newExport(args)
	if err != nil {
		return err
	}
	if err := d.exported(ctx, d.now()); err != nil {
		return err
	}
	db, done, err := d.snapshot(ctx)
	if err != nil {
		return err
	}
	defer done()
	e := &exporting{Desk: d, sheets: x, out: out, now: d.now()}
	e.DB = db
	if err := errors.Join(e.all(ctx), x.close()); err != nil {
		return fmt.Errorf("the export in %s is not whole, do not use it: %w", x.dir, err)
	}
	if err := e.manifest(); err != nil {
		return err
	}
	for _, s := range x.open {
		out.Say("%-10s %s", s.name, count(s.rows, "row", "rows"))
	}
	out.Say("written to %s. Names and numbers stand in it in the clear: keep it as you keep money.", x.dir)
	return nil
}

// newExport makes the folder.
func (d Desk) newExport(args map[string]string) (*sheets, error) {
	rules := d.Shop.Rules(d.now())
	x := &sheets{dir: args["to"], zone: rules.Location(), digits: rules.Currency.Digits}
	for f := range strings.SplitSeq(args["format"], ",") {
		switch strings.TrimSpace(f) {
		case "jsonl":
			x.jsonl = true
		case "csv":
			x.csv = true
		case "rows":
			x.raw = true
		default:
			return nil, &Error{fmt.Sprintf("there is no format %q; there are jsonl, csv and rows", f), 2}
		}
	}
	if x.dir == "" {
		return nil, &Error{"say where: `regulars export DIR`", 2}
	}
	files, err := os.ReadDir(x.dir)
	switch {
	case err == nil && len(files) > 0:
		return nil, fmt.Errorf("%s is not empty, and an export is not mixed with anything; name another folder", x.dir)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s cannot be used: %w", x.dir, err)
	}
	if err := os.MkdirAll(x.dir, 0o700); err != nil {
		return nil, fmt.Errorf("the folder cannot be made: %w", err)
	}
	return x, nil
}

// snapshot is the store at this moment; without files it is the store itself.
func (d Desk) snapshot(ctx context.Context) (db store.DB, done func(), err error) {
	if d.Files == nil {
		return d.DB, func() {}, nil
	}
	if !d.Files.busy.TryLock() {
		return nil, nil, ErrBusy
	}
	path, remove, err := d.copied(ctx)
	if err == nil {
		if db, _, err = d.Files.Open(path); err != nil {
			remove()
		}
	}
	if err != nil {
		d.Files.busy.Unlock()
		return nil, nil, err
	}
	return db, func() {
		_ = db.Close()
		remove()
		d.Files.busy.Unlock()
	}, nil
}

// exporting is one export on its way.
type exporting struct {
	Desk
	*sheets
	out Out
	now time.Time
}

func (e *exporting) all(ctx context.Context) error {
	steps := []func(context.Context) error{e.members, e.entries, e.vouchers, e.receipts, e.referrals, e.answers, e.cases, e.kept, e.campaigns, e.staff, e.erased, e.programmes, e.rows}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// exportedMember is a member's line in JSON.
type exportedMember struct {
	people.Export
	Available loyalty.Points    `json:"available"`
	Pending   loyalty.Points    `json:"pending"`
	Held      loyalty.Points    `json:"held"`
	Debt      loyalty.Points    `json:"debt"`
	Lapse     loyalty.Points    `json:"lapse,omitempty"` // of them go first …
	LapseAt   time.Time         `json:"lapse_at,omitzero"`
	Level     loyalty.Standing  `json:"level,omitzero"`
	Count     loyalty.Counters  `json:"count"`
	Stamps    map[string]int64  `json:"stamps,omitempty"`
	Consents  []exportedConsent `json:"consents"`
	Tags      []string          `json:"tags,omitempty"` // the shop's words for them
}

type exportedConsent struct {
	Member loyalty.MemberID `json:"member"`
	people.ConsentEvent
}

type exportedAccount struct {
	Member loyalty.MemberID `json:"member"`
	people.ExportAccount
}

// members writes everybody who is not erased, with accounts and consents.
func (e *exporting) members(ctx context.Context) error {
	members, err := e.new("members", "id", "status", "language", "first_seen", "joined", "name", "display_name", "phone", "phone_proven",
		"birthday", "card_number", "quiet", "frozen", "available", "pending", "held", "debt", "lapse", "lapse_at", "level", "level_until",
		"earned", "spent", "visits", "money", "last_activity")
	if err != nil {
		return err
	}
	accounts, err := e.new("accounts", "member", "channel", "user", "username", "linked", "blocked", "frozen")
	if err != nil {
		return err
	}
	consents, err := e.new("consents", "member", "purpose", "given", "wording", "at")
	if err != nil {
		return err
	}
	who, err := people.Count(ctx, e.DB, e.now)
	if err != nil {
		return err
	}
	done, total := int64(0), int64(who.Members+who.Contacts+who.Erased)
	return people.Everybody(ctx, e.DB, func(r store.Reader, id loyalty.MemberID) error {
		done++
		e.out.Progress(done, total)
		m, ok, err := e.member(r, id)
		if err != nil || !ok {
			return err
		}
		for _, a := range m.Accounts {
			if err := accounts.add(exportedAccount{id, a}, string(id), a.Channel, a.User, a.Username, a.Linked, a.Blocked, a.Frozen); err != nil {
				return err
			}
		}
		for _, c := range m.Consents {
			if err := consents.add(c, string(id), string(c.Purpose), c.Given, c.Wording, c.At); err != nil {
				return err
			}
		}
		return members.add(m, string(id), string(m.Status), m.Language, m.FirstSeen, m.Joined, m.Name, m.DisplayName, m.Phone, m.PhoneProven,
			m.Birthday, m.CardNumber, m.Quiet, m.Frozen, m.Available, m.Pending, m.Held, m.Debt, m.Lapse, m.LapseAt, m.Level.Level, m.Level.Until,
			m.Count.Earned, m.Count.Spent, m.Count.Visits, m.Count.Money, m.Count.Activity)
	})
}

// member opens one person; ok is false for who is erased.
func (e *exporting) member(r store.Reader, id loyalty.MemberID) (m exportedMember, ok bool, err error) {
	m.Export, err = e.Shop.Vault.Export(r, id)
	if errors.Is(err, people.ErrErased) {
		return m, false, nil
	}
	if err != nil {
		return m, false, err
	}
	for _, c := range m.Export.Consents {
		m.Consents = append(m.Consents, exportedConsent{id, c})
	}
	b, err := e.Shop.Book.Balance(r, id, e.now)
	if err != nil {
		return m, false, err
	}
	a, err := e.Shop.Book.Account(r, id)
	if err != nil {
		return m, false, err
	}
	m.Available, m.Pending, m.Held, m.Debt = b.Available, b.Pending, b.Held, b.Debt
	m.Lapse, m.LapseAt, m.Level, m.Count = b.Next.Points, b.Next.At, a.Standing, b.Count
	for card, s := range a.Cards {
		if m.Stamps == nil {
			m.Stamps = map[string]int64{}
		}
		m.Stamps[card] = s.Have
	}
	m.Tags, err = e.Shop.Segments.Tags(r, id)
	return m, err == nil, err
}

// exportedEntry is an entry with its reason opened.
type exportedEntry struct {
	loyalty.Entry
	Points loyalty.Points `json:"points"` // what the member sees it do
	Reason string         `json:"reason,omitempty"`
}

// reasonPurpose is what handlers/staff seals typed reasons for.
const reasonPurpose = "reason"

// entries writes the whole ledger, and its sales once more by themselves.
func (e *exporting) entries(ctx context.Context) error {
	entries, err := e.new("entries", "member", "seq", "ref", "kind", "effective", "recorded", "points", "available", "pending", "held", "debt",
		"amount", "order", "store", "actor", "role", "approver", "reason", "gift", "voucher", "level", "corrects", "programme", "hash")
	if err != nil {
		return err
	}
	sales, err := e.new("sales", "at", "ref", "member", "store", "actor", "amount", "order", "points", "lines", "voucher", "programme")
	if err != nil {
		return err
	}
	return e.Shop.Book.EachEntry(ctx, e.DB, func(r store.Reader, t loyalty.Entry) error {
		if entries.rows%512 == 0 {
			e.out.Progress(entries.rows, 0)
		}
		reason, err := e.reason(r, t)
		if err != nil {
			return err
		}
		v := exportedEntry{t, t.Change(), reason}
		err = entries.add(v, string(t.Member), t.Seq, string(t.Ref), string(t.Kind), t.EffectiveAt, t.RecordedAt, v.Points,
			t.In(loyalty.Available), t.In(loyalty.Pending), t.In(loyalty.Held), t.In(loyalty.Debt), t.Amount, string(t.Order), string(t.Store),
			string(t.Actor), string(t.Role), string(t.Approver), reason, t.Gift, t.Voucher, t.Level, t.Of, t.Programme, t.Hash.String())
		if err != nil || t.Kind != loyalty.KindEarn || t.Amount == 0 {
			return err
		}
		lines, err := json.Marshal(t.Lines)
		if err != nil {
			return err
		}
		if len(t.Lines) == 0 {
			lines = nil
		}
		return sales.add(v, t.EffectiveAt, string(t.Ref), string(t.Member), string(t.Store), string(t.Actor), t.Amount, string(t.Order), v.Points,
			string(lines), t.Voucher, t.Programme)
	})
}

// reason opens what was typed. What the program itself gives as a reason is a
// word in the clear; what an erased person's key sealed is gone.
func (e *exporting) reason(r store.Reader, t loyalty.Entry) (string, error) {
	if len(t.Reason) == 0 {
		return "", nil
	}
	plain, err := e.Shop.Vault.OpenFor(r, t.Member, reasonPurpose, t.Reason)
	switch {
	case err == nil:
		return string(plain), nil
	case errors.Is(err, people.ErrSealed), errors.Is(err, people.ErrErased), errors.Is(err, people.ErrNobody):
		if len(t.Reason) <= 32 && utf8.Valid(t.Reason) {
			return string(t.Reason), nil
		}
		return "", nil
	}
	return "", err
}

func (e *exporting) vouchers(ctx context.Context) error {
	s, err := e.new("vouchers", "id", "member", "reward", "kind", "source", "cost", "state", "issued", "until", "used_at", "used_by", "used_store", "void_at", "why")
	if err != nil {
		return err
	}
	return people.Everybody(ctx, e.DB, func(r store.Reader, id loyalty.MemberID) error {
		list, err := e.Shop.Club.Vouchers.List(r, id, e.now)
		if err != nil {
			return err
		}
		for _, v := range list {
			v.Sealed = nil // a digital code is the member's own
			if err := s.add(v, string(v.ID), string(v.Member), v.Reward, string(v.Kind), v.Source, v.Cost, string(v.State), v.Issued, v.Until,
				v.UsedAt, string(v.UsedBy), string(v.UsedStore), v.VoidAt, v.Why); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *exporting) referrals(ctx context.Context) error {
	s, err := e.new("referrals", "friend", "referrer", "joined", "state", "reason", "due")
	if err != nil {
		return err
	}
	return referral.All(ctx, e.DB, func(f referral.Referral) error {
		return s.add(f, string(f.Friend), string(f.Referrer), f.Joined, string(f.State), string(f.Reason), f.Due)
	})
}

func (e *exporting) staff(ctx context.Context) error {
	s, err := e.new("staff", "id", "member", "name", "role", "store", "active", "enrolled_by", "enrolled_at", "ended_at")
	if err != nil {
		return err
	}
	return e.DB.View(ctx, func(r store.Reader) error {
		all, err := e.Shop.Vault.AllStaff(r)
		if err != nil {
			return err
		}
		for _, p := range all {
			if err := s.add(p, string(p.ID), string(p.Member), p.Name, string(p.Role), string(p.Store), p.Active, string(p.EnrolledBy), p.EnrolledAt, p.EndedAt); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *exporting) erased(ctx context.Context) error {
	s, err := e.new("erased", "member", "at", "until")
	if err != nil {
		return err
	}
	list, err := Erasures(ctx, e.DB)
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := s.add(x, string(x.Member), x.At, x.Until); err != nil {
			return err
		}
	}
	return nil
}

// programmes writes every version's file as it was.
func (e *exporting) programmes(context.Context) error {
	if e.History == nil {
		return nil
	}
	for n, text := range e.History.Texts() {
		if err := replace(filepath.Join(e.dir, fmt.Sprintf("programme-%d.toml", n)), []byte(text)); err != nil {
			return err
		}
	}
	return nil
}

// rows writes every row there is, sealed ones as they are: what a program reads
// that shall do without this one, with the key.
func (e *exporting) rows(ctx context.Context) error {
	if !e.raw {
		return nil
	}
	x := &sheets{dir: e.dir, jsonl: true}
	s, err := x.new("rows")
	if err != nil {
		return err
	}
	err = e.DB.View(ctx, func(r store.Reader) error {
		for row, err := range r.Scan(store.Range{}) {
			if err = errors.Join(err, ctx.Err()); err != nil {
				return err
			}
			v, err := rawRow(row)
			if err != nil {
				return err
			}
			if err := s.add(map[string]any{"key": string(row.Key), "value": v}); err != nil {
				return err
			}
		}
		return nil
	})
	err = errors.Join(err, x.close())
	e.open, e.closedNames = append(e.open, s), append(e.closedNames, x.closedNames...)
	return err
}

// rawRow is a row's value as it is stored, and in base64 where that is no JSON.
func rawRow(row store.Row) (json.RawMessage, error) {
	b, err := store.CheckSum(row.Key, row.Value)
	if err != nil || json.Valid(b) {
		return b, err
	}
	return json.Marshal(b)
}

// manifest is written last: an export with it is whole.
func (e *exporting) manifest() error {
	rows := map[string]int64{}
	for _, s := range e.open {
		rows[s.name] = s.rows
	}
	text, err := json.MarshalIndent(map[string]any{
		"at": e.now.UTC(), "program": e.Backups.Program, "currency": e.Shop.Rules(e.now).Currency.Code,
		"rows": rows, "files": slices.Sorted(slices.Values(e.closedNames)), "tables": slices.Sorted(maps.Keys(rows)),
	}, "", "  ")
	if err != nil {
		return err
	}
	return replace(filepath.Join(e.dir, "manifest.json"), append(text, '\n'))
}
