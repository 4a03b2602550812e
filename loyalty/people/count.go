package people

import (
	"context"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Counts is how many people the shop knows.
type Counts struct {
	Contacts int // wrote, and have not joined
	Members  int // joined, and have not left
	Joined   int // of Members, since the moment asked for
	Erased   int // left
}

// countPage is how many rows one View of Count reads, so that none stays open
// long.
const countPage = 2000

// Count counts everybody, and who joined since. It opens nothing sealed.
func Count(ctx context.Context, db store.DB, since time.Time) (n Counts, err error) {
	rg := persons.All()
	for more := true; more; {
		err := db.View(ctx, func(r store.Reader) error {
			more = false
			seen := 0
			var failed error
			for id, row := range persons.Scan(r, rg, &failed) {
				if seen++; seen > countPage {
					rg.Start, more = persons.Key(id), true
					break
				}
				n.add(row, since)
			}
			return failed
		})
		if err != nil {
			return n, err
		}
		if err := ctx.Err(); err != nil {
			return n, err
		}
	}
	return n, nil
}

func (n *Counts) add(row personRow, since time.Time) {
	switch row.Status {
	case Contact:
		n.Contacts++
	case Erased:
		n.Erased++
	case Member:
		n.Members++
		if !row.JoinedAt.Before(since) {
			n.Joined++
		}
	}
}

// Declines reports whether a person said no to p, as [Person.Declined] does, without
// opening what is sealed of them.
func Declines(r store.Reader, id loyalty.MemberID, p Purpose) (bool, error) {
	row, _, err := persons.Get(r, string(id))
	return Person{Consents: row.Consents}.Declined(p), err
}

// StatusOf is how far a person has come, without opening what is sealed of them;
// "" for an id that no row knows.
func StatusOf(r store.Reader, id loyalty.MemberID) (Status, error) {
	row, _, err := persons.Get(r, string(id))
	return row.Status, err
}
