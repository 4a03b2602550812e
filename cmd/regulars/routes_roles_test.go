package main

import (
	"crypto/rand"
	"encoding/json"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"regulars/handlers/api"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// door is what stands before an address.
type door string

const (
	open    door = "open"    // everybody may: it tells nothing of anybody
	secret  door = "secret"  // whoever has what stands in the address: made up, it opens nothing
	signed  door = "signed"  // the platform that signs
	fresh   door = "fresh"   // a device without a session: the link, or the PIN, is asked in the body
	device  door = "device"  // a counter's device, and an employee at it
	paired  door = "paired"  // a counter's device, whoever is at it
	session door = "session" // a manager's session: TestConsoleRoutes has the roles
	inner   door = "inner"   // an address of addresses, which are walked on their own
)

// doors say of every address of the program who may come in. One that has no
// row fails: it is decided on purpose. Those of the console and of the API come
// from what they register.
var doors = map[string]door{
	"GET /healthz":                       open,
	"GET /readyz":                        open,
	"POST /webhook/{channel}":            signed,
	"GET /c/{token}":                     open, // the way to the counter, of no card in particular; a GET consumes nothing
	"GET /v/{code}":                      open, // the words for an employee's phone, of no code in particular
	"GET /r/{code}":                      open, // the way into the chat, of no code in particular
	"GET /k/{code}":                      open,
	"GET /i/{file}":                      secret,
	"GET /p/{file}":                      secret,
	"GET /m/{token}":                     secret,
	"GET /m/{token}/changes":             open, // of a card that is none it says that it is gone
	"GET /m/live.css":                    open,
	"GET /m/live.js":                     open,
	"GET /poster/{lang}":                 open,
	"GET /staffcard/{lang}":              open,
	"GET /n/{partner}/{secret}":          secret,
	"POST /n/{partner}/{secret}":         secret,
	"GET /counter":                       open,
	"GET /counter/{$}":                   open,
	"GET /counter/a/{version}/{file...}": open,
	"GET /counter/manifest.webmanifest":  open,
	"GET /counter/sw.js":                 open,
	"GET /counter/checkin":               paired, // the code that customers scan off the screen
	"GET /counter/api/state":             open,
	"POST /counter/api/register":         fresh,
	"POST /counter/api/pin":              fresh,
	"POST /counter/api/unlock":           fresh,
	"POST /counter/api/lock":             paired,
	"POST /counter/api/find":             device,
	"POST /counter/api/recent":           device,
	"POST /counter/api/door":             device,
	"POST /counter/api/sale":             device,
	"POST /counter/api/code":             device,
	"POST /counter/api/use":              device,
	"POST /counter/api/undo":             device,
	"POST /counter/api/plan":             device,
	"POST /counter/api/arrive":           device,
	"GET /counter/icon-180.png":          open,
	"GET /counter/icon-192.png":          open,
	"GET /counter/icon-512.png":          open,
	"GET /counter/icon-mask.png":         open,
	"GET /.well-known/regulars.json":     open,
	"GET /privacy":                       open,
	"GET /s/live.css":                    open,
	"GET /s/statement.css":               open,
	"GET /s/{token}":                     secret,
	"GET /s/{token}/statement.txt":       secret,
	"GET /preview/{token}":               secret,
	"GET /e/{token}":                     secret, // what is kept of a member
	"GET /e/{token}/data.json":           secret,
	"GET /o/{campaign}/{button}":         open, // a button's way on, counted
	"GET /console":                       open,
	"GET /console/in/{token}":            open, // a button; pressing it is the POST
	"POST /console/in/{token}":           secret,
	"GET /console/a/{version}/{file}":    open,
	"/console/":                          inner,
	"/api/v1/":                           inner,
}

// visitor is somebody who asks for addresses.
type visitor struct {
	name   string
	header http.Header
	desk   string // the session at a counter's device
	at     door   // where they are let in, besides what is open
}

// TestEveryRouteHasADoor sends everybody to every address: who is let in at one
// door is let in at no other, and who is refused has changed nothing. What a
// role may do in the console is TestConsoleRoutes.
func TestEveryRouteHasADoor(t *testing.T) {
	t.Parallel()
	top := newConsoleTop(t, false)
	all, before := top.visitors(), top.rows()
	own := map[string]bool{} // the console's, which have their own table
	for _, r := range top.cafe.app.console.Routes() {
		own[r.Method+" "+r.Path] = true
	}
	for _, pattern := range patternsOf(t, top.cafe.app.mux()) {
		kind, known := doors[pattern]
		switch {
		case own[pattern]:
			kind = session
		case !known:
			t.Errorf("%s has no row in doors: who may come in there?", pattern)
			continue
		}
		for _, v := range all {
			if v.at == device && (kind == device || kind == paired) {
				continue // below
			}
			top.refuses(pattern, kind, v)
		}
	}
	for _, o := range apiOperations(t) {
		for _, v := range all {
			if v.at != inner {
				top.wants(v, o.method, o.path, "a key", http.StatusUnauthorized)
			}
		}
	}
	after := top.rows()
	for key := range after {
		if after[key] != before[key] && !strings.HasPrefix(key, "throttle/") && !strings.HasPrefix(key, "key") {
			t.Errorf("somebody who was refused changed %s", strings.SplitAfter(key, "/")[0])
		}
	}
	top.letsIn(all)
}

// visitors are one of each who may come by.
func (c *consoleTop) visitors() []visitor {
	c.t.Helper()
	at := func(name string, kind door, desk string, header ...string) visitor {
		h := http.Header{}
		for i := 0; i+1 < len(header); i += 2 {
			h.Set(header[i], header[i+1])
		}
		return visitor{name, h, desk, kind}
	}
	owner := c.enters(c.owner)
	address, err := http.NewRequest(http.MethodGet, c.url+"/console/", nil)
	if err != nil {
		c.t.Fatal(err)
	}
	var cookies []string
	for _, cookie := range owner.Jar.Cookies(address.URL) {
		cookies = append(cookies, cookie.String())
	}
	v, now := c.cafe.app.shop.Vault, c.cafe.app.clock.Now()
	register := func() (d people.Device, cookie string) {
		c.do(func(tx store.Tx) error {
			token, err := v.NewDeviceLink(tx, "", c.mia.ID, now, rand.Reader)
			if err != nil {
				return err
			}
			d, cookie, err = v.Register(tx, token, "Till", "", now, rand.Reader)
			return err
		})
		return d, "regulars_device=" + cookie
	}
	key := func(scopes []api.Scope) (secret string) {
		c.do(func(tx store.Tx) (err error) {
			_, secret, err = api.Keys{Shop: c.cafe.app.shop}.Make(tx, api.NewKey{Name: "Till", Scopes: scopes, By: loyalty.ByJob("test")}, now)
			return err
		})
		return "Bearer " + secret
	}
	paired, cookie := register()
	gone, old := register()
	var desk, late string
	c.do(func(tx store.Tx) (err error) {
		if desk, err = v.OpenDesk(tx, paired.ID, c.mia.ID, now, rand.Reader); err != nil {
			return err
		}
		if late, err = v.OpenDesk(tx, gone.ID, c.mia.ID, now, rand.Reader); err != nil {
			return err
		}
		return people.RevokeDevice(tx, gone.ID, now)
	})
	reading := []api.Scope{api.MembersRead, api.PointsRead, api.EntriesRead, api.RewardsRead, api.VouchersRead}
	return []visitor{
		at("nobody", "", ""),
		at("an owner's browser", session, "", "Cookie", strings.Join(cookies, "; ")),
		at("a device where nobody is", "", "", "Cookie", cookie),
		at("a device with another's session", "", late, "Cookie", cookie),
		at("a device that was revoked", "", late, "Cookie", old),
		at("a key that only reads", inner, "", "Authorization", key(reading)),
		at("a till's key", inner, "", "Authorization", key(api.Scopes)),
		at("an employee at a device", device, desk, "Cookie", cookie),
	}
}

// refuses holds one visitor before one door that is not theirs.
func (c *consoleTop) refuses(pattern string, kind door, v visitor) {
	c.t.Helper()
	method, path, _ := strings.Cut(pattern, " ")
	path = strings.NewReplacer("{lang}", "en", "{channel}", "line", "{$}", "").Replace(path)
	path = wildcard.ReplaceAllString(path, "AAAAAAAAAAAAAAAAAAAAAA")
	switch {
	case kind == session && v.at != session, kind == device:
		c.wants(v, method, path, "a "+string(kind), http.StatusUnauthorized)
	case kind == signed:
		c.wants(v, method, path, "a signature", http.StatusUnauthorized)
	case kind == fresh:
		c.wants(v, method, path, "a link or a PIN", http.StatusBadRequest, http.StatusUnauthorized, http.StatusUnprocessableEntity)
	case kind == secret:
		c.wants(v, method, path, "what is in the link", http.StatusNotFound, http.StatusGone)
	case kind == open:
		// There is no such file or version; this program was not told to serve.
		c.wants(v, method, path, "nothing", http.StatusOK, http.StatusNotFound, http.StatusGone, http.StatusServiceUnavailable)
	case kind == paired && strings.Contains(v.header.Get("Cookie"), "regulars_device=") && !strings.Contains(v.name, "revoked"):
		c.wants(v, method, path, "nothing more", http.StatusOK)
	case kind == paired:
		c.wants(v, method, path, "a device", http.StatusUnauthorized, http.StatusNotFound)
	}
}

// letsIn has the employee at the device act, and keys ask for what their scopes
// are: a table whose doors are all shut would prove little.
func (c *consoleTop) letsIn(all []visitor) {
	c.t.Helper()
	reads, till, sam := all[len(all)-3], all[len(all)-2], all[len(all)-1]
	fine := []int{http.StatusOK, http.StatusBadRequest, http.StatusNotFound, http.StatusUnprocessableEntity}
	for pattern, kind := range doors {
		if method, path, _ := strings.Cut(pattern, " "); kind == device {
			c.wants(sam, method, path, "nothing more", fine...)
			if method == http.MethodPost {
				foreign := visitor{name: "a page of another site at the device", header: sam.header.Clone(), desk: sam.desk}
				foreign.header.Set("X-Regulars", "")
				c.wants(foreign, method, path, "our own page", http.StatusForbidden)
			}
		}
	}
	asked := 0
	for _, o := range apiOperations(c.t) {
		c.wants(till, o.method, o.path, "nothing more", fine...)
		if asks := o.method == http.MethodGet || o.path == api.Base+"/members/find"; asks {
			c.wants(reads, o.method, o.path, "nothing more", fine...)
			asked++
		} else if o.path != api.Base+"/undo" { // which asks for the scope of what is undone
			c.wants(reads, o.method, o.path, "another scope", http.StatusForbidden)
		}
	}
	if asked < 8 {
		c.t.Errorf("only %d operations were asked for", asked)
	}
}

// wants asks for an address as v would.
func (c *consoleTop) wants(v visitor, method, path, needs string, fine ...int) {
	c.t.Helper()
	if method == "" {
		return
	}
	id := "routes-" + path[strings.LastIndex(path, "/")+1:] // an act of its own
	body := `{"id":"` + id + `","session":"` + v.desk + `"}`
	if method == http.MethodGet {
		body = ""
	}
	req, err := http.NewRequest(method, c.url+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Regulars", "counter")
	req.Header.Set("Idempotency-Key", id+v.name[:1])
	for name, values := range v.header {
		req.Header[name] = values
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	res.Body.Close()
	status := res.StatusCode
	if status == http.StatusFound || status == http.StatusSeeOther {
		status = http.StatusOK
	}
	if !slices.Contains(fine, status) {
		c.t.Errorf("%s %s needs %s: %s gets %d, not one of %v", method, path, needs, v.name, status, fine)
	}
}

type apiOperation struct{ method, path string }

// apiOperations are the API's, of the document that its own test holds against
// what it answers.
func apiOperations(t testing.TB) (list []apiOperation) {
	t.Helper()
	raw, err := os.ReadFile("../../handlers/api/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Paths map[string]map[string]any `json:"paths"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		t.Fatal(err)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			list = append(list, apiOperation{strings.ToUpper(method), api.Base + wildcard.ReplaceAllString(path, "01AAAAAAAAAAAAAAAAAAAAAAAA")})
		}
	}
	return list
}

// patternsOf reads what a mux answers out of the mux itself: a list that
// somebody writes beside it forgets what was added last.
func patternsOf(t *testing.T, mux *http.ServeMux) (list []string) {
	t.Helper()
	seen := map[uintptr]bool{}
	var walk func(v reflect.Value)
	walk = func(v reflect.Value) {
		switch v.Kind() {
		case reflect.Pointer:
			if v.IsNil() || seen[v.Pointer()] {
				return
			}
			seen[v.Pointer()] = true
			walk(v.Elem())
		case reflect.Struct:
			if v.Type().PkgPath() != "net/http" {
				return
			}
			if v.Type().Name() == "pattern" {
				list = append(list, v.FieldByName("str").String())
				return
			}
			for i := range v.NumField() {
				walk(v.Field(i))
			}
		case reflect.Slice:
			for i := range v.Len() {
				walk(v.Index(i))
			}
		case reflect.Map:
			for it := v.MapRange(); it.Next(); {
				walk(it.Value())
			}
		}
	}
	walk(reflect.ValueOf(mux))
	slices.Sort(list)
	list = slices.Compact(list)
	if len(list) < 60 {
		t.Fatalf("only %d routes were found: net/http keeps them in another way now", len(list))
	}
	return list
}
