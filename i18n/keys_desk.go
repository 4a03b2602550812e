package i18n

// Words and help of what employees do with rewards and refunds.
const (
	WordsUse    Key = "words.use"
	WordsRefund Key = "words.refund"
	WordsStock  Key = "words.stock"

	HelpUse    Key = "help.use"
	HelpRefund Key = "help.refund"
	HelpStock  Key = "help.stock"
)

// What a purchase is made of, as it is typed at the counter.
const (
	BasketExample Key = "basket.example"
	BasketUnknown Key = "basket.unknown"
	BasketNear    Key = "basket.near"
	BasketForm    Key = "basket.form"
	BasketOver    Key = "basket.over"
)

// What a purchase brought, on both receipts.
const (
	SoldStamps    Key = "sold.stamps"
	SoldFull      Key = "sold.full"
	SoldFullOnly  Key = "sold.full_only"
	SoldGift      Key = "sold.gift"
	SoldChoice    Key = "sold.choice"
	SoldChoose    Key = "sold.choose"
	SoldRoseStaff Key = "sold.rose_staff"
	SoldRose      Key = "sold.rose"
	SoldFellStaff Key = "sold.fell_staff"
	SoldFell      Key = "sold.fell"
	SoldPending   Key = "sold.pending"
	SoldBonus     Key = "sold.bonus"
	SoldVisit     Key = "sold.visit"
	SoldCap       Key = "sold.cap"
	SoldVoucher   Key = "sold.voucher"
)

// Vouchers at the counter.
const (
	UseMissing   Key = "use.missing"
	UseForm      Key = "use.form"
	UseDone      Key = "use.done"
	UseDoneGroup Key = "use.done_group"
	UseNoGroup   Key = "use.no_group"
	UseTold      Key = "use.told"
	UseNotMe     Key = "use.not_me"
	UseButton    Key = "use.button"
	UseBack      Key = "use.back"
	UseBackTold  Key = "use.back_told"
	UseBackVoid  Key = "use.back_void"
)

// Refunds.
const (
	RefundMissing   Key = "refund.missing"
	RefundWhich     Key = "refund.which"
	RefundNoOrder   Key = "refund.no_order"
	RefundLater     Key = "refund.later"
	RefundLaterYes  Key = "refund.later_yes"
	RefundWaits     Key = "refund.waits"
	RefundWaitsNot  Key = "refund.waits_not"
	RefundOnlySales Key = "refund.only_sales"
	RefundHowMuch   Key = "refund.how_much"
	RefundAll       Key = "refund.all"
	RefundDone      Key = "refund.done"
	RefundDoneGroup Key = "refund.done_group"
	RefundFor       Key = "refund.for"
	RefundTaken     Key = "refund.taken"
	RefundReturned  Key = "refund.returned"
)

// What an employee reads of members, days and stocks.
const (
	FindLevel    Key = "find.level"
	FindVouchers Key = "find.vouchers"
	FindGifts    Key = "find.gifts"
	TodayUses    Key = "today.uses"

	StockTitle   Key = "stock.title"
	StockNone    Key = "stock.none"
	StockUnknown Key = "stock.unknown"
	StockLeft    Key = "stock.left"
	StockOut     Key = "stock.out"
	StockWeek    Key = "stock.week"
	StockNoLimit Key = "stock.no_limit"
	StockCodes   Key = "stock.codes"
)

// The page behind a voucher's QR.
const (
	ScanVoucherTitle    Key = "scan.voucher_title"
	ScanVoucherStaff    Key = "scan.voucher_staff"
	ScanVoucherCustomer Key = "scan.voucher_customer"
)
