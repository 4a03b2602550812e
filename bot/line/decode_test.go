package line_test

import (
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"regulars/bot"
)

func TestDecodeGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/webhook/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal("no webhooks to read", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			events, err := channel(t).Decode(sign("secret", body), body)
			if err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("testdata/events", filepath.Base(file)), events)
		})
	}
}

func TestDecodeForged(t *testing.T) {
	body := []byte(`{"events":[]}`)
	c := channel(t)
	signed := sign("secret", body)
	for what, h := range map[string]http.Header{
		"no header":    {},
		"empty":        {"X-Line-Signature": {""}},
		"other secret": sign("another", body),
		"empty secret": sign("", body),
		"not base64":   {"X-Line-Signature": {"!!!"}},
		"cut":          {"X-Line-Signature": {signed.Get("X-Line-Signature")[:20]}},
	} {
		if events, err := c.Decode(h, body); !errors.Is(err, bot.ErrForged) || events != nil {
			t.Errorf("%s: %v, %v", what, events, err)
		}
	}
	if _, err := c.Decode(signed, append(body, ' ')); !errors.Is(err, bot.ErrForged) {
		t.Error("a changed body was taken")
	}
	if _, err := c.Decode(signed, body); err != nil {
		t.Error(err)
	}
}

func TestReplyTokenLivesFiftyFiveSecondsFromReceipt(t *testing.T) {
	body, err := os.ReadFile("testdata/webhook/private.json")
	if err != nil {
		t.Fatal(err)
	}
	events, err := channel(t).Decode(sign("secret", body), body)
	if err != nil {
		t.Fatal(err)
	}
	if got := events[0].Reply.Until.Sub(noon); got != 55*time.Second {
		t.Errorf("deadline %v after receipt", got)
	}
}

func TestMentionsPointAtTheirText(t *testing.T) {
	body, err := os.ReadFile("testdata/webhook/group.json")
	if err != nil {
		t.Fatal(err)
	}
	events, err := channel(t).Decode(sign("secret", body), body)
	if err != nil {
		t.Fatal(err)
	}
	said := events[1]
	var named []string
	for _, m := range said.Mentions {
		named = append(named, said.Text[m.Start:m.Start+m.Len])
	}
	if got := strings.Join(named, " "); got != "@店 @Ann" {
		t.Errorf("mentioned: %q", got)
	}
	if !said.ToBot || !said.Mentions[0].Bot || said.Mentions[1].Bot {
		t.Error("who was meant is wrong")
	}
}

func FuzzDecode(f *testing.F) {
	files, _ := filepath.Glob("testdata/webhook/*.json")
	for _, file := range files {
		body, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	c := channel(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := c.Decode(sign("secret", body), body)
		if err != nil {
			t.Fatal("a signed body was refused:", err)
		}
		for _, e := range events {
			if e.ID == "" || e.Kind == "" || e.Channel != "main" || e.Platform != bot.LINE {
				t.Errorf("incomplete: %+v", e)
			}
			if e.Kind != bot.Odd && e.Kind != bot.Ignored && len(e.Chat.ID) != 33 {
				t.Errorf("chat %q", e.Chat.ID)
			}
			if e.From != "" && len(e.From) != 33 {
				t.Errorf("from %q", e.From)
			}
			for _, m := range e.Mentions {
				_ = e.Text[m.Start : m.Start+m.Len]
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	body := []byte(`{"destination":"Ub","events":[{"type":"message","mode":"active","timestamp":1767225600001,"webhookEventId":"01JGFAKE000000000000000002","deliveryContext":{"isRedelivery":false},"source":{"type":"group","groupId":"C0123456789abcdef0123456789abcdef","userId":"U0123456789abcdef0123456789abcdef"},"replyToken":"token2","message":{"id":"200","type":"text","text":"@店 /points","mention":{"mentionees":[{"index":0,"length":2,"type":"user","userId":"Ubbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","isSelf":true}]}}}]}`)
	c := channel(b)
	h := sign("secret", body)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Decode(h, body); err != nil {
			b.Fatal(err)
		}
	}
}
