package main

// demoGames are a wheel with a free turn a day, red packets, and a question for a
// group.
const demoGames = `
[[wheel]]
id    = "daily"
name  = { en = "Coffee wheel", zh-TW = "咖啡轉盤", zh-HK = "咖啡幸運輪", ja = "コーヒールーレット", th = "วงล้อกาแฟ", zh-CN = "咖啡转盘" }
about = { en = "One free turn a day.", zh-TW = "每天免費轉一次。", zh-HK = "每日免費轉一次。", ja = "1日1回無料です。", th = "หมุนฟรีวันละครั้ง", zh-CN = "每天免费转一次。" }
free  = 1
prize = [
  { id = "drink", odds = 1, reward = "free-drink", stock = 30, instead = "five" },
  { id = "five", odds = 49, points = 5 },
  { id = "none", odds = 50, name = { en = "Try again tomorrow", zh-TW = "明天再來", zh-HK = "明天再來", ja = "また明日", th = "พรุ่งนี้มาใหม่นะ", zh-CN = "明天再来" } },
]

[packets]
most = 200
day  = 500

[quizzes]
most = 100

[[quiz]]
id       = "beans"
name     = { en = "Beans", zh-TW = "豆子", zh-HK = "豆", ja = "豆", th = "เมล็ดกาแฟ", zh-CN = "豆子" }
question = { en = "How many beans make one espresso, about?", zh-TW = "一杯濃縮大約要幾顆豆子？", zh-HK = "一杯濃縮咖啡大約要幾多粒豆？", ja = "エスプレッソ1杯に豆はおよそ何粒？", th = "เอสเปรสโซหนึ่งช็อตใช้เมล็ดกาแฟราวกี่เมล็ด", zh-CN = "一杯浓缩大约要几颗豆子？" }
choices  = [{ id = "a", name = "5" }, { id = "b", name = "50" }, { id = "c", name = "500" }]
answer   = "b"
points   = 10
first    = 5
`
