package main

import (
	"context"
	"time"
)

// refreshEvery is how long a member's roll may be out of date.
const refreshEvery = 5 * time.Second

// segments makes the rolls and rollups of a store that never had any, and then
// brings up to date what goes out of date, every few seconds.
func (a *app) segments(ctx context.Context) error {
	warn := func(err error) {
		if err != nil && ctx.Err() == nil {
			a.log.Warn("what segments look at could not be brought up to date; it is tried again", "error", err)
		}
	}
	warn(a.shop.Segments.Begin(ctx, a.clock.Now()))
	warn(a.shop.Rollups.Begin(ctx, a.clock.Now()))
	for {
		_, err := a.shop.Rollups.Refresh(ctx, a.clock.Now()) // the rolls too
		warn(err)
		select {
		case <-ctx.Done():
			return nil
		case <-a.clock.After(refreshEvery):
		}
	}
}
