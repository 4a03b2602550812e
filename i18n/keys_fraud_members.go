package i18n

// What of members' doings is worth an owner's look, and what stops them.
const (
	FraudMembersCluster      Key = "fraud_members.cluster"
	FraudMembersClusterLine  Key = "fraud_members.cluster_line"
	FraudMembersShared       Key = "fraud_members.shared"
	FraudMembersSharedLine   Key = "fraud_members.shared_line"
	FraudMembersPackets      Key = "fraud_members.packets"
	FraudMembersPacketsLine  Key = "fraud_members.packets_line"
	FraudMembersAnswers      Key = "fraud_members.answers"
	FraudMembersAnswersLine  Key = "fraud_members.answers_line"
	FraudMembersCheckIns     Key = "fraud_members.checkins"
	FraudMembersCheckInsLine Key = "fraud_members.checkins_line"
	FraudMembersAnswerDay    Key = "fraud_members.answer_day"
	FraudMembersPacketDay    Key = "fraud_members.packet_day"
)
