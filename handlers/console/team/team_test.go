package team_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/handlers/console/team"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/store"
)

// told is an outbox that keeps what is said.
type told struct{ said []bot.Intent }

func (o *told) Put(_ store.Tx, _ time.Time, in ...bot.Intent) error { return nil }
func (o *told) Renew(store.Tx, bot.IntentID, bot.ReplyToken) error  { return nil }
func (o *told) Nudge(in ...bot.Intent)                              { o.said = append(o.said, in...) }

func open(t testing.TB, change ...string) (*consoletest.World, *told) {
	out := &told{}
	w := consoletest.New(t, consoletest.Options{Strict: true, Change: change, Parts: func(w *consoletest.World) []console.Part {
		w.Shop.PublicURL = "http://127.0.0.1"
		w.Shop.Rollups.DB = w.DB
		return []console.Part{team.Part(w.Console, team.Deps{Outbox: out}), team.Stores(w.Console), team.Audit(w.Console)}
	}})
	return w, out
}

func of(s people.Staff) string { return "/console/team/of/" + string(s.ID) }

// count brings the rollups up to date.
func count(t *testing.T, w *consoletest.World) {
	t.Helper()
	if _, err := w.Shop.Rollups.Refresh(t.Context(), w.Clock.Now()); err != nil {
		t.Fatal(err)
	}
}

// give is a gift by hand.
func give(w *consoletest.World, by people.Staff, m loyalty.MemberID, op string, n loyalty.Points) (err error) {
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: loyalty.OpID(op), Now: w.Clock.Now(), Actor: by.ID.Actor(), Role: by.Role, Reason: []byte("x")}
		_, err = w.Shop.Book.Give(tx, m, act, n)
		return nil
	})
	return err
}

// TestList: who works here, with what each gave this month and to whom.
func TestList(t *testing.T) {
	w, _ := open(t)
	w.Sell(w.Clerk, w.Ann, 4200)
	if err := give(w, w.Clerk, w.Bob, "g1", 7); err != nil {
		t.Fatal(err)
	}
	b := w.Open(w.Manager)
	b.Get("/console/team").Must("still being counted")
	count(t, w)
	b.Get("/console/team").Must("olga", "mia", "sam", "Clerk", "not set")
	p := b.Get("/console/team").Click("sam").Must("Ann Lee", "Bob", "4,200", "The last 31 days", "Sign-ups")
	if !p.Says("7 points") && !p.Says("7") {
		t.Error("points by hand are missing")
	}
	csv := b.Get("/console/team?format=csv")
	if !strings.Contains(csv.Body, "sam,Clerk") || csv.Header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("the file: %q", csv.Body)
	}
	b.Get("/console/team?month=2020-01").Must("Jan 2020")
}

// TestInvite: a pasted list becomes codes that work once and bring names, roles
// and stores; a manager invites clerks only, and what cannot be read is told by
// its line.
func TestInvite(t *testing.T) {
	w, _ := open(t)
	b := w.Open(w.Owner)
	f := b.Get("/console/team/invites").Form("/invites")
	p := f.Set("lines", "Kim\nLee, manager\nNoor, barista").Send()
	if p.Status != http.StatusUnprocessableEntity || !p.Says("Line 3") || !p.Says("Noor, barista") {
		t.Fatalf("%d: %s", p.Status, p.Text())
	}
	p = p.Form("/invites").Set("lines", "Kim\n\nLee, Manager\n店 長 王,Clerk").Send().Must("Invitations made: 3", "/staff ", "Telegram", "店 長 王")
	if !strings.Contains(p.Body, `href="https://t.me/cafe_bot?start=`) {
		t.Error("no link into the chat")
	}
	var codes []people.Invitation
	w.See(func(r store.Reader) (err error) { codes, err = w.Shop.Vault.Invitations(r, w.Clock.Now()); return err })
	for _, inv := range codes {
		if !p.Says(inv.Code.String()) {
			t.Errorf("%s's code is not on the page", inv.Name)
		}
		if inv.Name == "Lee" && inv.Role != people.Manager {
			t.Errorf("Lee is a %s", inv.Role)
		}
	}
	// A manager sees the clerks' codes only, and makes no managers.
	m := w.Open(w.Manager)
	p = m.Get("/console/team/invites").Must("Kim")
	if p.Says("Lee") {
		t.Error("a manager is shown a manager's code")
	}
	if p = p.Form("/invites").Set("lines", "Eve, owner").Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("not yours to give") {
		t.Errorf("a manager invites an owner: %d %s", p.Status, p.Text())
	}
	m.Get("/console/team/invites").Form("/drop").Send().Must("Taken back")
	w.See(func(r store.Reader) (err error) { codes, err = w.Shop.Vault.Invitations(r, w.Clock.Now()); return err })
	if len(codes) != 2 {
		t.Errorf("%d are left", len(codes))
	}
}

