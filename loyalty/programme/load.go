package programme

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/language"

	"regulars/loyalty"
)

// languages are those that the product speaks.
var languages = []string{"zh-TW", "zh-HK", "en", "ja", "th", "zh-CN"}

// zones are only what a misspelt zone is compared with; any IANA zone is good.
var zones = []string{
	"Asia/Taipei", "Asia/Hong_Kong", "Asia/Macau", "Asia/Tokyo", "Asia/Bangkok", "Asia/Shanghai", "Asia/Singapore",
	"Asia/Kuala_Lumpur", "Asia/Seoul", "Asia/Manila", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Europe/London", "America/New_York",
	"America/Los_Angeles", "Australia/Sydney", "UTC",
}

// currencies and the digits that shops use after the decimal point. The Taiwan
// dollar has two by ISO 4217 and none at any till.
var currencies = map[string]int{
	"TWD": 0, "HKD": 2, "JPY": 0, "THB": 2, "CNY": 2, "MOP": 2, "SGD": 2, "MYR": 2, "KRW": 0, "VND": 0,
	"PHP": 2, "IDR": 0, "INR": 2, "USD": 2, "EUR": 2, "GBP": 2, "AUD": 2, "NZD": 2, "CAD": 2, "CHF": 2,
}

// maxFile is the size of the largest programme file, in bytes. The presets have
// some thousand; reading takes the longer the square of it, and a browser may send
// one.
const maxFile = 256 << 10

// Load reads a programme file. With complaints the programme is nil; without
// any it is whole. Complaints come in the order of their lines.
func Load(data []byte) (*Programme, []Complaint) {
	if len(data) > maxFile {
		return nil, []Complaint{{Wrong: "the file is larger than 256 KiB; is it the right one?"}}
	}
	root, c := parse(data)
	if c != nil {
		return nil, []Complaint{*c}
	}
	r := &reader{tables: []*table{root}}
	p := &Programme{words: map[named]said{}}
	r.shop(root, p)
	r.expiry(r.sub(root, "expiry"), p)
	r.returns(r.sub(root, "returns"), p)
	r.scheme(root, p)
	r.staff(r.sub(root, "staff"), p)
	r.quiet(root, p)
	r.digest(r.sub(root, "digest"), p)
	r.privacy(r.sub(root, "privacy"), p)
	r.fraud(r.sub(root, "fraud"), p)
	r.segments(root, p)
	r.campaigns(r.sub(root, "campaigns"), p)
	r.messages(r.sub(root, "messages"), p)
	card := r.sub(root, "card")
	p.cardLife = time.Duration(r.whole(card, "minutes", 5, 1, 60)) * time.Minute
	// At most a year: an employee's caps are kept for a little longer.
	p.receiptDays = int(r.whole(r.sub(root, "receipt"), "days", 14, 1, 365))
	r.leftovers()
	if len(r.complaints) > 0 {
		return nil, sorted(r.complaints)
	}
	return p, nil
}

// scheme reads what the programme offers, in an order in which whatever is
// named has been read before.
func (r *reader) scheme(root *table, p *Programme) {
	r.planIDs(root)
	r.segmentIDs(root)
	r.items(root, p)
	r.tiers(root, p)
	r.earn(r.sub(root, "earn"), p)
	r.bonuses(root, p)
	r.partners(root, p)
	r.rewards(root, p)
	r.plans(root, p)
	r.cards(root, p)
	r.gifts(root, p)
	r.referral(root, p)
	r.offers(root, p)
	r.games(root, p)
	r.packets(root, p)
	r.quizzes(root, p)
	r.surveys(root, p)
	r.missions(root, p)
	r.household(root, p)
	r.statusMatch(root, p)
	r.notices(r.sub(root, "notices"), p)
	r.contact(r.sub(root, "contact"), p)
	r.nudges(root, p)
	r.settlement(root, p)
	r.events(root, p)
	r.rooms(root, p)
	r.voices(root, p)
	r.charities(root, p)
	r.recommend(root, p)
	r.levers(root, p)
	r.unreachable(p)
}

