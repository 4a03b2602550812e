// Package api is how a till's program speaks to the shop: HTTP and JSON under
// /api/v1, described by the OpenAPI document beside this file, which the program
// serves with a page for people to read. Purchases, refunds, receipt codes,
// members, balances, rewards and vouchers go the way of chat and the counter,
// through package till, so that no two ways of selling differ.
//
// Who speaks is the key that it sends (design, law 3): a key has a name, a store
// or the whole shop, scopes, and perhaps a cap; it is shown once, and the store
// has only a keyed hash of it. In the ledger it acts as "job/api.<key>".
//
// Whatever has an effect carries an Idempotency-Key: the answer is stored in the
// transaction that did it, a refusal too (law 2), the same key again gives it
// again, and with another request it is refused and the owners are told (case 8).
//
// # Rows
//
//	apikey/<key>            a key: name, store, scopes, caps, when it was used, a hash; for ever
//	apiop/<key>/<hash>      what came of a request, sealed; 14 days
//	apiday/<key>/<day>      how many points a key with a cap gave on a local day; 40 days
//	apiclash/<key>          that a key sent one Idempotency-Key with two requests; 40 days
//
// [Sweep] deletes what was kept long enough.
package api
