package i18n

// The console's page about who waits for everything that is kept of them. Texts that
// only templates say have no constant here.
const (
	ConsoleRequestsTitle  Key = "console_requests.title"
	ConsoleRequestsText   Key = "console_requests.text"
	ConsoleRequestsClosed Key = "console_requests.closed"
	ConsoleRequestsNone   Key = "console_requests.none"
	ConsoleRequestsDid    Key = "console_requests.did"
)
