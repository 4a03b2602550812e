package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// together is how many codes go into one transaction.
const together = 500

// addCodes puts a file's lines into a reward's pool, a code a line. What is
// there already, from an earlier run that was cut off too, is passed over.
func (d Desk) addCodes(ctx context.Context, args map[string]string, out Out) error {
	reward := strings.TrimSpace(args["reward"])
	if err := d.hasPool(reward); err != nil {
		return err
	}
	codes, empty := readCodes(args["codes"])
	added, known := 0, 0
	for i := 0; i < len(codes); i += together {
		var more, again int
		err := d.DB.Update(ctx, func(tx store.Tx) (err error) {
			more, again, err = d.Shop.Club.Vouchers.AddCodes(tx, reward, codes[i:min(i+together, len(codes))], d.now())
			return err
		})
		if err != nil {
			return fmt.Errorf("%s added before this: %w\nRun it again when that is put right; what is there already is passed over", count(added, "code was", "codes were"), err)
		}
		added, known = added+more, known+again
		out.Progress(int64(min(i+together, len(codes))), int64(len(codes)))
	}
	left, total, err := d.pool(ctx, reward)
	if err != nil {
		return err
	}
	out.Say("%s added for %s, which has %d left of %d now", count(added, "code", "codes"), reward, left, total)
	if known > 0 {
		out.Say("%s passed over: the code was there already, or came twice", count(known, "line was", "lines were"))
	}
	if empty > 0 {
		out.Say("%s empty", count(empty, "line was", "lines were"))
	}
	return nil
}

// readCodes are the lines that say something, and how many do not. What editors
// put before and after a text is no code.
func readCodes(text string) (codes []string, empty int) {
	text = strings.TrimRight(strings.TrimPrefix(text, "\ufeff"), "\r\n")
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			empty++
			continue
		}
		codes = append(codes, line)
	}
	return codes, empty
}

// hasPool says whether the programme has such a reward, and which ones it has.
func (d Desk) hasPool(reward string) error {
	ids := d.pools()
	for _, id := range ids {
		if id == reward {
			return nil
		}
	}
	if len(ids) == 0 {
		return &Error{`the programme has no reward with codes: one has kind = "code"`, 2}
	}
	return &Error{fmt.Sprintf("%q is no reward with codes; the programme has %s", reward, strings.Join(ids, ", ")), 2}
}

// pools are the rewards that give a code from a pool.
func (d Desk) pools() (ids []string) {
	for _, r := range d.Shop.Rules(d.now()).Rewards {
		if r.Kind == loyalty.RewardCode {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

func (d Desk) pool(ctx context.Context, reward string) (left, total int64, err error) {
	err = d.DB.View(ctx, func(r store.Reader) (err error) {
		left, total, err = d.Shop.Club.Vouchers.Pool(r, reward)
		return err
	})
	return left, total, err
}

// listCodes prints how many codes each reward has left. With only = "empty" it
// names those that have none, a line each, and nothing else.
func (d Desk) listCodes(ctx context.Context, args map[string]string, out Out) error {
	t := newTable("REWARD", "LEFT", "TOTAL")
	for _, id := range d.pools() {
		left, total, err := d.pool(ctx, id)
		if err != nil {
			return err
		}
		if args["only"] == "empty" {
			if left == 0 {
				out.Say("%s", id)
			}
			continue
		}
		t.add(id, fmt.Sprint(left), fmt.Sprint(total))
	}
	switch {
	case args["only"] == "empty":
	case len(t.rows) == 1:
		out.Say(`the programme has no reward with codes: one has kind = "code"`)
	default:
		t.print(out)
	}
	return nil
}

// vouchers prints what is open, and what waits of referrals.
func (d Desk) vouchers(ctx context.Context, out Out) error {
	now := d.now()
	open, err := voucher.Outstanding(ctx, d.DB, now)
	if err != nil {
		return err
	}
	n := 0
	for _, k := range open {
		n += k
	}
	waiting, held, flagged := 0, 0, 0
	err = d.DB.View(ctx, func(r store.Reader) error {
		due, err := d.Shop.Club.Referrals.Due(r, now.AddDate(100, 0, 0), 1<<20)
		if err != nil {
			return err
		}
		flags, err := d.Shop.Club.Referrals.Flagged(r)
		if err != nil {
			return err
		}
		waiting, held, flagged = len(due), 0, len(flags)
		for _, f := range flags {
			held += f.Held
		}
		return nil
	})
	if err != nil {
		return err
	}
	out.Say("vouchers             %d open, of %s", n, count(len(open), "reward", "rewards"))
	out.Say("referrals            %d wait for their day, %d for a manager (%s flagged)", waiting, held, count(flagged, "member", "members"))
	return nil
}

// vouchersWhole holds every voucher, stock and pool against the ledger.
func (d Desk) vouchersWhole(ctx context.Context, out Out) error {
	faults, err := d.Shop.Club.Vouchers.Check(ctx, d.DB)
	nameFaults(out, faults)
	switch {
	case err != nil:
		return err
	case len(faults) > 0:
		return errors.New("the vouchers have " + count(len(faults), "fault", "faults") + ", named above.\nRestore the newest backup that is clean, or have each voucher taken back by /undo")
	}
	return nil
}
