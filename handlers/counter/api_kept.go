package counter

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// keptFor is how long an answer is kept: longer than anything may wait in a
// queue. The ledger knows the act's own id far longer.
const keptFor = 14 * 24 * time.Hour

// answers are what came of acts, so that the same id gives the same answer.
var answers = shop.NewAnswers("counterop", "counter answer", keptFor)

// Sweep deletes answers that were kept long enough. It returns how many went.
func Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	return answers.Sweep(ctx, db, now)
}

// asked is an act as its answer is kept. What must be the same when an id comes
// again is what is done, and by whom. When it happened and in which session is not.
func (c *Counter) asked(a *attempt, d people.Device, by people.StaffID) shop.Asked {
	content := slices.Concat([]byte(a.verb+"\x00"+string(by)+"\x00"), a.content)
	return shop.Asked{By: string(d.ID), ID: a.ID, Digest: c.Shop.Digest("counter acts", content)}
}

// before is what came of the act before, nil for nothing. Of somebody who was
// erased nothing is told again but that it was done.
func (c *Counter) before(tx store.Tx, a *attempt, d people.Device, by people.StaffID) (*shop.Answer, error) {
	res, ok, err := answers.Known(c.Shop, tx, c.asked(a, d, by))
	if conflict := (*loyalty.ConflictError)(nil); errors.As(err, &conflict) {
		// A page never does this: somebody plays with what it sends.
		c.Shop.Log.Warn("an act's id came again with other contents, and was refused", "device", d.ID, "act", a.verb)
	}
	if errors.Is(err, people.ErrErased) {
		res.Raw, ok, err = json.RawMessage(`{}`), true, nil
	}
	if err != nil || !ok {
		return nil, err
	}
	return &res, nil
}

// keep stores the answer, and that the session was used.
func (c *Counter) keep(tx store.Tx, q *request, a *attempt, d people.Device, desk people.Desk, res shop.Answer) error {
	if err := answers.Keep(c.Shop, tx, c.asked(a, d, desk.Staff), a.member, res, q.now); err != nil {
		return err
	}
	if desk.Ended.IsZero() {
		return c.saw(tx, a.Session, desk, q.now)
	}
	desk.Waiting--
	return c.Shop.Vault.PutDesk(tx, a.Session, desk)
}
