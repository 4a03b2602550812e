package activities

import (
	"errors"
	"strconv"

	"regulars/bot"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voice"
	"regulars/store"
)

// voicesTab is what members said in public, and charityTab what they gave away.
func voicesTab() tab {
	return tab{
		Name: "voices", Title: i18n.ConsoleVoices, On: func(r *loyalty.Programme) bool { return len(r.Voices) > 0 },
		Routes: func(h *page) []console.Route {
			at := root + "/voices"
			return []console.Route{
				{Method: "GET", Path: at, Do: h.voices},
				{Method: "POST", Path: at + "/{ref}/give", Least: people.Manager, Do: h.giveVoice},
				{Method: "POST", Path: at + "/{ref}/refuse", Least: people.Manager, Do: h.refuseVoice},
			}
		},
	}
}

func charityTab() tab {
	return tab{
		Name: "charity", Title: i18n.ConsoleCharity, On: func(r *loyalty.Programme) bool { return len(r.Charities) > 0 },
		Routes: func(h *page) []console.Route {
			return []console.Route{{Method: "GET", Path: root + "/charity", Do: h.charity}}
		},
	}
}

// voiceDays is how far back the page looks.
const voiceDays = 90

// voiceRow is one voice's line.
type voiceRow struct {
	voice.Voice
	What, Who, Words, Became string
	Open                     bool
	Most                     loyalty.Points
}

type voicesData struct {
	head
	Rows []voiceRow
	May  bool
}

func (h *page) voices(q *console.Request) (console.Answer, error) {
	d := voicesData{head: h.head(q), May: people.AtLeast(q.Me.Role, people.Manager)}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Voices.All(r, q.Now.AddDate(0, 0, -voiceDays))
		if err != nil {
			return err
		}
		for _, v := range all[:min(len(all), 200)] {
			row := voiceRow{Voice: v, What: shop.VoiceName(q.P, v.Kind), Became: shop.VoiceState(q.P, v), Open: v.State == voice.Waits}
			if row.Who, err = q.MaskedName(r, v.Member); err != nil {
				return err
			}
			if row.Words, err = h.Shop.OpenWords(r, v.Member, v.Sealed); err != nil {
				return err
			}
			rule, _ := h.Shop.Rules(q.Now).VoiceOf(v.Kind)
			row.Most = rule.Points
			d.Rows = append(d.Rows, row)
		}
		return nil
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, v := range d.Rows {
			list = append(list, []string{string(v.Ref), v.What, string(v.Member), h.Shop.Local(v.At).Format("2006-01-02 15:04"), v.Became})
		}
		return q.CSV("voices", []string{"ref", q.Say(i18n.ConsoleVoicesKind), q.Say(i18n.CaseWho), q.Say(i18n.VoiceSent), q.Say(i18n.VoiceDecided)}, list), nil
	}
	return q.Page("activities_voices.html", q.Say(i18n.ConsoleVoices), d), nil
}

// giveVoice gives what the programme says, or less.
func (h *page) giveVoice(q *console.Request) (console.Answer, error) {
	n, err := strconv.ParseInt(q.Typed("points"), 10, 64)
	if err != nil || n < 1 {
		q.Wrong("points", q.Say(i18n.ConsoleVoicesPoints))
		return q.Again(h.voices(q))
	}
	return h.decide(q, func(tx store.Tx, ref loyalty.Ref) (voice.Voice, error) {
		act := q.Act("voice/"+string(ref), "")
		v, _, err := h.Shop.Voices.Approve(tx, ref, act, loyalty.Points(n))
		if err != nil {
			return v, err
		}
		return v, q.Audit(tx, i18n.ConsoleVoicesDidGive, string(v.Member), v.Member, "", string(ref))
	})
}

