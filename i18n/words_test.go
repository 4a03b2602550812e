package i18n

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"
)

// fold makes words comparable as package bot does before it looks one up.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(norm.NFKC.String(s))) }

// wordsOf are a command's words in a language.
func wordsOf(l Lang, key Key) (list []string) {
	for _, w := range strings.Split(For(l).Say(key), ",") {
		list = append(list, fold(w))
	}
	return list
}

// commandWords are the keys of words, by the command's English name.
func commandWords(t *testing.T) map[string]Key {
	_, consts := read(t)
	all := map[string]Key{}
	for _, key := range consts {
		if name, ok := strings.CutPrefix(string(key), "words."); ok {
			all[name] = key
		}
	}
	return all
}

// A word means one command whatever language a person has chosen: the bot
// looks in theirs first and then in the others.
func TestEachWordMeansOneCommand(t *testing.T) {
	commands := commandWords(t)
	means := map[string]string{}
	for name := range commands {
		means[name] = name // English names always work
	}
	for _, l := range Langs {
		for name, key := range commands {
			seen := map[string]bool{}
			for _, w := range wordsOf(l, key) {
				if other := means[w]; other != "" && other != name {
					t.Errorf("%s: %q means both %s and %s", l, w, other, name)
				}
				means[w] = name
				if w == "" || seen[w] || strings.HasPrefix(w, "/") {
					t.Errorf("%s: %s lists %q, which is empty, there twice, or has a slash", l, key, w)
				}
				seen[w] = true
			}
		}
	}
}

// Telegram's reply keyboard sends a button's label as a text, and people type
// what they have seen on a button.
func TestLabelsAreWordsOfTheirCommands(t *testing.T) {
	says := map[Key]Key{
		KeyPoints: WordsPoints, KeyCard: WordsCard, KeyHistory: WordsHistory, KeyMore: WordsMenu,
		KeyRewards: WordsRedeem, KeyVouchers: WordsVouchers, KeyGifts: WordsGifts,
		KeyLevel: WordsLevel, KeyStamps: WordsStamps, KeyInvite: WordsInvite, KeyOffers: WordsOffers, KeyEvents: WordsEvents, KeyReview: WordsReview, KeyPost: WordsPost, KeyDonate: WordsDonate, KeyActivities: WordsActivities, KeyMissions: WordsMissions, KeyCheckIn: WordsCheckIn, KeyBoard: WordsBoard, KeyPlan: WordsPlan,
		KeyPlay:      WordsPlay,
		MenuSettings: WordsSettings, MenuLanguage: WordsLanguage, MenuTalk: WordsTalk, MenuHelp: WordsHelp,
		BotMenuButton: WordsMenu,
	}
	for _, l := range Langs {
		for label, key := range says {
			text, found := For(l).Say(label), false
			for _, w := range wordsOf(l, key) {
				found = found || w == fold(text)
			}
			if !found {
				t.Errorf("%s: the button %q (%s) is none of %s: %q", l, text, label, key, For(l).Say(key))
			}
		}
	}
}

// The rich menu's pictures are drawn with these words.
func TestLabelsInPictures(t *testing.T) {
	drawn := map[Lang][5]string{
		ZhTW: {"點數", "會員卡", "兌換好禮", "紀錄", "更多"},
		ZhHK: {"積分", "會員卡", "換領禮品", "記錄", "更多"},
		En:   {"Points", "My card", "Rewards", "History", "More"},
		Ja:   {"ポイント", "会員カード", "特典", "履歴", "その他"},
		Th:   {"แต้มสะสม", "บัตรสมาชิก", "ของรางวัล", "ประวัติ", "เพิ่มเติม"},
		ZhCN: {"积分", "会员卡", "兑换好礼", "记录", "更多"},
	}
	for _, l := range Langs {
		for i, key := range []Key{KeyPoints, KeyCard, KeyRewards, KeyHistory, KeyMore} {
			if got := For(l).Say(key); got != drawn[l][i] {
				t.Errorf("%s: %s is %q, the picture shows %q", l, key, got, drawn[l][i])
			}
		}
	}
}

// What the guided first minute tells people to tap is what the buttons say.
func TestGuideNamesButtons(t *testing.T) {
	for _, l := range Langs {
		for hint, label := range map[Key]Key{TourJoinHint: JoinButton, TourPointsHint: KeyPoints, TourReceiptHint: KeyPoints} {
			if text, want := For(l).Say(hint), For(l).Say(label); !strings.Contains(text, want) {
				t.Errorf("%s: %s does not name the button %q: %q", l, hint, want, text)
			}
		}
	}
}
