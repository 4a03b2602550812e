package telegram

import (
	"slices"
	"strings"
	"testing"

	"regulars/bot"
)

// elses are texts with the markup of other places in them: what somebody types as
// a name, a review or a campaign must be read as it was typed.
var elses = []string{
	`<b>bold</b> <a href="tg://user?id=1">Ann</a> &lt;i&gt; &amp;`, `*bold* _it_ __u__ ~s~ ||spoiler|| [Ann](tg://user?id=1) \*`,
	"```code``` `x`", `{name} {{points}} {{.Shop}} ${HOME} %s %d $.data`, `{"type":"flex","contents":{}}`, `</blockquote></pre>`,
	`<tg-spoiler>x</tg-spoiler><script>alert(1)</script>`, `=cmd|' /C calc'!A0`, `@everyone @durov #tag $USD`,
}

// TestMarkupOfOthers: on a phone all of it is text, as a title, in the text and on
// a button, whoever it came from.
func TestMarkupOfOthers(t *testing.T) {
	w := newWorld(t)
	w.hook()
	for _, text := range elses {
		w.answer = func(bot.Event) bot.Letter {
			return bot.Letter{Messages: []bot.Message{
				{Text: text}, {Title: text, Text: "under it", Buttons: []bot.Button{{Label: text, Do: bot.DoAnswer, Value: "x"}}},
			}}
		}
		ann := w.tg.Person("Ann", "en")
		ann.Start("")
		phone := ann.Phone()
		if !slices.ContainsFunc(phone, func(s string) bool { return strings.HasSuffix(s, text) }) {
			t.Errorf("%q is shown as %q", text, phone)
		}
		if all := strings.Join(phone, "\n"); strings.Count(all, text) < 3 {
			t.Errorf("%q as a title or on a button: %q", text, all)
		}
	}
}
