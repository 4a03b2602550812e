package i18n

// What owners are told of the journal beside the store.
const (
	JournalUnwritten Key = "journal.unwritten"
)
