package people

import (
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// DataRequest is somebody's wish to have everything that is kept of them, where the
// program cannot answer at once.
type DataRequest struct {
	Member loyalty.MemberID `json:"member"`
	At     time.Time        `json:"at"`
	Due    time.Time        `json:"due"` // when the law wants it answered
}

// dataRequests are those that nobody has answered yet.
var dataRequests = store.NewTable[DataRequest]("datarequest/", store.Locked, store.FirstPart("member"))

// AskForData notes a request, and gives the one that is open already: asking
// again does not move its date.
func AskForData(tx store.Tx, id loyalty.MemberID, now, due time.Time) (q DataRequest, isNew bool, err error) {
	if err := tx.Lock(Subject(id)); err != nil {
		return q, false, err
	}
	q, open, err := dataRequests.Get(tx, string(id))
	if err != nil || open {
		return q, false, err
	}
	q = DataRequest{Member: id, At: now.UTC(), Due: due.UTC()}
	return q, true, dataRequests.Put(tx, q, string(id))
}

// DataGiven closes a member's request; it is no error that there was none.
func DataGiven(tx store.Tx, id loyalty.MemberID) error {
	if err := tx.Lock(Subject(id)); err != nil {
		return err
	}
	return dataRequests.Delete(tx, string(id))
}

// DataRequests are all that are open, in no order.
func DataRequests(r store.Reader) (all []DataRequest, err error) {
	for _, q := range dataRequests.Scan(r, dataRequests.All(), &err) {
		all = append(all, q)
	}
	return all, err
}

// AskedForData reports whether a member's request is open. In an Update the caller
// locks Subject(id) first.
func AskedForData(r store.Reader, id loyalty.MemberID) (bool, error) {
	_, open, err := dataRequests.Get(r, string(id))
	return open, err
}