// shop reads who and where the shop is.
func (r *reader) shop(t *table, p *Programme) {
	p.Rules.Version = int(r.whole(t, "version", 1, 1, math.MaxInt32))
	p.Rules.Zone = r.zone(t)
	p.Rules.From = r.effective(t, p.Rules.Zone)
	p.Rules.Currency = r.currency(t)
	r.country(t, p)
	r.languages(t, p)
	r.names(t, p)
	r.stores(t, p)
}

func (r *reader) zone(t *table) *time.Location {
	const allowed = `an IANA time zone, as in "Asia/Taipei"`
	if r.need(t, "zone", allowed) == nil {
		return time.UTC
	}
	s, line := r.text(t, "zone", allowed)
	if line > 0 && (s == "" || s == "Local") {
		r.complain(line, "zone", quote(s)+" names no place", allowed)
		return time.UTC
	}
	zone, err := time.LoadLocation(s)
	if err != nil {
		r.complaints = append(r.complaints, Complaint{Line: line, Key: "zone", Wrong: quote(s) + " is not a time zone", Allowed: allowed, Nearest: nearest(s, zones)})
		return time.UTC
	}
	return zone
}

// effective is the start of the day, or the moment, from which this version
// holds.
func (r *reader) effective(t *table, zone *time.Location) time.Time {
	return r.moment(t, "effective", zone)
}

func (r *reader) currency(t *table) loyalty.Currency {
	codes := make([]string, 0, len(currencies))
	for c := range currencies {
		codes = append(codes, c)
	}
	slices.Sort(codes)
	if r.need(t, "currency", list(codes)) == nil {
		return loyalty.Currency{}
	}
	code := r.oneOf(t, "currency", "", codes...)
	return loyalty.Currency{Code: code, Digits: currencies[code]}
}

func (r *reader) country(t *table, p *Programme) {
	const allowed = `a country's two letters, as in "TW"`
	if r.need(t, "country", allowed) == nil {
		return
	}
	check := func(code string, line int, key string) {
		region, err := language.ParseRegion(code)
		if err != nil || !region.IsCountry() || region.String() != code || len(code) != 2 {
			r.complain(line, key, quote(code)+" is not a country", allowed)
		}
	}
	var line int
	if p.Country, line = r.text(t, "country", allowed); line > 0 {
		check(p.Country, line, "country")
	}
	more, line := r.words(t, "phone_regions", `countries' two letters, as in ["TW", "HK"]`)
	p.regions = []string{p.Country}
	for _, m := range more {
		check(m, line, "phone_regions")
		if !slices.Contains(p.regions, m) {
			p.regions = append(p.regions, m)
		}
	}
}

func (r *reader) languages(t *table, p *Programme) {
	allowed := list(languages) + "; the shop's own first"
	if r.need(t, "languages", allowed) == nil {
		return
	}
	words, line := r.words(t, "languages", allowed)
	for i, l := range words {
		switch {
		case !slices.Contains(languages, l):
			r.unknown(line, "languages", l, languages)
		case slices.Contains(words[:i], l):
			r.complain(line, "languages", quote(l)+" stands twice", "")
		}
	}
	if len(words) == 0 && line > 0 {
		r.complain(line, "languages", "at least one language is needed", allowed)
	}
	p.Languages = words
}

func (r *reader) names(t *table, p *Programme) {
	names := r.sub(t, "name")
	p.names = map[string]string{}
	for _, l := range languages {
		s, line := r.text(names, l, "the shop's name in quotes")
		if line > 0 && (strings.TrimSpace(s) == "" || len(s) > 100) {
			r.complain(line, names.join(l), "the name is empty or over 100 bytes", "")
		}
		if line > 0 {
			p.names[l] = strings.TrimSpace(s)
		}
	}
	if len(p.Languages) > 0 && p.names[p.Languages[0]] == "" {
		first := p.Languages[0]
		r.complain(names.line, names.join(first), "is missing: the shop's name in its first language", `as in name.`+first+` = "Corner Café"`)
	}
}

