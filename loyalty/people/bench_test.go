package people

import (
	"context"
	"fmt"
	"testing"

	"regulars/store"
	"regulars/store/mem"
)

// BenchmarkMeet is what every event of a known member costs: two rows read, a
// key unwrapped, a profile opened, nothing written.
func BenchmarkMeet(b *testing.B) {
	w := newWorld(b)
	w.db = mem.New()
	for i := range 1000 {
		w.member(line(fmt.Sprint(i)), fmt.Sprintf("Member %d", i))
	}
	b.ResetTimer() // the members are not the matter
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		for i := range b.N {
			if _, _, err := w.v.Meet(tx, line(fmt.Sprint(i%1000)), Seen{Language: "en"}, w.now, w.rand); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
}

// BenchmarkFirstContact is what a new person costs.
func BenchmarkFirstContact(b *testing.B) {
	w := newWorld(b)
	w.db = mem.New()
	for i := range b.N {
		err := w.db.Update(context.Background(), func(tx store.Tx) error {
			_, _, err := w.v.Meet(tx, line(fmt.Sprint(i)), Seen{Language: "en", DisplayName: "Ann"}, w.now, w.rand)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}
