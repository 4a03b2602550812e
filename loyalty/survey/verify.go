package survey

import (
	"context"
	"fmt"
	"time"

	"regulars/store"
)

// Verify holds what is counted and what is open against what it was made from:
// every answer of a day's list against the member's own, and the list of open
// cases against the cases. Each fault is one sentence.
func Verify(ctx context.Context, db store.DB, now time.Time) (faults []string, err error) {
	err = db.View(ctx, func(r store.Reader) (err error) {
		faults = nil
		say := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
		old := now.AddDate(0, 0, 1-keepAnswers) // about to be swept, one before the other
		for key, s := range days.Scan(r, days.All(), &err) {
			if s.At.Before(old) {
				continue
			}
			a, ok, err := answers.Get(r, s.Survey, s.Wave, string(s.Member))
			switch {
			case err != nil:
				return err
			case !ok:
				say("answers of a day: %s is nobody's answer", key)
			case a.State != Answered || a.Score != s.Score || a.Option != s.Option || a.Late != s.Late:
				say("answers of a day: %s is not what its member answered", key)
			}
		}
		if err != nil {
			return err
		}
		open := map[string]bool{}
		for ref, c := range cases.Scan(r, cases.All(), &err) {
			open[ref] = c.IsOpen()
		}
		if err != nil {
			return err
		}
		for ref := range opened.Scan(r, opened.All(), &err) {
			if !open[ref] {
				say("open cases: %s is closed, or not there", ref)
			}
			delete(open, ref)
		}
		for ref, is := range open {
			if is {
				say("open cases: %s is missing", ref)
			}
		}
		return err
	})
	return faults, err
}
