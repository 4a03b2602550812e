// Package room keeps which chat groups the programme's rooms are, and who is in
// them.
//
// A room ([loyalty.Room]) is a group for members of some tiers or paid plans. On
// Telegram it is linked to a group by a manager ([Desk.Link]); who asks to be let in
// is admitted there at once or declined, and [Desk.Came] notes it. On LINE no program
// can let anybody in: a member asks ([Desk.Ask]), employees do it and say so
// ([Desk.Came], [Desk.Gone]).
//
// Who may not be in a room any more is told so and taken out when the room's days of
// grace are over: [Desk.Review] looks at everybody who is in one and decides, the
// caller tells and takes out. It looks at all of them, not at who is due: a tier
// ends by itself, and so does a plan, and rooms hold hundreds of people. While the bot
// is known to be unable to take anybody out, their place stays and they are told
// nothing: the next look tries again.
//
// # Rows
//
//	room/<room>                       its Telegram group; while it is linked, and 30 days
//	                                  of a room that the programme has no more
//	roomguest/<member>/<room>/<way>   one member's place: asked, in, or on the way out; while it is so, and
//	                                  90 days of who left the club, 30 of a room that the programme has no more
//	roomlist/<room>/<member>/<way>    whether employees have to do with them, to list a room's people; likewise
//
// A room's row is guarded by "room/<id>", a member's by "member/<id>"; a list's rows
// are written by their member's transactions only. What a merge brings together
// stays where it was: whoever a member was merged into has both. Rows hold no
// account of anybody's on a platform.
package room
