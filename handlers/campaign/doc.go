// Package campaign is how a shop writes to many at once: a draft is made, looked
// at and counted, approved, frozen into recipients, sent through the outbox, and
// counted again.
//
// # From a draft to its end
//
//	draft → waiting (a manager's yes, or a second one's) → scheduled → freezing → sending → done
//	                                                         paused ⇄ freezing, sending; stopped
//
// [Engine.Run] does what no transaction may: it walks the members of the segment
// in pages, and writes of each page what came of it together with how far it
// came. It may be killed anywhere and started again, by several processes at
// once: a page is written only by whom the cursor still agrees with.
//
// Who is left out as a control, and which of two wordings somebody gets, is a
// keyed hash of campaign and member, and so the same at every start, and
// afterwards in the report.
//
// # Journeys
//
// When the sending is over, whoever the first message was sent to goes through the
// steps of the draft's journey: a time after the message before, or a deed and a
// time after it. Recipients are enrolled in pages like those of freezing. A step's
// message is put in the commit that moves its member on, so that wherever the
// process is killed each gets each step once at most. Exit is asked before If: whom
// it fits has left, whom If does not fit passes over this step and goes on. A pause
// holds the journey, a stop ends it, and so does being erased or merged into
// somebody else, for that member.
//
// # Rows
//
//	campaign/<id>               state, who said yes, what was counted, how far freezing came
//	campdraft/<id>/<version>    what is said to whom; of what is no draft any more every version is kept
//	campopen/<id>/<part>        recipients of a part that is not full yet; until frozen
//	campheld/<id>/<n>           at most 500 members who are left out as a control
//	campclick/<id>/<button>     how often a button's address was opened
//	campgiven/<id>              how many of a bounded number of coupons went
//	camptap/<id>/<member>       what a member pressed, and the coupon that it brought
//	campway/<id>/<member>       their next step of the journey, when it is due, or the deed that is waited for
//	campdue/<id>/<time>/<member>  finds those who are due; of a paused campaign nothing is read
//	campwaits/<member>          which campaigns wait for which deed of theirs
//	campreport/<id>             what was summed over people for the report; made anew
//	campboost/<member>          multipliers that a member switched on; until the next one after their end
//
// The journey's rows go with its end, at the latest 90 days after its last step.
// The others that begin with a campaign are kept for 800 days after its end, as are
// the outbox's rows of the same campaign (bulk/<id>, …), in which each recipient
// has a state. They are guarded by "campaign/<id>", "campclick/<id>" and
// "campgiven/<id>", what is a member's by "member/<id>". They hold the shop's words and members' ids,
// and nothing personal:
// what a recipient reads is made when it is about to be sent.
package campaign
