// Package mission keeps how far members are with what they are challenged to:
// missions, streaks, badges, check-ins in a store, and the board of a group. The
// rules are loyalty's; what they give goes through package book and package
// voucher.
//
// It is a room of its own because its rows are none of the ledger's: they say what
// each deed added, so that a sale that is taken back takes its progress with it,
// and what that progress brought where it has not been used.
//
// # Once
//
// A deed counts once for each mission: its step carries the deed's name. A
// mission's prize is given once a period; it is written into the member's row in
// the transaction that gives it. One that went back as a whole can be earned again;
// of one that was used, or partly, nothing comes again. A reward that is out of
// stock is owed, and handed over when the member looks while there is some.
//
// Who left and came back under the same account takes part in what begins after they
// joined again ([loyalty.Facts.Since]): their rows went when they left, so leaving
// would bring everything once more.
//
// After a merge the rows stay under who they belonged to, and all who are one
// person now have them together: what either had counts as had.
//
// # Rows
//
//	mission/<member>/<mission>/<period>   steps, target, prize; 400 days after the period's end, for ever where it is once ever
//	missioncount/<mission>/<period>/<x>   how many took part and reached it, in 16 parts; 400 days after the last of it
//	streak/<member>/<streak>              the spans in which it was kept going, and what it brought; for ever
//	badge/<member>/<badge>                since when, and from what; for ever
//	checkin/<member>/<day>/<store>        a check-in; 400 days
//	boardweek/<member>/<week>             what was done in a week that counts on boards; 60 days
//	boardin/<group>/<member>              who stands on a group's board, and their chosen name, sealed; until they leave it
//	boardof/<member>/<group>              the same, found by the member
//
// All of a member's are deleted when they leave. Rows with <member> first are
// guarded by "member/<id>", the counts by their own key, a board's by
// "board/<group>".
package mission
