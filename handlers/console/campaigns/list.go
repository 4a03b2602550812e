package campaigns

import (
	"strconv"
	"time"

	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/store"
)

// listPage is how many campaigns stand on one page of the list.
const listPage = 30

// line is one campaign in the list.
type line struct {
	campaign.Campaign
	To, State, Who string
	When           time.Time // when it began, or is to; zero: neither
	Sent, Left     int64
}

// listData is the list.
type listData struct {
	Lines []line
	Pager console.Pager
}

// list shows the campaigns, the newest first, with where they stand.
func (d *desk) list(q *console.Request) (console.Answer, error) {
	v, from := listData{}, 0
	if n, err := strconv.Atoi(q.Typed("from")); err == nil && n > 0 {
		from = n
		v.Pager.First = "/console/campaigns"
	}
	err := q.View(func(r store.Reader) error {
		v.Lines = nil
		all, err := d.List(r, 0)
		if err != nil {
			return err
		}
		most := listPage
		if q.WantsCSV() {
			most = len(all)
		}
		all = all[min(from, len(all)):]
		if len(all) > most {
			all, v.Pager.Next = all[:most], q.With("from", strconv.Itoa(from+listPage))
		}
		for _, c := range all {
			l, err := d.line(r, q, c)
			if err != nil {
				return err
			}
			v.Lines = append(v.Lines, l)
		}
		return nil
	})
	if err == nil && q.WantsCSV() {
		return d.listCSV(q, v.Lines), nil
	}
	return q.Page("campaigns_list.html", q.Say(i18n.ConsoleCampaigns), v), err
}

func (d *desk) line(r store.Reader, q *console.Request, c campaign.Campaign) (line, error) {
	l := line{Campaign: c, To: to(c.ID), State: q.Say(campaign.StateWord(c.State)), When: c.SendingAt, Who: d.nameOf(r, q, c.By)}
	l.Name = named(q, c.Name)
	if l.When.IsZero() {
		l.When = c.Start
	}
	if c.People == 0 {
		return l, nil
	}
	n, err := d.Counts(r, c.ID)
	l.Sent, l.Left = n.States[outbox.Sent], n.Bulk.Left
	return l, err
}

func (d *desk) listCSV(q *console.Request, lines []line) console.Answer {
	head := []string{q.Say(i18n.CampName), q.Say(i18n.ConsoleCampaignsState), q.Say(i18n.CampWhen), q.Say(i18n.CampSent), q.Say(i18n.ConsoleCampaignsPeople)}
	var rows [][]string
	for _, l := range lines {
		when := ""
		if !l.When.IsZero() {
			when = d.Shop.Local(l.When).Format(campaign.Layout)
		}
		rows = append(rows, []string{l.Name, l.State, when, strconv.FormatInt(l.Sent, 10), strconv.FormatInt(l.People, 10)})
	}
	return q.CSV("campaigns", head, rows)
}
