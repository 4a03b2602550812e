package mission

import (
	"bytes"
	"context"
	"errors"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/club"
	"regulars/loyalty/voice"
	"regulars/store"
)

// TestYearOfAContributor lives a year of a fan who does much for a phone maker's club.
// What the preset says, and the sums that the table uses; what a friend brings by
// themselves is the referrals', and not lived here:
//
//	points  NT$10 is 1; 30 for joining; 5 for a check-in; 30 for a post that was
//	        approved, two in a month; 200 and a badge for three friends who bought
//	board   a purchase 1, a check-in 2, a post 5, a mission 3, from Monday to Sunday
func TestYearOfAContributor(t *testing.T) {
	t.Parallel()
	y := year(t, "brandclub")
	y.at("2026-01-05 10:00")
	voices := &voice.Desk{Book: y.d.Book, Key: bytes.Repeat([]byte{5}, 32), Programme: func(at time.Time) *loyalty.Programme { return y.p }}
	voices.Score = func(tx store.Tx, m loyalty.MemberID, ref loyalty.Ref, at time.Time) error {
		return y.d.Score(tx, m, loyalty.BoardReview, "voice/"+string(ref), at)
	}
	posts := func() {
		send, approve := y.act("main"), y.act("main")
		if err := y.do(func(tx store.Tx) error {
			v, err := voices.Send(tx, ann, send, loyalty.VoicePost, []byte("sealed"))
			if err == nil {
				_, _, err = voices.Approve(tx, v.Ref, approve, 0)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	third := func() {
		send := y.act("main")
		var limit *voice.LimitError
		if err := y.do(func(tx store.Tx) error {
			_, err := voices.Send(tx, ann, send, loyalty.VoicePost, []byte("sealed"))
			return err
		}); !errors.As(err, &limit) {
			t.Errorf("a third post of the month: %v", err)
		}
	}
	friend := func(kind club.DeedKind, who loyalty.MemberID) func() {
		return func() {
			act := y.act("main")
			y.do(func(tx store.Tx) error {
				return y.d.Heard(tx, club.Deed{Kind: kind, Member: ann, Act: act, Friend: who})
			})
		}
	}
	does := func(f func(store.Tx, book.Act) error) func() {
		return func() {
			act := y.act("main")
			if err := y.do(func(tx store.Tx) error { return f(tx, act) }); err != nil {
				t.Error(err)
			}
		}
	}
	score := func() (n int64) {
		err := y.db.View(context.Background(), func(r store.Reader) error {
			lines, err := y.d.Board(r, "fans", y.now)
			for _, l := range lines {
				n += l.Score
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	for _, row := range []struct {
		at     string
		do     func()
		points loyalty.Points
		board  int64
		came   string
	}{
		{"2026-01-05 10:00", does(func(tx store.Tx, act book.Act) error { _, err := y.c.Join(tx, ann, act); return err }), 30, 0, ""},
		{"2026-01-05 10:05", does(func(tx store.Tx, _ book.Act) error { return y.d.BoardJoin(tx, "fans", ann, []byte("Ann"), y.now) }), 30, 0, ""},
		{"2026-01-05 11:00", y.checkIn, 35, 2, ""},
		{"2026-01-07 11:00", posts, 65, 7, ""},
		{"2026-01-08 11:00", posts, 95, 12, ""},
		{"2026-01-09 11:00", third, 95, 12, ""},
		{"2026-01-10 11:00", func() { y.sales["phone"] = y.buy(ann, "main", 1000) }, 195, 13, ""},
		{"2026-01-11 11:00", func() { y.back(y.sales["phone"], loyalty.Return{}) }, 95, 12, ""},
		{"2026-01-12 00:00", func() {}, 95, 0, ""}, // Monday
		{"2026-02-02 11:00", friend(club.Brought, "01HFRIEND1"), 95, 0, ""},
		{"2026-02-03 11:00", posts, 125, 5, ""}, // another month
		{"2026-03-10 11:00", friend(club.Brought, "01HFRIEND2"), 125, 0, ""},
		{"2026-04-20 11:00", friend(club.Brought, "01HFRIEND3"), 325, 3, "+ambassador 200 ambassador"},
		{"2026-05-04 11:00", friend(club.Unbrought, "01HFRIEND2"), 125, 0, "-ambassador 200 ambassador"},
		{"2026-06-01 11:00", friend(club.Brought, "01HFRIEND4"), 325, 3, "+ambassador 200 ambassador"},
		{"2026-07-01 11:00", friend(club.Brought, "01HFRIEND5"), 325, 0, ""}, // once
		{"2027-12-31 23:59", func() {}, 325, 0, ""},                          // good to the end of the next year
		{"2028-01-01 00:00", func() {}, 0, 0, ""},
	} {
		y.at(row.at)
		row.do()
		if got := y.happened(); y.points(ann) != row.points || score() != row.board || got != row.came {
			t.Errorf("%s: %d points, %d on the board, %q; want %d, %d, %q", row.at, y.points(ann), score(), got, row.points, row.board, row.came)
		}
	}
}
