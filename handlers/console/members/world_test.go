package members_test

import (
	"fmt"

	"regulars/handlers/console/consoletest"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
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
