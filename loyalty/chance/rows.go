package chance

import (
	"context"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Draw is one go at a game.
type Draw struct {
	Game   string           `json:"game"`
	Member loyalty.MemberID `json:"member"`
	Day    string           `json:"day"` // local, whose seed drew
	N      int              `json:"n"`   // which of the member's goes at the game on that day, from 1
	At     time.Time        `json:"at"`
	// Version is the programme's under whose odds it was drawn.
	Version int            `json:"version"`
	Ticket  string         `json:"ticket"`
	Number  int64          `json:"number"` // from 0 up to, not including, loyalty.AllOdds
	Drawn   string         `json:"drawn"`  // the prize that the number fell on
	Given   string         `json:"given"`  // the prize that was given: Drawn, or what stands in its place
	Cost    loyalty.Points `json:"cost,omitempty"`
	Paid    loyalty.Ref    `json:"paid,omitempty"` // of the entry that spent Cost
	Free    bool           `json:"free,omitempty"`
	Go      string         `json:"go,omitempty"` // the purchase's reference whose go it was
	// Place is which of a limited prize it was, from 1.
	Place   int64          `json:"place,omitempty"`
	Points  loyalty.Points `json:"points,omitempty"`
	Ref     loyalty.Ref    `json:"ref,omitempty"` // of the entry that gave Points
	Voucher voucher.ID     `json:"voucher,omitempty"`
	Undone  bool           `json:"undone,omitempty"` // taken back with its purchase
}

// seedRow is a day's commitment.
type seedRow struct {
	Commitment string    `json:"commitment"`
	At         time.Time `json:"at"` // when it was written down, before the day's first draw
}

// goes are what one purchase brought.
type goes struct {
	At     time.Time `json:"at"`
	Until  time.Time `json:"until"` // exclusive
	Have   int64     `json:"have"`
	Used   int64     `json:"used,omitempty"`
	Undone bool      `json:"undone,omitempty"`
}

var (
	draws    = store.NewTable[Draw]("draw/", store.Locked, store.FirstPart("member"))
	drawDays = store.NewTable[struct{}]("drawday/", store.Free, nil) // written by its member's transactions only
	seeds    = store.NewTable[seedRow]("drawseed/", store.Readable, store.FirstPart("drawseed"))
	stocks   = store.NewTable[int64]("drawstock/", store.Readable, whole("drawstock"))
	gos      = store.NewTable[goes]("drawgo/", store.Locked, store.FirstPart("member"))

	packets  = store.NewTable[Packet]("packet/", store.Readable, store.FirstPart("packet"))
	pieces   = store.NewTable[piece]("packetpiece/", store.Readable, store.FirstPart("packet"))
	runs     = store.NewTable[Run]("quizrun/", store.Readable, store.FirstPart("quizrun"))
	drafts   = store.NewTable[Question]("quizdraft/", store.Readable, store.FirstPart("quizdraft"))
	guesses  = store.NewTable[Guess]("quizguess/", store.Readable, store.FirstPart("quizrun"))
	playDays = store.NewTable[playDay]("playday/", store.Readable, store.FirstPart("playday"))
	dues     = store.NewTable[struct{}]("playdue/", store.Free, nil) // written under its packet's or quiz's lock
)

// whole is the subject of a table whose rows each have one of their own.
func whole(word string) func([]byte) store.Subject {
	return func(rest []byte) store.Subject { return store.Subject(word + "/" + string(rest)) }
}

// number sorts as numbers do, up to four digits.
func number(n int) string { return fmt.Sprintf("%04d", n) }

// timeKey sorts as the time does.
func timeKey(t time.Time) string { return t.UTC().Format("20060102T150405.000000000") }

// Kept is how long rows stay.
const Kept = 400 * 24 * time.Hour

// Sweep deletes, in small transactions, what is older than [Kept]; it tells how
// many rows went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (gone int, err error) {
	old := now.Add(-Kept)
	day := old.UTC().AddDate(0, 0, -1).Format(time.DateOnly) // whatever the zone
	for _, s := range []struct {
		rg  store.Range
		old func(store.Row) bool
	}{
		{draws.All(), older(func(d *Draw) time.Time { return d.At }, old)},
		{drawDays.Between("", day), func(store.Row) bool { return true }},
		{seeds.Between("", day), func(store.Row) bool { return true }},
		{playDays.Between("", day), func(store.Row) bool { return true }},
		{gos.All(), older(func(g *goes) time.Time { return g.At }, old)},
		{packets.All(), older(func(p *Packet) time.Time { return p.At }, old)},
		{pieces.All(), older(func(p *piece) time.Time { return p.At }, old)},
		{runs.All(), older(func(r *Run) time.Time { return r.At }, old)},
		{drafts.All(), older(func(q *Question) time.Time { return q.At }, old)},
		{guesses.All(), older(func(g *Guess) time.Time { return g.At }, old)},
	} {
		n, err := store.Sweep(ctx, db, s.rg, 100, s.old)
		if gone += n; err != nil {
			return gone, err
		}
	}
	return gone, nil
}

// older says of a row whether its time lies before old.
func older[T any](at func(*T) time.Time, old time.Time) func(store.Row) bool {
	return func(row store.Row) bool {
		var v T
		return store.Decode(row.Key, row.Value, &v) == nil && at(&v).Before(old)
	}
}
