package main

import (
	"strings"
	"time"
)

// demoTables are what the demo's café has besides the preset it is, a text of
// tables for each feature: the preset itself stays small.
var demoTables = []string{demoMissions, demoGames, demoPlans, demoOffers, demoEvents, demoVoices, demoHome, demoWords, demoRooms}

// withTables is a programme file with all of them.
func withTables(text []byte) []byte {
	return dated(append(append(text, '\n'), strings.Join(demoTables, "\n")...), time.Now())
}

// demoMissions are a mission that all take part in, one that is begun, a streak, a
// code on the counter and a board for groups. What comes by itself gives badges
// only, so that the café's year of points is the preset's.
const demoMissions = `
[check_in]
points  = 2
minutes = 15

[board]

[[badge]]
id   = "regular"
name = { en = "Regular", zh-TW = "老朋友", zh-HK = "熟客", ja = "常連さん", th = "ลูกค้าประจำ", zh-CN = "老朋友" }

[[badge]]
id   = "month"
name = { en = "Four weeks running", zh-TW = "連來四週", zh-HK = "連續四星期", ja = "4週連続", th = "สี่สัปดาห์ติด", zh-CN = "连来四周" }

[[mission]]
id    = "twice"
name  = { en = "Twice this week", zh-TW = "本週來兩次", zh-HK = "本星期來兩次", ja = "今週2回", th = "สองครั้งในสัปดาห์นี้", zh-CN = "本周来两次" }
goal  = "visits"
count = 2
every = "week"
badge = "regular"

[[mission]]
id     = "round"
name   = { en = "A round for friends", zh-TW = "揪團喝咖啡", zh-HK = "請朋友飲咖啡", ja = "みんなでコーヒー", th = "เลี้ยงกาแฟเพื่อน", zh-CN = "请朋友喝咖啡" }
about  = { en = "Spend NT$600 within a week of beginning.", zh-TW = "參加後一週內消費滿 NT$600。", zh-HK = "參加後一星期內消費滿 NT$600。", ja = "参加から1週間以内に600元のご利用。", th = "ใช้จ่ายครบ NT$600 ภายในหนึ่งสัปดาห์หลังเริ่ม", zh-CN = "参加后一周内消费满 NT$600。" }
goal   = "spend"
amount = 600
opt_in = true
days   = 7
points = 30

[[streak]]
id      = "weeks"
name    = { en = "Week after week", zh-TW = "每週報到", zh-HK = "星期復星期", ja = "毎週通う", th = "ทุกสัปดาห์ไม่ขาด", zh-CN = "每周都来" }
length  = 4
freezes = 1
badge   = "month"
`
