// Package household lets members of one household use one another's points. The
// points stay in each member's own account: what a redemption needs beyond the own
// ones is lent for it, lot by lot, by the ledger (see package book), and goes home to
// the very lots when it comes free.
//
// A member makes a household by inviting somebody: the code is good once, for ten
// minutes, and only while its maker is in the household. Nobody is in two, nobody
// joins more often than the programme allows. Whoever does not share uses nobody's
// points either. Who made the household may remove members; when they leave, the one
// who has been in it longest takes their place. Of two members that become one, one
// place stays; when that is undone, everybody has their own again.
//
// # Rows
//
//	household/<id>              the household and its members; until the last one left
//	housed/<member>             the household that a member is in; while they are
//	housejoin/<member>          when they joined any, lately; kept for ever, it names nobody
//	houseuse/<member>/<month>   how many points of the others they used; two years, see [Sweep]
//	houselost/<member>          the place that they had before they became part of another; until undone
//	housecode/<hash>            an invitation, ten minutes; replaced by the next one, see [Sweep]
//
// The first is guarded by the subject "household/<id>", the last by "housecode/<hash>",
// the others by "member/<id>". Whoever changes a household locks it before its members.
package household
