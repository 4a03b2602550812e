package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// A year of a café that does not exist: who comes, how often, at what hour, for
// how much. It is drawn from a seed, so that every demo tells the same story up
// to today's date.

// history draws the café's year and writes it down through the same book that
// the counter uses.
type history struct {
	shop  *shop.Shop
	db    store.DB
	rand  *rand.Rand
	bytes io.Reader // of keys and codes
	until time.Time
	staff []people.Staff // the last one is the manager

	day    int // when it was last looked what is due, see yearSteps
	joined []*life

	// also is what happens besides, in the order of time.
	also []happening
}

// happening is something that happened at a moment of the year.
type happening struct {
	at time.Time
	do func(ctx context.Context) error
}

// regular is one invented member.
type regular struct {
	who      people.Identity
	language string
	name     string
	phone    string
	birthday people.Birthday
	joined   time.Time
	perWeek  float64 // visits
	usual    float64 // amount of a visit, in the currency's unit
	faded    float64 // the part of the year after which they stopped coming; 1: still do
}

func newHistory(s *shop.Shop, db store.DB, until time.Time, staff []people.Staff) *history {
	seed := [32]byte{'c', 'a', 'f', 'e'}
	return &history{shop: s, db: db, rand: rand.New(rand.NewChaCha8(seed)), bytes: rand.NewChaCha8(seed), until: until, staff: staff}
}

// write draws n regulars and stores their year; those in known come first, and
// are people with phones on the demo's page.
func (h *history) write(ctx context.Context, n int, known ...regular) error {
	// What came to somebody long ago is no news.
	tell, out := h.shop.Missions.Tell, h.shop.Outbox
	h.shop.Missions.Tell, h.shop.Outbox = nil, nil
	defer func() { h.shop.Missions.Tell, h.shop.Outbox = tell, out }()
	lives := make([]*life, n)
	for i := range n {
		r := h.draw(i)
		if i < len(known) {
			r.who, r.name, r.language = known[i].who, known[i].name, known[i].language
			r.perWeek, r.faded, r.joined = 1.2, 1, h.until.AddDate(0, -11, 0)
		}
		lives[i] = &life{number: i, regular: r, saves: i < len(known), visits: h.visits(r)}
	}
	return h.liveAll(ctx, lives)
}

// draw invents a regular. Visits follow a long tail: most come now and then, a
// few nearly every day; a third has faded away.
func (h *history) draw(i int) regular {
	r := regular{
		who:      people.Identity{Channel: "line", User: fmt.Sprintf("U%032x", 0xcafe0000+i)},
		language: pick(h.rand, []string{"zh-TW", "zh-TW", "zh-TW", "zh-TW", "zh-TW", "en", "ja", "zh-HK", "th"}),
		phone:    fmt.Sprintf("09%08d", 10000000+h.rand.IntN(89999999)),
		joined:   h.until.Add(-time.Duration(h.rand.Int64N(int64(365 * 24 * time.Hour)))),
		perWeek:  min(6, math.Exp(h.rand.NormFloat64()*1.25-2.4)),
		usual:    60 + math.Exp(h.rand.NormFloat64()*0.5+4.6),
		faded:    1,
	}
	if i%5 == 4 {
		r.who = people.Identity{Channel: "telegram", User: fmt.Sprint(700000000 + i)}
	}
	if h.rand.IntN(3) == 0 {
		r.faded = 0.2 + 0.7*h.rand.Float64()
	}
	r.birthday = people.Birthday{Month: time.Month(1 + h.rand.IntN(12)), Day: 1 + h.rand.IntN(28)}
	r.name = inventName(h.rand, r.language)
	return r
}

// visit is one purchase.
type visit struct {
	at     time.Time
	amount loyalty.Money
	staff  int
}

// visits draws when a regular came between joining and today, oldest first.
func (h *history) visits(r regular) (all []visit) {
	end := r.joined.Add(time.Duration(float64(h.until.Sub(r.joined)) * r.faded))
	zone := h.shop.Local(r.joined).Location()
	for at := r.joined; ; {
		at = at.Add(time.Duration(h.rand.ExpFloat64() / r.perWeek * float64(7*24*time.Hour)))
		local := at.In(zone)
		at = time.Date(local.Year(), local.Month(), local.Day(), h.hour(), h.rand.IntN(60), h.rand.IntN(60), 0, zone)
		if at.Before(r.joined) {
			at = r.joined.Add(5 * time.Minute) // joins, and has the first coffee
		}
		if !at.Before(end) || at.After(h.until) {
			return all
		}
		if n := len(all); n > 0 && !at.After(all[n-1].at) {
			at = all[n-1].at.Add(20 * time.Minute) // came back for another
			if at.After(h.until) {
				return all
			}
		}
		amount := 5 * math.Round(r.usual*math.Exp(h.rand.NormFloat64()*0.3)/5)
		all = append(all, visit{at, loyalty.Money(max(35, amount)), h.rand.IntN(len(h.staff))})
	}
}

// hour is when people go to a café: before work, at noon, in the afternoon.
func (h *history) hour() int {
	peak := pick(h.rand, []float64{8.3, 8.3, 12.6, 15.2, 18.5})
	return min(21, max(7, int(peak+h.rand.NormFloat64()*1.2)))
}

func pick[T any](r *rand.Rand, from []T) T { return from[r.IntN(len(from))] }

// Common names, so that lists look like lists of people.
var (
	zhFamily  = []string{"陳", "林", "黃", "張", "李", "王", "吳", "劉", "蔡", "楊", "許", "鄭", "謝", "洪", "郭"}
	zhGiven   = []string{"怡君", "志明", "淑芬", "家豪", "雅婷", "俊宏", "美玲", "宗翰", "佩珊", "建宏", "詩涵", "承恩", "品妤", "冠宇", "思妤"}
	jaFamily  = []string{"佐藤", "鈴木", "高橋", "田中", "伊藤", "渡辺", "山本", "中村"}
	jaGiven   = []string{"葵", "陽菜", "蓮", "湊", "結衣", "大翔", "さくら", "樹"}
	thNames   = []string{"สมชาย ใจดี", "สุดา แสงทอง", "ณัฐพล ศรีสุข", "พิมพ์ชนก วงศ์ไทย", "อนุชา บุญมา", "กมลวรรณ ทองดี"}
	enGiven   = []string{"Grace", "Tom", "Emily", "Daniel", "Sofia", "Leo", "Hannah", "Oscar"}
	enFamily  = []string{"Chen", "Walker", "Lin", "Patel", "Meyer", "Wong", "Novak", "Reid"}
	nameForms = map[string]func(*rand.Rand) string{
		"ja": func(r *rand.Rand) string { return pick(r, jaFamily) + " " + pick(r, jaGiven) },
		"th": func(r *rand.Rand) string { return pick(r, thNames) },
		"en": func(r *rand.Rand) string { return pick(r, enGiven) + " " + pick(r, enFamily) },
	}
)

// inventName draws a name that somebody of this language might have.
func inventName(r *rand.Rand, language string) string {
	if f, ok := nameForms[language]; ok {
		return f(r)
	}
	return pick(r, zhFamily) + pick(r, zhGiven)
}
