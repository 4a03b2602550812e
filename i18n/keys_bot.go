package i18n

// What the bot itself says, whatever the shop does.
const (
	BotUnknownCommand Key = "bot.unknown_command"
	BotMenuButton     Key = "bot.menu_button"
	BotChooseButton   Key = "bot.choose_button"
	BotNotASticker    Key = "bot.not_a_sticker"
	BotShareContact   Key = "bot.share_contact"
	BotNotYourContact Key = "bot.not_your_contact"
	BotTermsChanged   Key = "bot.terms_changed"
	BotButtonOld      Key = "bot.button_old"
	BotWentWrong      Key = "bot.went_wrong"
	BotFrozen         Key = "bot.frozen"
	BotOnlyStaff      Key = "bot.only_staff"
	BotOnlyManager    Key = "bot.only_manager"
	BotOnlyGroup      Key = "bot.only_group"
	BotPrivateHere    Key = "bot.private_here"
	BotOpenPrivate    Key = "bot.open_private"
)
