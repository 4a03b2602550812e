// Package rules is the console's section about the shop's programme: the
// everyday things by forms (bonus days, rewards, gifts, what the shop writes,
// surveys, its name and hours, what points are worth), pictures, pools of codes,
// versions and the file itself.
//
// A form changes the programme file's text in place and makes a new version of
// it, now or from a moment on. What a form changes is kept as changes, not as a
// text, so that it is made to whatever version holds from that moment on, and to
// each that waits for a later one: a discount for today does not undo what begins
// in December, nor the other way round. A review with the difference comes before
// each save. The file on disk is the newest version's text; one that somebody
// changed by hand meanwhile is never overwritten.
//
// Everybody who manages the whole shop changes the everyday things; what points
// are earned by and the file as a whole are the owner's; who manages one store
// reads.
//
// It owns no rows: versions are loyalty/programme's, codes loyalty/voucher's, and
// pictures are files in a folder beside the programme file.
package rules
