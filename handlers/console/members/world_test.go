package members_test

import (
	"crypto/rand"
	"fmt"

	"regulars/handlers/console/consoletest"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// act is something that the program does.
func act(w *consoletest.World, what string) book.Act {
	now := w.Clock.Now()
	return book.Act{Op: loyalty.OpID(fmt.Sprint("test-", what)), Now: now, At: now, Actor: loyalty.ByJob("test")}
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func signed(n loyalty.Points) string { return shop.Signed(n) }

// enlist makes an employee a member too.
func enlist(w *consoletest.World, s people.Staff) {
	w.T.Helper()
	w.Do(func(tx store.Tx) error {
		_, err := w.Shop.Vault.Join(tx, s.Member, shop.Wording, w.Clock.Now(), rand.Reader)
		return err
	})
}
