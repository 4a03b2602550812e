package journal

import "time"

// Reach is what can be reached from one state: commits that follow on it and on
// one another.
type Reach struct {
	Line  string
	After uint64    // the state's commit
	Last  uint64    // the last that follows; After where none does
	Until time.Time // when that was; zero where none does
	// End says why it goes no further: a segment that is broken, commits that
	// are missing, or a line that begins anew. nil is the journal's end.
	End error

	segments []Extent
	marks    []mark
}

// Reach follows the journal from the state after commit n of a line.
func (j *Journal) Reach(line string, n uint64) Reach {
	r := Reach{Line: line, After: n, Last: n}
	var torn error // behind the segment before
	for _, x := range j.Segments {
		switch {
		case x.Line != line || line == "":
			if x.Broken != nil && x.Line == "" {
				torn = x.Broken
			} else if len(r.segments) > 0 && x.Line != "" {
				r.End = broken("another history begins at %s: a store was restored, or went back", stamp(x.At))
				return r
			}
			continue
		case x.Last <= n && x.First <= n: // all of it is in the state
			torn = x.Broken
			if x.Last == n && len(x.marks) > 0 { // whose time it tells
				r.marks = append(r.marks, x.marks[len(x.marks)-1])
			}
			continue
		case x.First > r.Last+1:
			if torn == nil {
				torn = broken("commits %d to %d are missing", r.Last+1, x.First-1)
			}
			r.End = torn
			return r
		}
		torn = x.Broken
		r.segments = append(r.segments, x)
		for _, m := range x.marks {
			if m.n > r.Last {
				r.Last, r.Until = m.n, m.at
			}
			if m.n >= n {
				r.marks = append(r.marks, m)
			}
		}
	}
	r.End = torn
	return r
}

// At is the last commit that was on disk at a moment, and when that was; ok is
// false where the moment lies before the state, as far as that is known, or
// behind what can be reached.
func (r Reach) At(moment time.Time) (n uint64, when time.Time, ok bool) {
	for _, m := range r.marks {
		// A clock that was put back does not take away what had been done.
		if !m.at.After(moment) {
			n, when, ok = m.n, m.at, true
		}
	}
	if !ok && len(r.marks) > 0 && r.marks[0].n > r.After {
		n, ok = r.After, true // nothing happened between the state and the moment
	}
	return n, when, ok && !moment.Truncate(time.Second).After(r.Until)
}

// Point is a state that a backup holds.
type Point struct {
	Line string
	N    uint64
}

// Spare gives the segments of list, as Heads read them, that no state in kept
// needs. The newest stays, and so do those of the line now, as long as no
// kept state is of it: one is about to be made. What cannot be read may be
// somebody else's, and stays as well.
func Spare(list []Extent, kept []Point, now string) (spare []Extent) {
	oldest := map[string]uint64{}
	for _, p := range kept {
		if n, ok := oldest[p.Line]; !ok || p.N < n {
			oldest[p.Line] = p.N
		}
	}
	if len(kept) == 0 {
		return nil // a folder of backups that cannot be seen is no reason to delete
	}
	for i, x := range list[:max(0, len(list)-1)] {
		n, needed := oldest[x.Line]
		if needed {
			needed = lastAtMost(list[i+1:], x) > n
		}
		if _, based := oldest[now]; !needed && x.Line != "" && (x.Line != now || based) {
			spare = append(spare, x)
		}
	}
	return spare
}

// lastAtMost is the highest number that segment x can have, by those behind it.
func lastAtMost(behind []Extent, x Extent) uint64 {
	for _, y := range behind {
		if y.Line == x.Line {
			return y.First - 1
		}
	}
	return ^uint64(0)
}

// stamp is a time as errors say it.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
