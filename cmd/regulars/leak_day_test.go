package main

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"regulars/bot/sim"
)

// dayPIN is the PIN of the day's employee.
const dayPIN = "73918264"

// withSMS gives the shop a gateway for text messages, before it starts.
func (p *place) withSMS() {
	p.env = append(p.env, "REGULARS_SMS_URL="+p.world.SMSAPI(), `REGULARS_SMS_BODY={"to":"{to}","text":"{text}"}`,
		"REGULARS_SMS_HEADERS=Authorization: Bearer {secret}", "REGULARS_SMS_SECRET="+sim.SMSToken, "REGULARS_SMS_ACCEPTED=accepted")
}

// sent waits until the bot has sent somebody something of a form, and gives its newest.
func (p *place) sent(to string, form *regexp.Regexp) (found string) {
	p.t.Helper()
	looked := 0 // so many calls were there: while none comes, there is nothing to look at
	p.eventually(fmt.Sprintf("%s to be sent %s", to, form), func() bool {
		calls := p.world.Wire.Calls()
		if len(calls) == looked {
			return false
		}
		looked = len(calls)
		asked := askers(calls)
		for _, c := range calls {
			l := letter{Call: c}
			if c.ToBot || l.picture() || !slices.Contains(addressees(c, asked), to) {
				continue
			}
			if got := form.FindStringSubmatch(l.text()); got != nil {
				found = got[1]
			}
		}
		return found != ""
	})
	return found
}

// opensOfDay has people and programs use whatever opens something, and adds those secrets
// to those of the day.
func opensOfDay(p *place, ann *sim.LinePerson, sam *sim.TelegramPerson, mia *sim.LinePerson, by map[string]map[string]string) {
	p.t.Helper()
	its, samID := by[ann.ID()+" "+annsNumber], strconv.FormatInt(sam.ID(), 10)
	says := func(what, text string, form *regexp.Regexp) {
		ann.Say(text)
		its[what] = p.sent(ann.ID(), form)
	}
	says("recovery code", "/recovery", regexp.MustCompile(`\b((?:[2-9A-Z]{4}-){3}[2-9A-Z]{4})\b`))
	says("card number as printed", "/card", regexp.MustCompile(`[^-]\b([2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4})\b[^-]`))
	its["card number"] = strings.ReplaceAll(its["card number as printed"], "-", "")
	sam.Say("/sale 0968135790 1300 K-9")
	ann.Say("/redeem cookie")
	p.eventually("Ann to be asked", func() bool { return ann.Press("Redeem 60 points") == nil })
	its["voucher code"] = p.sent(ann.ID(), regexp.MustCompile(`\b([2-9A-Z]{3}-[2-9A-Z]{3}-[2-9A-Z]{3})\b`))
	its["voucher code, bare"] = strings.ReplaceAll(its["voucher code"], "-", "")
	ann.Say("/phone prove")
	its["SMS code"] = p.sent(annsNumber, regexp.MustCompile(`\b([0-9]{6})\b`))
	ann.Say(its["SMS code"])
	by[mia.ID()] = p.opensAtWork(mia, sam, by[samID])
	maps.Copy(by[""], p.opensForPrograms())
}

