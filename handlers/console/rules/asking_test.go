package rules

import (
	"context"
	"testing"
	"testing/synctest"

	"regulars/loyalty/whatif"
)

// TestAskingGoesOnWithoutWhoAsked: a question that takes long is answered to who
// asks it again, once; a third at once is not taken on.
func TestAskingGoesOnWithoutWhoAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a asking
		slow := make(chan struct{})
		long := func(_ context.Context, told func(done, total int64)) (*whatif.Result, error) {
			told(3, 9)
			<-slow
			return &whatif.Result{Members: 9}, nil
		}
		first, stop := context.WithCancel(t.Context())
		w, busy := a.of(first, "one", long)
		if _, done, _ := w.answered(); busy || done || w.now.Load() != 3 || w.total.Load() != 9 {
			t.Fatalf("busy %v, done %v, %d of %d", busy, done, w.now.Load(), w.total.Load())
		}
		stop() // they leave
		a.of(t.Context(), "two", long)
		if _, busy := a.of(t.Context(), "three", long); !busy {
			t.Error("a third question is reckoned at once with two others")
		}
		close(slow)
		synctest.Wait()
		again, _ := a.of(t.Context(), "one", long)
		if r, done, err := again.answered(); !done || err != nil || r.Members != 9 || again != w {
			t.Errorf("%v, %v, %v", r, done, err)
		}
		if fresh, _ := a.of(t.Context(), "one", long); fresh == w {
			t.Error("an old answer is given twice")
		}
	})
}

// TestAskingSurvivesAFall: what falls over is an error, not the end of serve.
func TestAskingSurvivesAFall(t *testing.T) {
	var a asking
	w, _ := a.of(t.Context(), "one", func(context.Context, func(done, total int64)) (*whatif.Result, error) { panic("odd") })
	if _, done, err := w.answered(); !done || err == nil {
		t.Errorf("%v, %v", done, err)
	}
}
