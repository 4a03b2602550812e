package main

import (
	"bytes"
	"time"
)

// demoEvents are a tasting that was and a class that will be, whose days are those
// of today's demo; another one, on the day itself, is a manager's (see [deeds]).
const demoEvents = `
[events]
by_managers = true

[[event]]
id     = "roast"
name   = { en = "Cupping: three new roasts", zh-TW = "杯測會：三款新豆", zh-HK = "杯測會：三款新豆登場", ja = "カッピング会：新豆3種", th = "คัปปิ้งเมล็ดใหม่สามตัว", zh-CN = "杯测会：三款新豆" }
starts = DAY-12T15:00:00
minutes = 90
places = 8

[[event]]
id     = "latte-art"
name   = { en = "Latte art for beginners", zh-TW = "拉花入門課", zh-HK = "拉花初班", ja = "はじめてのラテアート", th = "ลาเต้อาร์ตสำหรับมือใหม่", zh-CN = "拉花入门课" }
about  = { en = "Two hours at the machine, and you drink what you pour.", zh-TW = "上機兩小時，拉好的自己喝。", zh-HK = "上機兩小時，拉好的自己飲。", ja = "マシンで2時間。淹れた一杯はその場でどうぞ。", th = "ลงมือทำสองชั่วโมง แล้วดื่มแก้วที่ทำเอง", zh-CN = "上机两小时，拉好的自己喝。" }
where  = { en = "At the bar, after closing", zh-TW = "打烊後的吧台", zh-HK = "收舖後的吧枱", ja = "閉店後のカウンター", th = "ที่บาร์หลังปิดร้าน", zh-CN = "打烊后的吧台" }
picture = "latte.jpg"
starts = DAY+9T19:30:00
places = 6
waiting = 4
cost   = 20
cancel_hours = 48
questions = [
  { id = "milk", name = { en = "Which milk?", zh-TW = "用哪種奶？", zh-HK = "用哪款奶？", ja = "ミルクはどれにしますか？", th = "ใช้นมอะไรดี", zh-CN = "用哪种奶？" }, options = [
    { id = "cow", name = { en = "Cow's", zh-TW = "鮮奶", zh-HK = "牛奶", ja = "牛乳", th = "นมวัว", zh-CN = "牛奶" } },
    { id = "oat", name = { en = "Oat", zh-TW = "燕麥奶", zh-HK = "燕麥奶", ja = "オーツ", th = "นมโอ๊ต", zh-CN = "燕麦奶" } },
  ] },
]
`

// demoVoices are points for reviews and posts, and what members give away of them.
const demoVoices = `
[[voice]]
kind  = "review"
about = { en = "Wherever you like to write.", zh-TW = "寫在您常用的平台都可以。", zh-HK = "寫在你慣用的平台都可以。", ja = "お好きな場所にどうぞ。", th = "เขียนที่ไหนก็ได้ที่คุณชอบ", zh-CN = "写在您常用的平台都可以。" }
points = 15
per_person = 2
per   = "month"

[[voice]]
kind  = "post"
points = 25
per_person = 1
per   = "month"
takes = ["link"]

[[charity]]
id     = "farm"
name   = { en = "Hill farmers' school", zh-TW = "山區咖農小學", zh-HK = "山區咖啡農學校", ja = "コーヒー農園の学校", th = "โรงเรียนลูกหลานชาวไร่กาแฟ", zh-CN = "山区咖农小学" }
about  = { en = "Books and lunches where our beans grow.", zh-TW = "為咖啡產地的孩子添書、備午餐。", zh-HK = "為咖啡產地的孩子添書、備午餐。", ja = "豆のふるさとの子どもたちに本と給食を。", th = "หนังสือและอาหารกลางวันในถิ่นปลูกกาแฟของเรา", zh-CN = "为咖啡产地的孩子添书、备午餐。" }
least  = 10
points = 100
worth  = 50
`

// demoHome are points used together, and a tier for one had elsewhere.
const demoHome = `
[household]
size         = 4
spend        = "all"
joins_a_year = 2
wait_days    = 0
month_most   = 500

[status_match]
programmes = ["Blue Door Coffee", "Harbour Roasters"]
tiers      = ["silver"]
days       = 90
challenge  = 2000
keep_days  = 365
`

// demoWords are what may please a member next, and wordings that not everybody
// reads.
const demoWords = `
[recommend]
of    = ["rewards"]
days  = 365
least = 3

[levers]
goal_gradient = { holdout = 20 }
social_proof  = { holdout = 20 }
scarcity      = { holdout = 20 }
loss          = { holdout = 20 }
endowment     = { holdout = 20 }
`

// dated puts the days of today's demo, on the café's wall, in for DAY-12 and DAY+9.
func dated(text []byte, now time.Time) []byte {
	now = now.In(time.FixedZone("Asia/Taipei", 8*60*60))
	day := func(n int) []byte { return []byte(now.AddDate(0, 0, n).Format(time.DateOnly)) }
	return bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("DAY-12"), day(-12)), []byte("DAY+9"), day(9))
}
