package campaign

import (
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"regulars/bot"
	"regulars/i18n"
)

// The hours that are offered, on the shop's clock.
const (
	evening = 18
	morning = 10
)

// when values that are no time.
const (
	whenNow   = "now"
	whenPick  = "pick"
	whenLocal = "local"
)

// offeredTimes are the next evening and the next morning.
func (x *talk) offeredTimes() (tonight, tomorrow time.Time) {
	now := x.Shop.Local(x.t.Now)
	day := func(n, hour int) time.Time {
		return time.Date(now.Year(), now.Month(), now.Day()+n, hour, 0, 0, 0, now.Location())
	}
	tonight, tomorrow = day(0, evening), day(1, morning)
	if !tonight.After(now.Add(10 * time.Minute)) {
		tonight = day(1, evening)
	}
	return tonight, tomorrow
}

// moment writes a time as an option's label.
func (x *talk) moment(t time.Time) string { return x.t.ShortDate(t) + " " + x.t.Clock(t) }

func (x *talk) whenAsk() bot.Question {
	tonight, tomorrow := x.offeredTimes()
	return bot.Question{
		Key: "when", Message: bot.Message{Text: x.t.Word(i18n.CampAskWhen)},
		Options: []bot.Option{
			{Value: whenNow, Label: x.t.Word(i18n.CampWhenNow)},
			{Value: tonight.Format(Layout), Label: x.moment(tonight)},
			{Value: tomorrow.Format(Layout), Label: x.moment(tomorrow)},
			{Value: whenPick, Label: x.t.Word(i18n.CampWhenPick)},
			{Value: whenLocal, Label: x.t.Word(i18n.CampWhenLocal)},
		},
		Parse: x.typedTime,
	}
}

// when chooses when it goes out.
func (x *talk) when() error {
	if err := x.open(false); err != nil {
		return err
	}
	r, ok := x.t.Ask(x.whenAsk())
	if !ok {
		return nil
	}
	switch r.Value {
	case whenNow:
		x.d.When = When{}
	case whenPick, whenLocal:
		at, ok := x.t.Ask(x.timeAsk(r.Value))
		if !ok {
			return nil
		}
		if x.d.When = (When{At: at.Value}); r.Value == whenLocal {
			x.d.When = When{Local: at.Value}
		}
	default:
		x.d.When = When{At: r.Value}
	}
	x.d.NotAfter = "" // it ended three days after another start
	return x.keep("")
}

// timeAsk asks for a day and a time.
func (x *talk) timeAsk(how string) bot.Question {
	_, tomorrow := x.offeredTimes()
	q := bot.Question{
		Key: "time", Message: bot.Message{Text: x.t.Word(i18n.CampAskTime, "Example", tomorrow.AddDate(0, 0, 2).Format("1/2 15:04"))},
		Parse: x.typedTime,
	}
	if how == whenLocal {
		q.Options = []bot.Option{{Value: tomorrow.Format(Layout), Label: x.moment(tomorrow)}}
	}
	return q
}

// The ways in which people write a time; those without a year mean the next one,
// and a time alone the next day that has it.
var (
	timesDated  = []string{"2006-1-2 15:04", "2006/1/2 15:04", "2.1.2006 15:04", "2006年1月2日 15:04", "2006年1月2日15:04"}
	timesYearly = []string{"1/2 15:04", "1-2 15:04", "2.1. 15:04", "1月2日 15:04", "1月2日15:04", "2 Jan 15:04", "Jan 2 15:04"}
	timesDaily  = []string{"15:04"}
)

// typedTime reads a time on the shop's clock that is still to come.
func (x *talk) typedTime(typed string) (string, error) {
	s := strings.Join(strings.Fields(norm.NFKC.String(typed)), " ")
	now := x.Shop.Local(x.t.Now)
	at, ok := readTime(s, now)
	switch {
	case !ok:
		return "", bot.Refuse(i18n.CampTimeWrong, "Example", now.AddDate(0, 0, 3).Format("1/2")+" 10:00")
	case !at.After(now):
		return "", bot.Refuse(i18n.CampTimePast)
	case at.After(now.AddDate(1, 0, 0)):
		return "", bot.Refuse(i18n.CampTimeFar)
	}
	return at.Format(Layout), nil
}

func readTime(s string, now time.Time) (time.Time, bool) {
	for _, layout := range timesDated {
		if t, err := time.ParseInLocation(layout, s, now.Location()); err == nil {
			return t, true
		}
	}
	for _, layout := range timesYearly {
		// A leap year, so that 29 February can be read.
		t, err := time.ParseInLocation("2006 "+layout, "2024 "+s, now.Location())
		if err != nil {
			continue
		}
		t = time.Date(now.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if t.Before(now.AddDate(0, -1, 0)) { // a day just gone is a mistake rather than next year
			t = t.AddDate(1, 0, 0)
		}
		return t, true
	}
	for _, layout := range timesDaily {
		t, err := time.ParseInLocation(layout, s, now.Location())
		if err != nil {
			continue
		}
		t = time.Date(now.Year(), now.Month(), now.Day(), t.Hour(), t.Minute(), 0, 0, now.Location())
		if !t.After(now) {
			t = t.AddDate(0, 0, 1)
		}
		return t, true
	}
	return time.Time{}, false
}

// promised is the answer that nobody is left out because it was promised.
const promisedToAll = "promised"

// holdOut chooses how many are left out to compare with.
func (x *talk) holdOut() error {
	if err := x.open(false); err != nil {
		return err
	}
	r, ok := x.t.Ask(bot.Question{
		Key: "holdout", Message: bot.Message{Text: x.t.Word(i18n.CampAskHold)},
		Options: []bot.Option{
			{Value: "10", Label: "10 %"}, {Value: "20", Label: "20 %"},
			{Value: "0", Label: x.t.Word(i18n.CampHoldNone)}, {Value: promisedToAll, Label: x.t.Word(i18n.CampHoldPromised)},
		},
		Parse: func(typed string) (string, error) {
			n, ok := number1(typed, 0, 50)
			if !ok {
				return "", bot.Refuse(i18n.CampNumber, "Low", 0, "High", 50)
			}
			return strconv.Itoa(n), nil
		},
	})
	if !ok {
		return nil
	}
	x.d.Entitled, x.d.HoldOut = r.Value == promisedToAll, nil
	if n, err := strconv.Atoi(r.Value); err == nil && n != DefaultHoldOut {
		x.d.HoldOut = &n
	}
	return x.keep("")
}
