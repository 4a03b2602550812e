// Package whatif tells what other rules would have done: it lives each member's
// ledger once more, under the rules that were in force and under those that are
// asked about, with the deciding functions of package loyalty, and reckons the
// difference.
//
// # What is lived again
//
// What people did is taken from the ledger as it is: purchases with their lines,
// refunds, what employees gave by hand, redemptions. What rules made of it is
// decided anew on both sides: points, stamps, tiers, expiry, gifts for visits,
// for coming back and for tiers, and taking them back. Where both rules ask the
// same question, what really happened is the answer: a birthday gift is given
// when it was given, a voucher whose terms are alike has its deadline. So the
// same rules make no difference at all.
//
// A redemption is made at the new price where the member has the points, and
// counted as one that could not be made where they have not, or where their tier
// or the catalogue does not allow it any more.
//
// # What cannot be known
//
// People would have behaved otherwise. Whoever was merged with somebody, or
// shares points, is left out, and counted. Stock and limits a person are not looked at. What other
// desks gave (missions, plans, draws …) is given on both sides as it was. A gift
// without points, and one of a kind that there was none of, is reckoned from the
// calendar and today's facts of the member.
//
// # How it runs
//
// Members are read in pages, a View each, and lived by several workers; what is
// kept of a member are their sums. The memory that it takes does not grow with
// the members, and nothing is written. It owns no rows.
package whatif
