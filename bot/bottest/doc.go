// Package bottest plays transcripts: conversations written down as people see
// them, run against the real bot, and compared line by line.
//
// A transcript is a txtar file. Its comment is for the reader; each section is
// a scene, played in a fresh world after the section named "setup", if there
// is one, whose own answers are not compared. Run with -update, the answers are
// written into the file.
//
//	ann> /points                     Ann says it in her private chat (LINE unless told)
//	ann@telegram> hello              the first mention of a name may choose the platform
//	ann+> /points                    Ann's own chat with the shop's second LINE account,
//	                                 where there is one: "line2", of the same provider
//	sam(clerk)@telegram> /today      and enrol an employee: clerk, manager or owner
//	ann in #club> text               in a group; the first mention makes it, on the speaker's platform
//	sam in #club to ann> /sale 100   an answer to Ann's newest message there; also: to bot
//	ann in #club/7> text             in topic 7 of a forum (Telegram)
//	press> ann "My card"             the newest button of that label in Ann's chat
//	press> ann in #club "Points"     the same in a group
//	event> ann follow                also: block, sticker, odd, contact +886912345678,
//	                                 contact other +886…; unnamed (no user id in groups)
//	event> ann forged c:points       a button's payload that no button of Ann's has
//	event> bob forged of ann "Yes"   Bob's app sends what Ann's newest such button carries
//	event> ann asks #club            for a place in a group, by its link (Telegram)
//	event> #club join by ann         also: promote, leave, migrate, came ann, left ann, standby, unsend ann
//	clock> +24h                      also: clock> 2026-01-25 10:00 (in the shop's zone)
//	lang> ann th                     the language of Ann's app
//	call> ann =cmd|x                 the name on Ann's account from now on
//	do> spend ann 50                 what the shop does besides (Fixture.Do); a code that
//	                                 comes of it is <code> then
//	again>                           the last webhook once more
//	restart>                         the program stops and starts on the same store
//	crash> 3                         the store fails at the third write of what comes next;
//	                                 the program starts again and the platform delivers again
//	tick> birthday                   a job of the schedule runs
//	verify>                          the ledger must be whole
//
// Answers read "bot< words [Button] [Button]", further lines of one message
// begin with "   |"; what goes to somebody else than the speaker reads
// "bot→bo< …". A bar reads "[#####-----] words", a stamp card "●●●○○", a photo
// "(photo: words)"; cards begin with "▪", and their buttons name them: "[Redeem
// · Latte]". Lines that begin with "#" are comments. In what people say,
// "@Ann" is a real mention of Ann and "<code>" is the last code that the bot
// showed to anybody (a word of capitals and digits in groups), and {x*9} is x nine
// times.
package bottest
