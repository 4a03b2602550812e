package line_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/sim"
	"regulars/i18n"
)

var words = map[i18n.Lang][4]string{
	i18n.ZhTW: {"點數", "會員卡", "紀錄", "更多"}, i18n.ZhHK: {"積分", "會員卡", "記錄", "更多"},
	i18n.En: {"Points", "My card", "History", "More"}, i18n.Ja: {"ポイント", "会員カード", "履歴", "その他"},
	i18n.Th: {"แต้มสะสม", "บัตรสมาชิก", "ประวัติ", "เพิ่มเติม"}, i18n.ZhCN: {"积分", "会员卡", "记录", "更多"},
}

func standard(bar string) []line.RichMenuSpec {
	var specs []line.RichMenuSpec
	for _, l := range i18n.Langs {
		specs = append(specs, line.StandardMenu(l, bar, keys(words[l], "history")))
	}
	return specs
}

func keys(labels [4]string, third string) (all []bot.Button) {
	for i, command := range []string{"points", "card", third, "menu"} {
		all = append(all, bot.Button{Label: labels[i], Do: bot.DoCommand, Value: command})
	}
	return all
}

// A picture is drawn for menus with rewards and for those with the history, and
// another menu is refused rather than shown under the wrong picture.
func TestMenuPictures(t *testing.T) {
	seen := map[string]bool{}
	for _, l := range i18n.Langs {
		for _, third := range []string{"redeem", "history"} {
			spec := line.StandardMenu(l, "Menu", keys(words[l], third))
			if len(spec.Picture) == 0 || seen[string(spec.Picture)] {
				t.Errorf("%s: no picture of its own for %s", l, third)
			}
			seen[string(spec.Picture)] = true
			if spec.Buttons[2].Value != third {
				t.Errorf("%s: the third button is %q", l, spec.Buttons[2].Value)
			}
		}
	}
	w := newWorld(t, sim.LineConfig{})
	if err := w.EnsureMenus(t.Context(), []line.RichMenuSpec{line.StandardMenu("en", "Menu", keys(words["en"], "talk"))}); err == nil {
		t.Error("a menu without a picture was installed")
	}
}

// calls counts the requests of this kind that LINE took.
func (w *world) calls(method, path string) (n int) {
	for _, c := range w.sim.Wire.Calls() {
		if c.Method == method && strings.HasSuffix(c.Path, path) && c.Status == 200 {
			n++
		}
	}
	return n
}

func TestSimMenus(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	ann := w.line.Person("Ann", "th").Befriend()
	to := bot.Event{Chat: bot.Chat{Channel: "main", ID: bot.ChatID(ann.ID())}}
	w.say(to, false, bot.Message{Text: "No menus are installed, and that is no error.", Menu: &bot.Menu{Lang: "th"}})

	if err := w.EnsureMenus(t.Context(), standard("Menu")); err != nil {
		t.Fatal(err)
	}
	if _, labels := ann.Menu(); !slices.Equal(labels, []string{"點數", "會員卡", "紀錄", "更多"}) {
		t.Errorf("by default: %q", labels)
	}
	if err := w.LinkMenu(t.Context(), bot.UserID(ann.ID()), "th"); err != nil {
		t.Fatal(err)
	}
	name, labels := ann.Menu()
	if !slices.Equal(labels, []string{"แต้มสะสม", "บัตรสมาชิก", "ประวัติ", "เพิ่มเติม"}) {
		t.Errorf("linked: %q", labels)
	}
	if err := ann.Press("ประวัติ"); err != nil {
		t.Fatal(err)
	}
	if e := w.last(bot.Pressed); e.Data != "c:history" {
		t.Errorf("%+v", e)
	}

	made := w.calls("POST", "/v2/bot/richmenu")
	if err := w.EnsureMenus(t.Context(), standard("Menu")); err != nil {
		t.Fatal(err)
	}
	if again := w.calls("POST", "/v2/bot/richmenu"); made != 6 || again != 6 {
		t.Errorf("made %d menus, then %d", made, again-made)
	}

	// New words make new menus; the old ones go the next time.
	for range 2 {
		if err := w.EnsureMenus(t.Context(), standard("選單")); err != nil {
			t.Fatal(err)
		}
	}
	if made := w.calls("POST", "/v2/bot/richmenu"); made != 12 {
		t.Errorf("%d menus made", made)
	}
	w.say(to, false, bot.Message{Text: "Hello", Menu: &bot.Menu{Lang: "th"}})
	if now, _ := ann.Menu(); now == name || now == "" {
		t.Errorf("menu %q after %q", now, name)
	}
	if n := w.listed(); n != 6 {
		t.Errorf("%d menus are left", n)
	}
}

