package sim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTelegramFaults(t *testing.T) {
	b := hooked(t)
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	hello := map[string]any{"chat_id": ann.ID(), "text": "hello"}
	try := func(f Fault, by time.Duration) (*http.Response, string, error) {
		off := b.sim.Faults.Switch(Rule{Fault: f, Platform: "telegram", Path: "sendMessage", Times: 1, By: by})
		defer off()
		body, _ := json.Marshal(hello)
		res, err := http.Post(b.sim.TelegramAPI()+"/bot"+b.bot.Token()+"/sendMessage", "application/json", bytes.NewReader(body))
		if err != nil {
			return nil, "", err
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		return res, string(text), err
	}
	arrived := func(want bool) {
		t.Helper()
		got, _ := ann.Await(0)
		if (len(got) > 0) != want {
			t.Errorf("Ann received %q, want a message: %v", got, want)
		}
	}
	if _, _, err := try(DropAnswer, 0); err == nil {
		t.Error("the answer was not dropped")
	}
	arrived(true)
	if _, _, err := try(Reset, 0); err == nil {
		t.Error("the connection was not reset")
	}
	arrived(false)
	if res, text, _ := try(RateLimit, 7*time.Second); res.StatusCode != 429 || res.Header.Get("Retry-After") != "7" || !strings.Contains(text, `"retry_after":7`) {
		t.Errorf("429 looked like %s", text)
	}
	arrived(false)
	if res, _, _ := try(ServerErr, 0); res.StatusCode != 500 {
		t.Errorf("500 was %d", res.StatusCode)
	}
	if res, text, _ := try(Garbage, 0); res.StatusCode != 502 || !strings.Contains(text, "<html>") {
		t.Errorf("garbage was %d %s", res.StatusCode, text)
	}
	arrived(false)
	if res, text, _ := try(Empty, 0); res.StatusCode != 200 || text != "" {
		t.Errorf("empty was %d %q", res.StatusCode, text)
	}
	arrived(true)
	late := make(chan string)
	go func() { _, text, _ := try(Delay, 10*time.Second); late <- text }()
	if _, err := ann.Await(1); err != nil {
		t.Fatal(err)
	}
	b.sim.Clock.Advance(10 * time.Second)
	if text := <-late; !strings.Contains(text, `"ok":true`) {
		t.Errorf("the late answer was %s", text)
	}
}
