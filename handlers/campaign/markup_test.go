package campaign

import (
	"crypto/rand"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/store"
)

// A name that looks like a field, a template or markup is put in once and as it
// is: nothing in it is filled in again, and nothing of the shop's comes out of it.
func TestNamesThatLookLikeFields(t *testing.T) {
	w := newWorld(t)
	id := w.join(1, "line", "en")[0]
	for _, name := range []string{"{points}", "{{.Shop}}", "{name}{name}", "<b>{level}</b>", "$1 ${1} $&", "*x* _y_ [z](u)", "{pick"} {
		w.update(func(tx store.Tx) error { return w.e.Shop.Vault.SetName(tx, id, name, rand.Reader) })
		d := plain()
		d.Text["en"]["a"] = Words{Title: "Dear {name}", Text: "For {name}: *new* <b>beans</b> {{.Shop}} ${name}"}
		draft := w.save(d)
		w.view(func(r store.Reader) error {
			m, err := w.e.MessagesFor(r, draft, "en/a", bot.PersonID(id))
			if err != nil {
				return err
			}
			if m[0].Title != "Dear "+name || !strings.HasPrefix(m[0].Text, "For "+name+": *new* <b>beans</b> {{.Shop}} $"+name) {
				t.Errorf("%q became %q, %q", name, m[0].Title, m[0].Text)
			}
			return nil
		})
	}
}
