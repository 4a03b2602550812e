package programme

// FraudMembers are the rules about what members do.
type FraudMembers struct{}

// fraudMembers reads [fraud.members].
func (r *reader) fraudMembers(*table) FraudMembers { return FraudMembers{} }
