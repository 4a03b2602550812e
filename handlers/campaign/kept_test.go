package campaign

import (
	"fmt"
	"slices"
	"testing"

	"regulars/loyalty"
	"regulars/store"
)

// Somebody's export names the campaigns that were sent to them and those whose buttons
// they tapped, and nobody else's.
func TestKeptOfCampaigns(t *testing.T) {
	w := newWorld(t)
	ids := w.join(3, "line", "en")
	d := plain()
	d.Coupon = &Coupon{Reward: "tumbler", Days: 7}
	id := w.offer(d)
	w.reached(id, ids[:2]...)
	w.says("lineen0", "/tap "+string(id)+" get")
	kept := func(of loyalty.MemberID) (all []string) {
		w.view(func(r store.Reader) error {
			return w.e.EachKept(r, of, func(m loyalty.MemberID, word, key string, row any) error {
				k := row.(kept)
				all = append(all, fmt.Sprintln(slices.Index(ids, m), word, key == string(id), k.Campaign == d.Name, k.Sent, k.Tapped != nil && k.Tapped.Count["get"] == 1))
				return nil
			})
		})
		return all
	}
	for of, want := range map[loyalty.MemberID][]string{
		ids[0]: {"0 camptap true true true true\n"}, ids[1]: {"1 camptap true true true false\n"}, ids[2]: nil, "": {"0 camptap true true false true\n"},
	} {
		if got := kept(of); !slices.Equal(got, want) {
			t.Errorf("of %d are kept %q, not %q", slices.Index(ids, of), got, want)
		}
	}
}
