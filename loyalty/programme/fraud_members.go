package programme

import "time"

// FraudMembers are the rules about what members do, [fraud.members]. Who refers whom
// has rules of its own, in [referral].
type FraudMembers struct {
	// Shared is within what time one member's vouchers are used in two stores.
	Shared time.Duration
	// Packets are pieces of red packets in seven days that were taken within PacketIn
	// of the packet's making.
	Packets  int
	PacketIn time.Duration
	// Answers are rewarded answers to surveys in a year that came within AnswerIn of
	// the question.
	Answers  int
	AnswerIn time.Duration
	// CheckIns are stores in which one member checks in on one local day.
	CheckIns int
	// AnswersADay is how many answers to surveys bring one member something on a
	// local day: this one stops.
	AnswersADay int
	// PacketsADay is how many pieces one member may take in a local day: this one
	// stops.
	PacketsADay int
}

// fraudMembers reads [fraud.members].
func (r *reader) fraudMembers(t *table) FraudMembers {
	n := func(key string, fallback int64) int { return int(r.whole(t, key, fallback, 0, 10_000)) }
	return FraudMembers{
		Shared:  time.Duration(n("shared_minutes", 15)) * time.Minute,
		Packets: n("packets", 8), PacketIn: time.Duration(n("packet_seconds", 5)) * time.Second,
		Answers: n("answers", 3), AnswerIn: time.Duration(n("answer_seconds", 3)) * time.Second,
		CheckIns: n("check_ins", 4), AnswersADay: n("answers_a_day", 5), PacketsADay: n("packets_a_day", 20),
	}
}
