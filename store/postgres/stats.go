package postgres

import (
	"sync/atomic"
	"time"
)

// Stats are counts since the DB was opened, of this process alone, and how its
// connections stand now.
type Stats struct {
	Updates    int64         // Updates that came to an end, well or not
	Commits    int64         // those that wrote something, and it is kept
	Views      int64         // Views begun
	Restarts   int64         // functions run again because of a lock asked for out of order
	LockWaits  int64         // times that locks were waited for, longer than a millisecond
	LockWaited time.Duration // how long in all
	Busy       int64         // calls that got store.ErrBusy
	Lost       int64         // connections that broke, or were found broken
	Asked      int64         // commits whose outcome had to be asked for on another connection
	Trips      int64         // round trips to the server
	Conns      int           // connections held now
	Idle       int           // of them, those that nobody uses
	Waiting    int           // calls that wait for a connection now
	Away       bool          // the server does not answer now
}

// counters are what Stats reads.
type counters struct {
	updates, commits, views, restarts, lockWaits, lockWaited, busy, lost, asked, trips atomic.Int64
}

// Stats tells how the DB does. It costs nothing to speak of.
func (db *DB) Stats() Stats {
	c := &db.stats
	u, v := db.updates.pool.Stat(), db.views.pool.Stat()
	return Stats{
		Updates:    c.updates.Load(),
		Commits:    c.commits.Load(),
		Views:      c.views.Load(),
		Restarts:   c.restarts.Load(),
		LockWaits:  c.lockWaits.Load(),
		LockWaited: time.Duration(c.lockWaited.Load()),
		Busy:       c.busy.Load(),
		Lost:       c.lost.Load(),
		Asked:      c.asked.Load(),
		Trips:      c.trips.Load(),
		Conns:      int(u.TotalConns() + v.TotalConns()),
		Idle:       int(u.IdleConns() + v.IdleConns()),
		Waiting:    int(db.updates.waiting.Load() + db.views.waiting.Load()),
		Away:       db.at.lease().Err() != nil,
	}
}

// waited counts seconds that locks were waited for.
func (c *counters) waited(seconds float64) {
	d := time.Duration(seconds * float64(time.Second))
	if d > time.Millisecond {
		c.lockWaits.Add(1)
		c.lockWaited.Add(int64(d))
	}
}
