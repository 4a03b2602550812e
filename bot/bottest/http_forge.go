package bottest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// forgery is the payload of a forged button: as told, or what somebody else's
// newest button of a label carries. LINE's wire has = where others have a colon.
func (p *httpPlayer) forgery(data string) string {
	m := stolen.FindStringSubmatch(data)
	if m == nil {
		return data
	}
	q := p.person(m[1])
	for _, message := range slices.Backward(q.wire()) {
		if found := payload(message, "data", "label", m[2]); found != "" {
			return strings.Replace(found, "=", ":", 1)
		}
		if found := payload(message, "callback_data", "text", m[2]); found != "" {
			return found
		}
	}
	p.t.Fatalf("%s sees no button %q", q.name, m[2])
	return ""
}

// wire is what the bot sent somebody in private, as its platform has it.
func (x *httpPerson) wire() (all []any) {
	if x.line != nil {
		for _, m := range x.line.Raw() {
			all = append(all, m)
		}
		return all
	}
	for _, raw := range x.tg.Messages() {
		var m any
		if json.Unmarshal(raw, &m) == nil {
			all = append(all, m)
		}
	}
	return all
}

// payload finds what the button with a label carries, somewhere in a message:
// the field data of an object whose field name is label.
func payload(v any, data, name, label string) string {
	switch v := v.(type) {
	case map[string]any:
		if carried, ok := v[data].(string); ok && v[name] == label {
			return carried
		}
		for _, inner := range v {
			if found := payload(inner, data, name, label); found != "" {
				return found
			}
		}
	case []any:
		for _, inner := range v {
			if found := payload(inner, data, name, label); found != "" {
				return found
			}
		}
	}
	return ""
}

// forgeOnTelegram sends a press that no button of the person's has, as a changed
// app can. The simulator's apps are honest, so the update is made here.
func (x *httpPerson) forgeOnTelegram(data string) {
	p := x.play
	data = p.forgery(data)
	p.forged++
	body, err := json.Marshal(map[string]any{"update_id": 900000000 + p.forged, "callback_query": map[string]any{
		"id": strconv.Itoa(p.forged), "data": data, "chat_instance": "1",
		"from": map[string]any{"id": x.tg.ID(), "first_name": x.tg.Name(), "language_code": x.lang},
	}})
	if err != nil {
		p.t.Fatal(err)
	}
	req, err := http.NewRequest("POST", p.front.URL+"/webhook/telegram", bytes.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("X-Telegram-Bot-Api-Secret-Token", TelegramSecret)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	res.Body.Close()
}
