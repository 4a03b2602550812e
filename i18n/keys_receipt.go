package i18n

// Words by which receipts' codes are claimed and made.
const (
	WordsClaim Key = "words.claim"
	WordsCode  Key = "words.code"

	HelpClaim Key = "help.claim"
	HelpCode  Key = "help.code"
)

// A member, or somebody who is about to be one, sends a receipt's code.
const (
	ClaimAsk       Key = "claim.ask"
	ClaimForm      Key = "claim.form"
	ClaimNo        Key = "claim.no"
	ClaimYours     Key = "claim.yours"
	ClaimBack      Key = "claim.back"
	ClaimCounter   Key = "claim.counter"
	ClaimJoin      Key = "claim.join"
	ClaimJoinPlain Key = "claim.join_plain"
)

// An employee makes one, or takes it back.
const (
	CodeMissing Key = "code.missing"
	CodeShow    Key = "code.show"
	CodeLabel   Key = "code.label"
	CodeAlt     Key = "code.alt"
	CodeVoucher Key = "code.voucher"
	CodeVoid    Key = "code.void"
	CodeTwice   Key = "code.twice"
)

// The page behind a receipt's QR.
const (
	ScanReceiptTitle Key = "scan_receipt.title"
	ScanReceiptSend  Key = "scan_receipt.send"
	ScanReceiptOnce  Key = "scan_receipt.once"
)
