package i18n

// The frame of the console. Texts that only templates say have no constant here;
// a test reads the templates.
const (
	ConsoleTitle        Key = "console.title"
	ConsoleSessions     Key = "console.sessions"
	ConsoleSessionEnded Key = "console.session_ended"
	ConsoleOutside      Key = "console.outside"
	ConsoleLinkUsed     Key = "console.link_used"
	ConsoleNotYours     Key = "console.not_yours"
	ConsoleForged       Key = "console.forged"
	ConsoleGone         Key = "console.gone"
	ConsoleAccident     Key = "console.accident"
	ConsoleReasonNeeded Key = "console.reason_needed"
	ConsoleReasonLong   Key = "console.reason_long"
	ConsoleTooBig       Key = "console.too_big"
	ConsoleNotPicture   Key = "console.not_picture"
	ConsolePictureBig   Key = "console.picture_big"
	ConsoleNoFile       Key = "console.no_file"
	ConsoleNotThere     Key = "console.not_there"
	ConsoleTwice        Key = "console.twice"
)
