package telegram

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
)

// hookTo has the bot's webhook set by somebody else.
func (w *world) hookTo(address, secret string, kinds ...string) {
	w.t.Helper()
	form := url.Values{"url": {address}, "secret_token": {secret}}
	if len(kinds) > 0 {
		form.Set("allowed_updates", asJSON(kinds))
	}
	w.sim.Clock.Advance(2 * time.Second) // one change a second
	res, err := http.PostForm(w.sim.TelegramAPI()+"/bot"+w.tg.Token()+"/setWebhook", form)
	if err != nil {
		w.t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		w.t.Fatal(res.Status)
	}
}

// site is what public_url leads to: something that answers a status.
func (w *world) site(status int) string {
	s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) { out.WriteHeader(status) }))
	w.t.Cleanup(s.Close)
	return s.URL + "/webhook/tg"
}

// failing is a webhook that leads to a site at which a delivery failed.
func failing(status int) func(*world) (*Channel, string) {
	return func(w *world) (*Channel, string) {
		address := w.site(status)
		w.hookTo(address, testSecret, updateKinds...)
		w.tg.Person("Ann", "en").Start("")
		w.tg.AwaitStalled(1)
		return w.Channel, address
	}
}

// Each thing that can be wrong with a bot is named, in plain words, and with
// what to do about it.
func TestDoctorNamesEachFault(t *testing.T) {
	with := func(w *world, change func(*Config)) *Channel {
		cfg := Config{Name: "tg", Token: w.tg.Token(), SecretToken: testSecret, Username: "cafe_bot", APIBase: w.sim.TelegramAPI(), Clock: w.sim.Clock}
		change(&cfg)
		c, err := New(cfg)
		if err != nil {
			w.t.Fatal(err)
		}
		return c
	}
	const here = "https://cafe.example.com/webhook/tg"
	for what, c := range map[string]struct {
		breaks    func(*world) (*Channel, string) // and the address that should be set
		text, fix string
	}{
		"a wrong token": {func(w *world) (*Channel, string) {
			return with(w, func(c *Config) { c.Token = "12345:nonsense-nonsense-nonsense" }), ""
		}, "does not accept the token", "API Token"},
		"nobody there": {func(w *world) (*Channel, string) {
			s := httptest.NewServer(nil)
			s.Close()
			return with(w, func(c *Config) { c.APIBase = s.URL }), ""
		}, "cannot be reached", "machine is online"},
		"another name": {func(w *world) (*Channel, string) { return with(w, func(c *Config) { c.Username = "other_bot" }), "" }, `username is "other_bot" here`, `Set username = "cafe_bot"`},
		"no webhook":   {func(w *world) (*Channel, string) { return w.Channel, here }, "no webhook is set", "it sets " + here},
		"another host": {func(w *world) (*Channel, string) {
			w.hookTo("https://other.example.com/x", "s", updateKinds...)
			return w.Channel, here
		}, "leads to another host", "Stop the other one"},
		"another path": {func(w *world) (*Channel, string) {
			w.hookTo("https://cafe.example.com/x", "s", updateKinds...)
			return w.Channel, here
		}, "another path of this host", "Start serve once"},
		"a wrong port":   {func(w *world) (*Channel, string) { return w.Channel, "https://cafe.example.com:8080/webhook/tg" }, "has the port 8080", "443, 80, 88 or 8443"},
		"polling beside": {func(w *world) (*Channel, string) { w.hookTo(here, "s", updateKinds...); return w.Channel, "" }, "refuses to have messages fetched", "polling = true, which removes"},
		"other kinds":    {func(w *world) (*Channel, string) { w.hookTo(here, testSecret, "message"); return w.Channel, here }, "other kinds of messages", "Start serve once"},
		"no secret": {func(w *world) (*Channel, string) {
			w.hookTo(here, "", updateKinds...)
			return with(w, func(c *Config) { c.SecretToken = "" }), here
		}, "secret_token is not set", "32 random letters"},
		"a wrong secret":   {failing(401), "its secret does not fit", "tells Telegram its secret_token anew"},
		"another site":     {failing(404), "does not know it", "not to another site"},
		"a sleeping proxy": {failing(502), "could not take it", "leads to the address in listen"},
		"nobody listens": {func(w *world) (*Channel, string) {
			s := httptest.NewServer(nil)
			s.Close()
			w.hookTo(s.URL+"/webhook/tg", testSecret, updateKinds...)
			w.tg.Person("Ann", "en").Start("")
			w.tg.AwaitStalled(1)
			return w.Channel, s.URL + "/webhook/tg"
		}, "could not connect", "the port is open"},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t)
			w.t = t
			ch, want := c.breaks(w)
			var bad []Finding
			for _, f := range ch.Doctor(t.Context(), want) {
				if !f.OK {
					bad = append(bad, f)
				}
			}
			if len(bad) != 1 || !strings.Contains(bad[0].Text, c.text) || !strings.Contains(bad[0].Fix, c.fix) {
				t.Errorf("the doctor says %+v", bad)
			}
		})
	}
}

// What waits is told, and is a fault only when it piles up.
func TestDoctorCountsWhatWaits(t *testing.T) {
	for n, ok := range map[int]bool{3: true, pollBatch: false} {
		found := newChannel(t, "http://127.0.0.1:1").lookAtWebhook(webhookInfo{URL: hook, Pending: n, Allowed: updateKinds}, hook)
		if last := found[len(found)-1]; last.OK != ok || !strings.Contains(last.Text, fmt.Sprint(n, " messages wait")) {
			t.Errorf("%d: %+v", n, last)
		}
	}
}

// BotFather's switches, and where they are.
func TestDoctorOfSwitches(t *testing.T) {
	s := sim.New(t)
	tg := s.TelegramBot(sim.TelegramConfig{Username: "cafe_bot", SeesAll: true})
	c, err := New(Config{Name: "tg", Token: tg.Token(), SecretToken: testSecret, Username: "cafe_bot", APIBase: s.TelegramAPI(), Clock: s.Clock})
	if err != nil {
		t.Fatal(err)
	}
	text := ""
	for _, f := range append(c.Doctor(t.Context(), ""), lookAtSwitches(Account{})...) {
		if !f.OK {
			text += f.Text + "\n" + f.Fix + "\n"
		}
	}
	for _, want := range []string{"privacy mode is off", "/setprivacy, choose the bot, Enable", "add it again", "cannot be added to groups", "/setjoingroups"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not said:\n%s", want, text)
		}
	}
}

// Telegram's own words for what else goes wrong on the way.
func TestDoctorReadsErrors(t *testing.T) {
	for message, want := range map[string]string{
		"SSL error {error:0A000086:SSL routines::certificate verify failed}": "the certificate is not accepted",
		"Failed to resolve host: Name or service not known":                  "leads nowhere",
		"Connection timed out": "could not connect",
		"Connection refused":   "could not connect",
		"Wrong response from the webhook: 301 Moved Permanently": "redirected elsewhere",
		"Wrong response from the webhook: 530 <none>":            "could not take it",
		"Something new": "Something new",
	} {
		if text, fix := undelivered(message); !strings.Contains(text, want) || fix == "" || !strings.Contains(text, message) {
			t.Errorf("%q is told as %q, %q", message, text, fix)
		}
	}
}
