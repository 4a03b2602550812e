package admin

import (
	"context"
	"time"

	"regulars/loyalty/book"
	"regulars/store"
)

const (
	waitsAfter = 24 * time.Hour // a purchase that is not told by then is likely not to come
	waitsShown = 20
)

// waits prints the refunds that have waited for their purchase for more than a
// day, with the reference by which /undo ends the waiting.
func (d Desk) waits(ctx context.Context, now time.Time, out Out) error {
	var lines []string
	err := d.DB.View(ctx, func(r store.Reader) error {
		lines = nil
		all, err := d.Shop.Book.Waits(r, now.Add(-waitsAfter), waitsShown)
		if err != nil {
			return err
		}
		for _, w := range all {
			line, err := d.wait(r, w)
			if err != nil {
				return err
			}
			lines = append(lines, line)
		}
		return nil
	})
	if err != nil || len(lines) == 0 {
		return err
	}
	label := "refunds waiting"
	for _, line := range lines {
		out.Say("%-20s %s", label, line)
		label = ""
	}
	return nil
}

// wait is one of them, without a name.
func (d Desk) wait(r store.Reader, w book.Waiting) (string, error) {
	e, err := d.Shop.Book.Numbered(r, w.Member, w.Seq)
	if err != nil {
		return "", err
	}
	return "order " + string(w.Order) + " of " + string(w.Member) + ", since " + d.stamp(w.Since) + ", ref " + string(e.Ref), nil
}
