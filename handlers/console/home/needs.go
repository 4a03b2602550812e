package home

import (
	"time"

	"regulars/bot"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// need is something that waits for a person.
type need struct {
	Key   i18n.Key
	Count int
	To    string
	Lines []needLine // what there is to say of each, a few
}

type needLine struct{ Text, To string }

const (
	lookBack  = 7 // days of unusual patterns
	mostLines = 8
	lowStock  = 5 // fewer are few, also where the week takes none
)

// needs are what waits for who asks, and nothing that is at zero.
func (h *page) needs(q *console.Request, r store.Reader) (list []need, err error) {
	for _, look := range []func(*console.Request, store.Reader) (need, error){
		h.needApprovals, h.needCases, h.needCalls, h.needCampaigns, h.needPaused, h.needLetters, h.needHeld, h.needReferrals, h.needClaims, h.needUnusual, h.needStock,
	} {
		n, err := look(q, r)
		if err != nil {
			return nil, err
		}
		if n.Count > 0 {
			if len(n.Lines) > mostLines {
				n.Lines = n.Lines[:mostLines]
			}
			list = append(list, n)
		}
	}
	return list, nil
}

func (h *page) needApprovals(q *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedApprovals, To: "/console/approvals"}
	points, err := till.Approvals(r)
	if err != nil {
		return n, err
	}
	for i := range points {
		if points[i].Waits(q.Now) && decides(q, points[i].By, points[i].Store, points[i].Member) {
			n.Count++
		}
	}
	cards, err := till.Provings(r)
	for i := range cards {
		if cards[i].Waits(q.Now) && decides(q, cards[i].By, cards[i].Store, cards[i].Member, cards[i].Person) {
			n.Count++
		}
	}
	return n, err
}

func (h *page) needCases(q *console.Request, r store.Reader) (need, error) {
	open, err := survey.OpenCases(r, q.At)
	return need{Key: i18n.ConsoleHomeNeedCases, Count: len(open), To: "/console/cases"}, err
}

func (h *page) needCalls(q *console.Request, r store.Reader) (need, error) {
	all, err := h.Shop.Calls(r, q.Now)
	return need{Key: i18n.ConsoleHomeNeedCalls, Count: len(all), To: "/console/calls"}, err
}

// needCampaigns are those that wait for a manager's word.
func (h *page) needCampaigns(_ *console.Request, r store.Reader) (need, error) {
	return h.campaigns(r, i18n.ConsoleHomeNeedCampaigns, campaign.Waiting)
}

func (h *page) needPaused(_ *console.Request, r store.Reader) (need, error) {
	return h.campaigns(r, i18n.ConsoleHomeNeedPaused, campaign.Paused)
}

func (h *page) campaigns(r store.Reader, key i18n.Key, state campaign.State) (n need, err error) {
	n = need{Key: key, To: "/console/campaigns"}
	if h.Campaigns == nil {
		return n, nil
	}
	all, err := h.Campaigns.List(r, 0)
	for _, c := range all {
		if c.State == state {
			n.Count++
			n.Lines = append(n.Lines, needLine{shop.Tidy(c.Name), "/console/campaigns/" + string(c.ID)})
		}
	}
	return n, err
}

// needLetters are what could not be handled, and what could not be sent.
func (h *page) needLetters(q *console.Request, r store.Reader) (need, error) {
	in, out, err := h.dead(r)
	n := need{Key: i18n.ConsoleHomeNeedLetters, Count: len(in) + len(out), To: "/console/letters"}
	if q.At != "" {
		n.Count = 0 // the whole shop's
	}
	return n, err
}

func (h *page) needHeld(q *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedHeld, To: "/console/held"}
	if h.Post == nil || !q.Owner() {
		return n, nil
	}
	held, ok, err := h.Post.Held(r)
	if ok {
		n.Count = sum(held.Old) + sum(held.New)
		if n.Count == 0 {
			n.Count = 1 // the hold itself
		}
	}
	return n, err
}

func sum(n map[bot.Class]int) (all int) {
	for _, k := range n {
		all += k
	}
	return all
}

func (h *page) needReferrals(_ *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedReferrals, To: "/console/referrals"}
	all, err := h.Shop.Club.Referrals.Flagged(r)
	for _, f := range all {
		if f.Refused.IsZero() {
			n.Count++
		}
	}
	return n, err
}

// needClaims are people whom a file brought, who asked in a chat and have not
// shown yet who they are: mostly they come to the counter.
func (h *page) needClaims(q *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedClaims, To: "/console/members"}
	all, err := people.Funnels(r)
	for _, f := range all {
		if q.Sees(f.Store) {
			n.Count += int(f.Reached - f.Claimed())
		}
	}
	return n, err
}

// needUnusual looks through the last days of the employees whom who asks sees.
func (h *page) needUnusual(q *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedUnusual, To: "/console/team"}
	all, err := h.Shop.Vault.AllStaff(r)
	if err != nil {
		return n, err
	}
	today := h.Shop.Local(q.Now)
	for _, s := range all {
		mine := s.ID == q.Me.ID // nobody is told what was found about themselves
		if mine || !s.Active && q.Now.Sub(s.EndedAt) > lookBack*24*time.Hour || q.At != "" && s.Store != q.At {
			continue
		}
		for i := range lookBack {
			odd, err := h.Shop.Unusual(r, s, today.AddDate(0, 0, -i).Format(time.DateOnly))
			if err != nil {
				return n, err
			}
			for _, u := range odd {
				n.Count++
				n.Lines = append(n.Lines, needLine{h.Shop.UnusualLine(q.P, u), "/console/team/of/" + string(s.ID)})
			}
		}
	}
	return n, nil
}

// needStock are rewards of which fewer are left than the week takes.
func (h *page) needStock(q *console.Request, r store.Reader) (n need, err error) {
	n = need{Key: i18n.ConsoleHomeNeedStock, To: "/console/rules"}
	for _, w := range h.Shop.Rules(q.Now).Rewards {
		left, _, err := h.Shop.Club.Vouchers.Left(r, w, q.Now)
		if err != nil || left == nil {
			if err != nil {
				return n, err
			}
			continue
		}
		lately, err := h.Shop.Club.Vouchers.Lately(r, w, q.Now)
		if err != nil {
			return n, err
		}
		if *left <= max(lowStock, lately) {
			n.Count++
			name := till.Till{Shop: h.Shop}.Reward(q.P, q.Now, w.ID)
			n.Lines = append(n.Lines, needLine{q.Say(i18n.ConsoleHomeLeft, "Name", name, "Number", i18n.Number(*left)), ""})
		}
	}
	return n, nil
}

// decides reports whether who asks may say yes or no to what somebody asked for:
// not to what they asked themselves, or get, or what is another store's.
func decides(q *console.Request, by people.StaffID, at loyalty.Store, gets ...loyalty.MemberID) bool {
	return till.MayDecide(q.Me, by, at, gets...) == nil
}
