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
// # Earning and taking back
//
// A sale ([Sell]) is a slip, an amount and lines, at a moment. The moment says
// which rules are asked, the slip what each gives; every rule rounds by itself
// and leaves its share on the entry, and caps cut what they give together. A
// refund ([Refund]) takes the slip that is left and asks the rules once more
// that gave something then, in the version that they had: what the sale would
// not have given is taken back, of points, counts and stamps alike. No rule
// gives more for less, so that refunds in any series take back what was given
// and never more.
//
// # Tiers and new rules
//
// A member's tier ([Standing]) follows from the counts of their months: it
// rises with the sale that reaches it, and falls with the refund of what it
// stood on, or when its time is over, which settling finds out as of that
// instant. A new version of the rules may bring the lots of older ones under
// its expiry rule ([Expiry].Follow), also as of its own instant, and never so
// that points go sooner than a full period later. Settling follows the version
// in force at each instant, so that it does not matter when anybody looks.
//
// # Two who are one
//
// An account can take another one in ([Merge]): what is left in its lots, holds
// and counts moves over, the other is empty, and its past stays where it is. The
// entries on both sides carry what each account is from there on ([Carry]).
// [Unmerge] takes it back: each becomes what it was, with what concerned it
// since.
//
// It owns no rows; loyalty/book keeps them.
package loyalty
