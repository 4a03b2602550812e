// Package segment finds members by what is known of them: an expression over
// attributes ([Compile]), held against one compact row a member that is rolled
// up from the person, the ledger and whatever else other rooms know ([Source]).
//
// # Rows
//
//	roll/<member>       what expressions ask of a member; until they leave
//	rolldue/<member>    that the row above is out of date; until it was made anew
//	rollfit/population  the cuts and models of all members, made nightly; one row
//	rollfit/built       that all rolls were made once; one row
//	segcount/all        how many members each segment with a name had when counted last; one row
//	tag/<member>        the shop's words for a member, MaxTags at most; until they leave
//
// All rows of a member are guarded by "member/<id>", the others by their key. Erasing a person deletes theirs in the same commit ([Desk.PersonChanged]).
//
// # How a row stays true
//
// Whoever writes something that a row is made from calls [Desk.Mark] in the same
// transaction, under the member's lock: one small row is read and put.
// [Desk.Refresh] makes the rows anew that are marked, from reads outside of any
// Update, and puts them in small Updates that leave alone whoever was marked
// again meanwhile.
//
// Nothing in a row grows old by itself: it holds days and instants, not "days
// since", and points by the instants at which they begin and cease to be good.
// So no job rewrites the rows of a million members every night. Days are local
// ones of the shop; a shop that changes its zone keeps those of before until
// [Desk.Rebuild].
//
// # The form of a row
//
// A roll is no JSON: a segment is counted by decoding every member's row, and a
// million of JSON take five seconds on a core, where these take a quarter of
// one. It is a sequence of varints and of strings after their length, in the
// order of [Roll]'s fields (but Days, the longest, last), lists after their length
// and days as the difference to the one before, behind one byte with the form's number. What a later form
// adds is written at the end; a row of another form is no damage, but marked and
// made anew. The four bytes of CRC-32C at the end are those of every row.
package segment
