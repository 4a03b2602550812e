package console_test

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// upPart takes files.
func upPart() console.Part {
	page := `{{template "wrong" .Q}}{{range $what := .D}}<form method="post" enctype="multipart/form-data" action="/console/up/{{$what}}">
{{template "field" (field $.Q "thing" "Thing" "form" $what "kind" "file")}}<button>Send</button></form>{{end}}`
	show := func(q *console.Request) (console.Answer, error) {
		return q.Page("up_page.html", "Up", []string{"file", "picture"}), nil
	}
	return console.Part{Name: "up", Files: fstest.MapFS{"up_page.html": {Data: []byte(page)}}, Routes: []console.Route{
		{Method: "GET", Path: "/console/up", Do: show},
		{Method: "POST", Path: "/console/up/file", Do: func(q *console.Request) (console.Answer, error) {
			name, _, ok := q.Upload("thing")
			if !ok {
				return q.Again(show(q))
			}
			return q.Go("/console/up", "Took "+name), nil
		}},
		{Method: "POST", Path: "/console/up/picture", Do: func(q *console.Request) (console.Answer, error) {
			_, _, kind, ok := q.Picture("thing")
			if !ok {
				return q.Again(show(q))
			}
			return q.Go("/console/up", "Took a "+kind), nil
		}},
	}}
}

func withParts(t *testing.T, parts ...console.Part) *consoletest.World {
	return consoletest.New(t, consoletest.Options{Strict: true, Parts: func(*consoletest.World) []console.Part { return parts }})
}

// TestUploads: a file is taken by its name alone, within its size; a picture is
// one that can be drawn.
func TestUploads(t *testing.T) {
	t.Parallel()
	w := withParts(t, upPart())
	b := w.Open(w.Manager)
	send := func(what, name string, body []byte) *consoletest.Page {
		t.Helper()
		return b.Get("/console/up").Form("/"+what).Attach("thing", name, body).Send()
	}
	drawn := func(side int, encode func(io.Writer, image.Image) error) []byte {
		var buf bytes.Buffer
		if err := encode(&buf, image.NewGray(image.Rect(0, 0, side, 1))); err != nil {
			t.Fatal(err)
		}
		return buf.Bytes()
	}
	jpg := func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
	good := drawn(64, png.Encode)
	for _, c := range []struct {
		what, name string
		body       []byte
		status     int
		says       string
	}{
		{"file", "codes.csv", []byte("a,b"), 200, "Took codes.csv"},
		{"file", `..\..\etc/passwd`, []byte("x"), 200, "Took passwd"},
		{"file", "a\u202egpj.exe", []byte("x"), 200, "Took agpj.exe"},
		{"file", "empty", nil, 422, "Please choose a file first."},
		{"file", "most", bytes.Repeat([]byte("x"), console.MaxUpload), 200, "Took most"},
		{"file", "more", bytes.Repeat([]byte("x"), console.MaxUpload+1), 422, "2 MB at most"},
		{"file", "much more", bytes.Repeat([]byte("x"), 2*console.MaxPicture), 413, "12 MB at most"},
		{"picture", "a.png", good, 200, "Took a .jpg"},
		{"picture", "named.gif", drawn(64, jpg), 200, "Took a .jpg"},
		{"picture", "a.png", []byte("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"), 422, "not a picture"},
		{"picture", "a.png", good[:len(good)-20], 422, "not a picture"},
		{"picture", "wide.png", drawn(20_001, png.Encode), 422, "20001"},
	} {
		if p := send(c.what, c.name, c.body); p.Status != c.status || !p.Says(c.says) {
			t.Errorf("%s %q gave %d: %s", c.what, c.name, p.Status, p.Text())
		}
	}
}

