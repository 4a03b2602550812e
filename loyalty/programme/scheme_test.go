package programme

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"regulars/loyalty"
)

func everything(t *testing.T) *Programme {
	t.Helper()
	data, err := os.ReadFile("testdata/everything.toml")
	if err != nil {
		t.Fatal(err)
	}
	p, complaints := Load(data)
	if complaints != nil {
		t.Fatal(complaints)
	}
	return p
}

// The file of every key, worked out by hand from what the fields' docs say.
func TestEveryKeyOfTheScheme(t *testing.T) {
	p := everything(t)
	day := func(y int, m time.Month, d int) time.Time { return time.Date(y, m, d, 0, 0, 0, 0, p.Rules.Zone) }
	twenty, three, hundred := int64(20), int64(3), int64(100)
	for _, c := range []struct {
		what      string
		got, want any
	}{
		{"settlement", p.Rules.Settlement, loyalty.Settlement{Points: 100, Worth: 1250, Fee: 3}},
		{"recommend", p.Rules.Recommend, loyalty.Recommend{Rewards: true, Categories: true, Days: 180, Least: 7}},
		{"levers", p.Rules.Levers, []loyalty.LeverRule{{Lever: loyalty.LeverGoal, Holdout: 10}, {Lever: loyalty.LeverFraming, Holdout: 50}, {Lever: loyalty.LeverSocial}}},
		{"category", p.Words(Category, "drink", "ja").Name, "ドリンク"},
		{"check-ins", p.Rules.CheckIn, loyalty.CheckIn{On: true, Points: 2, Minutes: 30}},
		{"board", p.Rules.Board, loyalty.Board{On: true, Visit: 2, Mission: 4, Review: 5, Quiz: 6, Most: 8}},
		{"badges", p.Rules.Badges, []loyalty.Badge{{ID: "regular"}}},
		{"missions", p.Rules.Missions, []loyalty.Mission{
			{
				ID: "thrice", Goal: loyalty.GoalVisits, Count: 3, Above: 1, Minimum: 1000, Stores: []loyalty.Store{"pier"}, Every: loyalty.SpanWeek,
				From: day(2026, 3, 1), To: day(2026, 4, 1), Levels: []string{"gold"}, Prize: loyalty.Prize{Points: 20, Reward: "drink", Badge: "regular", Go: "daily"},
			},
			{ID: "spree", Goal: loyalty.GoalSpend, Count: 9950, Items: []string{"drink"}, Days: 14, OptIn: true, Segment: "away", Prize: loyalty.Prize{Points: 5}},
		}},
		{"streaks", p.Rules.Streaks, []loyalty.Streak{
			{ID: "weeks", Every: loyalty.SpanWeek, Of: loyalty.GoalCheckIns, Stores: []loyalty.Store{"main"}, Length: 4, Freezes: 1, Prize: loyalty.Prize{Points: 10, Badge: "regular"}},
		}},
		{"store caps", p.Rules.StoreCaps, map[loyalty.Store]loyalty.Cap{"pier": {GiveDay: 500, SaleAct: 300}}},
		{"earn", p.Rules.Earning, loyalty.Earning{
			Exclude: []string{"Room-2"}, PerVisit: 2, VisitsADay: 1, Stacking: loyalty.StackBest, CapSale: 500, CapDay: 800, CapMonth: 5000,
			Items: []loyalty.Item{{ID: "latte", Category: "drink", Points: 3}, {ID: "Room-2", Nights: 1}},
			Bonuses: []loyalty.Bonus{
				{
					ID: "happy", Percent: 150, Points: 4, Levels: []string{"member", "gold"}, Weekdays: []time.Weekday{time.Tuesday, time.Sunday},
					Days: []int{8, 18}, FromHour: 22 * 60, ToHour: 2*60 + 30, From: day(2026, 12, 1), To: day(2027, 1, 1), Stores: []loyalty.Store{"pier"},
					Birthday: loyalty.SpanWeek, First: true, Items: []string{"drink", "Room-2"}, Minimum: 3850,
				},
				{ID: "late", Percent: 200, FromHour: 23 * 60, ToHour: 0},
			},
		}},
		{"expiry", p.Rules.Expiry, loyalty.Expiry{Version: 1, Kind: loyalty.NextYearEnd}},
		{"tiers", p.Rules.Tiers, loyalty.Tiers{
			By: loyalty.MeasurePoints, Window: loyalty.WindowRolling, Months: 36, GraceDays: 14, Soft: true,
			Rate: &loyalty.Rate{Points: 2, Per: 1000, Minimum: 100, Rounding: loyalty.RoundUp},
			Levels: []loyalty.Level{
				{ID: "member", Expiry: &loyalty.Expiry{Version: 1, Kind: loyalty.AfterMonths, Months: 6, RoundTo: loyalty.ToDay}},
				{ID: "gold", At: 500, Percent: 125},
			},
		}},
		{"cards", p.Rules.Cards, []loyalty.StampCard{{ID: "coffee", Size: 10, Start: 2, Items: []string{"latte"}, Minimum: 1000, Prize: "drink"}}},
		{"partners", p.Partners, []Partner{{ID: "florist", Name: "The florist", Contact: "next door"}}},
		{"offers", p.Rules.Offers, []loyalty.Offer{
			{
				ID: "turns", Rewards: []string{"drink", "mug"}, Turn: loyalty.SpanMonth, From: day(2026, 2, 1), To: day(2026, 12, 1),
				Weekdays: []time.Weekday{time.Saturday, time.Sunday}, Levels: []string{"gold"}, Plans: []string{"plus", "exec"},
				Stores: []loyalty.Store{"main", "pier"}, Untried: loyalty.UntriedStore, Number: 20, NumberPer: loyalty.SpanWeek, PerPerson: 3, Per: loyalty.SpanYear,
			},
			{ID: "sip", Rewards: []string{"drink"}, Segment: "new", Untried: loyalty.UntriedItems, Items: []string{"drink"}, PerPerson: 1},
			{ID: "weekly", Rewards: []string{"drink", "mug"}, Turn: loyalty.SpanWeek, PerPerson: 1, Per: loyalty.SpanWeek},
			{ID: "rose", Rewards: []string{"rose"}, PerPerson: 1},
		}},
		{"plans", p.Rules.Plans, []loyalty.Plan{
			{ID: "plus", Price: 4900, Every: loyalty.SpanMonth, Trial: 30, Remind: []int{7, 1}, Grace: 5, Refund: loyalty.PlanRefundProRata},
			{ID: "exec", Price: 113000, Every: loyalty.SpanYear, Refund: loyalty.PlanRefundFull, RefundDays: 60, CashBack: loyalty.CashBack{Percent: 200, Cap: 800000, Reward: "back"}},
		}},
		{"rooms", p.Rules.Rooms, []loyalty.Room{
			{ID: "gold", Levels: []string{"gold"}, Plans: []string{"plus", "exec"}, Grace: 3, LINE: true, Link: "https://line.me/ti/g2/abc"},
			{ID: "plus", Plans: []string{"plus"}, Grace: 7},
		}},
		{"a room's words", p.Words(Room, "gold", "zh-HK"), Words{Name: "金卡群組", About: "New things first"}},
		{"a plan's words", p.Words(Plan, "plus", "zh-HK"), Words{Name: "尊享", About: "More for members", Perks: []string{"免運費"}}},
		{"rewards", p.Rules.Rewards, []loyalty.Reward{
			{ID: "drink", Kind: loyalty.RewardItem, ValidFor: 30 * 24 * time.Hour, ToDayEnd: true, OnExpiry: loyalty.FateBack, OnCancel: loyalty.FateBack},
			{
				ID: "mug", Cost: 300, Kind: loyalty.RewardItem, Stock: &twenty, PerPerson: 2, Per: loyalty.SpanYear, Levels: []string{"gold"},
				From: day(2026, 1, 1), To: day(2026, 7, 1), Stores: []loyalty.Store{"main", "pier"}, ValidFor: 90 * time.Minute,
				OnExpiry: loyalty.FateForfeit, OnCancel: loyalty.FateForfeit, Worth: 9950,
			},
			{ID: "back", Kind: loyalty.RewardItem, ValidFor: 90 * 24 * time.Hour, ToDayEnd: true, OnExpiry: loyalty.FateBack, OnCancel: loyalty.FateBack},
			{ID: "music", Cost: 80, Plans: []string{"plus", "exec"}, Kind: loyalty.RewardCode, OnExpiry: loyalty.FateBack, OnCancel: loyalty.FateBack},
			{
				ID: "rose", Kind: loyalty.RewardItem, Stores: []loyalty.Store{"florist"}, ValidFor: 3 * 24 * time.Hour, ToDayEnd: true,
				OnExpiry: loyalty.FateBack, OnCancel: loyalty.FateBack, Partner: "florist", PartnerPrice: 1250,
			},
		}},
		{"gifts", p.Rules.Gifts, []loyalty.Gift{
			{ID: "hello", Kind: loyalty.GiftWelcome, Points: 10},
			{
				ID: "cake", Kind: loyalty.GiftBirthday, Rewards: []string{"drink", "mug"}, Levels: []string{"gold"},
				Around: loyalty.SpanWeek, FirstEntryNext: true, ChangeDays: 60,
			},
			{ID: "tenth", Kind: loyalty.GiftVisit, Points: 20, Visit: 10, Every: true},
			{ID: "back", Kind: loyalty.GiftComeback, Points: 30, Silence: 60},
			{ID: "risen", Kind: loyalty.GiftTier, Points: 40, Level: "gold"},
			{ID: "years", Kind: loyalty.GiftAnniversary, Points: 50},
		}},
		{"referral", p.Rules.Referral, loyalty.Referral{
			ReferrerPoints: 50, FriendPoints: 40, ReferrerReward: "drink", FriendReward: "mug", Minimum: 10000,
			Within: 30, WaitDays: 9, Most: 5, Per: loyalty.SpanMonth, Flag: 3,
		}},
		{"play", p.Rules.Play, loyalty.Play{
			Games: []loyalty.Game{
				{
					ID: "daily", Kind: loyalty.GameWheel, Cost: 20, Free: 2, FreePer: loyalty.SpanWeek, PerPerson: 5, Per: loyalty.SpanMonth,
					Levels: []string{"gold"}, From: day(2026, 3, 1), To: day(2026, 4, 1),
					Prizes: []loyalty.GamePrize{
						{ID: "mug", Odds: 25, Reward: "mug", Stock: &three, Instead: "ten"}, {ID: "ten", Odds: 4975, Points: 10}, {ID: "none", Odds: 5000},
					},
				},
				{
					ID: "visit", Kind: loyalty.GameScratch, Free: 1, FreePer: loyalty.SpanVisit, Minimum: 3000, GoodFor: 7,
					Prizes: []loyalty.GamePrize{{ID: "five", Odds: 4000, Points: 5, Stock: &hundred, Instead: "none"}, {ID: "none", Odds: 6000}},
				},
			},
			Packets: loyalty.Packets{Most: 200, Day: 500, Pieces: 20, OpenFor: 6 * time.Hour},
			Quiz:    loyalty.QuizTerms{Most: 100, Day: 300, OpenFor: 12 * time.Hour},
			Quizzes: []loyalty.Quiz{{ID: "bean", Choices: []string{"a", "b"}, Answer: "b", Points: 10, First: 3, OpenFor: 2 * time.Hour}},
		}},
		{"notices", p.Rules.NoticeDays, []int{30, 7, 1}},
		{"contact", p.Contact, loyalty.Caps{Day: 2, Month: 9}},
		{"nudges", p.Nudges, []loyalty.Nudge{
			{ID: "voucher-lapse", Kind: loyalty.NudgeVouchers, Days: []int{14}, From: 11*60 + 30, To: 24 * 60, Carriage: loyalty.NudgeRide},
			{
				ID: "comeback", Kind: loyalty.NudgeComeback, After: 45, Points: 20, Reward: "drink", Levels: []string{"gold"}, From: 600, To: 1200,
				Deadline: 9, Promo: true, Carriage: loyalty.NudgeRidePush, Patience: 4, PerPerson: 2, Per: loyalty.SpanYear,
			},
			{ID: "away", Kind: loyalty.NudgeComeback, After: 90, From: 600, To: 1200, Deadline: 14, Carriage: loyalty.NudgePush},
			{ID: "thanks", Kind: loyalty.NudgeThanks, Visit: 10, Every: true, Signed: "Amy", From: 600, To: 1200, Deadline: 21, Carriage: loyalty.NudgeRide},
			{ID: "stamps-almost", Kind: loyalty.NudgeStamps, Left: 3, After: 1, From: 600, To: 1200, Deadline: 14, Carriage: loyalty.NudgeRide},
			{ID: "points-lapse", Kind: loyalty.NudgePoints, Days: []int{30, 7, 1}, From: 600, To: 1200, Carriage: loyalty.NudgeRide},
			{ID: "plan-renewal", Kind: loyalty.NudgePlan, From: 600, To: 1200, Carriage: loyalty.NudgeRide},
		}},
		{"thanks in Japanese", p.NudgeTexts("thanks", "ja"), []string{"{visits}回目", "{name}, {store}"}},
		{"surveys", p.Surveys, []loyalty.Survey{
			{
				ID: "visit", Kind: loyalty.SurveyNPS, After: loyalty.AfterUse, Delay: 5 * time.Hour, Share: 40, Fatigue: 30, Wave: loyalty.SpanQuarter,
				OpenFor: 7 * 24 * time.Hour, From: 22 * 60, To: 2*60 + 30, FollowUp: true, Themes: []string{"wait", "room"}, Points: 15, Reward: "drink",
				ReviewURL: "https://example.com/review", AlertAt: 4, ThankAfter: 3 * 24 * time.Hour,
				Carriage: "ride-then-push", RideFor: 12 * time.Hour, Within: 36 * time.Hour,
			},
			{
				ID: "milk", Kind: loyalty.SurveyPoll, After: loyalty.AfterVisit, Delay: 2 * time.Hour, Share: 100, Fatigue: 90, Wave: loyalty.SpanMonth,
				OpenFor: 14 * 24 * time.Hour, Options: []string{"oat", "soy"}, FollowUp: true, Themes: []string{"wait"}, AlertAt: -1,
				ThankAfter: 7 * 24 * time.Hour, Carriage: "ride", RideFor: 24 * time.Hour, Within: 48 * time.Hour,
			},
		}},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("%s\n got %+v\nwant %+v", c.what, c.got, c.want)
		}
	}
}

