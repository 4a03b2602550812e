package mission

import (
	"bytes"
	"fmt"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// row is one member's mission in one period.
type row struct {
	Begun  time.Time      `json:"begun,omitzero"` // by the first step, or by the member
	Ends   time.Time      `json:"ends,omitzero"`  // exclusive; zero: whenever
	Target int64          `json:"target"`
	Steps  []loyalty.Step `json:"steps,omitempty"`
	Done   time.Time      `json:"done,omitzero"`   // when the prize was given
	Round  int            `json:"round,omitempty"` // how often it was
	Given  *given         `json:"given,omitempty"`
	// Kept says that the prize went back in part only: it is not given again.
	Kept bool `json:"kept,omitempty"`
}

// given is a prize in a member's hands.
type given struct {
	Points  loyalty.Points `json:"points,omitempty"`
	Ref     loyalty.Ref    `json:"ref,omitempty"`    // of the points' entry
	Source  string         `json:"source,omitempty"` // of the voucher
	Voucher voucher.ID     `json:"voucher,omitempty"`
	Owed    string         `json:"owed,omitempty"` // a reward that was out of stock
	Badge   string         `json:"badge,omitempty"`
	Go      string         `json:"go,omitempty"` // a free go at this game
}

// count is one part of how many took part in a mission, and reached it.
type count struct {
	Began int64     `json:"began"`
	Done  int64     `json:"done,omitempty"`
	Last  time.Time `json:"last"`
}

// streakRow is one member's streak.
type streakRow struct {
	Spans []span        `json:"spans,omitempty"` // in order
	Given []streakGiven `json:"given,omitempty"`
}

// span is one in which the streak was kept going, and by what.
type span struct {
	N  int      `json:"n"`
	Of []string `json:"of"`
}

// streakGiven is what a streak brought when it reached its length.
type streakGiven struct {
	Span    int       `json:"span"`
	Count   int       `json:"count"`
	Length  int       `json:"length"`  // of the streak and
	Freezes int       `json:"freezes"` // its freezes, as they were then
	At      time.Time `json:"at"`
	// By is what it came from, as its voucher, badge and line on the board say; it
	// stays when the prize stands for another span.
	By   string `json:"by,omitempty"`
	Kept bool   `json:"kept,omitempty"`
	given
}

// owed are the rewards that wait for stock.
func (r *streakRow) owed() (rewards []string) {
	for _, g := range r.Given {
		if g.Owed != "" && !g.Kept {
			rewards = append(rewards, g.Owed)
		}
	}
	return rewards
}

// by is what the prize of a streak came from.
func (g *streakGiven) by(streak string) string {
	if g.By != "" {
		return g.By
	}
	return fmt.Sprintf("%s/%s/%d.%d", KindStreak, streak, g.Span, g.At.UnixMilli())
}

// badgeRow is a badge that a member has.
type badgeRow struct {
	At time.Time `json:"at"`
	By string    `json:"by"` // what brought it
}

// checkInRow is a check-in.
type checkInRow struct {
	At  time.Time   `json:"at"`
	Ref loyalty.Ref `json:"ref,omitempty"`
}

// weekRow is what counts on boards of what a member did in a week.
type weekRow struct {
	Steps []loyalty.Step `json:"steps,omitempty"`
	At    time.Time      `json:"at"`
}

// boardRow is a member on a group's board.
type boardRow struct {
	Sealed []byte    `json:"s"` // the name they chose
	At     time.Time `json:"at"`
}

var (
	missions = store.NewTable[row]("mission/", store.Locked, store.FirstPart("member"))
	counts   = store.NewTable[count]("missioncount/", store.Readable, func(rest []byte) store.Subject {
		return store.Subject("missioncount/" + string(rest))
	})
	streaks  = store.NewTable[streakRow]("streak/", store.Locked, store.FirstPart("member"))
	badges   = store.NewTable[badgeRow]("badge/", store.Locked, store.FirstPart("member"))
	checkIns = store.NewTable[checkInRow]("checkin/", store.Locked, store.FirstPart("member"))
	// A board shows many members' weeks, and what changes a moment later is seen the
	// next time.
	weeks    = store.NewTable[weekRow]("boardweek/", store.Readable, store.FirstPart("member"))
	boardIns = store.NewTable[boardRow]("boardin/", store.Readable, boardSubject)
	boardOfs = store.NewTable[struct{}]("boardof/", store.Locked, store.FirstPart("member"))
)

func boardSubject(rest []byte) store.Subject {
	group, _, _ := bytes.Cut(rest, []byte("/"))
	return store.Subject("board/" + string(group))
}