// raw sends a request with a browser's cookies, and what else it is told.
func raw(t *testing.T, w *consoletest.World, b *consoletest.Browser, method, path, body string, header ...string) *consoletest.Page {
	t.Helper()
	req, err := http.NewRequest(method, w.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	return b.Do(req)
}

// TestOddRequests: wrong methods, addresses and bodies get an answer that says
// so, as a page with the policy of every other.
func TestOddRequests(t *testing.T) {
	t.Parallel()
	w := withParts(t, tryPart(), console.Part{Name: "bad", Routes: []console.Route{
		{Method: "GET", Path: "/console/bad", Do: func(*console.Request) (console.Answer, error) { panic("a fault of ours") }},
		{Method: "GET", Path: "/console/away", Do: func(q *console.Request) (console.Answer, error) { return q.Go("https://evil.example/", ""), nil }},
		{Method: "GET", Path: "/console/owners", Least: people.Owner, Do: func(q *console.Request) (console.Answer, error) { return q.Gone(), nil }},
	}})
	b := w.Open(w.Manager)
	token := b.Get("/console/try").Form("/give").Values.Get("token")
	for _, c := range []struct {
		method, path, body string
		status             int
		says               string
	}{
		{"HEAD", "/console/try", "", 200, ""},
		{"POST", "/console/sessions", "token=" + token, 405, "go back to the page"},
		{"GET", "/console/out", "", 405, "go back to the page"},
		{"DELETE", "/console/try/give", "", 405, ""},
		{"PUT", "/console/", "", 404, ""},
		{"GET", "/console/nothing", "", 404, "Nothing is here"},
		{"GET", "/console/a/0/console.css", "", 404, "Nothing is here"},
		{"GET", "/console/a/0/..%2f..%2fconsole.go", "", 404, "Nothing is here"},
		{"GET", "/console/try/%2e%2e/%2e%2e/etc/passwd", "", 404, ""},
		{"POST", "/console/try/give", "token=" + token + "&note=" + strings.Repeat("x", 1<<20), 413, "too big"},
		{"POST", "/console/try/give", "token=%zz", 400, "not complete"},
		{"POST", "/console/try/give", "amount=1", 403, "came from another page"},
		{"POST", "/console/try/give", "token=" + token[:40], 403, "came from another page"},
		{"GET", "/console/bad", "", 500, "Something went wrong (ref "},
		{"GET", "/console/owners", "", 403, "for the owner"},
	} {
		p := raw(t, w, b, c.method, c.path, c.body)
		if p.Status != c.status || !p.Says(c.says) {
			t.Errorf("%s %s gave %d: %s", c.method, c.path, p.Status, p.Text())
		}
		if strings.HasPrefix(p.Path, "/console") && !strings.Contains(p.Header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s %s has no policy", c.method, c.path)
		}
	}
	if p := b.Get("/console/away"); strings.Contains(p.Path, "evil") {
		t.Errorf("a page led away to %s", p.Path)
	}
	if log := w.Log.String(); !strings.Contains(log, "a fault of ours") {
		t.Errorf("the log does not tell of the fault: %s", log)
	}
}

// TestForgedForms: a form of another site, of no page, or of another session is
// refused.
func TestForgedForms(t *testing.T) {
	t.Parallel()
	w := withParts(t, tryPart())
	b, other := w.Open(w.Manager), w.Open(w.Owner)
	body := func(of *consoletest.Browser) string {
		v := of.Get("/console/try").Form("/give").Values
		v.Set("reason", "none")
		return v.Encode()
	}
	for name, c := range map[string]struct {
		body   string
		header []string
	}{
		"cross-site":     {body(b), []string{"Sec-Fetch-Site", "cross-site"}},
		"same-site":      {body(b), []string{"Sec-Fetch-Site", "same-site"}},
		"another origin": {body(b), []string{"Origin", "https://evil.example"}},
		"no origin":      {body(b), []string{"Origin", "null"}},
		"another's form": {body(other), []string{"Sec-Fetch-Site", "same-origin"}},
	} {
		if p := raw(t, w, b, "POST", "/console/try/give", c.body, c.header...); p.Status != http.StatusForbidden || p.Says("Done") {
			t.Errorf("%s: %d %s", name, p.Status, p.Text())
		}
	}
	if p := raw(t, w, b, "POST", "/console/try/give", body(b), "Sec-Fetch-Site", "same-origin"); !p.Says("Done: 5") {
		t.Errorf("one's own form gave %d: %s", p.Status, p.Text())
	}
}

// cookieOf logs in with a cookie of one's own making, or none, and gives the
// answer's.
func cookieOf(t *testing.T, w *consoletest.World, who people.Staff, brought string) *http.Cookie {
	t.Helper()
	var token string
	w.Do(func(tx store.Tx) (err error) {
		token, err = w.Shop.Vault.NewConsoleLink(tx, who.ID, w.Clock.Now(), w.Shop.Rand)
		return err
	})
	req, _ := http.NewRequest("POST", w.URL+"/console/in/"+token, nil)
	if brought != "" {
		req.Header.Set("Cookie", brought)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	for _, c := range res.Cookies() {
		if strings.HasSuffix(c.Name, "regulars_console") {
			return c
		}
	}
	t.Fatalf("entering gave %d and no cookie", res.StatusCode)
	return nil
}

// TestCookie: browsers keep it from scripts and other sites, and over https for
// this host alone; what a browser brings is never taken over.
func TestCookie(t *testing.T) {
	t.Parallel()
	w := withParts(t, tryPart())
	plain := cookieOf(t, w, w.Manager, "")
	if plain.Name != "regulars_console" || !plain.HttpOnly || plain.SameSite != http.SameSiteLaxMode || plain.Path != "/" || len(plain.Value) < 40 {
		t.Errorf("over http the cookie is %v", plain)
	}
	fixed := cookieOf(t, w, w.Manager, "regulars_console="+strings.Repeat("A", 43))
	if fixed.Value == strings.Repeat("A", 43) {
		t.Error("the browser's own secret was taken over")
	}
	again := cookieOf(t, w, w.Owner, "regulars_console="+fixed.Value)
	for _, c := range []struct {
		secret string
		status int
	}{{plain.Value, 200}, {strings.Repeat("A", 43), 401}, {fixed.Value, 401}, {again.Value, 200}} {
		p := raw(t, w, w.Fresh(), "GET", "/console/try", "", "Cookie", "regulars_console="+c.secret)
		if p.Status != c.status {
			t.Errorf("a page with %.6s… gave %d, not %d", c.secret, p.Status, c.status)
		}
	}
	w.Shop.PublicURL = "https://cafe.example"
	if c := cookieOf(t, w, w.Manager, ""); c.Name != "__Host-regulars_console" || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" {
		t.Errorf("over https the cookie is %v", c)
	}
}

// TestLink: looking at a link uses nothing up, as chat apps do by themselves; it
// lets in once, for five minutes, and only by a button of this page.
func TestLink(t *testing.T) {
	t.Parallel()
	w := withParts(t, tryPart())
	link := func() (to string) {
		w.Do(func(tx store.Tx) error {
			token, err := w.Shop.Vault.NewConsoleLink(tx, w.Manager.ID, w.Clock.Now(), w.Shop.Rand)
			to = "/console/in/" + token
			return err
		})
		return to
	}
	press := func(to string, header ...string) int {
		t.Helper()
		return raw(t, w, w.Fresh(), "POST", to, "", header...).Status
	}
	to := link()
	for range 3 {
		w.Fresh().Get(to).Must("打開管理台")
		raw(t, w, w.Fresh(), "HEAD", to, "")
	}
	if got := press(to, "Sec-Fetch-Site", "cross-site"); got != http.StatusForbidden {
		t.Errorf("pressed from another site: %d", got)
	}
	if got := press(to); got != http.StatusNotFound { // it led on to a first page, which this console lacks
		t.Errorf("pressed: %d", got)
	}
	if got := press(to); got != http.StatusGone {
		t.Errorf("pressed twice: %d", got)
	}
	late, stale := link(), link()
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.MoveStaff(tx, w.Manager.ID, people.Owner, "") })
	if got := press(stale); got != http.StatusGone {
		t.Errorf("after another role: %d", got)
	}
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.MoveStaff(tx, w.Manager.ID, people.Manager, "") })
	w.Clock.Move(people.ConsoleLinkLife)
	if got := press(late); got != http.StatusGone {
		t.Errorf("after five minutes: %d", got)
	}
}

