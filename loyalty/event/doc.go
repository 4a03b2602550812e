// Package event keeps who signed up for what the shop holds: a tasting, a class, a
// first look at what is new.
//
// A member signs up ([Desk.SignUp]) and has a place, paid with points where it has
// a price, or waits for one. Who gives a place up ([Desk.Cancel]) makes room for
// who has waited longest and can pay; in time, the points come back to the lots
// they came from. At the door an employee checks a ticket's code or a member's card
// in ([Desk.Arrive]); who has a place and did not come by the end is a no-show,
// which is reckoned and never written. Places, and the order of who waits, are
// decided under the event's lock: of fifty who press at once for the last place one
// has it, on any number of replicas.
//
// Who waits agrees to a price and a day: they pay no more than that, and nothing for
// another day. The price comes back whenever the shop, not the member, changed what was
// agreed ([Listed.Back]). An event that leaves the programme's file while somebody has a
// part in it is kept as it was, and called off if it does not come back ([Desk.Miss]).
//
// An event is the programme's, or one that a manager made ([Desk.Make]). The rules
// of both are those at the moment of the deed: fewer places send nobody away who
// has one.
//
// # Rows
//
//	eventmade/<event>                 one that a manager made; 400 days after its end
//	eventcount/<event>                how many have a place and wait, and when it was known last; likewise
//	eventseat/<event>/<member>        one member's part; likewise
//	eventqueue/<event>/<number>       who waits, in their order; while they do
//	eventoff/<event>                  called off, and not everybody has been told; until they were
//	eventticket/<code>                code of a ticket → event and member; as its seat
//	eventof/<member>/<event>          a member's events; as its seat
//	eventdue/<µs>/<event>/<member>    when who is reminded; until they were
//
// Rows of an event are guarded by "event/<id>", a member's by "member/<id>",
// a ticket's by "eventticket/<code>". Answers in words are sealed by the caller with
// the member's key: erasing a member leaves a place without a person. [Sweep] deletes
// what has run out.
//
// # Refusals
//
// Refusals ([loyalty.Refused]) leave nothing written but the ledger's own note of a
// spend that was refused.
package event
