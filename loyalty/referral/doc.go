// Package referral keeps who brought whom, and decides who is rewarded for it.
// It is a room of its own because its rows are none of the ledger's: it says
// what is to be given and remembers the references of what was; whoever gives
// it (package club) is above.
//
// # The life of a referral
//
//	Bind       a stranger presses a member's link; the last code before joining counts
//	Joined     they become a member: from here on it stands, once ever
//	Purchase   the first sale that reaches the minimum, within so many days
//	Settle     after the wait: who gets what, caps and flags looked at
//	Rewarded   it was given, under these references
//	Reversed   the sale came back: before the reward it counts no more and another
//	           may; after the reward both sides' are to be taken back, for good
//	Left       one of the two is gone
//
// The terms are those of the version in force when the qualifying purchase was
// made. Who is brought in counts once, over all channels, as long as they are
// one member; who was a member before and comes back under a new id is known by
// [loyalty.Facts].Returned and does not count.
//
// # Farms
//
// Two signs flag a member ([SignWeek], [SignCluster]): so many friends who
// joined within a week, and so many new accounts below them, directly or in
// chains, that bought for hardly more than the minimum. What a flagged member's
// friends would bring is held, for both sides, until a manager clears or refuses
// them. Two accounts that come at the same instant on two replicas may not see
// each other; the next one then does.
//
// # Rows
//
//	referrer/<member>                     number of their code, gone since, cleared since   for ever
//	refcode/<hash>                        code → member; a keyed hash, not the code         until the member leaves
//	refinvite/<friend>                    the last code's owner, before joining             90 days, or until joining
//	referral/<friend>                     the referral of who joined                        for ever
//	referred/<referrer>/<joined>/<friend> a referrer's friends by the time they joined      for ever
//	refgiven/<referrer>/<given>/<friend>  rewards of a referrer, which caps count           for ever
//	refdue/<instant>/<friend>             when a referral is due                            until it is settled
//	refnear/<member>/<joined>/<friend>    purchases near the minimum below a member         30 days after joining
//	refflag/<member>                      flagged; refused by whom, since when              until a manager clears it
//	refheld/<member>/<friend>             referrals that wait for the manager               until decided
//
// Rows name members by their ids only. A member's rows are guarded by the
// subject "member/<id>", codes by "refcode/<hash>"; rows that only the friend's
// own transaction writes need no lock. Functions lock what they touch
// themselves. [Sweep] deletes what has run out; everything is right without it.
//
// # Refusals
//
// Refusals ([loyalty.Refused]) leave the transaction fit to commit, and it
// should be committed. Guessing codes is the caller's to throttle; a code gives
// its finder nothing.
package referral
