// Package outbox is the one loop that talks out: everything the bot says to
// anybody begins as a row here, written by the transaction that decided it, and
// ends as a state.
//
// # Two ways out
//
// An answer holds a reply token (LINE), or costs nothing (Telegram). It is born
// claimed by this process: [Outbox.Put] stores what a crash would need,
// [Outbox.Nudge] hands it over in memory right after the commit, and one batched
// commit afterwards marks it done. Nothing is written between.
//
// Everything else is queued, and claimed by a commit of its own just before the
// network is touched: there the holds, the deadline and MaySend are asked, and
// the exact bytes and retry keys are stored.
//
// What waits to ride is taken along by the next answer to that private chat,
// when that answer is about to leave, and stands before the answer's own
// messages: LINE shows quick buttons under the last message only, and the newest
// message is the one on the screen; both belong to the answer.
//
// # What an uncertain outcome leads to
//
//   - A reply is tried again with its token while the token lives; "invalid
//     reply token" then says that the earlier try arrived. Afterwards a receipt
//     (class Receipt, or an answer with a Ref) is pushed with its reference, a
//     mere answer is not.
//   - A LINE push is repeated with the same key and bytes for 24 hours, never
//     with a new key.
//   - On Telegram a receipt is sent once more, with its reference in it; a nudge
//     or promo never is, and neither is a mere answer: who got none asks again,
//     and two equal answers look like two deeds. Only when this process died
//     between the commit and the mark is a young answer repeated, because then
//     most likely it never left.
//
// # What it costs
//
// Where the platform bills, a push counts for one message a receiver: for a
// group that is its members, who are counted before anything is claimed, once a
// day. What a claim will be billed for is reserved in its commit, and settled in
// the commit that marks it, so that the month's limits (the platform's and the
// shop's own, in messages or money) hold however many send at once. What nobody
// knows the outcome of counts as billed. Promos and nudges stop first, gifts
// next; receipts only when the platform refuses them. What waits because of a
// limit still rides for nothing.
//
// What the platform says of the month is read at the start, each hour, and each
// ten minutes when little is left: others may send from its own manager. It is
// approximate and late, so that it is believed only where it tells of more than
// was sent from here. Its "monthly limit" (429) stops the channel until the
// month ends or the plan is raised; to a group it says no more than that the
// group is too large for what is left.
//
// # Order
//
// A lane (a chat) has one letter in flight at a time. Answers go in the order of
// their turns (Intent.Born); others after them by class, then age. Lanes run
// side by side.
//
// # One text to many
//
// A [Bulk] is an audience in parts of up to [PartSize] people with a byte of
// state each. The same words for all go by LINE's multicast, words of one's own
// are pushed, and on Telegram each gets a message; all of it through the channel's
// loop, after everything else. One commit claims some of a part's people, where
// pauses, the deadline, [BulkHooks.May], the budget and the month are asked; one
// commit marks how that ended. Calls with a retry key are kept, and repeated with
// the same bytes until the outcome is known, for a day at most, unless one of
// their people has asked for no more since. Without such a key whoever was
// claimed by a process that died is unknown.
//
// # Several processes
//
// Over one store several processes may have an Outbox each ([Config.Replica]). Each
// sends at once the answers that it put itself. All else of a channel, queue,
// bulks and the month's readings, belongs to the one that has the channel's lease;
// its fence is looked at in each commit that claims. Whoever has the channel also
// takes over the answers of a process that died or left, each in a commit that
// says so, and treats them as a start treats an earlier process's. So:
//
//   - What is claimed but not marked when the lease passes is treated as after a
//     crash, and so doubled where and as often as a crash may double it.
//   - Who was only slow finds, before it sends an answer, that it is another's;
//     of what it sent nonetheless only that it arrived is noted, for an intent
//     that another has claimed since.
//   - The lane of a chat keeps its order on one process; two events of one chat
//     that come to two processes at once are answered in either order.
//   - The pace is shared by number: of a window of all calls each of n processes
//     has 1/2n for answers and the channel's has the rest; an endpoint's rate of
//     replies is divided evenly. While a process comes or goes they may differ on
//     n for two seconds.
//   - What a platform asks to wait is a row, which all heed within a look.
//
// A process that is alone does none of this and commits nothing for it.
//
// # Rows
//
// No row holds a chat's id, a name or a text in the clear: letters and request
// bodies are sealed for the receiver. Keys:
//
//	outanswer/<id>                           an answer that is on its way; until it is done, or
//	                                         25 minutes after its birth (a redelivered event may
//	                                         bring a fresh token)
//	outqueue/<id>                            an intent that waits, is claimed or rides; until done,
//	                                         90 days at most
//	outdue/<channel>/<rank>/<µs>/<id>        when to look at it again; rank 0 is answer … 4 promo
//	outlane/<lane>/<µs>/<id>                 what is queued for a lane, oldest first
//	outpast/<id>                             how it ended; 3 days for answers, 30 days for the rest
//	outdead/<id>                             what a platform will never accept, sealed; 90 days
//	outday/<yyyymmdd>/<channel>              counters of a day; 800 days
//	outstop/<channel>                        the last wait that a platform asked one of several
//	                                         processes for; one row
//	outpause/<channel>, outpause/*           a channel's stop, or the hold on all; until lifted
//	bulk/<id>                                one text to many: how it stands and its counts; 800 days
//	bulkpart/<id>/<n>                        up to 500 of its recipients, a byte of state each; 180
//	                                         days after its end, as are their ids
//	bulkwho/<id>/<n>                         the ids of those recipients, in that order
//	bulkbody/<id>/<n>/<first>                a call to some of them that may have to be repeated,
//	                                         sealed; until its outcome is known, a day at most
//	bulkdue/<channel>/<id>/<µs>/<n>          parts in which somebody has no end yet
//	outquota/<channel>                       the month's billed messages: read, sent, reserved; one row
//
// The first two, outpast and outdead are guarded by the subject "out/<id>",
// bulk… by "bulk/<id>", outlane by "outlane/<lane>" (read without the lock:
// missing a rider that is just being put does no harm), outday by its key.
// outdue belongs to whoever holds the intent.
package outbox
