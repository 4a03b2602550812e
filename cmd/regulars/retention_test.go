package main

import (
	"strings"
	"testing"

	"regulars/handlers/shop"
	"regulars/store"
)

// TestEveryTableSaysHowLong: who makes a table decides whether it says anything of
// anybody, and for how long.
func TestEveryTableSaysHowLong(t *testing.T) {
	stands := map[string]int{}
	for _, k := range shop.Retention() {
		for _, word := range k.Tables {
			stands[word]++
		}
	}
	for _, word := range shop.Impersonal() {
		stands[word]++
	}
	for _, prefix := range store.Prefixes() {
		word := strings.TrimSuffix(prefix, "/")
		switch stands[word] {
		case 0:
			t.Errorf("table %s/ stands in no line of how long things are kept: add it to kept, or to impersonal, in handlers/shop/retention.go", word)
		case 1:
		default:
			t.Errorf("table %s/ stands in %d lines of handlers/shop/retention.go", word, stands[word])
		}
		delete(stands, word)
	}
	for word := range stands {
		t.Errorf("handlers/shop/retention.go speaks of %s/, which no package declares", word)
	}
}

// TestWhatIsAMembersIsPersonal: a row guarded by a member's lock is about that member.
func TestWhatIsAMembersIsPersonal(t *testing.T) {
	const who = "01ARZ3NDEKTSV4RRFFQ69G5FAV"
	for _, word := range shop.Impersonal() {
		for _, rest := range []string{who, who + "/x", "x/" + who, "x/" + who + "/x"} {
			on, _ := store.SubjectOf([]byte(word + "/" + rest))
			if on == store.Subject("member/"+who) {
				t.Errorf("table %s/ is guarded by its member and said to hold nothing of anybody", word)
			}
		}
	}
}