func TestSimMenusOfAnotherReplica(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	is := w.line.Config()
	replica := channel(t, func(cfg *line.Config) {
		cfg.Secret, cfg.Token, cfg.APIBase, cfg.DataAPIBase = is.Secret, is.Token, w.sim.LineAPI(), w.sim.LineDataAPI()
	})
	ann := w.line.Person("Ann", "th").Befriend()
	var seen []string
	for _, bar := range []string{"", "Menu", "選單", "選單"} {
		if bar != "" {
			if err := w.EnsureMenus(t.Context(), standard(bar)); err != nil {
				t.Fatal(err)
			}
		}
		if err := replica.LinkMenu(t.Context(), bot.UserID(ann.ID()), "th"); err != nil {
			t.Fatal(err)
		}
		name, _ := ann.Menu()
		seen = append(seen, name)
	}
	// The second menu is known only once the first is deleted.
	if seen[0] != "" || seen[1] == "" || seen[2] != seen[1] || seen[3] == "" || seen[3] == seen[2] {
		t.Errorf("%q", seen)
	}
}

// listed is how many rich menus LINE has.
func (w *world) listed() int {
	request, err := http.NewRequest("GET", w.sim.LineAPI()+"/v2/bot/richmenu/list", nil)
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+w.line.Config().Token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var list struct{ Richmenus []any }
	if err := json.NewDecoder(response.Body).Decode(&list); err != nil {
		w.t.Fatal(err)
	}
	return len(list.Richmenus)
}

// A start that was interrupted between making a menu and naming it must finish
// that one instead of making another at each start.
func TestSimMenusAfterAnInterruption(t *testing.T) {
	w := newWorld(t, sim.LineConfig{})
	off := w.sim.Faults.Switch(sim.Rule{Fault: sim.ServerErr, Platform: "line", Path: "/v2/bot/richmenu/*/content"})
	for range 3 {
		if err := w.EnsureMenus(t.Context(), standard("Menu")); err == nil {
			t.Fatal("the interruption went unnoticed")
		}
	}
	off()
	if err := w.EnsureMenus(t.Context(), standard("Menu")); err != nil {
		t.Fatal(err)
	}
	if made := w.calls("POST", "/v2/bot/richmenu"); made != 6 {
		t.Errorf("%d menus made", made)
	}
}

func TestEnsureMenusRefuses(t *testing.T) {
	base, asked := server(t, says(500, ``))
	c := channel(t, func(cfg *line.Config) { cfg.APIBase = base })
	good := standard("Menu")[0]
	for what, change := range map[string]func(*line.RichMenuSpec){
		"no picture": func(s *line.RichMenuSpec) { s.Picture = nil },
		"no bar":     func(s *line.RichMenuSpec) { s.BarText = " " },
		"no buttons": func(s *line.RichMenuSpec) { s.Buttons = nil },
		"a contact":  func(s *line.RichMenuSpec) { s.Buttons = []bot.Button{{Label: "x", Do: bot.DoContact}} },
	} {
		spec := good
		change(&spec)
		if err := c.EnsureMenus(t.Context(), []line.RichMenuSpec{spec}); err == nil {
			t.Errorf("%s: taken", what)
		}
	}
	if c.EnsureMenus(t.Context(), nil) == nil || len(asked()) != 0 {
		t.Error("LINE was asked for nothing")
	}
}
