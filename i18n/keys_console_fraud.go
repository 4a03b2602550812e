package i18n

// The console's pages about what is unusual. Texts that only templates say have no
// constant here.
const (
	ConsoleFraudTitle     Key = "console_fraud.title"
	ConsoleFraudText      Key = "console_fraud.text"
	ConsoleFraudEverybody Key = "console_fraud.everybody"
	ConsoleFraudStaff     Key = "console_fraud.staff"
	ConsoleFraudMembers   Key = "console_fraud.members"
	ConsoleFraudOpen      Key = "console_fraud.open"
	ConsoleFraudFine      Key = "console_fraud.fine"
	ConsoleFraudFraud     Key = "console_fraud.fraud"
	ConsoleFraudChoose    Key = "console_fraud.choose"
	ConsoleFraudDecided   Key = "console_fraud.decided"
	ConsoleFraudDidFine   Key = "console_fraud.did_fine"
	ConsoleFraudDidFraud  Key = "console_fraud.did_fraud"
)
