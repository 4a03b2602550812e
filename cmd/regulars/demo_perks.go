package main

// demoPlans are a pass that is paid for by the month, and one by the year of which
// a part comes back.
const demoPlans = `
[[plan]]
id    = "pass"
name  = { en = "Coffee pass", zh-TW = "咖啡月票", zh-HK = "咖啡月費卡", ja = "コーヒーパス", th = "คอฟฟี่พาส", zh-CN = "咖啡月卡" }
about = { en = "A refill a week, and half as many points again.", zh-TW = "每週一杯續杯，點數再多一半。", zh-HK = "每星期續杯一次，積分多一半。", ja = "毎週おかわり1杯、ポイントは1.5倍。", th = "เติมฟรีสัปดาห์ละแก้ว แต้มเพิ่มอีกครึ่งหนึ่ง", zh-CN = "每周续杯一次，积分多一半。" }
perks = [
  { en = "A refill every week", zh-TW = "每週續杯一次", zh-HK = "每星期續杯一次", ja = "毎週おかわり1杯", th = "เติมเครื่องดื่มสัปดาห์ละครั้ง", zh-CN = "每周续杯一次" },
  { en = "1.5 times the points", zh-TW = "點數 1.5 倍", zh-HK = "積分 1.5 倍", ja = "ポイント1.5倍", th = "แต้ม 1.5 เท่า", zh-CN = "积分 1.5 倍" },
]
price = 299
every = "month"
trial_days    = 14
reminder_days = [7, 1]
grace_days    = 3
refund = "pro-rata"

[[plan]]
id    = "house"
name  = { en = "House friend", zh-TW = "好厝邊年票", zh-HK = "街坊年費卡", ja = "ご近所パス（年払い）", th = "เพื่อนร้านรายปี", zh-CN = "老街坊年卡" }
about = { en = "5% of what you buy in the year comes back.", zh-TW = "一年消費回饋 5%。", zh-HK = "全年消費回贈 5%。", ja = "1年のご利用額の5%をお返しします。", th = "คืน 5% ของยอดซื้อทั้งปี", zh-CN = "全年消费返还 5%。" }
perks = [
  { en = "A refill every week", zh-TW = "每週續杯一次", zh-HK = "每星期續杯一次", ja = "毎週おかわり1杯", th = "เติมเครื่องดื่มสัปดาห์ละครั้ง", zh-CN = "每周续杯一次" },
]
price = 1900
every = "year"
reminder_days = [30, 7]
grace_days    = 14
refund = "full"
refund_days = 30
cash_back = { percent = 5, cap = 600, reward = "back" }

[[nudge]]
kind = "plan-renewal"

[[bonus]]
id       = "pass"
name     = { en = "Coffee pass", zh-TW = "咖啡月票", zh-HK = "咖啡月費卡", ja = "コーヒーパス", th = "คอฟฟี่พาส", zh-CN = "咖啡月卡" }
multiply = 1.5
plans    = ["pass"]

[[reward]]
id    = "back"
name  = { en = "Cash back", zh-TW = "現金回饋券", zh-HK = "現金回贈券", ja = "キャッシュバック券", th = "คูปองเงินคืน", zh-CN = "返现券" }
valid_days = 90
`

