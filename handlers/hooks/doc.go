// Package hooks tells other programs of the shop what happened here: webhooks
// out, one POST an event, signed as Standard Webhooks says
// (https://www.standardwebhooks.com).
//
// # What is sent
//
// An event is a row in the commit that made it, for each endpoint that wants its
// type and store; where no endpoint does, there is none. It holds ids and nothing
// else of anybody: who wants a balance or a name asks the API with its key, so
// that what lies about at a receiver, or on the way, tells nothing of a person.
//
//	{"type": "points.earned", "timestamp": "2026-11-22T10:00:00Z",
//	 "data": {"member": "01H…", "entry": "7KQ2M", "store": "main"}}
//
// # Delivery
//
// At least once: a receiver that answers 2xx has it; everything else is tried
// again after 5 s, 30 s, 2 min … 12 h, for three days, and is dead then. The id
// (webhook-id) stays the same, so that who sees it twice knows. An event is sent
// twice only where this program died between the answer and its mark, where the
// receiver's answer was lost, or where somebody had it sent again.
//
// A member's events go in their order, save that one which failed several times
// is no longer waited for. An endpoint that fails again and again gets one event
// at a time until one arrives; after three days of failing, or when it answers
// 410 Gone, it is switched off and owners are told. Events of who was erased
// meanwhile are dropped, all but member.erased.
//
// # Where nothing is sent to
//
// A webhook's address is typed by somebody, and this program stands inside the
// shop's network: [Guard] judges each address at the moment it is dialled.
//
// # Rows
//
//	hooks/all                            the endpoints, their secrets sealed; for ever
//	hookstate/<endpoint>                 how it fails; while it does
//	hookqueue/<endpoint>/<µs>-<event>    an event that waits; three days at most
//	hookpast/<endpoint>/<rev µs>-<event> how it ended, newest first; 30 days
//
// "hooks/all" is read without its lock by every event: who misses an endpoint
// that is just being made is told of what follows. State is guarded by its own
// key. Rows of the queue and the past are each touched under the lock of their
// endpoint's state, or by the transaction that makes them.
package hooks
