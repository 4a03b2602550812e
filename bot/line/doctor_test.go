package line_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
)

// shortLived has LINE issue a token that lives for thirty days.
func shortLived(t *testing.T, w *world) string {
	t.Helper()
	is := w.line.Config()
	res, err := http.PostForm(w.sim.LineAPI()+"/v2/oauth/accessToken", url.Values{
		"grant_type": {"client_credentials"}, "client_id": {is.ID}, "client_secret": {is.Secret}})
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var got struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&got); err != nil || got.Token == "" {
		t.Fatal(res.Status, err)
	}
	return got.Token
}

// Each thing that can be wrong with a channel is named alone, in plain words,
// and with what to do about it.
func TestDoctorNamesEachFault(t *testing.T) {
	// elsewhere is what a shop's name may lead to instead of serve.
	elsewhere := func(w *world, status int) {
		s := httptest.NewServer(http.HandlerFunc(func(out http.ResponseWriter, _ *http.Request) {
			if status/100 == 3 {
				out.Header().Set("Location", "https://www.example.com/")
			}
			out.WriteHeader(status)
		}))
		w.t.Cleanup(s.Close)
		w.line.SetWebhook(s.URL + "/webhook/main")
	}
	with := func(w *world, change func(*line.Config)) *line.Channel {
		is := w.line.Config()
		return channel(w.t, func(cfg *line.Config) {
			cfg.ChannelID, cfg.Secret, cfg.Token, cfg.BasicID = is.ID, is.Secret, is.Token, is.BasicID
			cfg.APIBase, cfg.DataAPIBase, cfg.Clock = w.sim.LineAPI(), w.sim.LineDataAPI(), w.sim.Clock
			change(cfg)
		})
	}
	for what, c := range map[string]struct {
		is        sim.LineConfig
		breaks    func(*world) *line.Channel // nil: the world's own
		text, fix string
	}{
		"a wrong token": {breaks: func(w *world) *line.Channel { return with(w, func(c *line.Config) { c.Token = "nonsense" }) },
			text: "does not accept channel_token (status 401)", fix: "press Issue or Reissue"},
		"a wrong secret": {breaks: func(w *world) *line.Channel { return with(w, func(c *line.Config) { c.Secret = "nonsense" }) },
			text: "channel_secret is not this channel's", fix: "tab Basic settings, copy Channel secret"},
		"a wrong secret, no id": {breaks: func(w *world) *line.Channel {
			return with(w, func(c *line.Config) { c.Secret, c.ChannelID = "nonsense", "" })
		}, text: "channel_secret is not this channel's", fix: "tab Basic settings"},
		"a wrong pair": {breaks: func(w *world) *line.Channel {
			return with(w, func(c *line.Config) { c.Token, c.Secret = "", "nonsense" })
		}, text: "does not accept channel_id with channel_secret", fix: "not of a LINE Login channel"},
		"another channel's token": {breaks: func(w *world) *line.Channel {
			other := w.sim.LineChannel(sim.LineConfig{ID: "1650009999", BasicID: "@abc1234d", Webhook: w.line.Config().Webhook}).Config()
			return with(w, func(c *line.Config) { c.Token = other.Token })
		}, text: "channel_token is of the channel 1650009999", fix: "from this one channel"},
		"a dying token": {breaks: func(w *world) *line.Channel {
			token := shortLived(w.t, w)
			w.sim.Clock.Advance(26 * 24 * time.Hour)
			return with(w, func(c *line.Config) { c.Token = token })
		}, text: "channel_token ends in 4 days", fix: "press Issue"},
		"nobody there": {breaks: func(w *world) *line.Channel {
			s := httptest.NewServer(nil)
			s.Close()
			return with(w, func(c *line.Config) { c.APIBase = s.URL })
		}, text: "LINE cannot be reached", fix: "machine is online"},
		"another name":     {breaks: func(w *world) *line.Channel { return with(w, func(c *line.Config) { c.BasicID = "@other" }) }, text: `basic_id is "@other" here`, fix: `Set basic_id = "@abc1234d"`},
		"no webhook":       {breaks: func(w *world) *line.Channel { w.line.SetWebhook(""); return w.Channel }, text: "no webhook address", fix: "Start serve once"},
		"another webhook":  {breaks: func(w *world) *line.Channel { w.line.SetWebhook("https://other.example.com/hook"); return w.Channel }, text: `to "https://other.example.com/hook", not to`, fix: "stop that one first"},
		"webhook off":      {breaks: func(w *world) *line.Channel { w.line.SetWebhookActive(false); return w.Channel }, text: `"Use webhook" is off`, fix: "switch it on: Use webhook"},
		"no certificate":   {breaks: func(w *world) *line.Channel { w.line.SetWebhook("https://127.0.0.1:1/webhook/main"); return w.Channel }, text: "LINE cannot connect", fix: "port 443 is open"},
		"another site":     {breaks: func(w *world) *line.Channel { elsewhere(w, 404); return w.Channel }, text: "does not know this address (status 404)", fix: "public_url leads to this program"},
		"a sleeping proxy": {breaks: func(w *world) *line.Channel { elsewhere(w, 502); return w.Channel }, text: "does not reach serve (status 502)", fix: "leads to the address in listen"},
		"a redirect":       {breaks: func(w *world) *line.Channel { elsewhere(w, 301); return w.Channel }, text: "redirected elsewhere (status 301)", fix: "the address that the redirect ends at"},
		"a refusal":        {breaks: func(w *world) *line.Channel { elsewhere(w, 401); return w.Channel }, text: "signature does not fit channel_secret", fix: "copy Channel secret"},
		"no messages left": {is: sim.LineConfig{Quota: 1}, breaks: func(w *world) *line.Channel {
			ann := w.line.Person("Ann", "en").Befriend()
			w.say(bot.Event{Chat: bot.Chat{Channel: "main", ID: bot.ChatID(ann.ID())}}, false, bot.Message{Text: "Hello"})
			return w.Channel
		}, text: "paid messages used this month; answers still go out", fix: "Monthly plan"},
	} {
		t.Run(what, func(t *testing.T) {
			w := newWorld(t, c.is)
			ch := c.breaks(w)
			base := strings.TrimSuffix(w.line.Config().Webhook, "/webhook/main")
			if what == "no webhook" || what == "another webhook" {
				base = "https://cafe.example.com"
			}
			var bad []line.Finding
			for _, f := range ch.Doctor(t.Context(), base) {
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

// What LINE tells no program about is named every time, with where to press.
func TestDoctorSaysWhereToLook(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	looks := ""
	for _, f := range w.Doctor(t.Context(), strings.TrimSuffix(w.line.Config().Webhook, "/webhook/main")) {
		if f.Look {
			looks += f.Text + "\n" + f.Fix + "\n"
		}
	}
	for _, want := range []string{"Greeting message and Auto-response messages off", "Webhook redelivery", "Error statistics aggregation", "Allow bot to join group chats", "switch Chat on", "manager.line.biz", "developers.line.biz/console"} {
		if !strings.Contains(looks, want) {
			t.Errorf("nothing says where to look for %q:\n%s", want, looks)
		}
	}
}
