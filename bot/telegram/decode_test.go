package telegram

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"regulars/bot"
)

func signed() http.Header {
	h := http.Header{}
	h.Set("X-Telegram-Bot-Api-Secret-Token", testSecret)
	return h
}

// one decodes a body that must be taken as one event.
func one(t testing.TB, c *Channel, body string) bot.Event {
	t.Helper()
	events, err := c.Decode(signed(), []byte(body))
	if err != nil || len(events) != 1 {
		t.Fatalf("Decode: %d events, %v", len(events), err)
	}
	return events[0]
}

// Each file in testdata/updates holds a list of updates as Telegram sends them;
// the events they mean stand beside it.
func TestDecodeFixtures(t *testing.T) {
	files, err := filepath.Glob("testdata/updates/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures: %v", err)
	}
	c := newChannel(t, "")
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".json")
		t.Run(name, func(t *testing.T) {
			raw, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var updates []json.RawMessage
			if err := json.Unmarshal(raw, &updates); err != nil {
				t.Fatal(err)
			}
			var events []bot.Event
			for _, u := range updates {
				events = append(events, one(t, c, string(u)))
			}
			golden(t, "events/"+name+".json", events)
		})
	}
}

func TestDecodeRefusesUnsigned(t *testing.T) {
	c := newChannel(t, "")
	for _, secret := range []string{"", "other", testSecret + "x", testSecret[1:]} {
		h := http.Header{}
		h.Set("X-Telegram-Bot-Api-Secret-Token", secret)
		if _, err := c.Decode(h, []byte(`{"update_id":1}`)); !errors.Is(err, bot.ErrForged) {
			t.Errorf("secret %q: %v, want ErrForged", secret, err)
		}
	}
	open, err := New(Config{Token: testToken})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open.Decode(http.Header{}, []byte(`{"update_id":1}`)); !errors.Is(err, bot.ErrForged) {
		t.Errorf("without a secret in the configuration: %v, want ErrForged", err)
	}
}

// Odd bodies keep an id that is the same each time they are delivered.
func TestDecodeOddBodies(t *testing.T) {
	c := newChannel(t, "")
	ids := map[bot.EventID]string{}
	for _, body := range []string{``, `{}`, `[]`, `null`, `nonsense`, `{"update_id":-4}`, `{"update_id":0,"message":{}}`, `{"update_id":1}{"update_id":2}`} {
		e := one(t, c, body)
		if e.Kind != bot.Odd || e.ID == "" || e.At.IsZero() {
			t.Errorf("%s: %+v, want an odd event with an id", body, e)
		}
		if again := one(t, c, body); again.ID != e.ID {
			t.Errorf("%s: id %s, then %s", body, e.ID, again.ID)
		}
		if other, taken := ids[e.ID]; taken {
			t.Errorf("%s and %s have the same id", body, other)
		}
		ids[e.ID] = body
	}
	for _, body := range []string{
		`{"update_id":77,"message":{"message_id":"one"}}`,
		`{"update_id":77,"message":{"message_id":1,"chat":{"id":"five"}}}`,
		`{"update_id":77,"something_new":{"a":1}}`,
		`{"update_id":77,"message":7}`,
	} {
		if e := one(t, c, body); e.Kind != bot.Odd || e.ID != "77" {
			t.Errorf("%s: %s %s, want odd 77", body, e.Kind, e.ID)
		}
	}
}

// The bytes of a mention must be the text's, whatever stands before it.
func TestMentionOffsets(t *testing.T) {
	c := newChannel(t, "")
	rapid.Check(t, func(t *rapid.T) {
		before := rapid.StringOf(rapid.RuneFrom([]rune("aé點😀👨‍👩‍👧ก่ \u200f\n"))).Draw(t, "before")
		command := rapid.SampledFrom([]string{"", "/give@Cafe_Bot ", "/give "}).Draw(t, "command")
		text := command + before + "@ann!"
		raw, _ := json.Marshal([]entity{{Type: "mention", Offset: units(command + before), Length: 4}})
		var entities []entity
		if err := json.Unmarshal(raw, &entities); err != nil {
			t.Fatal(err)
		}
		var e bot.Event
		c.words(&e, text, entities)
		if len(e.Mentions) != 1 {
			t.Fatalf("%d mentions in %q", len(e.Mentions), text)
		}
		m := e.Mentions[0]
		if got := e.Text[m.Start : m.Start+m.Len]; got != "@ann" || m.Username != "ann" {
			t.Fatalf("the mention in %q is %q, username %q", e.Text, got, m.Username)
		}
		if e.ToBot != strings.Contains(command, "@") || strings.Contains(e.Text, "Cafe_Bot") {
			t.Fatalf("%q became %q, to the bot: %v", text, e.Text, e.ToBot)
		}
	})
}

// Handlers sort a batch by time, and Telegram tells none for presses.
func TestBatchKeepsTheOrderOfPresses(t *testing.T) {
	c := newChannel(t, "")
	press := json.RawMessage(`{"update_id":1,"callback_query":{"id":"9","from":{"id":5},"data":"c:points","message":{"message_id":3,"chat":{"id":5,"type":"private"}}}}`)
	said := json.RawMessage(`{"update_id":2,"message":{"message_id":4,"from":{"id":5},"chat":{"id":5,"type":"private"},"date":1000,"text":"hi"}}`)
	events := c.events([]json.RawMessage{press, said})
	if events[0].At.After(events[1].At) || !events[1].At.Equal(time.Unix(1000, 0)) {
		t.Errorf("the press is at %v, what was said after it at %v", events[0].At, events[1].At)
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/updates/*.json")
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var updates []json.RawMessage
		if err := json.Unmarshal(raw, &updates); err != nil {
			f.Fatal(err)
		}
		for _, u := range updates {
			f.Add([]byte(u))
		}
	}
	c := newChannel(f, "")
	f.Fuzz(func(t *testing.T, body []byte) {
		e := one(t, c, string(body))
		if e.ID == "" || e.Kind == "" || e.At.IsZero() || e.Channel != "tg" {
			t.Fatalf("a half event: %+v", e)
		}
		if _, err := json.Marshal(e); err != nil {
			t.Fatalf("the event cannot be kept: %v", err)
		}
		if e.Kind != bot.Odd && e.Kind != bot.Ignored && e.Chat.ID == "" {
			t.Fatalf("a %s without a chat", e.Kind)
		}
		for _, m := range e.Mentions {
			if m.Start < 0 || m.Len <= 0 || m.Start+m.Len > len(e.Text) || !utf8.ValidString(e.Text[m.Start:m.Start+m.Len]) {
				t.Fatalf("a mention outside of the text: %+v in %d bytes", m, len(e.Text))
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	c := newChannel(b, "")
	h := signed()
	body := []byte(`{"update_id":412000001,"message":{"message_id":88,"from":{"id":5000001,"is_bot":false,"first_name":"美玲","username":"meiling","language_code":"zh-hant"},"chat":{"id":-1001500000001,"title":"咖啡店","type":"supergroup","is_forum":true},"date":1795262400,"message_thread_id":4,"is_topic_message":true,"text":"/points@cafe_bot","entities":[{"offset":0,"length":16,"type":"bot_command"}]}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Decode(h, body); err != nil {
			b.Fatal(err)
		}
	}
}
