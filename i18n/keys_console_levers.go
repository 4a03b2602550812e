package i18n

// The console's pages about levers and about what goes with what.
const (
	ConsoleLevers          Key = "console_levers.title"
	ConsoleLeversLever     Key = "console_levers.lever"
	ConsoleLeversHoldout   Key = "console_levers.holdout"
	ConsoleLeversTreated   Key = "console_levers.treated"
	ConsoleLeversHeld      Key = "console_levers.held"
	ConsoleLeversWaiting   Key = "console_levers.waiting"
	ConsoleLeversBuyers    Key = "console_levers.buyers"
	ConsoleLeversSpend     Key = "console_levers.spend"
	ConsoleLeversOf        Key = "console_levers.of"
	ConsoleLeversGoal      Key = "console_levers.goal"
	ConsoleLeversFraming   Key = "console_levers.framing"
	ConsoleLeversSocial    Key = "console_levers.social"
	ConsoleLeversScarcity  Key = "console_levers.scarcity"
	ConsoleLeversLoss      Key = "console_levers.loss"
	ConsoleLeversEndowment Key = "console_levers.endowment"
	ConsoleLeversGratitude Key = "console_levers.gratitude"
	ConsoleLeversTired     Key = "console_levers.tired"

	ConsolePairs      Key = "console_pairs.title"
	ConsolePairsFirst Key = "console_pairs.first"
	ConsolePairsOther Key = "console_pairs.second"
	ConsolePairsBoth  Key = "console_pairs.both"
	ConsolePairsShare Key = "console_pairs.share"
)