// TestSentTwice: a form that is sent twice draws its codes once.
func TestSentTwice(t *testing.T) {
	w, _ := open(t)
	var all []people.Invitation
	f := w.Open(w.Owner).Get("/console/team/invites").Form("/invites").Set("lines", "Kim\nLee")
	f.Send()
	f.Send()
	w.See(func(r store.Reader) error {
		all, err := w.Shop.Vault.Invitations(r, w.Clock.Now())
		if len(all) != 2 {
			t.Errorf("%d invitations", len(all))
		}
		return err
	})
	// Nor does it bring one back that was taken back.
	w.See(func(r store.Reader) (err error) { all, err = w.Shop.Vault.Invitations(r, w.Clock.Now()); return err })
	w.Do(func(tx store.Tx) error { return people.DropInvitation(tx, all[0].ID) })
	f.Send()
	w.See(func(r store.Reader) (err error) { all, err = w.Shop.Vault.Invitations(r, w.Clock.Now()); return err })
	if len(all) != 1 {
		t.Errorf("%d invitations after one was taken back and the form was sent again", len(all))
	}
}

// TestLimits: limits of one's own hold at the next gift, and only an owner makes
// them wider than the role's.
func TestLimits(t *testing.T) {
	w, _ := open(t)
	role := w.Shop.Rules(w.Clock.Now()).Caps[people.Clerk]
	if role.GiveAct == 0 {
		t.Fatal("the preset has no cap to try")
	}
	m := w.Open(w.Manager)
	set := func(b *consoletest.Browser, most string) *consoletest.Page {
		return b.Get(of(w.Clerk)).Form("/limits").Set("limits", "own").Set("give_act", most).Set("give_day", "20").Set("reason", "new here").Send()
	}
	if p := set(m, "9999"); p.Status != http.StatusUnprocessableEntity || !p.Says("Only the owner allows more") {
		t.Errorf("wider by a manager: %d %s", p.Status, p.Text())
	}
	if p := set(m, "ten"); p.Status != http.StatusUnprocessableEntity || !p.Says("whole number") {
		t.Errorf("no number: %d", p.Status)
	}
	var limit *loyalty.LimitError
	p := m.Get(of(w.Clerk)).Form("/limits").Set("limits", "own").Set("give_act", "5").Set("give_day", "8").Set("sale_act", "").Set("sale_day", "").Set("reason", "new here").Send()
	if role.SaleAct == 0 && role.SaleDay == 0 {
		p.Must("limits hold", "changed the limits", "new here")
		if err := give(w, w.Clerk, w.Bob, "a", 6); !errors.As(err, &limit) || limit.Limit != 5 {
			t.Errorf("6 at once: %v", err)
		}
	}
	set(w.Open(w.Owner), "").Must("limits hold")
	if err := give(w, w.Clerk, w.Bob, "b", 21); !errors.As(err, &limit) || limit.Limit != 20 {
		t.Errorf("21 a day: %v", err)
	}
	m.Get(of(w.Clerk)).Form("/limits").Set("limits", "role").Set("reason", "back").Send().Must("limits hold")
	if err := give(w, w.Clerk, w.Bob, "c", 21); err != nil && role.GiveAct >= 21 {
		t.Errorf("21 under the role's: %v", err)
	}
}

