package bot_test

import (
	"testing"

	"regulars/bot"
)

func TestButtonDataThereAndBack(t *testing.T) {
	for _, b := range []bot.Button{
		{Do: bot.DoCommand, Value: "history 40"},
		{Do: bot.DoAnswer, Value: "a:b"},
		{Do: bot.DoToken, Value: "7KQ2"},
		{Do: bot.DoAnswer, Value: ""},
	} {
		kind, value, ok := bot.ParseData(b.Data())
		if !ok || kind != b.Do || value != b.Value {
			t.Errorf("%+v gave %q, which reads as %q %q %v", b, b.Data(), kind, value, ok)
		}
	}
	if got := (bot.Button{Do: bot.DoOpen, Value: "https://example.com"}).Data(); got != "" {
		t.Errorf("an address has the payload %q", got)
	}
	for _, odd := range []string{"", "c", "x:1", "points", "C:points", ":"} {
		if kind, _, ok := bot.ParseData(odd); ok {
			t.Errorf("%q was read as %q", odd, kind)
		}
	}
}
