package i18n

// What members are told because time passed, not because anybody did anything.
const (
	JobsBirthday      Key = "jobs.birthday"
	JobsBirthdayWeek  Key = "jobs.birthday_week"
	JobsBirthdayMonth Key = "jobs.birthday_month"
	JobsAnniversary   Key = "jobs.anniversary"
	JobsReferrer      Key = "jobs.referrer"
	JobsFriend        Key = "jobs.friend"
	JobsThanks        Key = "jobs.thanks"
	JobsPoints        Key = "jobs.points"
	JobsVoucher       Key = "jobs.voucher"
	JobsVoucherUntil  Key = "jobs.voucher_until"
	JobsChoose        Key = "jobs.choose"
	JobsChooseUntil   Key = "jobs.choose_until"
	JobsWaits         Key = "jobs.waits"
	JobsChooseButton  Key = "jobs.choose_button"
	JobsSeeVoucher    Key = "jobs.see_voucher"
	JobsReferralBack  Key = "jobs.referral_back"
	JobsTakenBack     Key = "jobs.taken_back"
	JobsLapse         Key = "jobs.lapse"
)
