package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/sim"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// The rush hour: six devices on the counter record 300 sales side by side, some
// with a voucher, some taken back, while the program is killed twice. A device
// sends again, under the same id, what had no answer, as its page does. What the
// devices were told, what the ledger says and what members were told agree to
// the unit, and no receipt for points earned was paid for.
func TestRushHour(t *testing.T) {
	if testing.Short() {
		t.Skip("kills take seconds")
	}
	const devices, each, members, presents = 6, 50, 20, 3
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=true")
	p.start()
	p.hooked()
	r := &rush{place: p, judged: map[string]*rung{}}
	for i := range members {
		r.people = append(r.people, p.joined(fmt.Sprintf("Member%d", i), fmt.Sprintf("09120000%02d", i)))
	}
	boss := p.line.Person("Boss", "en").Befriend()
	boss.Say("/staff " + p.invite("manager"))
	p.hears(boss, 1)
	var clerks []*sim.LinePerson
	for i := range devices {
		c := p.line.Person(fmt.Sprintf("Clerk%d", i), "en").Befriend()
		c.Say("/staff " + p.invite("clerk"))
		p.hears(c, 1)
		clerks = append(clerks, c)
	}
	p.try(p.stop())
	r.gives(presents)
	p.start()
	for i, c := range clerks {
		r.tills = append(r.tills, r.newTill(boss, c, i))
	}
	paid := p.line.Used() // what went before is not judged

	var all sync.WaitGroup
	for i, x := range r.tills {
		all.Go(func() { x.works(rand.New(rand.NewPCG(seed, uint64(i))), each) })
	}
	for _, after := range []int64{each * devices / 3, each * devices * 2 / 3} {
		p.eventually("sales between kills", func() bool { return r.sales.Load() >= after })
		p.kill()
		p.start()
	}
	all.Wait()
	if t.Failed() {
		return
	}
	r.asked()
	r.judge(int(p.line.Used() - paid))
}

// rush is a shop at its busiest.
type rush struct {
	*place
	people []*sim.LinePerson
	ids    []loyalty.MemberID
	tills  []*till
	sales  atomic.Int64

	mu     sync.Mutex
	judged map[string]*rung // by reference
}

// rung is a sale that a device was told of.
type rung struct {
	member  int
	amount  int64
	points  int64
	voucher bool
	undone  bool
}

