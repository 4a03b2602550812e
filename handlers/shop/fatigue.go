package shop

import (
	"context"
	"time"

	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/metric"
	"regulars/store"
)

// Tired says how many of those who can be reached let their last offers go by, for
// who is about to make one more; of who buy most at a store, "" all. It is "" where
// that is not known yet. It looks at every member where that is quick: it is for
// pages.
func (s *Shop) Tired(ctx context.Context, p i18n.Printer, at loyalty.Store, now time.Time) (string, error) {
	m := s.Metrics
	if m == nil || m.DB == nil {
		return "", nil
	}
	v, err := m.Value(ctx, metric.Fatigue, metric.Query{From: now, To: now.AddDate(0, 0, 1), Store: at})
	if err != nil || !v.Known() {
		return "", err
	}
	var set metric.Settings
	err = m.DB.View(ctx, func(r store.Reader) (err error) {
		set, err = m.Settings(r)
		return err
	})
	return tired(p, int64(v.Number+0.5), v.N, set.FatigueAfter), err
}

// TiredLately is Tired as it was counted last, for chats.
func (s *Shop) TiredLately(r store.Reader, p i18n.Printer, at loyalty.Store, now time.Time) (string, error) {
	if s.Metrics == nil {
		return "", nil
	}
	x, after, ok, err := s.Metrics.Tired(r, at, now)
	if err != nil || !ok {
		return "", err
	}
	return tired(p, (200*x.Hits+x.Of)/(2*x.Of), x.Of, after), nil
}

func tired(p i18n.Printer, percent, of int64, offers int) string {
	return p.Say(i18n.ConsoleLeversTired, "Percent", i18n.Number(percent), "Of", i18n.Number(of), "Offers", i18n.Number(int64(offers)))
}
