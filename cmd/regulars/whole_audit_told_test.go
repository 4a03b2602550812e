package main

import (
	"fmt"
	"strings"
)

// What the auditor counts in the end: everything was told, once, to whom it is due.

// told counts, in the end, how often each purchase and each gift was told.
func (a *auditor) told(phones map[string][]string) {
	for _, s := range a.sales {
		a.toldOne(phones, s, fmt.Sprintf("%d points for ", s.points), fmt.Sprintf("+%d points", s.points))
	}
	for _, s := range a.gifts {
		a.toldOne(phones, s, fmt.Sprintf("%d points given to ", s.points), fmt.Sprintf("gives you %d points", s.points))
	}
}

// toldOne is one of them: said to the employee who entered it and nobody else, and
// heard by the member.
func (a *auditor) toldOne(phones map[string][]string, s *saleNoted, said, heard string) {
	most := 1
	if a.books[s.clerk].platform == "telegram" {
		most = 3 // where nobody can know whether it arrived
	}
	if n := auditCount(phones[s.clerk], said); n < 1 || n > most {
		a.blame("%s is told %d times: %q", s.clerk, n, said)
	}
	for who, phone := range phones {
		if n := auditCount(phone, said); n > 0 && who != s.clerk {
			a.blame("%s is told %q, and %s entered it", who, said, s.clerk)
		}
	}
	if n := auditCount(phones[s.whose], heard); n > most && a.books[s.whose].platform == "line" {
		a.blame("%s is told %d times: %q", s.whose, n, heard)
	}
}

func auditCount(all []string, text string) (n int) {
	for _, m := range all {
		// 1100 points are not 100.
		if i := strings.Index(m, text); i >= 0 && (i == 0 || m[i-1] < '0' || m[i-1] > '9') {
			n++
		}
	}
	return n
}
