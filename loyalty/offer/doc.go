// Package offer is where members claim perks that cost no points: an offer of
// the programme, for as long and as often as there is one. What they get is a
// voucher of package voucher, a present whose source is the offer.
//
// It is a room of its own because its bounds are not those of rewards: how many
// there are for all within a day, a week or ever, how many for one member, whose
// turn it is, and who has not tried something yet.
//
// # Counting
//
// A claim counts, whether or not its voucher is used: what is limited in number
// is claimed by so many. Who is merged with somebody has had what either had.
// What an offer gave before its id meant something else counts on: give a new
// offer a new id.
//
// # Rows
//
//	offerclaim/<member>/<offer>/<instant>-<n>  one claim; for ever, as the ledger: it names nobody
//	offercount/<offer>/<span>                  how many were claimed within a span, of an offer with a number; 400 days, "ever" for ever
//	partnertake/<month>/<partner>/<instant>-<voucher>  a voucher that a neighbour handed in, or that was taken back; for ever
//	partnerlink/<partner>  the hash of the secret under which the neighbour's own staff take vouchers; until it is ended
//
// What neighbours handed in, and their link, is guarded by "partner/<id>", claims by "member/<id>", counts by "offer/<id>", which only claims
// of an offer with a number ask for. Functions lock what they touch themselves.
//
// # Neighbours
//
// A reward may be a neighbour's goods. The neighbour takes its vouchers as if they
// were its own and hands their codes in; each is used then, in the neighbour's name,
// and the shop owes the price agreed when it was issued. What is handed in counts in
// the month in which it is recorded, and so does what is taken back: a month that is
// over is added to no more, and stays as it was settled.
//
// # Refusals
//
// As in package voucher, a refusal ([loyalty.Refused]) leaves the transaction fit
// to commit. Nothing is written before the last one.
package offer
