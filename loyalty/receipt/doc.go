// Package receipt keeps sales without a member: slips, each with a code that is
// printed or shown as a QR, and that credits the sale, once, to whoever sends it
// first. What crediting does is the caller's ([Desk.Credit] takes it as a
// function): this room knows no ledger.
//
// # Codes
//
// A code has 15 random letters and digits (74 bits) and a check character,
// because receipts lie about and are photographed. It is derived from the
// operation that issued the slip and the desk's key; rows hold a keyed hash
// of it only. An unknown, void, expired code and one that somebody else has
// used are refused alike, with [ErrCode]; counting wrong ones is the caller's.
//
// # Rows
//
//	slip/<hash>         a slip: the sale, who made it, its state; 90 days beyond its validity
//	slipref/<ref>       a slip's public name → hash; as long as the slip
//	sliporder/<hash>    a day's order number in a store → slip; as long as the slip
//	slipdue/<day>/<hash> which slips end on a day (UTC); as long as the slip
//	slipwait/<member>   codes that somebody sent who has not joined yet; until they
//	                    join, or 90 days beyond the codes' validity
//
// Rows are guarded by "slip/<hash>", "slipref/<ref>", "sliporder/<hash>" and, of
// the last, "member/<id>". Functions lock what they touch themselves.
package receipt
