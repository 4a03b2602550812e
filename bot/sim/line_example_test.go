package sim_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"regulars/bot/sim"
)

// A bot that echoes, a person who talks to it, and what the phone shows.
func ExampleSim_LineChannel() {
	world, err := sim.Start(sim.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer world.Close()
	cafe := world.LineChannel(sim.LineConfig{Token: "token"})

	bot := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var hook struct {
			Events []struct {
				ReplyToken string
				Message    struct{ Text string }
			}
		}
		json.NewDecoder(r.Body).Decode(&hook)
		for _, e := range hook.Events {
			body, _ := json.Marshal(map[string]any{
				"replyToken": e.ReplyToken,
				"messages":   []any{map[string]string{"type": "text", "text": strings.ToUpper(e.Message.Text)}},
			})
			call, _ := http.NewRequest("POST", world.LineAPI()+"/v2/bot/message/reply", bytes.NewReader(body))
			call.Header.Set("Authorization", "Bearer token")
			call.Header.Set("Content-Type", "application/json")
			if answer, err := http.DefaultClient.Do(call); err == nil {
				answer.Body.Close()
			}
		}
	}))
	defer bot.Close()
	cafe.SetWebhook(bot.URL)

	ann := cafe.Person("Ann", "en").Befriend()
	ann.Say("hello")
	fmt.Println(strings.Join(ann.Phone(), "\n"))
	// Output:
	// ann> hello
	// bot< HELLO
}
