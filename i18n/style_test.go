package i18n

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// isWords says that a key holds words of a command, a list with its own form.
func isWords(key Key) bool { return strings.HasPrefix(string(key), "words.") }

// prose calls f for every text that people read.
func prose(t *testing.T, f func(l Lang, key Key, text string)) {
	cats, _ := read(t)
	for _, l := range Langs {
		for key, e := range cats[l] {
			for _, text := range e.forms {
				if !isWords(key) {
					f(l, key, text)
				}
			}
		}
	}
}

// maxLabel is how long a button's label may be on LINE (docs, #quick-reply and
// #action-objects), in UTF-16 units as LINE counts.
const (
	maxLabel    = 20
	maxBarText  = 14 // the bar under LINE's chat, which says bot.menu_button
	maxHelpLine = 64 // Telegram takes 256; a list is read at a glance
)

// telegramOnly are buttons that LINE never shows; Telegram has no limit for them.
var telegramOnly = map[Key]bool{BotShareContact: true}

func units(s string) int { return len(utf16.Encode([]rune(s))) }

func TestLengths(t *testing.T) {
	labels := usage(t).labels
	if len(labels) < 30 {
		t.Fatalf("only %d buttons found in the source", len(labels))
	}
	prose(t, func(l Lang, key Key, text string) {
		n := units(text)
		switch {
		case key == BotMenuButton && n > maxBarText:
			t.Errorf("%s: %s has %d units, the bar takes %d: %q", l, key, n, maxBarText, text)
		case n > maxLabel && !telegramOnly[key] && (labels[key] || strings.HasPrefix(string(key), "key.")):
			t.Errorf("%s: %s has %d units, a button takes %d: %q", l, key, n, maxLabel, text)
		case strings.HasPrefix(string(key), "help.") && n > maxHelpLine:
			t.Errorf("%s: %s has %d units, a line of the list takes %d: %q", l, key, n, maxHelpLine, text)
		case n > 400:
			t.Errorf("%s: %s has %d units; nobody reads that", l, key, n)
		}
	})
}

var (
	cjk = `\p{Han}\p{Hiragana}\p{Katakana}ー`
	// halfWidth is ASCII punctuation where the script has its own.
	halfWidth = regexp.MustCompile(`[` + cjk + `」）][,.;:!?()]|[,.;:!?()][` + cjk + `「（]`)
	// fullWidth is a wide letter or digit, or wide marks in texts that have none.
	fullWidth   = regexp.MustCompile(`[０-９Ａ-Ｚａ-ｚ＋－／＠]`)
	wideMarks   = regexp.MustCompile(`[、。，！？：；（）「」『』・　]`)
	quotes      = regexp.MustCompile(`["'‘]|\.\.`)
	command     = regexp.MustCompile(`/[a-z]+`)
	latin       = regexp.MustCompile(`[A-Za-z]+`)
	latinSpaced = regexp.MustCompile(`^ | $|  | \n|\n `)
)

// latinAllowed are words that these languages write in Latin letters.
var latinAllowed = map[Lang][]string{
	ZhTW: {"QR", "Code", "LINE", "Telegram"},
	ZhHK: {"QR", "LINE", "Telegram"},
	ZhCN: {"LINE", "Telegram"},
	Ja:   {"QR", "LINE", "Telegram"},
	Th:   {"QR", "LINE", "Telegram"},
}

// ownNames are what screens of other companies and this program's own commands
// are called, as an owner finds them there: in what is told to owners only.
var ownNames = regexp.MustCompile("`[^`]+`|LINE Official Account Manager|LINE Developers|Messaging API|Use webhook|Webhook|channel secret|access token|backup_dir|Regulars|[0-9} ]MB")

// managersWords are what managers call things everywhere: in the console alone.
var managersWords = []string{"MB", "CSV", "PNG", "JPEG", "NPS", "CSAT", "RFM", "CLV", "BG", "NBD", "TOML", "PIN", "API", "URL", "ID", "Webhook", "A", "B"}

// demoPeople are in the demonstration's café and called the same everywhere.
var demoPeople = []string{"Ann", "Sam"}

func TestNoLatinLeft(t *testing.T) {
	prose(t, func(l Lang, key Key, text string) {
		if strings.HasPrefix(string(key), "alarm.") {
			text = ownNames.ReplaceAllString(text, "")
		}
		rest := command.ReplaceAllString(placeholder.ReplaceAllString(text, ""), "")
		for _, w := range latin.FindAllString(rest, -1) {
			if strings.HasPrefix(string(key), "console") && slices.Contains(managersWords, w) {
				continue
			}
			if l != En && !slices.Contains(latinAllowed[l], w) && !slices.Contains(demoPeople, w) {
				t.Errorf("%s: %s says %q: %q", l, key, w, text)
			}
		}
	})
}

func TestPunctuation(t *testing.T) {
	prose(t, func(l Lang, key Key, text string) {
		chinese := l == ZhTW || l == ZhHK || l == ZhCN
		bare := placeholder.ReplaceAllString(text, "0")
		switch {
		case strings.Count(text, "!")+strings.Count(text, "！") > 1:
			t.Errorf("%s: %s shouts: %q", l, key, text)
		case latinSpaced.MatchString(text):
			t.Errorf("%s: %s has a space too many: %q", l, key, text)
		case quotes.MatchString(text) && l != En:
			t.Errorf("%s: %s has straight quotes or dots: %q", l, key, text)
		case fullWidth.MatchString(text):
			t.Errorf("%s: %s has wide letters: %q", l, key, text)
		case (chinese || l == Ja) && halfWidth.MatchString(bare):
			t.Errorf("%s: %s has half-width punctuation at a wide letter: %q", l, key, text)
		case (l == Th || l == En) && wideMarks.MatchString(text):
			t.Errorf("%s: %s has wide punctuation: %q", l, key, text)
		case (l == ZhTW || l == ZhHK || l == Ja) && strings.ContainsAny(text, "“”"):
			t.Errorf("%s: %s has foreign quotes: %q", l, key, text)
		case (l == ZhCN) && strings.ContainsAny(text, "「」"):
			t.Errorf("%s: %s has foreign quotes: %q", l, key, text)
		case chinese && strings.ContainsAny(text, "〜～"), l == Ja && strings.Contains(text, "，"):
			t.Errorf("%s: %s has another language's marks: %q", l, key, text)
		}
		if l == Th && strings.HasSuffix(text, ".") && !strings.HasSuffix(text, " น.") {
			t.Errorf("th: %s ends with a full stop, which Thai does not write: %q", key, text)
		}
	})
}

