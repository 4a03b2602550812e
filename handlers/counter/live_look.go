package counter

import (
	"bytes"
	"context"
	"encoding/base64"
	"html/template"
	"reflect"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// renewBefore is how long before its end a code is replaced by a new one, so
// that who scans it has the time.
const renewBefore = 30 * time.Second

// live is one live card being looked at. It is used by one goroutine.
type live struct {
	p     *Pages
	token string

	// As of the last look.
	member loyalty.MemberID
	until  time.Time // the address's end
	now    time.Time
	words  i18n.Printer
	shop   string
	name   string
	parts  []livePart

	card    string // the card's number
	code    string // what the QR shows
	codeEnd time.Time
	drawn   map[string]template.URL // pictures, by their text
}

// livePart is a part of the page that changes by itself.
type livePart struct {
	ID   string
	HTML template.HTML
	of   any // what it shows
}

func (p *Pages) newLive(token string) *live {
	return &live{p: p, token: token, drawn: map[string]template.URL{}}
}

// look reads once and words everything anew. A token that opens nothing gives
// an error of isGone.
func (l *live) look(ctx context.Context) error {
	var has book.View
	var vouchers []voucher.Voucher
	var who people.Person
	s := l.p.Shop
	l.now = s.Clock.Now()
	err := l.p.view(ctx, func(r store.Reader) (err error) {
		if l.member, l.until, err = s.Vault.ReadLive(r, l.token, l.now); err != nil {
			return err
		}
		if who, err = s.Vault.Get(r, l.member); err != nil {
			return err
		}
		if has, err = s.Book.View(r, l.member, l.now); err != nil {
			return err
		}
		if vouchers, err = s.Club.Vouchers.List(r, l.member, l.now); err != nil {
			return err
		}
		return l.renew(r, who)
	})
	if err != nil {
		return err
	}
	l.words = i18n.For(s.Speak(who))
	l.shop, l.name = s.Name(l.now, l.words.Lang), shop.Tidy(who.Called())
	l.parts, err = l.build(who, has, vouchers)
	return err
}

// renew draws a new code shortly before the old one's end, or when the clock
// was set back.
func (l *live) renew(r store.Reader, who people.Person) (err error) {
	life := l.p.Shop.Programme(l.now).CardLife()
	left := l.codeEnd.Sub(l.now)
	if l.code != "" && l.card == string(who.Card) && left > min(renewBefore, life/2) && left <= life {
		return nil
	}
	delete(l.drawn, "qr "+l.code)
	token, err := l.p.Shop.Vault.CardToken(r, l.member, l.now, life)
	if err != nil {
		return err
	}
	l.card, l.codeEnd = string(who.Card), l.now.Add(life)
	l.code = l.p.Shop.CardLink(bot.ChannelName(who.Home.Channel), token)
	return nil
}

// picture is a code as an address that needs no request.
func (l *live) picture(p bot.Picture) (template.URL, error) {
	key := "bar " + p.Code128
	if p.QR != "" {
		key = "qr " + p.QR
	}
	if u, ok := l.drawn[key]; ok {
		return u, nil
	}
	png, err := draw.PNG(p)
	if err != nil {
		return "", err
	}
	u := template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png))
	l.drawn[key] = u
	return u, nil
}

