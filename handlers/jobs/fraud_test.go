package jobs

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/fraud"
	"regulars/loyalty/people"
	"regulars/store"
)

// night lets the next night's job run.
func (w *world) night() (found int) {
	w.t.Helper()
	local := w.jobs.Shop.Local(w.clock.at)
	w.clock.at = time.Date(local.Year(), local.Month(), local.Day()+1, 5, 0, 0, 0, local.Location())
	return w.run("fraud")
}

// TestFoundAtNight: what the night finds of an employee's day is in the week's
// digest of who manages that store, once; who it is about is not told, nor is
// anybody of what was decided.
func TestFoundAtNight(t *testing.T) {
	for _, decided := range []bool{false, true} {
		w := newWorld(t)
		w.twoStores("")
		olga, mo := w.enrols("Olga", people.Owner, ""), w.enrols("Mo", people.Manager, "main")
		eve := w.enrols("Eve", people.Manager, "east")
		var members []loyalty.MemberID
		for i := range 12 {
			members = append(members, w.join(fmt.Sprint("Member", i), ""))
		}
		for range 2 { // sixteen within a minute, for different people
			for _, m := range members[:8] {
				w.sells(mo, m, 135)
			}
		}
		w.sells(eve, members[9], 135)
		if n := w.night(); n != 1 {
			t.Fatalf("%d findings", n)
		}
		if n := w.run("fraud"); n != 0 {
			t.Errorf("%d findings the second time", n)
		}
		if decided {
			w.update(func(tx store.Tx) error {
				all, err := fraud.Of(tx, fraud.OfStaff(string(mo.ID)))
				if err != nil || len(all) != 1 {
					t.Fatal(all, err)
				}
				_, err = fraud.Decide(tx, all[0].Key, fraud.Fine, olga.ID.Actor(), []byte("sealed"), w.clock.at)
				return err
			})
		}
		w.monday()
		for _, c := range []struct {
			who  people.Staff
			told bool
		}{{olga, !decided}, {mo, false}, {eve, false}} {
			msg, _ := w.digestOf(c.who)
			if told := strings.Contains(msg.Text, "16 sales and gifts within one minute"); told != c.told {
				t.Errorf("decided %v: %s is told %v:\n%s", decided, c.who.Name, told, msg.Text)
			}
		}
	}
}

// TestFoundOfMembers: what was found about a member is told to who manages the store,
// by a masked name, and not where somebody is that member.
func TestFoundOfMembers(t *testing.T) {
	w := newWorld(t)
	w.twoStores("")
	olga, mo := w.enrols("Olga", people.Owner, ""), w.enrols("Mo", people.Manager, "main")
	eve := w.enrols("Eve", people.Manager, "east")
	ann := w.join("Annabel Leigh", "")
	w.sells(mo, ann, 135)
	w.sells(eve, ann, 135)
	for i, who := range []loyalty.MemberID{ann, mo.Member} {
		w.update(func(tx store.Tx) error {
			_, err := fraud.Record(tx, fraud.Finding{
				Key:   fraud.Key{Subject: fraud.OfMember(who), Day: w.jobs.Shop.Local(w.clock.at).Format(time.DateOnly), Rule: fraud.OffHours},
				Score: 90, Weight: 90, Store: "main", Numbers: fraud.Numbers{"times": int64(31 + i)}, FoundAt: w.clock.at,
			})
			return err
		})
	}
	w.monday()
	for _, c := range []struct {
		who       people.Staff
		ann, mine bool
	}{{olga, true, true}, {mo, true, false}, {eve, false, false}} {
		msg, _ := w.digestOf(c.who)
		if ann, mine := strings.Contains(msg.Text, "31 sales"), strings.Contains(msg.Text, "32 sales"); ann != c.ann || mine != c.mine || strings.Contains(msg.Text, "Leigh") {
			t.Errorf("%s is told of the member %v, of Mo as one %v:\n%s", c.who.Name, ann, mine, msg.Text)
		}
	}
}
