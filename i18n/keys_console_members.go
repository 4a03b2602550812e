package i18n

// The console's pages about members.
const (
	ConsoleMembersWithdrawnTold Key = "console.members.withdrawn_told"
)
