// Package survey keeps what members are asked after a visit, what they answer,
// and what a shop does about those who were not happy.
//
// A deed plans a question ([Desk.Plan]), a job takes the plans that are due and
// asks ([Desk.Due], [Desk.Take], [Desk.Ask]), a press or a typed number answers
// ([Desk.Answer]). One member has one answer a survey and wave, answers to no
// two surveys within the fatigue, and may change a score for an hour. What comes
// after the answers' time is kept as late and counts nowhere. A low score opens
// a case, which stays open until an employee closes it, and again when the
// customer writes.
//
// # Rows
//
//	surveyed/<member>                         what is planned, open, and newest of a member; kept for ever
//	surveydue/<µs>/<member>                   plans by time; until taken
//	survey/<survey>/<wave>/<member>           one member's part of a wave; 1,100 days
//	surveyday/<yyyy-mm-dd>/<survey>/<wave>/<member>  answers by local day, for reading; 1,100 days
//	surveytheme/<theme>/<member>              who tagged a theme, and when; 400 days
//	case/<ref>                                an unhappy customer; 800 days after it was closed
//	caseopen/<ref>                            the open ones; until closed
//	casethanks/<µs>/<ref>                     whom to thank for having told; until done
//	wedid/<id>                                what is told to those who tagged a theme; 400 days
//
// Rows of a member, and the indexes of them, are guarded by "member/<id>", a
// case's by "case/<ref>", a telling's by "wedid/<id>". Comments, notes and
// tellings are sealed by callers, the first two with the member's key: erasing a
// member leaves scores without a person and words that nobody can read.
package survey