// sentenceEnd is how a text ends that is a sentence.
var sentenceEnd = regexp.MustCompile(`[.?!。？！]）?$`)

func TestSentencesEndAlike(t *testing.T) {
	cats, _ := read(t)
	prose(t, func(l Lang, key Key, text string) {
		if l == Th || l == En {
			return
		}
		for _, en := range cats[En][key].forms {
			if sentenceEnd.MatchString(en) && !sentenceEnd.MatchString(text) {
				t.Errorf("%s: %s does not end as a sentence, English does: %q", l, key, text)
			}
		}
	})
}

// twins are characters that the mainland writes differently: traditional, then
// simplified. Simplified ones that traditional texts write too, such as 后 and 制,
// are left out.
var twins = strings.Fields(`
點点 會会 員员 錄录 設设 語语 說说 請请 這这 個个 們们 開开 關关 選选 單单 還还 沒没 時时 間间 號号 碼码 條条 顯显 訊讯
應应 歡欢 謝谢 贈赠 積积 銷销 給给 額额 數数 檔档 資资 記记 聯联 絡络 結结 帳帐 賬账 戶户 幣币 餘余 優优 項项 處处 備备
無无 機机 電电 話话 將将 從从 來来 對对 錯错 過过 進进 遠远 鎖锁 確确 認认 證证 輸输 復复 複复 儲储 屬属 區区 國国 兩两
邊边 誰谁 況况 麼么 為为 樣样 見见 覽览 讓让 變变 動动 務务 刪删 獲获 離离 職职 團团 隊队 業业 產产 剛刚 幾几 專专 寫写
細细 嗎吗 網网 頁页 連连 鏈链 啟启 閉闭 歸归 轉转 換换 實实 際际 計计 覺觉 親亲 領领 顧顾 願愿 題题 類类 須须 預预 頻频
驗验 體体 齊齐 東东 門门 問问 聞闻 調调 據据 攜携 帶带 憑凭 當当 熱热 紀纪 終终 縮缩 總总 續续 車车 軟软 較较 載载 輕轻
辦办 農农 達达 遲迟 適适 遺遗 鐘钟 鈕钮 銀银 錢钱 長长 陸陆 險险 隨随 雖虽 雙双 難难 靜静 響响 頭头 顆颗 狀状 獎奖 現现
環环 畫画 異异 發发 盡尽 監监 盤盘 眾众 禮礼 種种 稱称 穩稳 筆笔 節节 範范 簡简 簽签 約约 紅红 級级 純纯 擾扰 瀏浏 滿满
掃扫 櫃柜 圖图 場场 廣广 戰战 讀读 許许 訂订 該该 試试 誤误 護护 貨货 費费 賣卖 買买 贏赢 賺赚 鋪铺 鍵键 飲饮 飯饭
`)

// only gives the characters that only traditional (0) or simplified (1) writing has.
func only(side int) string {
	var b strings.Builder
	for _, pair := range twins {
		if r := []rune(pair); len(r) == 2 {
			b.WriteRune(r[side])
		}
	}
	return b.String()
}

// foreign are words of a neighbour, which a native reader trips over.
var foreign = map[Lang][]string{
	ZhTW: {"你", "積分", "手提電話", "櫃位", "職員", "裏", "店舖", "信息", "賬", "二維碼", "設置", "默認", "短信"},
	ZhHK: {"您", "點數", "門市", "櫃檯", "店員", "國碼", "囉", "私訊", "裡", "軟體", "訊息框", "信息", "賬號", "設置", "店家", "店長"},
	ZhCN: {"你", "点数", "手提电话", "柜位", "柜台", "信息框", "设定", "软体", "会籍", "讯息", "私讯", "帐号", "「"},
	Ja:   {"點", "會", "關", "說", "裡", "这", "们", "您", "貴方", "あなた"},
	Th:   {"ครับ", "ค่ะ", "คะ ", "กรุณา"},
}

func TestEachCountryItsOwnWriting(t *testing.T) {
	cats, _ := read(t)
	for _, l := range Langs {
		for key, e := range cats[l] {
			text := e.all()
			if l == ZhCN && strings.ContainsAny(text, only(0)) {
				t.Errorf("zh-CN: %s has traditional characters: %q", key, text)
			}
			if (l == ZhTW || l == ZhHK) && strings.ContainsAny(text, only(1)) {
				t.Errorf("%s: %s has simplified characters: %q", l, key, text)
			}
			for _, w := range foreign[l] {
				if !isWords(key) && strings.Contains(text, w) {
					t.Errorf("%s: %s says %q: %q", l, key, w, text)
				}
			}
		}
	}
	same := 0
	for key, e := range cats[ZhTW] {
		if e.all() == cats[ZhHK][key].all() {
			same++
		}
	}
	if same*2 > len(cats[ZhTW]) {
		t.Errorf("%d of %d texts are the same in Taiwan and Hong Kong: one seems a copy", same, len(cats[ZhTW]))
	}
}
