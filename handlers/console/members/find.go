package members

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/voucher"
	"regulars/store"
)

const (
	searchPurpose = "console search"
	// searchLife is how long the address of a list is good.
	searchLife = 12 * time.Hour
	// listed is how many members a list shows at once.
	listed = 20
	// longestQuery is how many letters are searched for.
	longestQuery = 100
)

// query is what somebody searched for, as an address carries it sealed.
type query struct {
	Words string         `json:"w"`
	By    people.StaffID `json:"by"`
	At    time.Time      `json:"at"`
}

func (p *page) seal(q *console.Request, words string) (string, error) {
	raw, err := json.Marshal(query{words, q.Me.ID, q.Now})
	if err != nil {
		return "", err
	}
	sealed, err := p.Vault.SealShop(searchPurpose, raw, q.Rand())
	return base64.RawURLEncoding.EncodeToString(sealed), err
}

// open is what an address carries; false where it is none of this employee's, or
// too old.
func (p *page) open(q *console.Request, s string) (words string, ok bool) {
	sealed, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return "", false
	}
	raw, err := p.Vault.OpenShop(searchPurpose, sealed)
	var x query
	if err != nil || json.Unmarshal(raw, &x) != nil {
		return "", false
	}
	return x.Words, x.By == q.Me.ID && q.Now.Before(x.At.Add(searchLife))
}

