package admin

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/handlers/api"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
	"regulars/store/backup"
)

// breach tells whom a breach touched: a summary, a file's lines, or a notice's draft.
func (d Desk) breach(ctx context.Context, args map[string]string, out Out) error {
	b, err := d.readBreach(ctx, args)
	if err != nil {
		return err
	}
	all, err := d.Shop.Touched(ctx, d.DB, b)
	if err != nil {
		return err
	}
	switch {
	case args["csv"] == "true":
		if err := d.Shop.SawTouched(ctx, d.DB, shop.Looker{By: operator}, d.now(), all); err != nil {
			return err
		}
		return sayCSV(out, all)
	case args["notice"] != "":
		return d.breachNotice(args["notice"], shop.FactsOf(b, all), out)
	}
	d.sayBreach(b, all, out)
	return nil
}

// readBreach is what the arguments ask about. A backup that got out is everybody the
// shop knew when it was made.
func (d Desk) readBreach(ctx context.Context, args map[string]string) (b shop.Breach, err error) {
	b = shop.Breach{Until: d.now(), Device: people.DeviceID(args["device"]), All: args["all"] == "true"}
	if args["until"] != "" {
		if b.Until, err = d.Shop.ReadBreachTime(args["until"], true); err != nil {
			return b, &Error{err.Error(), 2}
		}
	}
	if args["since"] != "" {
		if b.Since, err = d.Shop.ReadBreachTime(args["since"], false); err != nil {
			return b, &Error{err.Error(), 2}
		}
	}
	if path := args["backup"]; path != "" {
		file, err := backup.Open(path)
		if err != nil {
			return b, fmt.Errorf("%w; name a backup that this program wrote", err)
		}
		b.All, b.Since, b.Until = true, file.At, file.At
	}
	switch {
	case b.Since.IsZero():
		return b, &Error{"from when on? Give --since 2026-11-01, or --backup FILE", 2}
	case b.Until.Before(b.Since):
		return b, &Error{"--until lies before --since", 2}
	case b.All && (args["staff"] != "" || args["key"] != "" || b.Device != ""):
		return b, &Error{"--all and --backup are about everybody; leave out --staff, --key and --device", 2}
	}
	err = d.DB.View(ctx, func(r store.Reader) error { return d.breachBy(r, args, &b) })
	return b, err
}

// breachBy reads who is suspected: an employee by id or name, a key, a device.
func (d Desk) breachBy(r store.Reader, args map[string]string, b *shop.Breach) error {
	if who := args["staff"]; who != "" {
		id, err := d.staffNamed(r, who)
		if err != nil {
			return err
		}
		b.By = id.Actor()
	}
	if key := args["key"]; key != "" {
		if b.By != "" {
			return &Error{"--staff or --key, not both", 2}
		}
		if _, err := (api.Keys{Shop: d.Shop}).Get(r, api.KeyID(key)); err != nil {
			return fmt.Errorf("there is no key %q; `regulars keys list` has their ids", key)
		}
		b.By = api.KeyID(key).Actor()
	}
	if b.Device != "" {
		if _, err := people.DeviceByID(r, b.Device); err != nil {
			return fmt.Errorf("there is no device %q; `regulars devices list` has their ids", b.Device)
		}
	}
	return nil
}

// staffNamed is an employee of now or before, by id or by a name that only one has.
func (d Desk) staffNamed(r store.Reader, who string) (people.StaffID, error) {
	all, err := d.Shop.Vault.AllStaff(r)
	if err != nil {
		return "", err
	}
	var found []people.StaffID
	for _, s := range all {
		if string(s.ID) == who || shop.Same(s.Name) == shop.Same(who) {
			found = append(found, s.ID)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("no employee has the id or name %q; `regulars staff list` has them", who)
	}
	return "", fmt.Errorf("%d employees are called %q; give one's id, from `regulars staff list`", len(found), who)
}

// sayBreach is the summary.
func (d Desk) sayBreach(b shop.Breach, all []shop.Touched, out Out) {
	f := shop.FactsOf(b, all)
	p := i18n.For(i18n.En)
	out.Say("%s affected, %s to %s.", count(f.People, "person was", "people were"), d.stamp(b.Since), d.stamp(b.Until))
	if f.People == 0 {
		if oldest := d.now().AddDate(0, 0, -shop.LooksKept); b.Since.Before(oldest) {
			out.Say("Who looked at whom is kept for %d days; of the time before %s nothing is known any more.", shop.LooksKept, d.stamp(oldest))
		}
		return
	}
	out.Say("Data: %s.", shop.DataWords(p, f.Data))
	reach := map[string]int{}
	left := 0
	for _, t := range all {
		switch {
		case t.Status == people.Erased:
			left++
		case t.Reachable():
			reach[t.Reach[0]]++
		}
	}
	for _, way := range slices.Sorted(maps.Keys(reach)) {
		out.Say("To be reached by %s: %d.", way, reach[way])
	}
	out.Say("Not to be reached: %d, of whom %d have left and were erased.", f.Unreached, left)
	out.Say("`--csv` prints who they are; `--notice en` drafts what to tell the authority and the people. What the law asks:")
	for _, law := range shop.BreachLaws {
		out.Say("  %s", p.Say(law))
	}
}

func (d Desk) breachNotice(lang string, f shop.BreachFacts, out Out) error {
	l, ok := i18n.Match(lang)
	if !ok {
		return &Error{fmt.Sprintf("there is no language %q; there are %s", lang, langs()), 2}
	}
	for _, notice := range []i18n.Key{i18n.BreachToAuthority, i18n.BreachToPeople} {
		for line := range strings.Lines(d.Shop.BreachNotice(l, notice, f)) {
			out.Say("%s", strings.TrimRight(line, "\n"))
		}
		out.Say("")
	}
	return nil
}

func langs() string {
	var all []string
	for _, l := range i18n.Langs {
		all = append(all, string(l))
	}
	return strings.Join(all, ", ")
}

// sayCSV prints the list as a file has it.
func sayCSV(out Out, all []shop.Touched) error {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{shop.TouchedHead}
	for _, t := range all {
		row := t.Row()
		for i, cell := range row {
			row[i] = guarded(cell)
		}
		rows = append(rows, row)
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	for line := range strings.Lines(b.String()) {
		out.Say("%s", strings.TrimRight(line, "\n"))
	}
	return nil
}

// retention prints what is kept of people, and for how long.
func (d Desk) retention(_ context.Context, args map[string]string, out Out) error {
	l, ok := i18n.Match(args["lang"])
	if !ok {
		return &Error{fmt.Sprintf("there is no language %q; there are %s", args["lang"], langs()), 2}
	}
	p := i18n.For(l)
	t := newTable("WHAT", "HOW LONG", "TABLES")
	for _, k := range shop.Retention() {
		t.add(p.Say(k.What), p.Print(k.For), strings.Join(k.Tables, " "))
	}
	t.print(out)
	return nil
}

// exported notes that the command line wrote everything about everybody.
func (d Desk) exported(ctx context.Context, now time.Time) error {
	return d.DB.Update(ctx, func(tx store.Tx) error {
		return d.Shop.Saw(tx, shop.Looker{By: operator}, shop.WayExport, now, shop.Everybody)
	})
}

// found notes that the command line showed members.
func (d Desk) found(ctx context.Context, all []loyalty.MemberID) error {
	return d.Shop.SawIn(ctx, d.DB, shop.Looker{By: operator}, shop.WayFind, d.now(), all...)
}