// TestRoleChangesAtOnce: between a page and its form, and in the middle of an
// Update that began before.
func TestRoleChangesAtOnce(t *testing.T) {
	t.Parallel()
	var w *consoletest.World
	demote := func() {
		w.Do(func(tx store.Tx) error { return w.Shop.Vault.MoveStaff(tx, w.Manager.ID, people.Clerk, "") })
	}
	during := console.Part{Name: "late", Routes: []console.Route{{Method: "POST", Path: "/console/late", Do: func(q *console.Request) (console.Answer, error) {
		demote()
		err := q.Update(func(store.Tx) error { t.Error("a clerk's update ran"); return nil })
		q.WrongBy("", err)
		return q.Go("/console/try", "Done"), err
	}}}}
	w = withParts(t, tryPart(), during)
	b := w.Open(w.Manager)
	v := b.Get("/console/try").Form("/give").Values
	if p := b.Post("/console/late", url.Values{"token": v["token"]}); p.Status != http.StatusUnauthorized {
		t.Errorf("demoted in the middle: %d %s", p.Status, p.Text())
	}
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.MoveStaff(tx, w.Manager.ID, people.Manager, "") })
	b = w.Open(w.Manager)
	form := b.Get("/console/try").Form("/give").Set("reason", "none")
	demote()
	if p := form.Send(); p.Status != http.StatusUnauthorized || p.Says("Done") {
		t.Errorf("demoted between page and form: %d %s", p.Status, p.Text())
	}
}

