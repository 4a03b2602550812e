// Package schedule runs durable jobs: what a shop does because time passes.
// robfig/cron's specs say when, the store says what was done, so that a day
// without a program, two programs on one store, a clock that jumps and daylight
// saving make no difference to anybody.
//
// # Ticks
//
// A tick is one moment at which a job is due, and is named by its nominal local
// time ("2026-11-01T01:30"). There is one of a name: the hour that autumn repeats
// has its ticks at its first pass, and a time that spring skips has its tick at
// the first moment after. A spec that only counts minutes ("* * * * *",
// "*/5 * * * *") is about time that goes by and knows no zone; its ticks are named
// in UTC ("2026-11-01T05:30Z"), so that a repeated hour has them all.
//
// Ticks that were missed are caught up on as the job's [Catch] says. The first
// time a store sees a job, and whenever the job's spec changes, it begins with
// the next tick: nothing is done for the past. A tick that failed for some is
// run again each minute until it succeeds or the next one is due.
//
// # One effect
//
// Who runs a job holds its lease, which another takes over once it lapsed. A tick
// may still run twice: when a process dies in the middle, when it was only slow
// and two run side by side, when the clock was set back. So whatever a job does
// for somebody is claimed with [Claim], in the commit that does it, under (job,
// tick, whom): one effect each (LEDGER, invariant 32).
//
// # Several processes
//
// The clocks of two machines differ. So among several processes a lease is not
// bound to a time: it is its holder's for as long as the holder lives, and a
// [Replica] lives for as long as its row changes, every two seconds, by the clock
// of who looks at it. Who has been silent for six is buried, and whoever takes
// something of theirs over raises its fence; who was only slow finds its row gone
// or the fence risen. What one process alone may do runs under [Replica.Alone],
// and passes to another within ten seconds. A process that is alone on its store
// needs none of this, and none of the commits.
//
// # Rows
//
//	tick/<job>                  the newest tick that is done, the one that runs, since
//	                            when, how it went; for ever
//	lease/<name>                who holds it, until when (or, among several processes,
//	                            since when), and a fence number that rises with each
//	                            change of holder; for ever
//	replica/<id>                a process that lives; until it leaves or is buried
//	claim/<job>/<tick>/<whom>   done for them; 40 days after the tick's date ([Sweep])
//
// Each is guarded by its own key. A clock that is wrong by more than 40 days may
// sweep claims that are still wanted.
package schedule