// demoOffers are what members get for nothing: another thing each week, the first
// ones of every Friday, a refill with a pass, and something at the bookshop next
// door, which is owed for it.
const demoOffers = `
[[partner]]
id      = "books"
name    = "Page & Paper Books"
contact = "till@page-and-paper.example"

[[reward]]
id    = "refill"
name  = { en = "Refill", zh-TW = "續杯", zh-HK = "續杯一次", ja = "おかわり1杯", th = "เติมเครื่องดื่ม", zh-CN = "续杯一次" }
picture = "americano.jpg"
valid_days = 7
worth = 60

[[reward]]
id    = "taster"
name  = { en = "Pour-over taster", zh-TW = "手沖試飲", zh-HK = "手沖試飲杯", ja = "ハンドドリップ試飲", th = "ชิมกาแฟดริป", zh-CN = "手冲试饮" }
picture = "beans.jpg"
valid_days = 7
worth = 40

[[reward]]
id    = "oat"
name  = { en = "Oat milk in any drink", zh-TW = "任一飲品換燕麥奶", zh-HK = "任何飲品轉燕麥奶", ja = "オーツミルクに変更", th = "เปลี่ยนเป็นนมโอ๊ต", zh-CN = "任意饮品换燕麦奶" }
picture = "latte.jpg"
valid_days = 7
worth = 20

[[reward]]
id    = "bookmark"
name  = { en = "NT$50 off a book", zh-TW = "買書折 NT$50", zh-HK = "買書減 NT$50", ja = "本1冊 NT$50引き", th = "ส่วนลดหนังสือ NT$50", zh-CN = "买书减 NT$50" }
about = { en = "At Page & Paper Books, next door.", zh-TW = "限隔壁 Page & Paper 書店使用。", zh-HK = "只限隔壁 Page & Paper 書店使用。", ja = "お隣の書店 Page & Paper で使えます。", th = "ใช้ได้ที่ร้านหนังสือ Page & Paper ข้างร้าน", zh-CN = "限隔壁 Page & Paper 书店使用。" }
valid_days = 30
partner = "books"
partner_price = 35
worth = 50

[[offer]]
id      = "weekly"
name    = { en = "This week's treat", zh-TW = "本週小確幸", zh-HK = "本星期小驚喜", ja = "今週のごほうび", th = "ของฟรีสัปดาห์นี้", zh-CN = "本周小惊喜" }
rewards = ["taster", "oat"]
turn    = "week"
from    = 2025-01-06

[[offer]]
id       = "friday"
name     = { en = "First twenty on Friday", zh-TW = "週五前二十名", zh-HK = "星期五首二十位", ja = "金曜の先着20名", th = "20 คนแรกวันศุกร์", zh-CN = "周五前二十名" }
reward   = "taster"
weekdays = ["fri"]
number   = 20
number_per = "day"
per_person = 1
per      = "month"

[[offer]]
id       = "refill"
name     = { en = "Refill of the week", zh-TW = "本週續杯", zh-HK = "本星期續杯", ja = "今週のおかわり", th = "เติมแก้วประจำสัปดาห์", zh-CN = "本周续杯" }
reward   = "refill"
plans    = ["pass", "house"]
per_person = 1
per      = "week"

[[offer]]
id       = "next-door"
name     = { en = "Something to read with it", zh-TW = "配杯咖啡看本書", zh-HK = "一杯咖啡一本書", ja = "コーヒーのおともに一冊", th = "กาแฟคู่หนังสือ", zh-CN = "一杯咖啡一本书" }
reward   = "bookmark"
number   = 40
number_per = "month"
per_person = 1
per      = "month"
`

// demoRooms are a group for who has a plan, into which employees let people on LINE.
const demoRooms = `
[[room]]
id    = "backroom"
name  = { en = "The back room", zh-TW = "咖啡友後院", zh-HK = "咖啡友後花園", ja = "コーヒー好きの奥の間", th = "ห้องหลังร้านคนรักกาแฟ", zh-CN = "咖啡友后院" }
about = { en = "What we roast next, and who tastes it first.", zh-TW = "下一支烘什麼豆、誰先試喝，都在這裡聊。", zh-HK = "下一款烘焙甚麼豆、誰先試飲，都在這裏討論。", ja = "次に焼く豆の話と、先行試飲のお知らせ。", th = "คุยกันว่าจะคั่วอะไรต่อ และใครได้ชิมก่อน", zh-CN = "下一支烘什么豆、谁先试喝，都在这里聊。" }
plans = ["pass", "house"]
grace_days = 3
line  = true
`
