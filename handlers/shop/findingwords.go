package shop

import (
	"time"

	"regulars/i18n"
	"regulars/loyalty/fraud"
)

// findingTitles name the rules.
var findingTitles = map[fraud.Rule]i18n.Key{
	fraud.OneCard: i18n.FraudStaffOften, fraud.OneCardWeek: i18n.FraudStaffWeek, fraud.Minute: i18n.FraudStaffMinute,
	fraud.Hour: i18n.FraudStaffHour, fraud.Round: i18n.FraudStaffRound, fraud.ByHand: i18n.FraudStaffGave,
	fraud.Undone: i18n.FraudStaffUndone, fraud.AfterUse: i18n.FraudStaffAfterUse, fraud.NoOrder: i18n.FraudStaffNoOrder,
	fraud.OffHours: i18n.FraudStaffOffHours, fraud.Related: i18n.FraudStaffRelated,
	fraud.Cluster: i18n.FraudMembersCluster, fraud.Shared: i18n.FraudMembersShared,
	fraud.Packets: i18n.FraudMembersPackets, fraud.Answers: i18n.FraudMembersAnswers,
	fraud.CheckIns: i18n.FraudMembersCheckIns,
}

// FindingTitle is what a rule is called; an unknown one, of a newer program, by its id.
func FindingTitle(p i18n.Printer, rule fraud.Rule) string {
	if key, ok := findingTitles[rule]; ok {
		return p.Say(key)
	}
	return string(rule)
}

// FindingLine says what was found, without whom and when it is about.
func FindingLine(p i18n.Printer, f *fraud.Finding) string {
	n := func(name string) string { return i18n.Number(f.Numbers[name]) }
	switch f.Rule {
	case fraud.OneCard:
		return p.Say(i18n.FraudStaffOftenLine, "Times", n("times"))
	case fraud.OneCardWeek:
		return p.Say(i18n.FraudStaffWeekLine, "Times", n("times"), "Days", n("days"))
	case fraud.Minute:
		return p.Say(i18n.FraudStaffMinuteLine, "Times", n("times"))
	case fraud.Hour:
		return p.Say(i18n.FraudStaffHourLine, "Times", n("times"), "From", clock(p, f.Numbers["hour"]), "To", clock(p, f.Numbers["hour"]+1))
	case fraud.Round:
		return p.Say(i18n.FraudStaffRoundLine, "Round", n("round"), "Sales", n("sales"))
	case fraud.ByHand:
		return p.Say(i18n.FraudStaffGaveLine, "Points", n("points"))
	case fraud.Undone:
		return p.Say(i18n.FraudStaffUndoneLine, "Undone", n("undone"), "Entered", n("entered"))
	case fraud.AfterUse:
		return p.Say(i18n.FraudStaffAfterUseLine, "Times", n("times"), "Days", n("days"))
	case fraud.NoOrder:
		return p.Say(i18n.FraudStaffNoOrderLine, "Without", n("without"), "Sales", n("sales"))
	case fraud.OffHours:
		return p.Say(i18n.FraudStaffOffHoursLine, "Times", n("times"))
	case fraud.Related:
		return p.Say(i18n.FraudStaffRelatedLine, "Times", n("times"), "Points", n("points"))
	case fraud.Cluster:
		return p.Say(i18n.FraudMembersClusterLine, "Friends", n("friends"), "Held", n("held"))
	case fraud.Shared:
		return p.Say(i18n.FraudMembersSharedLine, "Uses", n("uses"), "Minutes", n("minutes"))
	case fraud.Packets:
		return p.Say(i18n.FraudMembersPacketsLine, "Times", n("times"), "Days", n("days"), "Seconds", n("seconds"))
	case fraud.Answers:
		return p.Say(i18n.FraudMembersAnswersLine, "Times", n("times"), "Days", n("days"), "Seconds", n("seconds"))
	case fraud.CheckIns:
		return p.Say(i18n.FraudMembersCheckInsLine, "Times", n("times"))
	}
	return FindingTitle(p, f.Rule)
}

// clock is a full hour of a day.
func clock(p i18n.Printer, hour int64) string {
	return p.Time(time.Date(2000, 1, 1, int(hour%24), 0, 0, 0, time.UTC))
}
