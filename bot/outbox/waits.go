package outbox

import (
	"regulars/bot"
	"regulars/store"
)

// Waits is what is queued for a person in one chat and has no end yet, at most n,
// the oldest first. It is for a View.
func (o *Outbox) Waits(r store.Reader, lane bot.Lane, person bot.PersonID, n int) (list []Status, err error) {
	for key := range lanes.Scan(r, lanes.Under(lane.String()), &err) {
		q, ok, e := queue.Get(r, string(idOf(key, 2)))
		if e != nil {
			return nil, e
		}
		if !ok || q.Person != person {
			continue // a row that ended meanwhile, or of who had the chat before
		}
		if list = append(list, Status{q.Channel, q.Class, q.State, "", q.Ref, at(q.Born)}); len(list) == n {
			break
		}
	}
	return list, err
}
