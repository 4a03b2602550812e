package admin

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"regulars/handlers/intake"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// importFiles takes members, balances and purchases out of files. They are
// named by their paths, and opened here: whoever may open the socket is the
// account that runs serve and may read them anyway, and a file of a hundred
// megabytes is nothing to send through a line of arguments.
func (d Desk) importFiles(ctx context.Context, args map[string]string, out Out) (err error) {
	opt, err := d.importOptions(args)
	if err != nil {
		return err
	}
	in := intake.Intake{
		DB: d.DB, Shop: d.Shop, Progress: out.Progress,
		Say: func(line string) { out.Say("%s", line) },
	}
	if path := args["report"]; path != "" {
		report, done, e := openReport(path, strings.Split(args["files"], "\n"))
		if e != nil {
			return e
		}
		defer func() { err = errors.Join(err, done()) }()
		in.Refused = report.Refused
	}
	all, err := in.Run(ctx, strings.Split(args["files"], "\n"), opt)
	var sum intake.Sum
	for _, t := range all {
		for _, line := range t.Lines(opt.Dry) {
			out.Say("%s", line)
		}
		sum.Refused += t.Refused
	}
	if err != nil {
		return fmt.Errorf("%w\nWhat was taken before this stays. Run it again when that is put right: nothing is taken twice", err)
	}
	if sum.Refused > 0 && args["report"] == "" {
		out.Say("--report FILE.csv writes every refused row with its line and its reason")
	}
	if opt.Dry {
		out.Say("That was a dry run: nothing was changed.")
	}
	return nil
}

func (d Desk) importOptions(args map[string]string) (intake.Options, error) {
	opt := intake.Options{
		Kind: intake.Kind(args["kind"]), Source: args["source"], Store: loyalty.Store(args["store"]), Encoding: args["encoding"],
		Dates: args["dates"], Earn: args["earn"] == "true", Dry: args["dry"] == "true", Map: map[string]intake.Field{},
	}
	for pair := range strings.Lines(args["map"]) {
		column, field, ok := cutLast(strings.TrimSuffix(pair, "\n"), "=")
		if !ok {
			return opt, fmt.Errorf("--map takes COLUMN=FIELD, not %q", pair)
		}
		opt.Map[column] = intake.Field(field)
	}
	if args["asof"] == "" {
		return opt, nil
	}
	day, err := time.ParseInLocation(time.DateOnly, args["asof"], d.Shop.Rules(d.now()).Location())
	if err != nil {
		return opt, fmt.Errorf("--as-of takes a day as in 2026-01-31, not %q", args["asof"])
	}
	// The balances of a day are those at its end, but of today what they are now.
	if opt.AsOf = d.Shop.Rules(d.now()).DayEnd(day).Add(-time.Second); opt.AsOf.After(d.now()) && !day.After(d.now()) {
		opt.AsOf = d.now()
	}
	return opt, nil
}

// cutLast cuts around the last sep: a column's name may have one in it.
func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// openReport makes the file of refused rows, for its owner only: it holds
// customer numbers. The report of an earlier run is overwritten, a file that is
// to be read is not.
func openReport(path string, sources []string) (*intake.Report, func() error, error) {
	if there, err := os.Stat(path); err == nil {
		for _, source := range sources {
			if one, err := os.Stat(source); err == nil && os.SameFile(one, there) {
				return nil, nil, fmt.Errorf("--report would overwrite %s, which is to be imported: name another file", source)
			}
		}
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, nil, fmt.Errorf("the report cannot be written: %w", err)
	}
	r, err := intake.NewReport(f)
	if err = errors.Join(err, f.Chmod(0o600)); err != nil { // it may have been there, for all to read
		return nil, nil, errors.Join(err, f.Close())
	}
	return r, func() error { return errors.Join(r.Close(), f.Close()) }, nil
}

// claims prints how far the imported people have come, by store.
func (d Desk) claims(ctx context.Context, _ map[string]string, out Out) error {
	all, err := d.funnels(ctx)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("nobody was imported yet: `regulars import FILE` does that")
		return nil
	}
	t := newTable("STORE", "IMPORTED", "REACHED", "CLAIMED", "", "BY CONTACT", "BY SMS", "AT COUNTER")
	var sum people.Funnel
	row := func(name string, f people.Funnel) {
		t.add(name, fmt.Sprint(f.Imported), fmt.Sprint(f.Reached), fmt.Sprint(f.Claimed()), share(f), fmt.Sprint(f.Contact), fmt.Sprint(f.SMS), fmt.Sprint(f.Counter))
	}
	for _, s := range all {
		sum = sum.Plus(s.Funnel)
		name := string(s.Store)
		if p, ok := d.Shop.Programme(d.now()).Store(s.Store); ok {
			name = p.Name
		}
		if name == "" {
			name = "no store"
		}
		row(name, s.Funnel)
	}
	if len(all) > 1 {
		row("all", sum)
	}
	t.print(out)
	return nil
}

func (d Desk) funnels(ctx context.Context) (all []people.StoreFunnel, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = people.Funnels(r)
		return err
	})
	return all, err
}

// share is how many of the imported have claimed what is theirs.
func share(f people.Funnel) string {
	return fmt.Sprintf("%d%%", f.Claimed()*100/max(1, f.Imported))
}

// imported prints the same in one line, for a shop that has some.
func (d Desk) imported(ctx context.Context, out Out) error {
	all, err := d.funnels(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	var sum people.Funnel
	for _, s := range all {
		sum = sum.Plus(s.Funnel)
	}
	out.Say("imported             %d; %d reached the chat, %d claimed what is theirs (%s)", sum.Imported, sum.Reached, sum.Claimed(), share(sum))
	return nil
}
