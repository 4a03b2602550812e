package loyalty

import "time"

// Tiers are the levels that members rise to. Without levels there are none.
type Tiers struct {
	By     Measure
	Window Window
	// Months is how far a rolling window looks back: this local month and
	// Months-1 before it. 1 to 36.
	Months int
	// Levels rise; the first one has no threshold and is everybody's.
	Levels []Level
	// GraceDays is how long a level stands after its time, before it falls; 366
	// at most.
	GraceDays int
	// Soft lets a member fall by one level at a time, not to what they reached.
	Soft bool
	// Rate gives the qualifying points where By is MeasurePoints; without it
	// they are those of the base rate, no bonuses counted.
	Rate *Rate
}

// Level is one tier.
type Level struct {
	ID      string
	At      int64 // of the measure: minor units, points, visits or nights
	Percent int64 // of the base points that a sale gives here: 125 is a quarter more; 0 is 100
	// Expiry replaces the programme's rule for points earned at this level;
	// nil: the programme's.
	Expiry *Expiry
}

// Measure is what tiers count.
type Measure string

// The measures.
const (
	MeasureSpend  Measure = "spend"  // money of sales, less refunds
	MeasurePoints Measure = "points" // qualifying points, see Tiers.Rate
	MeasureVisits Measure = "visits" // sales, see Earning.VisitsADay
	MeasureNights Measure = "nights" // see Item.Nights
)

// Window is the span in which tiers count.
type Window string

// The windows. A level that is reached is had at once and stands to the end of
// the window after the one in which it was reached, and is renewed by reaching it
// again; in a rolling window it stands Months from the day, to the end of that
// local day. Grace is added to either. At its end a level falls to what the last
// whole window or the present one reached (rolling: the present one), or, where
// landings are soft, by one level at most, which then stands for the window.
//
// A refund brings a level down at once if it stood on what came back: to what
// the windows still reach, or to what a soft landing left. A refund of an older
// window's sale does the same. New rules bring nobody down before their time,
// and lift with the next sale; a level that they lack is the lowest.
//
// Counts are kept by month. Where a new version counts other windows, older
// months are counted where their first day lies.
const (
	WindowCalendar    Window = "calendar"    // local calendar year
	WindowRolling     Window = "rolling"     // the last Months
	WindowAnniversary Window = "anniversary" // years from the local day of joining
)

// Progress is the way to the next level, for a bar and for words.
type Progress struct {
	Standing Standing
	Value    int64     // of the measure in the window now
	Next     string    // "" at the top
	From, To int64     // the bar: From is the present level's threshold, To the next one's
	Left     int64     // To - Value, above 0
	Ends     time.Time // when the window ends: until then Left must be reached; rolling: when its oldest month drops out
	// Keep is what is still missing in the window now to keep the present level
	// beyond Until; 0 when it is kept already, cannot fall, or stands beyond the
	// window.
	Keep int64
}
