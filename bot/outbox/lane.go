package outbox

import (
	"container/heap"
	"slices"
	"time"

	"regulars/bot"
)

// lane is a chat's line of letters, of which one is in flight at a time.
type lane struct {
	name  bot.Lane
	items []*item // in the order in which they go
	busy  bool
	pace  *bucket

	when time.Time // when its head may go, for the heap it is in
	heap *laneHeap
	pos  int
}

// add puts it into its place.
func (l *lane) add(it *item) {
	i, _ := slices.BinarySearchFunc(l.items, it, func(a, b *item) int {
		if a.before(b) {
			return -1
		}
		return 1
	})
	l.items = slices.Insert(l.items, i, it)
}

// laneHeap keeps lanes by less.
type laneHeap struct {
	lanes []*lane
	less  func(a, b *lane) bool
}

func (h *laneHeap) Len() int           { return len(h.lanes) }
func (h *laneHeap) Less(i, j int) bool { return h.less(h.lanes[i], h.lanes[j]) }
func (h *laneHeap) Swap(i, j int) {
	h.lanes[i], h.lanes[j] = h.lanes[j], h.lanes[i]
	h.lanes[i].pos, h.lanes[j].pos = i, j
}

// Push implements heap.Interface.
func (h *laneHeap) Push(x any) {
	l := x.(*lane)
	l.pos = len(h.lanes)
	h.lanes = append(h.lanes, l)
}

// Pop implements heap.Interface.
func (h *laneHeap) Pop() any {
	l := h.lanes[len(h.lanes)-1]
	h.lanes = h.lanes[:len(h.lanes)-1]
	return l
}

// sortedLanes are a channel's lanes: ready ones by the urgency of their head,
// later ones by when they become ready.
type sortedLanes struct {
	by    map[bot.Lane]*lane
	ready laneHeap
	later laneHeap
}

func newSortedLanes() sortedLanes {
	return sortedLanes{
		by:    map[bot.Lane]*lane{},
		ready: laneHeap{less: func(a, b *lane) bool { return a.items[0].before(b.items[0]) }},
		later: laneHeap{less: func(a, b *lane) bool { return a.when.Before(b.when) }},
	}
}

// drop takes l out of the heap it is in.
func (s *sortedLanes) drop(l *lane) {
	if l.heap != nil {
		heap.Remove(l.heap, l.pos)
		l.heap = nil
	}
}

// place puts l where it belongs now: nowhere while it is busy, into later
// until its head or its pace allows, away when nothing needs remembering.
func (s *sortedLanes) place(l *lane, now time.Time) {
	s.drop(l)
	if l.busy {
		return
	}
	h := &s.later
	if len(l.items) == 0 {
		if l.when = l.pace.full(now); !l.when.After(now) {
			delete(s.by, l.name)
			return
		}
	} else {
		l.when = l.pace.next(now)
		if head := l.items[0].at; head.After(l.when) {
			l.when = head
		}
		if !l.when.After(now) {
			h = &s.ready
		}
	}
	l.heap = h
	heap.Push(h, l)
}

// wake moves what has become ready by now.
func (s *sortedLanes) wake(now time.Time) {
	for len(s.later.lanes) > 0 && !s.later.lanes[0].when.After(now) {
		s.place(s.later.lanes[0], now)
	}
}

// answersLeft counts answers that have not begun.
func (s *sortedLanes) answersLeft() (n int) {
	for _, l := range s.by {
		for _, it := range l.items {
			if it.direct {
				n++
			}
		}
	}
	return n
}
