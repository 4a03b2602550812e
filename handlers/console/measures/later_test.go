package measures

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestLater: who asks is told "not yet" after a moment, whoever asks when it is
// done gets it, and the next one gets a new answer.
func TestLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, times := &later{}, 0
		slow := func(context.Context) (int, error) {
			times++
			time.Sleep(5 * time.Second)
			return times, nil
		}
		ctx, leave := context.WithCancel(t.Context())
		if _, ready, err := of(ctx, l, "a", slow); ready || err != nil {
			t.Fatalf("ready %v after a moment, %v", ready, err)
		}
		leave() // the work goes on
		time.Sleep(5 * time.Second)
		for _, want := range []int{1, 2} {
			got, ready, err := of(t.Context(), l, "a", func(ctx context.Context) (int, error) { times++; return times, nil })
			if got != want || !ready || err != nil {
				t.Errorf("got %d, %v, %v, not %d", got, ready, err, want)
			}
		}
	})
}

// TestLaterFails: an accident is told once and not kept.
func TestLaterFails(t *testing.T) {
	l, bad := &later{}, errors.New("bad")
	if _, _, err := of(t.Context(), l, "a", func(context.Context) (int, error) { return 0, bad }); err != bad {
		t.Error(err)
	}
	if got, ready, err := of(t.Context(), l, "a", func(context.Context) (int, error) { return 7, nil }); got != 7 || !ready || err != nil {
		t.Error(got, ready, err)
	}
}

// TestLaterPanics: what goes wrong in the background is an accident of the page's,
// not the end of the program.
func TestLaterPanics(t *testing.T) {
	_, ready, err := of(t.Context(), &later{}, "a", func(context.Context) (int, error) { panic("no such number") })
	if !ready || err == nil || !strings.Contains(err.Error(), "no such number") {
		t.Error(ready, err)
	}
}

// TestLaterKeepsLittle: what nobody fetches does not pile up.
func TestLaterKeepsLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &later{}
		for i := range 3 * mostWorks {
			l.begin(t.Context(), string(rune('a'+i)), func(context.Context) (any, error) { return 1, nil })
		}
		synctest.Wait()
		if len(l.all) > mostWorks {
			t.Errorf("%d works are kept", len(l.all))
		}
	})
}
