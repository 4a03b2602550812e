package sim

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"strconv"
	"strings"
	"testing"

	"regulars/bot"
	"regulars/bot/line"
	"regulars/bot/telegram"
)

// A cup on a table, as a shop would photograph it.
func photoOfCoffee() []byte {
	img := image.NewRGBA(image.Rect(0, 0, 640, 416))
	for y := range 416 {
		for x := range 640 {
			c := color.RGBA{uint8(190 + y/10), uint8(160 + x/16), 130, 255}
			switch d := (x-320)*(x-320) + (y-208)*(y-208); {
			case d < 120*120:
				c = color.RGBA{94, 58, 34, 255}
			case d < 150*150:
				c = color.RGBA{250, 248, 244, 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	jpeg.Encode(&b, img, nil)
	return b.Bytes()
}

// links gives photos the address that stands for the bot's own.
type links struct{}

func (links) PhotoURL(file string) string       { return pageShop + "/p/0123456789abcdef-" + file }
func (links) Photo(file string) ([]byte, error) { return photoOfCoffee(), nil }

// adorned are a reward's card, progress, and a catalogue, in two languages.
func adorned(lang string) []bot.Message {
	say := func(zh, th string) string {
		if lang == "th" {
			return th
		}
		return zh
	}
	card := func(title, about string, cost, have int64) bot.Message {
		m := bot.Message{Photo: &bot.Photo{File: "latte.jpg", Alt: title}, Title: title, Text: about, Rows: []bot.Row{{Label: say("所需點數", "ใช้แต้ม"), Value: strconv.FormatInt(cost, 10)}}}
		if have < cost {
			m.Bar = &bot.Bar{To: cost, Value: have, Label: say("還差 ", "ขาดอีก ") + strconv.FormatInt(cost-have, 10) + say(" 點", " แต้ม")}
			return m
		}
		m.Buttons = []bot.Button{{Label: say("兌換", "แลก"), Do: bot.DoToken, Value: "t" + strconv.FormatInt(cost, 10)}}
		return m
	}
	return []bot.Message{
		{
			Title: say("銀卡會員", "สมาชิกระดับซิลเวอร์"), Text: say("本月已消費 6 次。", "เดือนนี้ซื้อแล้ว 6 ครั้ง"),
			Bar:  &bot.Bar{From: 200, To: 500, Value: 320, Label: say("再 180 點升為金卡（320 / 500）", "อีก 180 แต้มเป็นระดับโกลด์ (320 จาก 500)")},
			Dots: &bot.Dots{Have: 6, Size: 10, Alt: say("集點卡：10 格中已蓋 6 格", "การ์ดสะสม: 6 จาก 10 ดวง")}, Rows: []bot.Row{{Label: say("滿 10 格送", "ครบ 10 ดวงรับ"), Value: say("拿鐵一杯", "ลาเต้ 1 แก้ว")}},
			Note: say("有效至 2027 年 3 月 31 日", "ใช้ได้ถึง 31 มี.ค. 2570"),
		},
		{Photo: &bot.Photo{File: "latte.jpg", Alt: say("拿鐵", "ลาเต้")}, Title: say("大杯拿鐵", "ลาเต้แก้วใหญ่"), Text: say("冷熱皆可，可換燕麥奶。", "ร้อนหรือเย็นก็ได้ เปลี่ยนเป็นนมโอ๊ตได้"), Buttons: []bot.Button{{Label: say("出示給店員", "แสดงให้พนักงาน"), Do: bot.DoToken, Value: "show"}}},
		{
			Title: say("可兌換的好禮", "ของรางวัลที่แลกได้"), Text: say("你有 120 點。", "คุณมี 120 แต้ม"),
			Cards: []bot.Message{
				card(say("大杯拿鐵", "ลาเต้แก้วใหญ่"), say("冷熱皆可", "ร้อนหรือเย็น"), 80, 120),
				card(say("季節限定蛋糕一份（內用，週一至週五）", "เค้กประจำฤดูกาลหนึ่งชิ้น (ทานที่ร้าน จันทร์ถึงศุกร์)"), "", 100, 120),
				card(say("店家帆布袋", "ถุงผ้าของร้าน"), say("每月限量 30 個", "เดือนละ 30 ใบ"), 300, 120),
			},
			Quick: []bot.Button{{Label: say("不用了", "ไว้ก่อน"), Do: bot.DoAnswer, Value: "no"}},
		},
	}
}

// say lets the bot say messages to Ann on LINE and Bo on Telegram.
func (w *pageWorld) say(messages []bot.Message) {
	w.t.Helper()
	l, err := line.New(line.Config{Name: "line", Secret: "s", Token: w.line.Config().Token, APIBase: w.LineAPI(), Clock: w.Clock, Photos: links{}})
	if err != nil {
		w.t.Fatal(err)
	}
	g, err := telegram.New(telegram.Config{Name: "telegram", Token: "1001:t", APIBase: w.TelegramAPI(), Clock: w.Clock, Photos: links{}})
	if err != nil {
		w.t.Fatal(err)
	}
	for _, to := range []struct {
		adapter bot.Adapter
		chat    bot.ChatID
	}{{l, bot.ChatID(w.ann.ID())}, {g, bot.ChatID(strconv.FormatInt(w.bo.ID(), 10))}} {
		calls, err := to.adapter.Encode(bot.Letter{To: bot.Address{Chat: bot.Chat{ID: to.chat}}, Messages: messages}, false)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, c := range calls {
			if r := to.adapter.Send(w.t.Context(), c, "123e4567-e89b-12d3-a456-426614174000"); r.Outcome != bot.Delivered {
				w.t.Fatalf("%s: %+v", c.Method, r)
			}
		}
	}
}

func replaced(script, phone string) string { return strings.ReplaceAll(script, "%", phone) }

// What adorns is seen on both phones, at their own width: photos have loaded,
// a carousel scrolls within its message, a bar is as long as it says, the marks
// of a stamp card are round and stand in two rows.
func TestBrowserDrawsCards(t *testing.T) {
	chromium(t)
	screens := []struct {
		name, lang    string
		width, height int64
	}{{"desktop-zh", "zh-TW", 1440, 900}, {"phone-th", "th", 390, 844}, {"desktop-th", "th", 1440, 900}, {"phone-zh", "zh-TW", 390, 844}}
	if os.Getenv("PAGE_PICTURES") == "" {
		screens = screens[:2] // the others are for people to look at
	}
	for _, c := range screens {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newPageWorld(t, nil)
			w.do("phone/p1/follow")
			w.shows("Welcome")
			w.do("phone/p2/follow")
			w.shows("Hello")
			w.say(adorned(c.lang))
			b := open(t, w.Address(), c.width, c.height, "light")
			b.until(`document.querySelectorAll("#p1-log .d-cards > .d-card").length === 4`)
			const loaded = `[...document.querySelectorAll("#%-log img")].length >= 1 && [...document.querySelectorAll("#%-log img")].every(i => i.complete && i.naturalWidth > 0)`
			b.until(replaced(loaded, "p1"))
			if got := b.run(`(c => c.scrollWidth > c.clientWidth && c.getBoundingClientRect().right <= innerWidth)(document.querySelector("#p1-log .d-cards"))`); got != "true" {
				t.Error("the carousel does not scroll within its message")
			}
			if got := b.run(`new Set([...document.querySelectorAll("#p1-log .d-cards > .d-card")].map(c => Math.round(c.getBoundingClientRect().height))).size`); got != "1" {
				t.Error("cards of one carousel are of several heights:", got)
			}
			bar := `(i => Math.round(100 * i.getBoundingClientRect().width / i.parentElement.getBoundingClientRect().width))([...document.querySelectorAll("#p1-log [data-s*='width:40%']")][0])`
			if got := b.run(bar); got != "40" {
				t.Errorf("a bar at 40 %% is drawn at %s %%", got)
			}
			dots := `(all => [all.length, all.every(d => d.offsetWidth === 24 && d.offsetHeight === 24), new Set(all.map(d => d.getBoundingClientRect().top)).size].join())([...document.querySelectorAll("#p1-log [data-s*='width:24px']")])`
			if got := b.run(dots); got != `"10,true,2"` {
				t.Error("the marks, all round, rows:", got)
			}
			b.run(`document.querySelector("#p1-log .d-cards").scrollLeft = 200`)
			b.picture("cards-" + c.name + "-line")
			b.run(`document.querySelector("#p1-log").scrollTop -= 480`)
			b.picture("cards-" + c.name + "-line-above")
			if c.width < 600 {
				b.click("#tab-p2")
			}
			b.until(replaced(loaded, "p2"))
			b.until(`document.querySelector("#p2-log").innerText.includes("▰▰▰▰▱▱▱▱▱▱") && document.querySelector("#p2-log").innerText.includes("●●●●●●○○○○")`)
			if got := b.run(`document.documentElement.scrollWidth`); got != strconv.FormatInt(c.width, 10) {
				t.Errorf("the page is %s pixels wide", got)
			}
			b.picture("cards-" + c.name + "-telegram")
			b.run(`document.querySelector("#p2-log").scrollTop -= 480`)
			b.picture("cards-" + c.name + "-telegram-above")
		})
	}
}
