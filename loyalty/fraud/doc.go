// Package fraud looks at what employees and members did for what an owner would
// ask about. A rule that fires makes a [Finding]: whom it is about, how much it
// weighs, the numbers it rests on and the entries to look at. A finding accuses
// nobody: a person decides it, as fine or as fraud, and then it is not told again.
//
// What must not happen at all is not left to findings: the rules of the programme ([loyalty.Stop]) refuse it,
// or ask for a second person, in the commit that acts.
//
// # Rows
//
//	finding/<staff|member>/<id>/<day>/<rule>     a finding and what was decided; see [Sweep]
//	findingday/<day>/<staff|member>/<id>/<rule>  the same by day, with its score; as long
//	findtally/<member>/<what>                    how often by day, see [Tally]; as far as the rule looks back, at most 400 days
//
// Both are guarded by who they are about, "staff/<id>" or "member/<id>". Functions
// lock what they touch themselves.
package fraud
