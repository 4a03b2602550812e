// Package chance is what members play and what is given away in groups: wheels
// and scratch cards, red packets, quizzes. It is a room beside the ledger, whose
// points it gives by [book.Book.Grant], and beside the vouchers' counter.
//
// # Draws that anybody can draw again
//
// Each local day has a seed, derived from the desk's key, that nobody is told
// before the day is over. Its commitment, a hash, is told to whoever is about to
// play. A draw's number follows from the seed and the draw's ticket: the game,
// the day, a hash of the member and which of their goes of that day it is. All
// of that is fixed before the seed is known, so that neither the member nor the
// shop can pick a better one. [Desk.Verify] draws a day again from its seed.
//
// A prize that has run out is replaced by the one that the programme names, which
// is told before too; the draw's row keeps both.
//
// # Red packets and quizzes
//
// A packet's points are cut into pieces by the seed of the day on which its time is
// over, which nobody is told before; the first who opens it has the first piece. What
// is left then goes back to the budget of the day on which it was made, and out of
// what its maker gave on that day. A quiz takes one answer from each member,
// and the first right ones get its points. In both, whoever was merged into a
// member is that member.
//
// Who left the shop, is known to have been a member, and joined again has no free go
// in the day (week, month) in which they did, and no part of what was handed out
// before it.
//
// # Taking back
//
// A purchase that comes back whole takes the goes that it brought with it: unused
// ones cannot be used any more, and of used ones the points are taken back and a
// voucher that is still open is void. So is the prize of a go whose price an employee
// gives back.
//
// # Rows
//
//	draw/<member>/<day>/<game>/<n>      a draw; 400 days
//	drawday/<day>/<game>/<member>/<n>   the draws of a day; as long
//	drawseed/<day>                      a day's commitment, as it was told; as long
//	drawstock/<game>/<prize>            how many of a prize were won; for ever
//	drawgo/<member>/<game>/<ref>        goes that a purchase, or something else, brought; 400 days
//	packet/<id>                         a red packet; 400 days
//	packetpiece/<id>/<member>           who had which piece; as long
//	quizrun/<id>                        a question that was asked in a group; 400 days
//	quizdraft/<id>                      a manager's own, before it is asked; as long
//	quizguess/<id>/<member>             an answer; as long
//	playday/<day>                       what packets and quizzes of a day hold; as long
//	playdue/<instant>/<kind>/<id>       packets and quizzes that are open; until they are closed
//
// Rows of a member are guarded by "member/<id>", packets with their pieces by
// "packet/<id>", quizzes with their answers by "quizrun/<id>", days by
// "playday/<day>" and "drawseed/<day>", stock by "drawstock/<game>/<prize>".
// Functions lock what they touch themselves. [Sweep] deletes what was kept long
// enough; nothing is decided by whether it ran.
package chance
