package i18n

// What the shop calls a member, and members found by what is known of them.
const (
	WordsTag     Key = "words.tag"
	WordsUntag   Key = "words.untag"
	WordsSegment Key = "words.segment"
	HelpTag      Key = "help.tag"
	HelpUntag    Key = "help.untag"
	HelpSegment  Key = "help.segment"

	FindTags Key = "find.tags"

	TagList    Key = "tag.list"
	TagNone    Key = "tag.none"
	TagWhich   Key = "tag.which"
	TagBad     Key = "tag.bad"
	TagFull    Key = "tag.full"
	TagMissing Key = "tag.missing"

	SegmentTitle   Key = "segment.title"
	SegmentNote    Key = "segment.note"
	SegmentReach   Key = "segment.reach"
	SegmentAsOf    Key = "segment.as_of"
	SegmentLarge   Key = "segment.large"
	SegmentUnknown Key = "segment.unknown"
	SegmentNear    Key = "segment.near"
	SegmentValue   Key = "segment.value"
	SegmentSyntax  Key = "segment.syntax"
	SegmentKind    Key = "segment.kind"
	SegmentAnswer  Key = "segment.answer"
	SegmentTool    Key = "segment.tool"
	SegmentLength  Key = "segment.length"
	SegmentUntold  Key = "segment.untold"

	SegmentEveryone     Key = "segment.everyone"
	SegmentNew          Key = "segment.new"
	SegmentActive       Key = "segment.active"
	SegmentAtRisk       Key = "segment.at_risk"
	SegmentLapsed       Key = "segment.lapsed"
	SegmentOnce         Key = "segment.once"
	SegmentNever        Key = "segment.never"
	SegmentChampions    Key = "segment.champions"
	SegmentPromoters    Key = "segment.promoters"
	SegmentDetractors   Key = "segment.detractors"
	SegmentBirthdayThis Key = "segment.birthday_this"
	SegmentBirthdayNext Key = "segment.birthday_next"
	SegmentLapsing      Key = "segment.lapsing"
)