var storeID = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,31}$`)

func (r *reader) stores(t *table, p *Programme) {
	v := r.need(t, "store", "one [[store]] or more, each with id and name")
	if v == nil {
		return
	}
	for _, item := range v.items {
		if item.table == nil {
			continue
		}
		r.tables = append(r.tables, item.table)
		p.Stores = append(p.Stores, r.store(item.table, p))
	}
	if len(p.Stores) == 0 {
		r.complain(v.line, "store", "must be a list of tables", "[[store]] with id and name")
	}
}

func (r *reader) store(t *table, p *Programme) Store {
	const allowed = `small letters, digits and hyphens, as in "main" or "taipei-2"`
	r.need(t, "id", allowed)
	id, line := r.text(t, "id", allowed)
	if line > 0 && !storeID.MatchString(id) {
		r.complain(line, t.join("id"), quote(id)+" is not an id", allowed)
	}
	if _, twice := p.Store(loyalty.Store(id)); twice && id != "" {
		r.complain(line, t.join("id"), quote(id)+" is another store's id", "")
	}
	r.need(t, "name", "the store's name in quotes")
	name, line := r.text(t, "name", "the store's name in quotes")
	if line > 0 && (strings.TrimSpace(name) == "" || len(name) > 100) {
		r.complain(line, t.join("name"), "the name is empty or over 100 bytes", "")
	}
	if limits, written := t.of["limits"]; written && limits != nil {
		if p.Rules.StoreCaps == nil {
			p.Rules.StoreCaps = map[loyalty.Store]loyalty.Cap{}
		}
		p.Rules.StoreCaps[loyalty.Store(id)] = r.caps(r.sub(t, "limits"))
	}
	return Store{loyalty.Store(id), strings.TrimSpace(name)}
}

// returns reads what happens when goods come back.
func (r *reader) returns(t *table, p *Programme) {
	p.Rules.ReturnWindow = time.Duration(r.whole(t, "pending_days", 0, 0, 365)) * 24 * time.Hour
	p.Rules.Reversal = loyalty.Reversal(r.oneOf(t, "reversal", "debt", "debt", "up_to_available", "refuse"))
	p.Rules.HoldFor = time.Duration(r.whole(t, "hold_minutes", 0, 0, 60*24*31)) * time.Minute
}

// staff reads what employees may give.
func (r *reader) staff(t *table, p *Programme) {
	p.Rules.ApproveOver = r.atMost(t, "approve_over")
	p.Rules.Caps = map[loyalty.Role]loyalty.Cap{}
	for _, role := range []string{"clerk", "manager", "owner"} {
		_, written := t.of[role]
		caps := r.sub(t, role)
		if c := r.caps(caps); written {
			p.Rules.Caps[loyalty.Role(role)] = c
		}
	}
}

// caps reads what may be given at a time and in a day.
func (r *reader) caps(t *table) loyalty.Cap {
	return loyalty.Cap{
		GiveAct: r.atMost(t, "give_act"), GiveDay: r.atMost(t, "give_day"),
		SaleAct: r.atMost(t, "sale_act"), SaleDay: r.atMost(t, "sale_day"),
	}
}

// atMost is a bound in points; 0, or nothing, is none.
func (r *reader) atMost(t *table, key string) loyalty.Points {
	return loyalty.Points(r.whole(t, key, 0, 0, math.MaxInt64))
}

// quiet reads the hours in which nothing is sent unasked.
func (r *reader) quiet(t *table, p *Programme) {
	_, written := t.of["quiet_hours"]
	hours := r.sub(t, "quiet_hours")
	hours.asked["from"], hours.asked["to"] = true, true
	if !written || hours.line == 0 {
		return
	}
	p.Quiet.From, _ = r.clock(hours, "from")
	p.Quiet.To, _ = r.clock(hours, "to")
}
