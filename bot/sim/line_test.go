package sim

import "testing"

// The shortest conversation: follow, say, reply, push, block.
func TestLineConversation(t *testing.T) {
	_, ch, bot := lineWorld(t, LineConfig{})
	bot.on = func(ev obj) {
		if m, ok := ev["message"].(obj); ok {
			bot.want(bot.replyTo(ev, text("you said "+m["text"].(string))), 200, "")
		}
	}
	ann := ch.Person("Ann", "zh-TW")
	ann.Follow()
	ann.Say("hi")
	phone(t, ann, "ann> hi", "bot< you said hi")
	bot.want(bot.push(ann.ID(), text("news")), 200, "")
	phone(t, ann, "ann> hi", "bot< you said hi", "bot< news")
	if got, err := ann.Await(2); err != nil || len(got) != 2 {
		t.Fatalf("Await gave %q, %v", got, err)
	}
	if ch.Used() != 1 {
		t.Fatalf("a reply is free and a push counts one, used %d", ch.Used())
	}
}