// refuseVoice gives nothing, with a reason that the member reads.
func (h *page) refuseVoice(q *console.Request) (console.Answer, error) {
	reason, ok := q.Reason()
	if !ok {
		return q.Again(h.voices(q))
	}
	return h.decide(q, func(tx store.Tx, ref loyalty.Ref) (voice.Voice, error) {
		v, err := h.Shop.Voices.Get(tx, ref)
		if err != nil {
			return v, err
		}
		sealed, err := h.Shop.SealWords(tx, v.Member, shop.Plain(reason))
		if err != nil && !errors.Is(err, people.ErrErased) { // nobody is there to read it
			return v, err
		}
		if v, err = h.Shop.Voices.Refuse(tx, ref, q.Act("voice/"+string(ref), ""), sealed); err != nil {
			return v, err
		}
		return v, q.Audit(tx, i18n.ConsoleVoicesDidRefuse, string(v.Member), v.Member, "", string(ref))
	})
}

// decide decides about the voice of the address, and leaves word for its member's
// next answer.
func (h *page) decide(q *console.Request, f func(store.Tx, loyalty.Ref) (voice.Voice, error)) (console.Answer, error) {
	ref, ok := loyalty.ParseRef(q.R.PathValue("ref"))
	if !ok {
		return q.Gone(), nil
	}
	err := h.update(q, "voice-"+string(ref), func(tx store.Tx, l *shop.Letters) error {
		v, err := f(tx, ref)
		if err != nil {
			return err
		}
		to, speak, ok, err := h.Shop.Reach(tx, v.Member)
		if err != nil || !ok {
			return err
		}
		m, err := h.Shop.VoiceTold(tx, speak, v)
		l.Tell(bot.Telling{Person: bot.PersonID(v.Member), To: to, Class: bot.Receipt, Carriage: bot.RideOnly, Messages: []bot.Message{m}})
		return err
	})
	if errors.Is(err, voice.ErrUnknown) {
		return q.Gone(), nil
	}
	if q.WrongBy("", err) {
		return q.Again(h.voices(q))
	}
	return q.Go(root+"/voices", q.Say(i18n.ConsoleVoicesDone)), err
}

// charityRow is a charity's line.
type charityRow struct {
	Name, Points, Owed string
	Gifts              int64
}

type charityData struct {
	head
	ofMonth
	Rows []charityRow
}

// charityRows are a charity's month, and under it what was undone in it of months that
// are paid already.
func (h *page) charityRows(q *console.Request, o voice.Owed) []charityRow {
	name := h.Shop.CharityName(q.P, o.Known, o.Charity)
	rows := []charityRow{{name, i18n.Number(int64(o.Given.Points)), h.Shop.Money(q.P, q.Now, o.Worth), o.Given.Gifts}}
	if o.Back.Gifts > 0 {
		rows = append(rows, charityRow{
			q.Say(i18n.ConsoleCharityBack, "Name", name), i18n.Number(-int64(o.Back.Points)), h.Shop.Money(q.P, q.Now, -o.Less), o.Back.Gifts,
		})
	}
	return rows
}

// charity is what the shop owes for a month.
func (h *page) charity(q *console.Request) (console.Answer, error) {
	if q.At != "" {
		return q.Gone(), nil // what the shop owes is the whole shop's
	}
	d := charityData{head: h.head(q), ofMonth: h.ofMonth(q)}
	err := q.View(func(r store.Reader) error {
		all, err := h.Shop.Voices.Months(r, d.Month, q.Now)
		for _, o := range all {
			d.Rows = append(d.Rows, h.charityRows(q, o)...)
		}
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if q.WantsCSV() {
		var list [][]string
		for _, c := range d.Rows {
			list = append(list, []string{c.Name, strconv.FormatInt(c.Gifts, 10), c.Points, c.Owed})
		}
		return q.CSV("charity-"+d.Month, []string{q.Say(i18n.ConsoleCharityName), q.Say(i18n.ConsoleCharityGifts), q.Say(i18n.KeyPoints), q.Say(i18n.ConsoleCharityOwed)}, list), nil
	}
	return q.Page("activities_charity.html", q.Say(i18n.ConsoleCharity), d), nil
}
