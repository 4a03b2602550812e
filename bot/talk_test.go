package bot_test

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"regulars/bot"
	"regulars/i18n"
)

// press is the button of a label under the answer to e.
func (w *world) press(e bot.Event, label string) bot.Event {
	w.t.Helper()
	i, _ := w.intent(bot.IntentID("line." + string(e.ID) + ".a"))
	for _, m := range i.Letter.Messages {
		for _, b := range m.Buttons {
			if b.Label == label {
				p := w.event(string(e.From), bot.Pressed)
				p.Data = b.Data()
				return p
			}
		}
	}
	w.t.Fatalf("no button %q under %+v", label, i.Letter.Messages)
	return bot.Event{}
}

// An answer is good for the terms it was given to (law 4).
func TestChangedTermsAskAgain(t *testing.T) {
	w := newWorld(t)
	asked := w.text("ann", "/order")
	w.want(w.does(asked)[0], "which size? [Small] [Large]")
	w.now = w.now.Add(2 * time.Minute) // the price rises
	again := w.press(asked, "Large")
	w.want(w.does(again)[0], "Something has changed since I asked, so here it is again. / which size? [Small] [Large]")
	w.want(w.does(w.press(again, "Large"))[0], "l for 60 / that makes 1")
	w.want(w.does(w.press(again, "Large"))[0], "That button is no longer good. [Menu]")
}

// Who taps twice does it once, and is told so (LEDGER case 3), also after
// something else; only what they pressed, and only for a while.
func TestPressedTwice(t *testing.T) {
	w := newWorld(t)
	asked := w.text("ann", "/buy")
	w.does(asked)
	w.want(w.does(w.press(asked, "Large"))[0], "l for 50 / that makes 1")
	w.want(w.does(w.press(asked, "Large"))[0], "bought already")
	w.want(w.does(w.press(asked, "Small"))[0], "That button is no longer good. [Menu]")
	w.says("ann", "/count")
	w.want(w.does(w.press(asked, "Large"))[0], "bought already")
	forged := w.press(asked, "Large")
	forged.From, forged.Chat.ID = "mallory", "mallory"
	w.want(w.does(forged)[0], "That button is no longer good. [Menu]")
	w.now = w.now.Add(15*time.Minute + time.Second)
	w.want(w.does(w.press(asked, "Large"))[0], "That button is no longer good. [Menu]")
	if n := w.counted("ann"); n != 2 {
		t.Errorf("counted %d times", n)
	}
}

func TestQuestionWaitsAQuarterOfAnHour(t *testing.T) {
	w := newWorld(t)
	w.now = w.now.Add(5 * time.Minute)
	asked := w.text("ann", "/order")
	w.does(asked)
	w.now = w.now.Add(15*time.Minute + time.Second)
	w.want(w.does(w.press(asked, "Small"))[0], "That button is no longer good. [Menu]")
}

// A one-time button is good once, for its owner, until it lapses; everybody
// else gets one and the same answer (laws 3, LEDGER cases 26 and 27).
func TestOneTimeButton(t *testing.T) {
	w := newWorld(t)
	const no = "That button is no longer good. [Menu]"
	got := w.text("ann", "/ticket")
	w.does(got)
	use := func(e bot.Event, who string) string {
		p := w.press(e, "Use")
		p.From, p.Chat.ID = bot.UserID(who), bot.ChatID(who)
		return w.does(p)[0]
	}
	w.want(use(got, "mallory"), no)
	w.want(use(got, "ann"), "that makes 1")
	w.want(use(got, "ann"), no)
	unknown := w.event("ann", bot.Pressed)
	unknown.Data = "t:AAAABBBBCCCCDDDDEEEE"
	w.want(w.does(unknown)[0], no)
	late := w.text("ann", "/ticket")
	w.does(late)
	w.now = w.now.Add(time.Hour + time.Second)
	w.want(use(late, "ann"), no)
}

// Unasked words get one menu, then hours of silence (law 13).
func TestSilence(t *testing.T) {
	w := newWorld(t)
	w.want(w.says("ann", "hello"), "welcome")
	w.want(w.says("ann", "is anybody there"), "")
	w.now = w.now.Add(bot.QuietFor + time.Second)
	w.want(w.says("ann", "hello again"), "menu")
	w.want(w.says("ann", "hello?"), "")
	standby := w.text("ann", "/count")
	standby.Kind = bot.Standby
	w.want(w.does(standby)[0], "")
	if n := w.counted("ann"); n != 0 {
		t.Error("an event that another module answers was done")
	}
}

func TestUnknownCommandNamesTheNearest(t *testing.T) {
	w := newWorld(t)
	w.want(w.says("ann", "/cuont"), "I don't know /cuont. [/count] [Menu]")
	w.want(w.says("ann", "/staf"), "I don't know /staf. [Menu]") // not hers to say
	w.want(w.says("clerk", "/staf"), "I don't know /staf. [/staff] [Menu]")
	if got := w.says("ann", "/"+strings.Repeat("界", 10000)); utf8.RuneCountInString(got) > 80 {
		t.Errorf("a long word came back in %d letters", utf8.RuneCountInString(got))
	}
}

func TestNoTwoCommandsOfOneName(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("two commands of one name were accepted")
		}
	}()
	bot.NewCommands(&bot.Command{Name: "points"}, &bot.Command{Name: "points"})
}

// Words of every language are understood whatever one's own is.
func TestWordsOfEveryLanguage(t *testing.T) {
	w := newWorld(t)
	w.bot.Commands = bot.NewCommands(&bot.Command{Name: "points", Words: i18n.WordsPoints, Everyday: true, Place: bot.Private, Run: says("points")})
	for _, l := range i18n.Langs {
		for _, word := range strings.Split(i18n.For(l).Say(i18n.WordsPoints), ",") {
			w.want(w.says("ann", word), "points")
			if word = strings.TrimSpace(word); !strings.Contains(word, " ") {
				w.want(w.says("ann", "/"+word), "points")
			}
		}
	}
}

// FuzzParseLine holds the command parser to what its caller relies on: a word
// without space or slash, arguments without space around, and the same line
// again when it is put together anew.
func FuzzParseLine(f *testing.F) {
	for _, s := range []string{
		"/points", "／points", "/points@cafe_bot", "/sale 0912345678 350", "/sale\n@ann\t100", "/", "//", "/ x", "/@bot x",
		" /help ", "points", "/點數", "/a@b@c d", "/a　b", "\xff/points", "/\x00 \x00", "/é e\u0301",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		line, ok := bot.ParseLine(s)
		if !ok {
			if line != (bot.Line{}) {
				t.Fatalf("%q is no command, and yet %+v", s, line)
			}
			return
		}
		if line.Word == "" || strings.ContainsFunc(line.Word, unicode.IsSpace) || strings.HasPrefix(line.Word, "/") {
			t.Fatalf("%q gave the word %q", s, line.Word)
		}
		if line.Args != strings.TrimSpace(line.Args) || !strings.Contains(s, line.Args) {
			t.Fatalf("%q gave the arguments %q", s, line.Args)
		}
		again, ok := bot.ParseLine("/" + line.Word + " " + line.Args)
		if !ok || again != line {
			t.Fatalf("%q gave %+v, which reads as %+v", s, line, again)
		}
	})
}