// gives every member vouchers, as a campaign would.
func (r *rush) gives(n int) {
	r.t.Helper()
	r.opened(func(a *app) {
		for _, x := range r.people {
			err := a.db.Update(context.Background(), func(tx store.Tx) error {
				id, _, err := a.shop.Vault.Who(tx, shop.Identity(bot.Identity{Channel: "main", User: bot.UserID(x.ID())}))
				if err != nil {
					return err
				}
				r.ids = append(r.ids, id)
				for i := range n {
					source := fmt.Sprint("rush/", i)
					act := book.Act{Op: loyalty.OpID(source + "/" + string(id)), Actor: loyalty.ByJob("rush"), Now: a.clock.Now()}
					if _, err := a.shop.Club.Vouchers.Present(tx, id, act, a.shop.Rules(a.clock.Now()).Rewards[0].ID, source); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				r.t.Fatal(err)
			}
		}
	})
}

// till is one device with its employee.
type till struct {
	*rush
	http    *http.Client
	session string
	no      int
	acts    int
}

var (
	rushLink = regexp.MustCompile(`#register=([A-Za-z0-9_-]+)`)
	pinForm  = regexp.MustCompile(`\b\d{3} \d{3}\b`)
)

// newTill registers a device by the manager's link, and lets an employee choose
// a PIN on it.
func (r *rush) newTill(boss, clerk *sim.LinePerson, no int) *till {
	r.t.Helper()
	jar, err := cookiejar.New(nil)
	r.try(err)
	x := &till{rush: r, http: &http.Client{Jar: jar, Timeout: 5 * time.Second}, no: no}
	before := len(r.links(boss))
	boss.Say("/counter")
	var links []string
	r.eventually("a link for a device", func() bool { links = r.links(boss); return len(links) > before })
	x.must("register", map[string]any{"token": links[len(links)-1], "name": fmt.Sprintf("Counter %d", no)}, nil)
	clerk.Say("/pin")
	said := strings.Join(r.hears(clerk, 1), "\n")
	code := strings.ReplaceAll(pinForm.FindString(said), " ", "")
	if code == "" {
		r.t.Fatalf("no code in %q", said)
	}
	var state struct {
		Staff []struct{ ID, Name string }
	}
	res, err := x.http.Get(r.url + "/counter/api/state?lang=en")
	r.try(err)
	r.try(json.NewDecoder(res.Body).Decode(&state))
	res.Body.Close()
	for _, s := range state.Staff {
		if s.Name != clerk.Name() {
			continue
		}
		var in struct{ Session string }
		x.must("pin", map[string]any{"staff": s.ID, "code": code, "pin": fmt.Sprint(8350 + no)}, &in)
		x.session = in.Session
	}
	if x.session == "" {
		r.t.Fatalf("%s is not among %v", clerk.Name(), state.Staff)
	}
	return x
}

// links are the tokens of the links that a phone shows, behind buttons.
func (r *rush) links(x *sim.LinePerson) (all []string) {
	for _, m := range rushLink.FindAllStringSubmatch(fmt.Sprint(x.Raw()), -1) {
		all = append(all, m[1])
	}
	return all
}

// send posts once; status 0 is no answer.
func (x *till) send(act string, body map[string]any) (status int, answer []byte) {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	req, err := http.NewRequest(http.MethodPost, x.url+"/counter/api/"+act+"?lang=en", bytes.NewReader(raw))
	if err != nil {
		panic(err)
	}
	req.Header.Set("X-Regulars", "counter")
	req.Header.Set("Content-Type", "application/json")
	res, err := x.http.Do(req)
	if err != nil {
		return 0, nil
	}
	defer res.Body.Close()
	if answer, err = io.ReadAll(res.Body); err != nil {
		return 0, nil
	}
	return res.StatusCode, answer
}

// must posts until there is an answer, under the same id, and asks for a 200.
func (x *till) must(act string, body map[string]any, into any) bool {
	if x.session != "" {
		body["session"] = x.session
	}
	late := time.Now().Add(patience)
	wait := time.NewTicker(20 * time.Millisecond)
	defer wait.Stop()
	for {
		status, answer := x.send(act, body)
		switch {
		case status == http.StatusOK:
			if into != nil {
				if err := json.Unmarshal(answer, into); err != nil {
					x.t.Errorf("%s: %v: %s", act, err, answer)
					return false
				}
			}
			return true
		case status != 0 && status < 500 || time.Now().After(late):
			x.t.Errorf("%s %v: %d %s", act, body, status, answer)
			return false
		}
		<-wait.C
	}
}

// works through n sales.
func (x *till) works(r *rand.Rand, n int) {
	for range n {
		if !x.sells(r) {
			return
		}
		x.sales.Add(1)
	}
}

// id names an act for good, however often it is sent.
func (x *till) id() string { x.acts++; return fmt.Sprintf("rush-%d-%06d", x.no, x.acts) }

// sells looks a member up and records a sale: some with a voucher, where
// there is one, one in ten taken back.
func (x *till) sells(r *rand.Rand) bool {
	who := r.IntN(len(x.people))
	var found struct {
		Members []struct {
			Member   string
			Vouchers []struct{ ID string }
		}
	}
	if !x.must("find", map[string]any{"q": fmt.Sprintf("09120000%02d", who)}, &found) || len(found.Members) != 1 {
		x.t.Errorf("member %d: %d found", who, len(found.Members))
		return false
	}
	m := found.Members[0]
	sale := map[string]any{"id": x.id(), "member": m.Member, "amount": int64(10 * (1 + r.IntN(90)))}
	one := &rung{member: who, amount: sale["amount"].(int64)}
	if len(m.Vouchers) > 0 && r.IntN(2) == 0 && x.no == who%len(x.tills) { // no two devices want the same one
		sale["vouchers"], one.voucher = []string{m.Vouchers[0].ID}, true
	}
	var done struct {
		Ref    string
		Points int64
	}
	if !x.must("sale", sale, &done) {
		return false
	}
	one.points = done.Points
	if one.undone = r.IntN(10) == 0; one.undone && !x.must("undo", map[string]any{"id": x.id(), "ref": done.Ref}, nil) {
		return false
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.judged[done.Ref] != nil {
		x.t.Errorf("two sales were given the reference %s", done.Ref)
	}
	x.judged[done.Ref] = one
	return true
}

// asked lets every member ask for their points until nothing rides any more.
func (r *rush) asked() {
	r.world.Settle(300 * time.Millisecond)
	for _, m := range r.people {
		r.takes(m)
	}
}

// judge holds devices, ledger and phones against each other.
func (r *rush) judge(paid int) {
	t := r.t
	r.must("verify")
	r.try(r.stop())
	var takings, points, sales, undone, vouchers int64
	told := make([]int64, len(r.people)) // points by member
	for _, x := range r.judged {
		sales++
		if x.voucher {
			vouchers++
		}
		if x.undone {
			undone++
			continue
		}
		takings, points, told[x.member] = takings+x.amount, points+x.points, told[x.member]+x.points
	}
	r.opened(func(a *app) {
		var money loyalty.Money
		var given loyalty.Points
		var used int64
		err := a.db.View(context.Background(), func(rd store.Reader) (err error) {
			money, given = 0, 0
			if used, err = r.countUses(rd, a); err != nil {
				return err
			}
			for i, id := range r.ids {
				list, err := a.shop.Book.History(rd, id, 0, 1000)
				if err != nil {
					return err
				}
				var own loyalty.Points
				for _, e := range list {
					own += e.Change()
					if x := r.judged[string(e.Ref)]; e.Kind == loyalty.KindEarn && (x == nil || x.member != i || x.amount != int64(e.Amount)) {
						t.Errorf("the ledger has a sale %s of %d for member %d that no device was told of: %+v", e.Ref, e.Amount, i, x)
					}
					switch mark, err := a.shop.Book.Reversed(rd, e); {
					case err != nil:
						return err
					case e.Kind == loyalty.KindEarn && !mark.Whole:
						money += e.Amount
					}
				}
				b, err := a.shop.Book.Balance(rd, id, a.clock.Now())
				if err != nil {
					return err
				}
				if int64(own) != told[i] || own != b.Available+b.Pending+b.Held {
					t.Errorf("member %d: devices were told of %d points, the ledger gives %d, the balance is %+v", i, told[i], own, b)
				}
				given += own
			}
			return nil
		})
		r.try(err)
		if int64(money) != takings || int64(given) != points {
			t.Errorf("takings %d and points %d in the ledger; devices were told of %d and %d", money, given, takings, points)
		}
		if back := r.undoneWithVoucher(); used != vouchers-back {
			t.Errorf("%d vouchers are used, devices used %d and took %d of them back", used, vouchers, back)
		}
	})
	r.judgeReceipts()
	if most := int(vouchers + 2*undone); paid > most {
		t.Errorf("%d messages were paid for; %d sales with a voucher and %d undone ones allow %d", paid, vouchers, undone, most)
	}
	t.Logf("%d sales, takings %d, %d points, %d vouchers, %d undone, %d paid messages", sales, takings, points, vouchers, undone, paid)
}

func (r *rush) undoneWithVoucher() (n int64) {
	for _, x := range r.judged {
		if x.undone && x.voucher {
			n++
		}
	}
	return n
}

// countUses counts the members' vouchers that are used.
func (r *rush) countUses(rd store.Reader, a *app) (n int64, err error) {
	for _, id := range r.ids {
		list, err := a.shop.Club.Vouchers.List(rd, id, a.clock.Now())
		if err != nil {
			return 0, err
		}
		for _, v := range list {
			if v.State == voucher.Used {
				n++
			}
		}
	}
	return n, nil
}

// judgeReceipts: what stands was told its member once; what was taken back was
// told as taken back, if it was told at all.
func (r *rush) judgeReceipts() {
	said := make([]map[string]int, len(r.people))
	for i, m := range r.people {
		said[i] = map[string]int{}
		for _, text := range m.Received() {
			for _, ref := range refForm.FindAllStringSubmatch(text, -1) {
				said[i][ref[1]]++
			}
		}
	}
	lost := 0
	for ref, x := range r.judged {
		if n := said[x.member][ref]; !x.undone && n == 0 && x.points > 0 {
			lost++
			r.t.Errorf("member %d never heard of %s", x.member, ref)
		} else if !x.undone && n > 1 && !x.voucher {
			r.t.Errorf("member %d heard %d times of %s", x.member, n, ref)
		}
	}
}
