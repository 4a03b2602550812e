// Package club is the one door to what a purchase does: it sells through
// loyalty/book, and then hands out what the sale brings besides points (the
// prize of a stamp card that filled, gifts for the n-th visit, for a comeback,
// for a new tier, the first step of a referral). Taking a sale back takes all
// of that back. It also keeps the gifts that no sale brings: for joining,
// birthdays, anniversaries. Whatever touches a member's points goes through it.
//
// It is a room of its own because it is the only one that knows the ledger, the
// vouchers and the referrals at once; none of these three knows the others'
// rules.
//
// # Once
//
// A gift is given once a period: its row says so, and is written in the same
// transaction as its points and its voucher. What one operation does further
// has operation ids made from its own (".../gift/welcome/ever"), so that an
// event told twice has no second effect. A sale's gift whose sale is taken back
// loses its row and can be earned again, unless its voucher was used. Of birthday
// gifts that are for different tiers a member has one a year, whatever tiers they
// have in it, and of anniversary gifts too.
//
// Operations on points refuse as loyalty/book does, and their refusals should be
// committed. What a sale brings besides never makes the sale fail: a prize that
// is out of stock waits among the member's open gifts.
//
// # Rows
//
//	gift/<member>/<gift>/<period>  a gift given, or waiting for its owner's choice; kept for ever
//	clubcard/<member>              visits counted, and the day of joining as indexed; kept for ever
//	joined/<mm-dd>/<member>        who has an anniversary on that day; until [Club.Leave]
//	clubpaid/<member>/<voucher>    the sale that a voucher's use paid a part of; kept for ever
//	clubday/<gift>                 up to which day Tick has given a calendar gift; kept for ever
//
// A prize's gift is "stamp/<card>". A period is the year of the day celebrated
// ("2026"), "ever" for joining, the number of a visit or of a filled card, the
// day of the last visit before a comeback, or the day on which a tier's window
// began. Rows of a member are guarded by "member/<id>".
package club