// search finds whom somebody means. One who is meant alone is shown at once.
func (p *page) search(q *console.Request) (console.Answer, error) {
	words := q.Typed("q")
	if words == "" {
		q.Wrong("q", q.Say(i18n.ConsoleMembersEmpty))
		return q.Again(p.show(q, listData{}))
	}
	if r := []rune(words); len(r) > longestQuery {
		words = string(r[:longestQuery])
	}
	var found []loyalty.MemberID
	err := q.View(func(r store.Reader) (err error) {
		found, err = p.exactly(r, q.Now, words)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if len(found) == 1 {
		return q.Go(addressOf(found[0]), ""), nil
	}
	sealed, err := p.seal(q, words)
	return q.Go("/console/members?s="+sealed, ""), err
}

func addressOf(id loyalty.MemberID) string { return "/console/members/" + string(id) }

// listData is a list of members.
type listData struct {
	Asked bool // somebody searched
	Stale bool // the address is too old
	Words string
	Hits  []Hit
	Pager console.Pager
}

func (d listData) ids() (all []loyalty.MemberID) {
	for _, h := range d.Hits {
		all = append(all, h.ID)
	}
	return all
}

// Hit is a member in a list.
type Hit struct {
	ID     loyalty.MemberID
	Name   string // "" for who has none
	Phone  string // masked
	Level  string
	Points loyalty.Points
	Last   time.Time // the newest earning or spending
	Locked bool
	Status people.Status
}

// list is the box to search with, and what an address found.
func (p *page) list(q *console.Request) (console.Answer, error) {
	s := q.R.URL.Query().Get("s")
	if s == "" {
		return p.show(q, listData{})
	}
	words, ok := p.open(q, s)
	if !ok {
		return p.show(q, listData{Stale: true})
	}
	d := listData{Asked: true, Words: words}
	from := q.R.URL.Query().Get("from")
	var only loyalty.MemberID // who is found alone is shown at once
	err := q.View(func(r store.Reader) error {
		found, next, err := p.meant(r, q.Now, words, from, listed)
		if err != nil {
			return err
		}
		if len(found) == 1 && next == "" && from == "" {
			only = found[0]
			return nil
		}
		if next != "" {
			d.Pager.Next = q.With("from", next)
		}
		if from != "" {
			d.Pager.First = q.With("from", "")
		}
		d.Hits, err = p.hits(r, q, found)
		return err
	})
	if err != nil {
		return console.Answer{}, err
	}
	if only != "" {
		return q.Go(addressOf(only), ""), nil
	}
	q.Shows(shop.WayList, d.ids()...)
	return p.show(q, d)
}

func (p *page) show(q *console.Request, d listData) (console.Answer, error) {
	return q.Page("members_list.html", q.Say(i18n.ConsoleMembersTitle), d), nil
}

// hits are members as a list shows them.
func (p *page) hits(r store.Reader, q *console.Request, all []loyalty.MemberID) (list []Hit, err error) {
	for _, id := range all {
		h, err := p.hit(r, q, id)
		if err != nil {
			return nil, err
		}
		list = append(list, h)
	}
	return list, nil
}

func (p *page) hit(r store.Reader, q *console.Request, id loyalty.MemberID) (h Hit, err error) {
	m, err := p.Vault.Get(r, id)
	if err != nil {
		return h, err
	}
	h = Hit{ID: id, Name: shop.Tidy(m.Called()), Status: m.Status, Locked: m.Frozen}
	if !m.Phone.IsZero() {
		h.Phone = m.Phone.String()
	}
	v, err := p.Book.View(r, id, q.Now)
	if err != nil {
		return h, err
	}
	h.Points, h.Last = v.Balance.Available, v.Balance.Count.Activity
	if v.Tiers {
		h.Level = p.LevelName(q.P, q.Now, v.Progress.Standing.Level)
	}
	return h, nil
}

// meant are whom what was typed means: the only ones with such an id, number,
// card, @name, reference or voucher, else those with such a name, from a
// place on. No wrong code is counted as a try here: what is found is
// what a manager may read of everybody anyway.
func (p *page) meant(r store.Reader, now time.Time, words, from string, n int) (found []loyalty.MemberID, next string, err error) {
	exact, err := p.exactly(r, now, words)
	if err != nil || len(exact) > 0 {
		return exact, "", err
	}
	return p.Vault.ByNamePage(r, words, from, n)
}

func (p *page) exactly(r store.Reader, now time.Time, words string) ([]loyalty.MemberID, error) {
	if id := loyalty.MemberID(strings.ToUpper(words)); len(id) == idLength {
		if _, err := p.Vault.Get(r, id); !errors.Is(err, people.ErrNobody) {
			return []loyalty.MemberID{id}, err
		}
	}
	var all []loyalty.MemberID
	for _, look := range []func(store.Reader, time.Time, string) ([]loyalty.MemberID, error){p.byHandle, p.byPhone, p.byCode} {
		list, err := look(r, now, words)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	for i, id := range all { // a part's number leads to whose part it is
		whole, err := p.Vault.Holder(r, id)
		if err != nil {
			return nil, err
		}
		all[i] = whole
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// idLength is how long a member's id is.
const idLength = 26

// byHandle finds by an @name, on whichever channel.
func (p *page) byHandle(r store.Reader, _ time.Time, words string) (list []loyalty.MemberID, err error) {
	name, ok := strings.CutPrefix(words, "@")
	if !ok {
		return nil, nil
	}
	for _, c := range p.Channels {
		id, known, err := p.Vault.ByUsername(r, string(c.Name), name)
		if err != nil {
			return nil, err
		}
		if known {
			list = append(list, id)
		}
	}
	return list, nil
}

// byPhone finds by a number as people type it. One that is a number of two
// countries is looked for in each.
func (p *page) byPhone(r store.Reader, now time.Time, words string) (list []loyalty.MemberID, err error) {
	for _, region := range p.Programme(now).Regions() {
		phone, err := people.ParsePhone(words, region)
		if err != nil {
			continue
		}
		claims, err := p.Vault.ByPhone(r, phone)
		if err != nil {
			return nil, err
		}
		for _, c := range claims {
			list = append(list, c.Member)
		}
	}
	return list, nil
}

// byCode finds by a card's number, the reference of an entry, and a voucher's code.
func (p *page) byCode(r store.Reader, _ time.Time, words string) (list []loyalty.MemberID, err error) {
	add := func(id loyalty.MemberID, e error, unknown ...error) {
		for _, u := range unknown {
			if errors.Is(e, u) {
				return
			}
		}
		if e != nil {
			err = errors.Join(err, e)
			return
		}
		list = append(list, id)
	}
	if card, no := people.ParseCardCode(words); no == nil {
		id, e := p.Vault.ByCard(r, card)
		if errors.Is(e, people.ErrFrozen) {
			e = nil
		}
		add(id, e, people.ErrNobody)
	}
	if ref, ok := loyalty.ParseRef(words); ok {
		entry, e := p.Book.ByRef(r, ref)
		add(entry.Member, e, loyalty.ErrUnknownRef)
	}
	if code, ok := voucher.ParseCode(words); ok {
		v, e := p.Club.Vouchers.ByCode(r, code)
		add(v.Member, e, voucher.ErrUnknownCode)
	}
	return list, err
}
