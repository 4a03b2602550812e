// Package rollup keeps what a shop's days came to, so that a page of figures
// reads a row a day and not the history of everybody. It is a projection of the
// ledger: each entry is taken in exactly once, in the commit that moves its
// member's watermark. Nothing here decides anything, and all of it can be made
// anew from the entries ([Desk.Rebuild]).
//
// # Rows
//
//	rollstate/all                           which generation holds, and the next ordinal; one row
//	rolltodo/<member>                       that there is something to take in; until it was
//	rollup/<gen>/<member>                   a member's ordinal and watermark, and how their joining was counted; kept for ever
//	rollord/<gen>/<block>                   members by ordinal, 256 a row; kept for ever
//	rollpart/<gen>/<ordinal>                whose part a merged member is; until that is taken back
//	rollday/<gen>/<day>/<block>/=<store>    a local day in a store: what each member did there; kept for ever
//	rollstaff/<gen>/<month>/<block>/<staff> a month of an employee: what they did to each member; kept for ever
//	rollsettle/<gen>/<month>/=<from>/=<to>  points of one store spent at another; kept for ever
//	rolllate/<gen>/<month>/=<from>/=<to>/<of> which of them take back what was spent in an earlier month; kept for ever
//	rollstore/<gen>/<month>/=<store>        points given in a store, and of those expired; kept for ever
//	statement/<month>                       that a month's statement is closed, and its terms ([Desk.Close]); of no generation, kept for ever
//	statementof/<month>/=<store>            a store of it, and what that owes; the same
//	rollscore/<gen>/<day>/<survey>          a local day's answers to a survey; as long as the answers, 1,100 days, by [Sweep]
//
// rolltodo is guarded by "member/<id>", all others by "rollup/all": there is one
// writer at a time, and a sale never waits for it. Days count from 1970-01-01 as
// those of package segment, months are written 202611, a block is 131,072
// ordinals, so that a row stays below the store's limit even on a day on which
// every one of them bought.
//
// # What counts where
//
// Orders and their money stand on the local day and in the store of the sale. A
// refund, whenever and wherever it is made, changes that day: an order that came
// back as a whole is no order any more. Points stand on the day on which they
// moved. A sale brought from another system is an order like any other. Joining
// stands on the day of joining, in the store whose customer the person was (an
// import), or whose employee recorded the member's first entry on that day.
// Settlement is by the month in which a movement was recorded, so that a month
// that was settled stays as it is; taking a spend back counts against the month
// in which that was done. So does rollstore, where points count that a sale, a gift
// or an employee gave, less what of them was taken back.
//
// Everything stands under the member whose entry, or whose sale, it is. Who was
// merged stays there, and is resolved when asked: taking a merge back costs
// nothing here. Erasing a person changes nothing here either: an ordinal is as
// nameless as the ledger.
//
// # How rows stay true
//
// A sale writes no row of this package. [Desk.Mark] is called where package
// segment makes a member's roll anew, seconds later, and [Desk.Refresh] then
// takes in the entries after the watermark. A rebuild writes a new generation
// beside the old one, which is read until the new one is whole; meanwhile nothing
// is taken in, and nothing is forgotten, as the marks stay.
//
// # The form of a row
//
// rollday and rollstaff are no JSON: a year of a million members is two million
// records. Behind a byte with the form's number stand how many of the members
// bought, the sums of all records, how many there are, and the records, ordered
// by ordinal: the difference to the ordinal before, a mask of the columns that
// are not 0, and these, all as varints. rollord and rollscore are strings and
// varints alike. The CRC-32C at the end is that of every row.
package rollup
