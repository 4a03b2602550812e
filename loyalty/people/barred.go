package people

import (
	"time"

	"regulars/store"
)

// Barred refuses with *ThrottledError where who has used up the tries of t, and
// counts nothing: for look-ups of which only the wrong ones are tries, such as
// card numbers at a busy till. [Vault.Attempt] counts those.
func (v *Vault) Barred(tx store.Tx, t Throttle, who Identity, now time.Time) error {
	key := []string{t.Name, v.hash("throttle", t.Name, who.Channel+"\x00"+who.User)}
	if err := tx.Lock(store.Subject("throttle/" + key[0] + "/" + key[1])); err != nil {
		return err
	}
	a, ok, err := throttles.Get(tx, key...)
	if err != nil || !ok || a.Count < t.Max || !now.Before(a.Until) || now.Before(a.Since) {
		return err
	}
	return &ThrottledError{a.Until}
}
