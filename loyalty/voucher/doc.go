// Package voucher is the rewards' counter: who may have what for their points,
// the vouchers that are out, how many of a reward there are, and digital codes
// out of a pool. It is a room beside the ledger, because a voucher is a promise
// of the shop and not a change of points: the points behind it are a hold of
// package book, under the same terms.
//
// # A voucher's life
//
//	Open → Used     an employee took it: the hold is captured
//	     → Void     the member gave it back, or the shop withdrew it: released
//	     → Expired  its time is over: the points are back, or gone by its Fate
//	Used → Open     the use was a mistake, or the sale it paid came back
//
// Its terms are those of the version of the programme under which it was
// issued: price, time, stores, and what becomes of its points. Whether it is
// Expired is decided by now; [Desk.Lapse] only writes that down. The hold's
// deadline in the ledger is the voucher's Until, so that points come back (or
// are forfeited) at exactly that instant, whether or not anybody looked.
//
// A digital code (RewardCode) is Used at once: its points are spent, and the
// code is shown. Undoing that gives the points back and never the code.
//
// # Stock
//
// Stock belongs to the reward's id and is a total for ever: raising it in a new
// version adds, and one that is lowered below what is out gives nothing more.
// It counts from when the reward first had a stock; a reward without one has no
// row, so that nobody waits for anybody. An open voucher that lapsed counts as
// left from that instant, swept or not.
//
// # Undoing a use
//
// The capture is undone, which gives the points back to their own lots, and as
// many are set aside again at once under the old terms. Where that cannot be
// (they lapsed meanwhile, a debt took them, the account is frozen), the voucher
// is Void instead, and the member has what came back.
//
// # Refusals
//
// As in package book: a refusal ([loyalty.Refused]) should be committed; it is
// stored under its operation id and stays. Codes are short (8 letters and a
// check character): whoever takes them from people throttles.
//
// # Rows
//
//	voucher/<member>/<tail>                      a voucher; 400 days after it was used, void or expired
//	vouchercode/<hash>                           keyed hash of its code; as long as the voucher
//	voucherdue/<instant>/<member>/<tail>         an open voucher's last moment; while it is open
//	voucherop/<op>                               an operation's outcome; 400 days
//	voucherpast/<member>/<reward>                how many vouchers of theirs were swept that count for a limit; for ever
//	stock/<reward>                               how many of a limited reward are out or used; for ever
//	stockdue/<reward>/<instant>/<member>/<tail>  an open voucher of a limited reward; while it is open
//	pool/<reward>/<n>                            a digital code, sealed; 400 days after it was given
//	poolhead/<reward>                            how many codes there are, and how many were given; for ever
//	poolcode/<hash>                              keyed hash of a digital code, so that none is taken in twice; for ever
//
// A voucher's id is "<member>-<tail>". Subjects are "member/<id>", "op/<op>",
// "vouchercode/<hash>", "stock/<reward>", "pool/<reward>" and "poolcodes".
// Functions lock what they touch themselves.
package voucher
