// Package reach is how often a member is written to without having asked, and
// what the shop writes of its own accord, and when: the caps, and the plan of
// the nudges.
//
// # Caps
//
// Whatever goes out unasked is noted in the commit that first tries to send it,
// and what would be too much is put off to the first local midnight after which
// it is not. A touch is known by its intent: the same message tried again, or
// asked about twice, counts once. A message that was tried and did not arrive
// counts as well, as nobody knows.
//
// # Nudges
//
// A nudge of the programme has an occasion for a member (points that go on 31
// December, the tenth visit), and the occasion a moment to tell. [Next] is the
// rule, a function of the member's rows alone, so that looking late, twice or on
// two machines makes no difference. Whoever changes a member's rows only marks
// them ([Stale]); a job looks at the marked ones, a few in a transaction, and
// keeps one row for each nudge that lies ahead. So nobody is looked at because
// of time alone but those whose time has come.
//
// # Rows
//
//	reach/<member>                       what reached the member in the last 31 days, and how many promos
//	                                     in a row they ignored; swept a year after the last of it
//	nudged/<member>                      what they were nudged of, see [Told]; kept until erasure
//	nudgedue/<instant>/<member>/<nudge>  when to look at a nudge of theirs; one a nudge at most, until told
//	nudgestale/<member>                  marked: plan anew; until planned
//	nudgewalk/all                        how far everybody was marked, and for which version; one row
//
// Rows of a member are guarded by "member/<id>", nudgewalk by its key.
package reach