// TestChange: role, store, name and the end of an employment, each at once.
func TestChange(t *testing.T) {
	w, out := open(t)
	owner, mia := w.Open(w.Owner), w.Open(w.Manager)
	mia.Get("/console/team").Must("mia")
	f := owner.Get(of(w.Manager)).Form("/role").Set("role", "clerk")
	if p := f.Send(); p.Status != http.StatusUnprocessableEntity || !p.Says("Please say why") {
		t.Errorf("without a reason: %d", p.Status)
	}
	f.Set("reason", "moved").Send().Must("mia is now: Clerk")
	if p := mia.Get("/console/team"); p.Status != http.StatusUnauthorized {
		t.Errorf("demoted, and the page gave %d", p.Status)
	}
	owner.Get(of(w.Clerk)).Form("/name").Set("name", "Sam at the \u202ebar").Send().Must("The name is saved", "Sam at the bar")
	owner.Get(of(w.Clerk)).Form("/pin").Send().Must("in their own chat")
	if len(out.said) != 1 || out.said[0].Person != bot.PersonID(w.Clerk.Member) {
		t.Errorf("told: %+v", out.said)
	}
	owner.Get(of(w.Clerk)).Form("/leave").Set("reason", "left town").Send().Must("can do nothing here any more")
	w.See(func(r store.Reader) error {
		if _, err := w.Shop.Vault.Employed(r, w.Clerk.ID); !errors.Is(err, people.ErrNotStaff) {
			t.Errorf("still employed: %v", err)
		}
		return nil
	})
	owner.Get("/console/audit").Must("ended the employment", "left town", "changed role or store", "moved")
	owner.Get("/console/audit?who=" + string(w.Manager.ID)).Must("Nothing yet")
}

