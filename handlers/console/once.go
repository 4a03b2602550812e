package console

import (
	"time"

	"regulars/store"
)

// oncesKept is how long it is known that a form was sent: longer than the session
// lasts in which it was made.
const oncesKept = 15 * 24 * time.Hour

// once says when a form did what it does.
type once struct {
	At time.Time `json:"at"`
}

var onces = store.NewTable[once]("consoleonce/", store.Readable, store.FirstPart("consoleonce"))

// Once reports whether the employee's form with this operation, as [Request.Op]
// gives it, has been done before; else it notes, in the transaction that does it,
// that it is done now. It is for what nothing else keeps from being done twice;
// points are moved under [Request.Act].
func (q *Request) Once(tx store.Tx, op string) (again bool, err error) {
	me := string(q.Me.ID)
	if err := tx.Lock(store.Subject("consoleonce/" + me)); err != nil {
		return false, err
	}
	if _, again, err = onces.Get(tx, me, op); err != nil || again {
		return again, err
	}
	return false, onces.Put(tx, once{q.Now.UTC()}, me, op)
}
