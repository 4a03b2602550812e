package i18n

// A line of a member's history that is wrong.
const (
	WordsWrong Key = "words.wrong"
	HelpWrong  Key = "help.wrong"

	LineButton       Key = "line.button"
	LineWhich        Key = "line.which"
	LineMissing      Key = "line.missing"
	LineWords        Key = "line.words"
	LineWordsMissing Key = "line.words_missing"
	LineDone         Key = "line.done"
	LineNever        Key = "line.never"
	LineOften        Key = "line.often"
	LineAlert        Key = "line.alert"
	LineRow          Key = "line.row"
	LineDoubt        Key = "line.doubt"
	LineCorrect      Key = "line.correct"
	LinePoints       Key = "line.points"
	LineTakeBack     Key = "line.take_back"
	LineNumber       Key = "line.number"
	LineFixed        Key = "line.fixed"
	LineReason       Key = "line.reason"
	LineRight        Key = "line.right"
	LineSettled      Key = "line.settled"
	LineLeft         Key = "line.left"
	LineExplained    Key = "line.explained"
	LineWaits        Key = "line.waits"
)
