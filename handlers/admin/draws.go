package admin

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"regulars/loyalty/chance"
)

// verifyDraws draws a local day again from its seed and prints what does not follow
// from it. The seed of a day that is over is printed, so that anybody can.
func (d Desk) verifyDraws(ctx context.Context, args map[string]string, out Out) error {
	day := args["day"]
	if day == "" {
		day = d.Shop.Local(d.now()).AddDate(0, 0, -1).Format(time.DateOnly)
	}
	if _, err := time.Parse(time.DateOnly, day); err != nil {
		return &Error{fmt.Sprintf("%q is no day; write it as in 2026-10-31", day), 2}
	}
	rep, err := d.Shop.Chance.Verify(ctx, d.DB, day, d.now())
	if err != nil {
		return err
	}
	if rep.Draws+rep.Packets == 0 {
		out.Say("nothing was drawn on %s", day)
		return nil
	}
	out.Say("day         %s", day)
	out.Say("commitment  %s", rep.Commitment)
	if rep.Seed != "" {
		out.Say("seed        %s", rep.Seed)
	} else {
		out.Say("seed        told when the day is over")
	}
	sayWon(&rep, out)
	if len(rep.Faults) > 0 {
		return &Error{strings.Join(rep.Faults, "\n"), 1}
	}
	out.Say("%s and %s follow from the seed", count(rep.Draws, "draw", "draws"), count(rep.Packets, "red packet", "red packets"))
	return nil
}

// sayWon prints how often each prize was given.
func sayWon(rep *chance.Report, out Out) {
	if len(rep.Won) == 0 {
		return
	}
	t := newTable("GAME", "PRIZE", "GIVEN")
	for _, key := range slices.Sorted(maps.Keys(rep.Won)) {
		game, prize, _ := strings.Cut(key, "/")
		t.add(game, prize, fmt.Sprint(rep.Won[key]))
	}
	t.print(out)
}
