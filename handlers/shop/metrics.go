package shop

import (
	"time"

	"regulars/loyalty/metric"
	"regulars/store"
)

// newMetrics is the desk that answers how the shop does. Its DB is still to be
// set.
func (s *Shop) newMetrics() *metric.Desk {
	return &metric.Desk{Rolls: s.Segments, Daily: s.Rollups, Programme: s.Rules, Messages: s.messages, Plans: s.planChurn, Now: s.Clock.Now}
}

// messages is what went out in [from, to), whole local days.
func (s *Shop) messages(r store.Reader, from, to time.Time) (metric.Messages, bool, error) {
	if !to.After(from) {
		return metric.Messages{}, s.Sends != nil, nil
	}
	sent, err := s.sent(r, from, to.Add(-time.Second))
	if err != nil || sent == nil {
		return metric.Messages{}, false, err
	}
	return metric.Messages{Billed: sent.Billed, Saved: sent.Saved, Priced: sent.Priced}, true, nil
}

// planChurn is how many paid plans ended in [from, to), whole local days, of how many
// that were at risk.
func (s *Shop) planChurn(r store.Reader, from, to time.Time) (ended, atRisk int64, err error) {
	if !to.After(from) {
		return 0, 0, nil
	}
	c, err := s.Plans.Count(r, "", from, to.Add(-time.Second))
	return c.Ended, c.Before + c.Began, err
}
