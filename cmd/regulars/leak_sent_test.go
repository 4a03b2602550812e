package main

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"regulars/bot/sim"
)

// letter is a call of the bot's that puts something before somebody's eyes, and whose.
type letter struct {
	sim.Call
	to []string // chats' ids; a phone number of a text message
}

// letters are all that the bot has sent so far, by the world's own account.
func (p *place) letters() (all []letter) {
	calls := p.world.Wire.Calls()
	asked := askers(calls)
	for _, c := range calls {
		if !c.ToBot && len(c.Body) > 0 && !strings.HasPrefix(c.Path, "/v2/oauth/") { // there the platform is shown its own
			all = append(all, letter{c, addressees(c, asked)})
		}
	}
	return all
}

// askers says of reply tokens and pressed buttons whose chat they came from.
func askers(calls []sim.Call) map[string]string {
	asked := map[string]string{}
	for _, c := range calls {
		var hook struct {
			Events []struct {
				ReplyToken string
				Source     struct{ UserID, GroupID, RoomID string }
			}
			Press struct {
				ID   string
				From struct{ ID json.Number }
			} `json:"callback_query"`
		}
		if !c.ToBot || json.Unmarshal(c.Body, &hook) != nil {
			continue
		}
		for _, e := range hook.Events {
			asked[e.ReplyToken] = e.Source.GroupID + e.Source.RoomID
			if asked[e.ReplyToken] == "" {
				asked[e.ReplyToken] = e.Source.UserID
			}
		}
		asked[hook.Press.ID] = hook.Press.From.ID.String()
	}
	delete(asked, "") // of an event that nothing can be answered to
	return asked
}

// inForm is a chat's number, or a pressed button's, in a body that is no JSON.
var inForm = regexp.MustCompile(`(?:name="chat_id"\r\n\r\n|^chat_id=|&chat_id=|"chat_id":)(-?\d+)|(?:^|&)callback_query_id=(\w+)`)

// picture says that a body is one, and nothing else.
func (l letter) picture() bool { return strings.HasPrefix(l.Headers["Content-Type"], "image/") }

// text is a body with what a form escapes.
func (l letter) text() string {
	if plain, err := url.QueryUnescape(string(l.Body)); err == nil && strings.HasPrefix(l.Headers["Content-Type"], "application/x-www-form-urlencoded") {
		return plain
	}
	return string(l.Body)
}

// addressees are who gets to see a call's body: nobody, where it is not sent to anybody.
func addressees(c sim.Call, asked map[string]string) (to []string) {
	var body struct {
		To         any
		ReplyToken string
		Chat       json.Number `json:"chat_id"`
		Press      string      `json:"callback_query_id"`
	}
	json.Unmarshal(c.Body, &body) // of what is no JSON, the form below
	switch x := body.To.(type) {
	case string:
		to = append(to, x)
	case []any:
		for _, id := range x {
			to = append(to, id.(string))
		}
	}
	for _, id := range []string{asked[body.ReplyToken], asked[body.Press], body.Chat.String()} {
		if id != "" {
			to = append(to, id)
		}
	}
	if (letter{Call: c}).picture() {
		return nil // for everybody: a menu's
	}
	for _, got := range inForm.FindAllStringSubmatch(letter{Call: c}.text(), -1) {
		if id := got[1] + asked[got[2]]; id != "" {
			to = append(to, id)
		}
	}
	return to
}

// onlyToThemselves holds whatever the bot has sent against whose secrets it holds: by
// the id of their chat, or of several with a blank between them.
func (p *place) onlyToThemselves(letters []letter, secrets map[string]map[string]string) {
	p.t.Helper()
	for _, l := range misled(letters, secrets) {
		p.t.Error(l)
	}
}

// misled tells of every secret that went to somebody else.
func misled(letters []letter, secrets map[string]map[string]string) (wrong []string) {
	for _, l := range letters {
		for whose, said := range secrets {
			own := strings.Fields(whose)
			if len(l.to) > 0 && !slices.ContainsFunc(l.to, func(id string) bool { return !slices.Contains(own, id) }) {
				continue
			}
			for _, leak := range leaks(slices.Concat(l.Body, []byte("\n"), []byte(l.text())), said) {
				wrong = append(wrong, strings.Join([]string{l.Path, "to", strings.Join(l.to, ", "), "tells of", whose + ":", leak}, " "))
			}
		}
	}
	return wrong
}

// TestMisledLettersAreFound is the search's own trial: the same words are in order in
// somebody's own chat, and found in another's, in a group, in a list of people, and
// where they are sent to nobody.
func TestMisledLettersAreFound(t *testing.T) {
	t.Parallel()
	secrets := map[string]map[string]string{"Uann 77": {"phone": "912345678"}, "Ubob": {"voucher code": "7KQ-2M3-XP9"}}
	calls := []sim.Call{
		{ToBot: true, Body: []byte(`{"events":[{"replyToken":"r1","source":{"type":"user","userId":"Uann"}},{"replyToken":"r2","source":{"type":"group","groupId":"Cclub","userId":"Uann"}}]}`)},
		{ToBot: true, Body: []byte(`{"callback_query":{"id":"q1","from":{"id":77}}}`)},
	}
	for body, want := range map[string]int{
		`{"to":"Uann","messages":["0912345678"]}`:                                                    0,
		`{"replyToken":"r1","messages":["0912345678"]}`:                                              0,
		`{"callback_query_id":"q1","text":"0912345678"}`:                                             0,
		`{"chat_id":77,"text":"0912345678"}`:                                                         0,
		`{"to":"Ubob","messages":["0912345678"]}`:                                                    1,
		`{"to":["Uann","Ubob"],"messages":["0912345678"]}`:                                           1,
		`{"replyToken":"r2","messages":["0912345678"]}`:                                              1,
		`{"chat_id":"78","text":"\u0039\u0031\u0032\u0033\u0034\u0035\u0036\u0037\u0038"}`:           1,
		`{"chat_id":77,"text":"7KQ-2M3-XP9"}`:                                                        1,
		`{"description":"0912345678 and 7KQ-2M3-XP9"}`:                                               2,
		"chat_id=77&text=0912345678":                                                                 0,
		"chat_id=78&text=0912345678":                                                                 1,
		"callback_query_id=q1&text=0912345678":                                                       0,
		"callback_query_id=q2&text=0912345678":                                                       1,
		"--x\r\nContent-Disposition: form-data; name=\"chat_id\"\r\n\r\n77\r\n--x\r\n\r\n0912345678": 0,
	} {
		sent := letter{Call: sim.Call{Body: []byte(body)}}
		sent.to = addressees(sent.Call, askers(calls))
		if got := misled([]letter{sent}, secrets); len(got) != want {
			t.Errorf("%s: %d found, not %d: %q", body, len(got), want, got)
		}
	}
}
