package chance

import (
	"crypto/sha256"
	"encoding/hex"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// goodFor is how many local days goes can be used that did not come with a purchase,
// where the game says nothing of it.
const goodFor = 14

// Bring gives a member free goes at a game, for what from names: once for each name. They
// can be used beside the game's own, within its limit. Refusal: ErrNoGame.
func (d *Desk) Bring(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string, n int64) error {
	p := d.Programme(act.Now)
	g, ok := p.Play.Game(game)
	if !ok {
		return ErrNoGame
	}
	family, err := d.family(tx, m)
	if err != nil {
		return err
	}
	for _, one := range family {
		if _, had, err := gos.Get(tx, string(one), game, named(from)); err != nil || had {
			return err
		}
	}
	days := g.GoodFor
	if days <= 0 {
		days = goodFor
	}
	row := goes{At: act.Now.UTC(), Until: p.DayEnd(act.Now.In(p.Location()).AddDate(0, 0, days-1)), Have: n}
	return gos.Put(tx, row, string(family[0]), game, named(from))
}

// Unbring takes back what Bring gave for a name, and what was won with it: all is
// false where some of it was used. What was used cannot be had again.
func (d *Desk) Unbring(tx store.Tx, m loyalty.MemberID, act book.Act, game, from string) (all bool, err error) {
	family, err := d.family(tx, m)
	if err != nil {
		return false, err
	}
	for _, one := range family {
		row, ok, err := gos.Get(tx, string(one), game, named(from))
		if err != nil {
			return false, err
		}
		if !ok || row.Undone {
			continue
		}
		row.Undone = true
		if err := gos.Put(tx, row, string(one), game, named(from)); err != nil {
			return false, err
		}
		if row.Used == 0 {
			return true, nil
		}
		return false, d.takeBack(tx, act, family, game, named(from), row.At)
	}
	return true, nil
}

// named is the reference of goes that something other than a purchase brought.
func named(from string) string {
	sum := sha256.Sum256([]byte(from))
	return "for-" + hex.EncodeToString(sum[:8])
}
