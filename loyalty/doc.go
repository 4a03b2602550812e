// Package loyalty is the rules of a shop's points: what earns them, when they
// go, in which order they are spent, what taking something back does. It is
// pure: no input or output, no clock, no randomness, no words for people, and
// nothing but the standard library. Time, state and the programme are
// arguments.
//
// # Entries and accounts
//
// A member's account is the fold of their entries ([Account.Apply]). Entries
// are only ever added, each numbered and chained to the one before by a keyed
// hash ([Link]). A deciding function ([Sell], [Spend], [Undo] …) takes the
// account, the programme and the operation's particulars, and gives the entries
// to add, or a refusal; it changes nothing itself. Every decision first settles
// what time alone has done to the account ([Settle]), so that it does not
// matter whether anybody swept.
//
// # Lots
//
// An earning opens a lot, which remembers the expiry rule's version and its
// base date. Spending takes from the lots that expire first and remembers
// which; undoing gives back to the same lots. Taking back an earning whose
// points are gone makes a debt, which the next earning pays before it opens a
// lot; nothing else makes debts.
//
// It owns no rows; loyalty/book keeps them.
package loyalty
