package line_test

import (
	"strings"
	"testing"

	"regulars/bot"
	"regulars/bot/sim"
)

// TestMarkupOfOthers: what somebody types with the markup of other places in it,
// LINE's own cards and placeholders too, is read on a phone as it was typed: in a
// plain text, under a title, and where an answer in a group quotes its asker.
func TestMarkupOfOthers(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	ann := w.line.Person("Ann", "en")
	ann.Follow()
	for _, text := range []string{
		`<b>bold</b> &amp; <script>alert(1)</script>`, `*bold* _it_ [Ann](https://example.com)`, `{name} {user1} {{points}} {{.Shop}} $ $. %s`,
		`{"type":"flex","contents":{"type":"bubble"}}`, `"},{"type":"text","text":"forged`, `\" \\ \u0022`, `=cmd|' /C calc'!A0`, `(emoji) $ {mention}`,
	} {
		ann.Say("hello")
		w.say(w.last(bot.Said), true, bot.Message{Text: text}, bot.Message{Title: text, Text: "under it"})
		got := strings.Join(ann.Received(), "\n")
		if strings.Count(got, text) < 2 {
			t.Errorf("%q is shown as %q", text, got)
		}
	}
	if c := w.line.Complaints(); len(c) > 0 {
		t.Errorf("LINE complains: %q", c)
	}
}
