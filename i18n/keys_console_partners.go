package i18n

// The console's page about neighbours who take the shop's vouchers.
const (
	ConsolePartners          Key = "console_partners.title"
	ConsolePartnersName      Key = "console_partners.name"
	ConsolePartnersVouchers  Key = "console_partners.vouchers"
	ConsolePartnersOwed      Key = "console_partners.owed"
	ConsolePartnersAt        Key = "console_partners.at"
	ConsolePartnersVoucher   Key = "console_partners.voucher"
	ConsolePartnersCodesForm Key = "console_partners.codes_form"
	ConsolePartnersSome      Key = "console_partners.some"
	ConsolePartnersTaken     Key = "console_partners.taken"
	ConsolePartnersBackDone  Key = "console_partners.back_done"
	ConsolePartnersDidTake   Key = "console_partners.did_take"
	ConsolePartnersDidBack   Key = "console_partners.did_back"
)