// build words each part.
func (l *live) build(who people.Person, has book.View, vouchers []voucher.Voucher) (parts []livePart, err error) {
	code, err := l.codePart(who)
	if err != nil {
		return nil, err
	}
	mine, err := l.voucherPart(who, vouchers)
	if err != nil {
		return nil, err
	}
	parts = []livePart{
		{ID: "code", of: code}, {ID: "points", of: l.pointsPart(has.Balance)}, {ID: "stamps", of: l.stampsPart(has.Cards)},
		{ID: "level", of: l.levelPart(has)}, {ID: "vouchers", of: mine},
	}
	for i := range parts {
		if err := parts[i].write(l.parts, i); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// write makes the part's HTML, or takes over what it was: most looks find
// nothing new, and the HTML is most of their work.
func (x *livePart) write(before []livePart, i int) error {
	if i < len(before) && reflect.DeepEqual(before[i].of, x.of) {
		x.HTML = before[i].HTML
		return nil
	}
	var b bytes.Buffer
	if err := livePages.ExecuteTemplate(&b, x.ID+".html", x.of); err != nil {
		return err
	}
	x.HTML = template.HTML(strings.TrimSpace(b.String()))
	return nil
}

type codePart struct {
	QR, Bar                   template.URL
	QRAlt, BarAlt, Show, Lost string
	Label, Number             string
	End                       int64 // Unix seconds
}

func (l *live) codePart(who people.Person) (c codePart, err error) {
	if c.QR, err = l.picture(bot.Picture{QR: l.code}); err != nil {
		return c, err
	}
	if c.Bar, err = l.picture(bot.Picture{Code128: who.Card.Bare()}); err != nil {
		return c, err
	}
	say := l.words.Say
	c.QRAlt, c.BarAlt, c.Show, c.Lost = say(i18n.CardAlt), say(i18n.CardBarAlt), say(i18n.LiveShow), say(i18n.LiveOut)
	c.Label, c.Number = say(i18n.CardNumber), who.Card.String()
	c.End = l.codeEnd.Unix()
	return c, nil
}

type row struct{ Label, Value string }

type pointsPart struct {
	Points string
	Rows   []row
}

// pointsPart is what there is to spend, what is on its way, and what lapses
// next.
func (l *live) pointsPart(b loyalty.Balance) pointsPart {
	x := pointsPart{Points: shop.Points(l.words, b.Available)}
	add := func(key i18n.Key, n loyalty.Points) {
		if n > 0 {
			x.Rows = append(x.Rows, row{l.words.Say(key), i18n.Number(int64(n))})
		}
	}
	add(i18n.PointsPending, b.Pending)
	add(i18n.PointsHeld, b.Held)
	add(i18n.PointsOwed, b.Debt)
	if !b.Next.At.IsZero() && b.Next.Points > 0 {
		x.Rows = append(x.Rows, row{l.p.Shop.GoodUntil(l.words, l.now, b.Next.At), i18n.Number(int64(b.Next.Points))})
	}
	return x
}

type stampCard struct {
	Name, Alt string
	Dots      []bool // filled or not; empty where there are too many to draw
	Prize     string
}

// mostDots is how many stamps are drawn; words tell of more.
const mostDots = 20

func (l *live) stampsPart(mine map[string]loyalty.Stamps) (all []stampCard) {
	s := l.p.Shop
	at := s.Programme(l.now)
	for _, card := range at.Rules.Cards {
		have := max(0, mine[card.ID].Have)
		x := stampCard{
			Name: at.Words(programme.Card, card.ID, string(l.words.Lang)).Name,
			Alt:  l.words.Say(i18n.StampsHave, "Have", i18n.Number(have), "Size", i18n.Number(card.Size)),
		}
		if card.Size <= mostDots {
			for i := range card.Size {
				x.Dots = append(x.Dots, i < have)
			}
		}
		if card.Prize != "" {
			x.Prize = l.words.Say(i18n.StampsPrize, "Reward", at.Words(programme.Reward, card.Prize, string(l.words.Lang)).Name)
		}
		all = append(all, x)
	}
	return all
}

type levelPart struct {
	Title, Name, Text string
	Value, Most       int64 // of the way to the next tier; Most 0: at the top
}

func (l *live) levelPart(has book.View) *levelPart {
	s := l.p.Shop
	if !has.Tiers || !s.Has("level", l.now) {
		return nil
	}
	way := has.Progress
	x := &levelPart{Title: l.words.Say(i18n.PointsLevel), Name: s.LevelName(l.words, l.now, way.Standing.Level)}
	if way.Next == "" {
		x.Text = l.words.Say(i18n.LevelTop)
		return x
	}
	x.Text = l.words.Say(i18n.LevelToGo, "Left", s.Counted(l.words, l.now, way.Left), "Tier", s.LevelName(l.words, l.now, way.Next))
	x.Value, x.Most = max(0, way.Value-way.From), max(1, way.To-way.From)
	return x
}

type voucherCard struct {
	ID, Name, Until string
	Label, Code     string
	Alt, Show       string
	QR              template.URL
	End             int64 // Unix seconds; 0: it does not end soon
}

type voucherPart struct {
	Title string
	All   []voucherCard
}

// countdown is how close to its end a voucher tells the seconds.
const countdown = 2 * time.Hour

func (l *live) voucherPart(who people.Person, all []voucher.Voucher) (x voucherPart, err error) {
	s := l.p.Shop
	x.Title = l.words.Say(i18n.KeyVouchers)
	for _, v := range all {
		if v.State != voucher.Open || v.Kind != loyalty.RewardItem {
			continue
		}
		code := s.Club.Vouchers.CodeOf(v)
		_, tail, _ := strings.Cut(string(v.ID), "-") // opens none but its owner's
		c := voucherCard{
			ID: "v-" + tail, Name: s.VoucherName(l.words, l.now, v), Label: l.words.Say(i18n.VoucherCode), Code: code.String(),
			Alt: l.words.Say(i18n.VoucherAlt), Show: l.words.Say(i18n.VoucherShow),
		}
		if c.QR, err = l.picture(bot.Picture{QR: s.VoucherLink(bot.ChannelName(who.Home.Channel), code)}); err != nil {
			return x, err
		}
		if !v.Until.IsZero() {
			c.Until = l.words.Say(i18n.VouchersUntil, "When", s.When(l.words, l.now, v.Until))
			if v.Until.Sub(l.now) <= countdown {
				c.End = v.Until.Unix()
			}
		}
		x.All = append(x.All, c)
	}
	return x, nil
}