// TestWhoMayWhat: nobody changes themselves; a manager changes clerks only, of
// their own store where they have one; sessions of others and the record are an
// owner's; and the last owner stays.
func TestWhoMayWhat(t *testing.T) {
	w, _ := open(t)
	other := w.Employ("second", people.Owner, "")
	post := func(b *consoletest.Browser, s people.Staff, what string, more ...string) *consoletest.Page {
		page := b.Get("/console/team/invites")
		v := url.Values{"token": {page.Form("/invites").Values.Get("token")}, "reason": {"because"}, "role": {"owner"}}
		for i := 0; i+1 < len(more); i += 2 {
			v.Set(more[i], more[i+1])
		}
		req, _ := http.NewRequest(http.MethodPost, w.URL+of(s)+"/"+what, strings.NewReader(v.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		return b.Do(req)
	}
	owner, mia := w.Open(w.Owner), w.Open(w.Manager)
	for _, c := range []struct {
		name string
		b    *consoletest.Browser
		whom people.Staff
		what string
		want int
	}{
		{"an owner promotes themselves", owner, w.Owner, "role", 422},
		{"an owner dismisses themselves", owner, w.Owner, "leave", 422},
		{"a manager makes an owner of a clerk", mia, w.Clerk, "role", 422},
		{"a manager dismisses an owner", mia, w.Owner, "leave", 422},
		{"a manager dismisses a manager", mia, w.Main, "leave", 422},
		{"a manager ends an owner's session", mia, w.Owner, "sessions", 403},
		{"a manager resets a manager's PIN", mia, w.Main, "pin", 422},
		{"an owner changes nobody", owner, people.Staff{ID: "NOBODY"}, "leave", 404},
	} {
		if p := post(c.b, c.whom, c.what); p.Status != c.want {
			t.Errorf("%s: %d %s", c.name, p.Status, p.Text())
		}
	}
	if p := mia.Get("/console/audit"); p.Status != http.StatusForbidden {
		t.Errorf("a manager reads the record: %d", p.Status)
	}
	clerk := w.Open(other) // then demoted to clerk: out at once
	post(owner, other, "role", "role", "clerk").Must()
	if p := clerk.Get("/console/team"); p.Status != http.StatusUnauthorized {
		t.Errorf("a clerk: %d", p.Status)
	}
	w.See(func(r store.Reader) error {
		for _, s := range []people.Staff{w.Owner, w.Manager, w.Main, w.Clerk} {
			now, err := w.Shop.Vault.Employed(r, s.ID)
			if err != nil || now.Role != s.Role {
				t.Errorf("%s is %s: %v", s.Name, now.Role, err)
			}
		}
		return nil
	})
}

// TestSessions: an owner logs a colleague out of their browsers.
func TestSessions(t *testing.T) {
	w, _ := open(t)
	mia, owner := w.Open(w.Manager), w.Open(w.Owner)
	mia.Get("/console/team").Must("mia")
	owner.Get(of(w.Manager)).Form("/sessions").Send().Must("That browser is out")
	if p := mia.Get("/console/team"); p.Status != http.StatusUnauthorized {
		t.Errorf("logged out, and the page gave %d", p.Status)
	}
}

// TestDevices: a link that is shown once makes a device, which is revoked.
func TestDevices(t *testing.T) {
	w, _ := open(t)
	b := w.Open(w.Manager)
	p := b.Get("/console/team/devices").Must("No device is set up yet").Form("/link").Send().Must("shown only now")
	_, token, ok := strings.Cut(p.Text(), "#register=")
	if !ok {
		t.Fatal("no link")
	}
	token = strings.Fields(token)[0]
	w.Do(func(tx store.Tx) error {
		_, _, err := w.Shop.Vault.Register(tx, token, "Till \u202eone", "", w.Clock.Now(), w.Shop.Rand)
		return err
	})
	p = b.Get("/console/team/devices").Must("Till one", "mia")
	if p.Says("#register=") {
		t.Error("the link is shown again")
	}
	p.Form("/revoke").Send().Must("Removed", "Removed devices: 1")
}

// second is another store in the programme.
var second = []string{"[earn]", "[[store]]\nid = \"north\"\nname = \"北店\"\n\n[earn]"}

// TestStores: each store's month, and what points given at one and spent at
// another come to; a manager of one store sees that one and no settlement.
func TestStores(t *testing.T) {
	w, _ := open(t, second...)
	here, there := w.Main, w.Employ("nora", people.Clerk, "north")
	w.Sell(here, w.Ann, 50000)
	w.Do(func(tx store.Tx) error {
		act := book.Act{Op: "spend", Now: w.Clock.Now(), Actor: there.ID.Actor(), Role: there.Role, Store: "north"}
		_, err := w.Shop.Book.Spend(tx, w.Ann, act, 30)
		return err
	})
	count(t, w)
	owner := w.Open(w.Owner)
	owner.Get("/console/stores").Must("轉角咖啡 本店", "北店", "50,000", "As of")
	p := owner.Get("/console/stores").Click("Settlement").Must("轉角咖啡 本店", "This month is not over", "+30", "−30")
	if csv := owner.Get("/console/stores/settlement?format=csv"); !strings.Contains(csv.Body, "轉角咖啡 本店,北店,30") {
		t.Errorf("the file: %q", csv.Body)
	}
	if p.Says("Settlement between stores") && !p.Says("Spent at 北店") {
		t.Error("no column for the store")
	}
	max := w.Open(w.Main)
	if p := max.Get("/console/stores").Must("本店"); p.Says("北店") {
		t.Error("a manager of one store sees another")
	}
	if p := max.Get("/console/stores/settlement"); p.Status != http.StatusNotFound {
		t.Errorf("the settlement for a manager of one store: %d", p.Status)
	}
	if p := max.Get("/console/team").Must("max"); p.Says("nora") || p.Says("olga") {
		t.Error("a manager of one store sees the others' staff")
	}
	if p := max.Get(of(there)); p.Status != http.StatusNotFound {
		t.Errorf("another store's employee: %d", p.Status)
	}
	if p := max.Get("/console/team/invites").Form("/invites").Set("lines", "Kim, 北店").Send(); p.Status != http.StatusUnprocessableEntity {
		t.Errorf("an invitation for another store: %d", p.Status)
	}
}
