package i18n

// Two cards that turn out to be one person's, put together and taken apart.
const (
	WordsMerge   Key = "words.merge"
	WordsUnmerge Key = "words.unmerge"
	HelpMerge    Key = "help.merge"
	HelpUnmerge  Key = "help.unmerge"

	EntryMerge   Key = "entry.merge"
	EntryUnmerge Key = "entry.unmerge"

	MergeTwice     Key = "merge.twice"
	MergeNone      Key = "merge.none"
	MergeNewer     Key = "merge.newer"
	MergeStaff     Key = "merge.staff"
	MergeNotMember Key = "merge.not_member"

	MergeBoth   Key = "merge.both"
	MergeAsk    Key = "merge.ask"
	MergeFrozen Key = "merge.frozen"
	MergeYes    Key = "merge.yes"
	MergeReason Key = "merge.reason"
	MergeLeft   Key = "merge.left"
	MergeDone   Key = "merge.done"
	MergeTold   Key = "merge.told"
	UnmergeAsk  Key = "unmerge.ask"
	UnmergeYes  Key = "unmerge.yes"
	UnmergeDone Key = "unmerge.done"
	UnmergeKept Key = "unmerge.kept"
	UnmergeTold Key = "unmerge.told"
)
