package chance

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Report is what drawing a day again came to.
type Report struct {
	Day string
	// Commitment was told before the first draw; "" where nothing was drawn on that
	// day. Seed is the day's, "" before the day is over.
	Commitment, Seed string
	Draws, Packets   int
	// Won counts the draws by game and prize given: "daily/mug".
	Won map[string]int
	// Faults are draws that do not follow from the seed, each in a sentence for
	// operators. They hold no personal data.
	Faults []string
}

// Verify draws a local day again from its seed and compares: each draw's number,
// the prize it falls on under the odds of that moment, what was given in the place
// of a prize that had run out, and how each red packet that closed on it was cut.
// It can be asked for the present day too, whose seed is not shown.
func (d *Desk) Verify(ctx context.Context, db store.DB, day string, now time.Time) (rep Report, err error) {
	rep = Report{Day: day, Seed: d.Revealed(day, now), Won: map[string]int{}}
	err = db.View(ctx, func(r store.Reader) error {
		row, _, err := seeds.Get(r, day)
		if err != nil {
			return err
		}
		rep.Commitment = row.Commitment
		if want := d.Commitment(day); row.Commitment != "" && row.Commitment != want {
			rep.fault("the commitment that was told is %s, that of the seed %s", row.Commitment, want)
		}
		if err := d.redraw(ctx, r, &rep); err != nil {
			return err
		}
		return d.recut(r, &rep, now)
	})
	return rep, err
}

func (r *Report) fault(format string, args ...any) {
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

// redraw draws each go of a day again.
func (d *Desk) redraw(ctx context.Context, r store.Reader, rep *Report) error {
	var err error
	places := map[string]map[int64]bool{}
	for key := range drawDays.Scan(r, drawDays.Under(rep.Day), &err) {
		if err := ctx.Err(); err != nil {
			return err
		}
		part := strings.Split(key, "/")
		if len(part) != 4 {
			rep.fault("the index names %q", key)
			continue
		}
		x, ok, err := draws.Get(r, part[2], part[0], part[1], part[3])
		if err != nil {
			return err
		}
		if !ok {
			rep.fault("a draw of game %s is missing", part[1])
			continue
		}
		rep.Draws++
		rep.Won[x.Game+"/"+x.Given]++
		if why := d.wrong(&x); why != "" {
			rep.fault("draw %s: %s", x.Ticket, why)
		}
		if x.Place > 0 {
			prize := x.Game + "/" + x.Given
			if places[prize] == nil {
				places[prize] = map[int64]bool{}
			}
			if places[prize][x.Place] {
				rep.fault("draw %s: number %d of prize %s was given twice", x.Ticket, x.Place, prize)
			}
			places[prize][x.Place] = true
		}
	}
	if err == nil && rep.Draws > 0 && rep.Commitment == "" {
		rep.fault("no commitment was written down")
	}
	return err
}

// wrong is what does not follow from the seed in a draw, "" when all does.
func (d *Desk) wrong(x *Draw) string {
	if want := d.ticket(x.Game, x.Day, x.Member, x.N); x.Ticket != want {
		return "its ticket should be " + want
	}
	if n := d.Seed(x.Day).Number(x.Ticket, loyalty.AllOdds); n != x.Number {
		return fmt.Sprintf("its number is %d, the seed draws %d", x.Number, n)
	}
	p := d.Programme(x.At)
	if p.Version != x.Version {
		return fmt.Sprintf("version %d of the programme was in force, not %d", p.Version, x.Version)
	}
	g, ok := p.Play.Game(x.Game)
	if !ok {
		return "the programme of that moment has no such game"
	}
	z := g.Pick(x.Number)
	switch {
	case z.ID != x.Drawn:
		return fmt.Sprintf("the number falls on %s, not on %s", z.ID, x.Drawn)
	case x.Given != x.Drawn && (x.Given != z.Instead || z.Stock == nil && z.Reward == ""):
		return fmt.Sprintf("%s was given in the place of %s", x.Given, x.Drawn)
	case x.Given == x.Drawn && z.Stock != nil && (x.Place < 1 || x.Place > *z.Stock):
		return fmt.Sprintf("it was number %d of %d of its prize", x.Place, *z.Stock)
	}
	return ""
}

// recut cuts each packet of a day again.
func (d *Desk) recut(r store.Reader, rep *Report, now time.Time) error {
	var err error
	for id, k := range packets.Scan(r, packets.All(), &err) {
		if k.cuts() != rep.Day {
			continue
		}
		rep.Packets++
		cut, given := d.cut(&k), loyalty.Points(0)
		var failed error
		for _, one := range pieces.Scan(r, pieces.Under(id), &failed) {
			given += one.Points
			if one.Place < 1 || one.Place > len(cut) || cut[one.Place-1] != one.Points {
				rep.fault("packet %s: piece %d was %d points", id, one.Place, one.Points)
			}
		}
		if failed != nil {
			return failed
		}
		if given != k.Given || k.Given > k.Total {
			rep.fault("packet %s: %d points were taken of %d, it says %d", id, given, k.Total, k.Given)
		}
	}
	return err
}

// DayDraws gives up to n of a local day's draws, in the order of their games and
// members.
func (d *Desk) DayDraws(r store.Reader, day string, n int) (list []Draw, err error) {
	for key := range drawDays.Scan(r, drawDays.Under(day), &err) {
		part := strings.Split(key, "/")
		if len(part) != 4 || len(list) == n {
			break
		}
		x, ok, err := draws.Get(r, part[2], part[0], part[1], part[3])
		if err != nil {
			return nil, err
		}
		if ok {
			list = append(list, x)
		}
	}
	return list, err
}

// Packets are the up to n newest red packets made since a moment that show lets
// through, the newest first; a nil show lets all.
func (d *Desk) Packets(r store.Reader, since time.Time, n int, show func(*Packet) bool) (list []Packet, err error) {
	for _, k := range packets.Scan(r, packets.All(), &err) {
		if !k.At.Before(since) && (show == nil || show(&k)) {
			list = append(list, k)
		}
	}
	slices.SortFunc(list, func(a, b Packet) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(a.ID, b.ID)) })
	return list[:min(len(list), n)], err
}

// Runs are the up to n questions asked last since a moment, as Packets.
func (d *Desk) Runs(r store.Reader, since time.Time, n int, show func(*Run) bool) (list []Run, err error) {
	for _, q := range runs.Scan(r, runs.All(), &err) {
		if !q.At.Before(since) && (show == nil || show(&q)) {
			list = append(list, q)
		}
	}
	slices.SortFunc(list, func(a, b Run) int { return cmp.Or(b.At.Compare(a.At), strings.Compare(a.ID, b.ID)) })
	return list[:min(len(list), n)], err
}