// opensAtWork lets a manager into the console and an employee onto a counter's device.
func (p *place) opensAtWork(mia *sim.LinePerson, sam *sim.TelegramPerson, employees map[string]string) (boss map[string]string) {
	p.t.Helper()
	mia.Say("/console")
	boss = map[string]string{"link into the console": p.sent(mia.ID(), regexp.MustCompile(`/console/in/([\w-]{20,})`))}
	_, boss["session of the console"] = p.posts("/console/in/"+boss["link into the console"], "application/x-www-form-urlencoded", "", "regulars_console", "")
	mia.Say("/counter")
	boss["link for a device"] = p.sent(mia.ID(), regexp.MustCompile(`#register=([\w-]{20,})`))
	_, boss["device's cookie"] = p.posts("/counter/api/register", "application/json", `{"token":"`+boss["link for a device"]+`","name":"Till"}`, "regulars_device", "")
	sam.Say("/pin")
	code := p.sent(strconv.FormatInt(sam.ID(), 10), regexp.MustCompile(`\b([0-9]{3} [0-9]{3})\b`))
	employees["code for a PIN"], employees["code for a PIN, bare"], employees["PIN"] = code, strings.ReplaceAll(code, " ", ""), dayPIN
	cookie := "regulars_device=" + boss["device's cookie"]
	who := only(p.t, regexp.MustCompile(`"id":"([0-9A-Z]{26})","name":"Samantha-Jo`), p.gets("/counter/api/state", cookie))
	set := `{"staff":"` + who + `","code":"` + employees["code for a PIN, bare"] + `","pin":"` + dayPIN + `"}`
	answer, _ := p.posts("/counter/api/pin", "application/json", set, "", cookie)
	employees["session at the counter"] = only(p.t, regexp.MustCompile(`"session":"([\w-]+)"`), answer)
	p.posts("/counter/api/unlock", "application/json", `{"staff":"`+who+`","pin":"73918265"}`, "", cookie)
	return boss
}

// opensForPrograms are the secrets of programs, and the installation's.
func (p *place) opensForPrograms() map[string]string {
	p.t.Helper()
	key := only(p.t, regexp.MustCompile(`(rk_\w+)`), p.must("keys", "new", "till"))
	p.posts("/api/v1/members/find", "application/json", `{"phone":"0968135790"}`, "", "Bearer "+key)
	p.posts("/api/v1/members/find", "application/json", `{"phone":`, "", "Bearer "+key+"x")
	secret := only(p.t, regexp.MustCompile(`whsec_(\S+)`), p.must("hooks", "add", "https://books.example.com/in"))
	text, err := os.ReadFile(filepath.Join(p.dir, "regulars.key"))
	p.try(err)
	keys, err := decodeKeys("the key file", string(text))
	p.try(err)
	return map[string]string{
		"API key's secret half": key[strings.LastIndex(key, "_")+1:], "webhook's secret": secret, "vault key": strings.Fields(strings.TrimPrefix(string(text), keyNote))[0],
		"vault key's bytes": string(keys[0].Master), "gateway's secret": sim.SMSToken,
	}
}

// only is what a form finds.
func only(t testing.TB, form *regexp.Regexp, text string) string {
	t.Helper()
	got := form.FindStringSubmatch(text)
	if got == nil {
		t.Fatalf("%s is not in %s", form, text)
	}
	return got[1]
}

// posts sends a body, with a cookie or a bearer's key, and gives the answer and the cookie
// that came with it.
func (p *place) posts(path, kind, body, cookie, with string) (answer, secret string) {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.url+path, strings.NewReader(body))
	p.try(err)
	req.Header.Set("Content-Type", kind)
	req.Header.Set("X-Regulars", "counter")
	return p.does(req, cookie, with)
}

func (p *place) gets(path, with string) string {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.url+path, nil)
	p.try(err)
	answer, _ := p.does(req, "", with)
	return answer
}

func (p *place) does(req *http.Request, cookie, with string) (answer, secret string) {
	p.t.Helper()
	if strings.HasPrefix(with, "Bearer ") {
		req.Header.Set("Authorization", with)
	} else if with != "" {
		req.Header.Set("Cookie", with)
	}
	res, err := (&http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}).Do(req)
	p.try(err)
	defer res.Body.Close()
	for _, c := range res.Cookies() {
		if c.Name == cookie {
			secret = c.Value
		}
	}
	if cookie != "" && secret == "" {
		p.t.Fatalf("%s gives no %s: %s", req.URL.Path, cookie, res.Status)
	}
	raw, err := io.ReadAll(res.Body)
	p.try(err)
	return string(raw), secret
}