func TestWords(t *testing.T) {
	p := everything(t)
	for _, c := range []struct {
		part     Part
		id, lang string
		want     Words
	}{
		{Reward, "mug", "en", Words{Name: "Mug", About: "White, 350 ml", Picture: "mug.jpg"}},
		{Reward, "mug", "th", Words{Name: "杯", About: "白色，350 毫升", Picture: "mug.jpg"}}, // the shop's first language
		{Reward, "drink", "th", Words{Name: "A drink"}},                                 // one text for all
		{Reward, "music", "en", Words{Name: "Music", Picture: "https://example.com/music.png"}},
		{Reward, "gone", "en", Words{Name: "gone"}}, // of an older version
		{Level, "member", "ja", Words{Name: "会員"}},
		{Level, "", "ja", Words{Name: "会員"}}, // the lowest
		{Level, "gold", "zh-HK", Words{Name: "Gold", Perks: []string{"Free refills", "生日蛋糕"}}},
		{Level, "gold", "en", Words{Name: "Gold", Perks: []string{"Free refills", "A birthday cake"}}},
		{Card, "coffee", "zh-HK", Words{Name: "Coffee card"}},
		{Gift, "cake", "en", Words{Name: "Birthday treat"}},
		{Gift, "hello", "en", Words{}},
		{Bonus, "happy", "zh-HK", Words{Name: "Happy hour"}},
		{Mission, "thrice", "ja", Words{Name: "Three times", About: "三回"}},
		{Badge, "regular", "ja", Words{Name: "常連", About: "Three visits in a week"}},
		{Item, "latte", "zh-HK", Words{Name: "鮮奶咖啡"}},
		{Item, "Room-2", "en", Words{Name: "Room-2"}},
		{Item, "the till's own", "en", Words{Name: "the till's own"}},
	} {
		if got := p.Words(c.part, c.id, c.lang); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %q in %s: %+v, want %+v", c.part, c.id, c.lang, got, c.want)
		}
	}
}

