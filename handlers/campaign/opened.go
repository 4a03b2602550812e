package campaign

import (
	"errors"
	"net/http"

	"regulars/store"
)

// Way is the path under which a button's address is opened, and counted.
const Way = "/o/"

// clicks is how often a button's address was opened. Who did is not known: the
// same address stands in everybody's message.
type clicks struct {
	N int64 `json:"n"`
}

var opened = store.NewTable[clicks]("campclick/", store.Locked, store.FirstPart("campclick"))

// ServeHTTP leads from GET /o/{campaign}/{button} to the button's address, and
// counts that it did. Only addresses that the shop itself wrote are led to.
func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id, err := ParseID(r.PathValue("campaign"))
	var to string
	if err == nil {
		to, err = e.follow(r, id, r.PathValue("button"))
	}
	switch {
	case errors.Is(err, ErrNone):
		http.NotFound(w, r)
	case err != nil:
		http.Error(w, "busy, please try again", http.StatusServiceUnavailable)
	default:
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, to, http.StatusFound)
	}
}

// follow counts an opening and gives the address.
func (e *Engine) follow(r *http.Request, id ID, button string) (to string, err error) {
	err = e.DB.Update(r.Context(), func(tx store.Tx) error {
		_, _, b, err := e.pressed(tx, id, button)
		if err != nil {
			return err
		}
		if b.Do != DoOpen {
			return ErrNone
		}
		to = b.Value
		if r.Method != http.MethodGet {
			return nil // somebody only looks where it leads
		}
		if err := tx.Lock(store.Subject("campclick/" + string(id))); err != nil {
			return err
		}
		n, _, err := opened.Get(tx, string(id), button)
		if err != nil {
			return err
		}
		n.N++
		return opened.Put(tx, n, string(id), button)
	})
	return to, err
}

// address is where a button of kind DoOpen leads: by way of this program, if
// phones reach it.
func (e *Engine) address(id ID, b Button) string {
	if e.Shop.PublicURL == "" {
		return b.Value
	}
	return e.Shop.PublicURL + Way + string(id) + "/" + b.ID
}
