package i18n

// Tiers that members get for what they have elsewhere.
const (
	WordsMatch   Key = "words.match"
	HelpMatch    Key = "help.match"
	KeyMatch     Key = "key.match"
	WordsMatches Key = "words.matches"
	HelpMatches  Key = "help.matches"
	KeyMatches   Key = "key.matches"

	MatchText      Key = "match.text"
	MatchChallenge Key = "match.challenge"
	MatchProof     Key = "match.proof"
	MatchLong      Key = "match.long"
	MatchLater     Key = "match.later"
	MatchAsked     Key = "match.asked"
	MatchWaits     Key = "match.waits"
	MatchToGo      Key = "match.to_go"
	MatchKept      Key = "match.kept"
	MatchOver      Key = "match.over"
	MatchNew       Key = "match.new"
	MatchOf        Key = "match.of"
	MatchYes       Key = "match.yes"
	MatchNo        Key = "match.no"
	MatchGranted   Key = "match.granted"
	MatchRefused   Key = "match.refused"
	MatchDone      Key = "match.done"
	MatchNoDone    Key = "match.no_done"
	MatchesNone    Key = "match.none"
	MatchEntry     Key = "match.entry"

	MatchOff     Key = "match.off"
	MatchOnce    Key = "match.once"
	MatchWaiting Key = "match.waiting"
	MatchUnknown Key = "match.unknown"
	MatchHave    Key = "match.have"
)