func TestSmallestProgrammeOffersNothing(t *testing.T) {
	p, complaints := Load([]byte(small))
	if complaints != nil {
		t.Fatal(complaints)
	}
	r := &p.Rules
	if r.Referral.On() || len(r.Tiers.Levels)+len(r.Rewards)+len(r.Cards)+len(r.Gifts)+len(r.NoticeDays)+len(r.Earning.Bonuses) > 0 || !r.Expiry.Follow {
		t.Errorf("%+v", r)
	}
}

// As many as there may be are taken, one more is complained of at its line.
func TestHowManyThereMayBe(t *testing.T) {
	const drink = "[[reward]]\nid = \"drink\"\nname = \"x\"\ncost = 1\n"
	for _, c := range []struct {
		front, one string
		most       int
	}{
		{"", "[[item]]\nid = \"#\"\n", 200},
		{"", "[[reward]]\nid = \"#\"\nname = \"x\"\ncost = 1\n", 100},
		{"", "[[bonus]]\nid = \"#\"\npoints = 1\n", 50},
		{"", "[[gift]]\nid = \"#\"\nkind = \"welcome\"\npoints = 1\n", 20},
		{drink, "[[stamp_card]]\nid = \"#\"\nname = \"x\"\nsize = 2\nprize = \"drink\"\n", 10},
		{"[tiers]\nby = \"visits\"\nwindow = \"calendar\"\n[[tier]]\nid = \"a\"\nname = \"x\"\n", "[[tier]]\nid = \"#\"\nname = \"x\"\nat = #\n", 9},
	} {
		text := small + c.front
		for i := range c.most {
			text += strings.ReplaceAll(c.one, "#", string(rune('1'+i/100))+string(rune('0'+i/10%10))+string(rune('0'+i%10)))
		}
		if _, complaints := Load([]byte(text)); complaints != nil {
			t.Errorf("%d × %s: %v", c.most, c.one, complaints)
		}
		line := strings.Count(text, "\n") + 1
		_, complaints := Load([]byte(text + strings.ReplaceAll(c.one, "#", "999")))
		if len(complaints) != 1 || complaints[0].Line != line || !strings.Contains(complaints[0].Wrong, "there are ") {
			t.Errorf("one more than %d: %v, want one at line %d", c.most, complaints, line)
		}
	}
}
