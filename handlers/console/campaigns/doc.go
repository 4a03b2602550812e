// Package campaigns is the section of the console where managers write to many
// at once: they compose a draft beside its preview on both platforms, see whom
// it reaches and what that costs, have it approved, watch it go out, and read
// what came of it. What a campaign is and does is handlers/campaign's; the words
// and the order of decisions are those of the chat, which has the usual half of
// what the composer offers.
//
// A page never walks over all members: a segment is counted by the form that
// saves a draft, by a piece of the page that htmx asks for, or on the page
// itself in shops that are small (segment.LiveMost). Counts stay in memory for
// some minutes.
//
// Two routes are POST and change nothing, [QuietRoutes]: a draft that is being
// typed is too large for an address.
//
// It owns no rows. What is done here is written down as "campaign:<id>" in the
// console's audit.
package campaigns
