package outbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"regulars/bot"
	"regulars/store"
)

// calls is the exact form in which a letter is tried, and retried.
type calls struct {
	Calls []bot.Call `json:"c"`
	Keys  []string   `json:"k"` // a retry key for each call
}

// repeatable says that what is left of c may be sent again without harm.
func (c *calls) repeatable(next int) bool {
	for _, call := range c.Calls[min(next, len(c.Calls)):] {
		if !call.Idempotent {
			return false
		}
	}
	return true
}

// cost is how many billed messages what is left of c counts for.
func (c *calls) cost(next int) (n int64) {
	for _, call := range c.Calls[min(next, len(c.Calls)):] {
		n += int64(call.Cost)
	}
	return n
}

// seal makes v unreadable without the person's key.
func (o *Outbox) seal(tx store.Tx, id bot.PersonID, v any) ([]byte, error) {
	plain, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("outbox: sealing: %w", err)
	}
	return o.cfg.Persons.Seal(tx, id, plain)
}

// open reads what seal made. It gives bot.ErrGone for an erased person.
func (o *Outbox) open(r store.Reader, id bot.PersonID, sealed []byte, v any) error {
	plain, err := o.cfg.Persons.Open(r, id, sealed)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(plain, v); err != nil {
		return fmt.Errorf("outbox: a letter cannot be read: %w", errors.Unwrap(err))
	}
	return nil
}

// intent is r as MaySend sees it.
func (r *row) intent(id bot.IntentID, l bot.Letter) bot.Intent {
	return bot.Intent{
		ID: id, Channel: r.Channel, Lane: laneOf(r.Lane), Person: r.Person, Class: r.Class, Carriage: r.Carriage,
		Born: at(r.Born), NotBefore: at(r.NotBefore), NotAfter: at(r.NotAfter), RideUntil: at(r.RideUntil),
		Ref: r.Ref, Letter: l,
	}
}

// withRef makes sure that a letter which may come twice can be told to be the
// same by its reference. The words are its maker's; only where the reference
// is missing is it added to the last note.
func withRef(l bot.Letter, ref string) bot.Letter {
	if ref == "" || len(l.Messages) == 0 {
		return l
	}
	for _, m := range l.Messages {
		if strings.Contains(m.Title+"\n"+m.Text+"\n"+m.Note, ref) {
			return l
		}
		for _, r := range m.Rows {
			if strings.Contains(r.Label+"\n"+r.Value, ref) {
				return l
			}
		}
	}
	l.Messages = append([]bot.Message(nil), l.Messages...)
	last := &l.Messages[len(l.Messages)-1]
	if last.Note != "" {
		last.Note += " · "
	}
	last.Note += ref
	return l
}