// TestStreamEndsWithItsSession: who is let go sees no event more.
func TestStreamEndsWithItsSession(t *testing.T) {
	t.Parallel()
	var w *consoletest.World
	ended := make(chan error, 1)
	more := make(chan struct{})
	w = withParts(t, console.Part{Name: "live", Routes: []console.Route{{Method: "GET", Path: "/console/live", Do: func(q *console.Request) (console.Answer, error) {
		return q.Stream(func(ctx context.Context, send func(event, data string) error) error {
			err := send("first", "one\rtwo") // a return would begin a field of its own
			<-more
			if err == nil {
				err = send("second", "three")
			}
			ended <- err
			return err
		}), nil
	}}}})
	b := w.Open(w.Manager)
	res, err := b.Client.Get(w.URL + "/console/live")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	first := make([]byte, len("event: first\ndata: one\ndata: two\n\n"))
	if _, err := io.ReadFull(res.Body, first); err != nil || string(first) != "event: first\ndata: one\ndata: two\n\n" {
		t.Fatalf("the first event is %q: %v", first, err)
	}
	w.Do(func(tx store.Tx) error { return w.Shop.Vault.Dismiss(tx, w.Manager.ID, w.Clock.Now()) })
	close(more)
	if rest, _ := io.ReadAll(res.Body); len(rest) > 0 || <-ended == nil {
		t.Errorf("after the dismissal: %q", rest)
	}
}

// TestSessionsOfOthers: an owner sees and ends everybody's; a manager their own.
func TestSessionsOfOthers(t *testing.T) {
	t.Parallel()
	w := withParts(t, tryPart())
	owner, manager, main := w.Open(w.Owner), w.Open(w.Manager), w.Open(w.Main)
	list := owner.Get("/console/sessions").Must("mia", "max")
	mine := manager.Get("/console/sessions")
	if mine.Says("max") || mine.Says("olga") {
		t.Errorf("a manager sees: %s", mine.Text())
	}
	f := mine.Form("/sessions/end")
	f.Values.Set("staff", string(w.Main.ID))
	if p := f.Send(); p.Status != http.StatusForbidden {
		t.Errorf("a manager ends another's: %d", p.Status)
	}
	var theirs url.Values
	for _, f := range list.Forms("/sessions/end") {
		if f.Values.Get("staff") == string(w.Main.ID) {
			theirs = f.Values
		}
	}
	owner.Post("/console/sessions/end", theirs).Must("Ended.")
	if p := main.Get("/console/try"); p.Status != http.StatusUnauthorized {
		t.Errorf("a session that the owner ended gives %d", p.Status)
	}
	manager.Get("/console/try").Must("Whole points.")
}

// TestAuditIsSwept: with what leads to it, after three years.
func TestAuditIsSwept(t *testing.T) {
	t.Parallel()
	part := console.Part{Name: "deed", Routes: []console.Route{{Method: "POST", Path: "/console/deed", Do: func(q *console.Request) (console.Answer, error) {
		err := q.Update(func(tx store.Tx) error {
			return q.Audit(tx, "console.title", q.Typed("about"), loyalty.MemberID(q.Typed("about")), "because", "")
		})
		return q.Go("/console/try", "Done"), err
	}}}}
	w := withParts(t, tryPart(), part)
	deed := func() {
		b := w.Open(w.Manager)
		token := b.Get("/console/try").Form("/give").Values["token"]
		b.Post("/console/deed", url.Values{"token": token, "about": {string(w.Ann)}}).Must("Done")
	}
	count := func() (n int) {
		w.See(func(r store.Reader) error {
			for _, prefix := range []string{"audit/", "auditof/"} {
				for _, err := range r.Scan(store.Prefix([]byte(prefix))) {
					if err != nil {
						return err
					}
					n++
				}
			}
			return nil
		})
		return n
	}
	deed()
	w.Clock.Move(2 * 365 * 24 * 3600e9)
	deed()
	w.Clock.Move(2 * 365 * 24 * 3600e9)
	if n := count(); n != 4 {
		t.Fatalf("%d rows of two deeds", n)
	}
	if n, err := console.Sweep(context.Background(), w.DB, w.Clock.Now()); err != nil || n != 2 || count() != 2 {
		t.Errorf("swept %d, %d are left: %v", n, count(), err)
	}
}
