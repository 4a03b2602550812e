// Package plan keeps who pays for a membership: what was paid, until when it runs,
// when it was cancelled, what came back, and the part of a year's purchases that it
// gives back as a voucher. It takes no money and knows no card: whoever records a
// payment has taken it elsewhere.
//
// # The life of a plan
//
//	Try      a trial for nothing, once a member ever; with the days that are left a first payment begins after it
//	Record   a payment: the plan begins, or goes on from its end, early and in its grace too
//	Cancel   by the member, at any time: it runs to its end and has no grace
//	Refund   what is left comes back by the rules under which it was paid, and the plan ends
//	TakeBack a payment that was recorded by mistake: all is as before it
//	Tick     ends what is over, and gives a plan's year its cash-back
//
// A member has one plan at a time; another one can begin when the first has
// ended. What a merge brings together stays where it was: of two plans that run,
// the one that runs longer is the person's, in all that is asked here.
//
// A year of cash-back is a year of the plan, from the day on which it was first
// paid. What counts is the ledger itself: the purchases of that year less what
// came back of them, each in one year of one plan, however many plans a merge brought
// together. It is given when the year or the plan ends. What is told late, or comes
// back, is made even: an open voucher is worth more or less, there is one more, or what
// was used already is owed, and the next cash-back is so much less. What lapsed is
// owed by nobody. Who got money back for a plan, or leaves, gets none for that year.
//
// # Rows
//
//	plan/<member>                  the plan that runs, or ran last; for ever
//	planpaid/<member>/<number>     a payment, a trial too; for ever, as it is the shop's book-keeping
//	planorder/<member>/<order>     the newest payment under an order number; for ever
//	planref/<reference>            where a payment's reference leads; for ever
//	planyear/<member>/<day>        a year whose cash-back was decided, by the day on which it began; for ever
//	plandue/<instant>/<member>     when time does something to a plan next; until it is done
//	planday/<day>/<plan>           what a local day brought: begun, renewed, ended, money; for ever
//
// A member's rows are guarded by "member/<id>", a reference by "planref/<it>", a
// day's by "planday/<day>"; due rows are written by their member's transactions only. They hold ids
// and amounts, and nothing that names a person.
package plan
