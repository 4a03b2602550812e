package chance

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Closed is a packet or a quiz whose time is over, one of the two.
type Closed struct {
	Packet *Packet
	Run    *Run
}

// Close closes every packet and quiz whose time is over at now, each in a
// transaction of its own, in which tell is called with it; a nil tell tells nobody.
// It reports how many it closed; one that cannot be closed keeps no other open.
func (d *Desk) Close(ctx context.Context, db store.DB, now time.Time, tell func(store.Tx, Closed) error) (n int, err error) {
	var due []string
	err = db.View(ctx, func(r store.Reader) (err error) {
		for key := range dues.Scan(r, dues.Between("", timeKey(now)+"~"), &err) {
			due = append(due, key)
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed []error
	for _, key := range due {
		if ctx.Err() != nil {
			break
		}
		_, rest, _ := strings.Cut(key, "/")
		kind, id, _ := strings.Cut(rest, "/")
		did := false
		err := db.Update(ctx, func(tx store.Tx) (err error) {
			var c Closed
			if kind == "packet" {
				var k Packet
				k, did, err = d.closePacket(tx, id, now)
				c.Packet = &k
			} else {
				var run Run
				run, did, err = d.closeRun(tx, id, now)
				c.Run = &run
			}
			if err != nil || !did || tell == nil {
				return err
			}
			return tell(tx, c)
		})
		if err != nil {
			failed = append(failed, fmt.Errorf("chance: closing %s %s: %w", kind, id, err))
			continue
		}
		if did {
			n++
		}
	}
	return n, errors.Join(append(failed, ctx.Err())...)
}

// Maker is who made it, and its id, which no other has.
func (c *Closed) Maker() (loyalty.Actor, string) {
	if c.Packet != nil {
		return c.Packet.By, c.Packet.ID
	}
	return c.Run.By, c.Run.ID
}
