package admin

import (
	"context"
	"errors"
	"strings"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/handlers/campaign"
	"regulars/loyalty/survey"
	"regulars/store"
)

// exportedAnswer is a member's part of a survey with its words opened; those of
// who was erased are gone.
type exportedAnswer struct {
	survey.Answer
	Comment string `json:"comment,omitempty"`
}

// answers writes who was asked what, and what they said.
func (e *exporting) answers(ctx context.Context) error {
	s, err := e.new("answers", "survey", "wave", "member", "kind", "state", "score", "option", "asked", "answered", "late", "store", "staff",
		"sale", "language", "channel", "themes", "comment", "case")
	if err != nil {
		return err
	}
	return e.DB.View(ctx, func(r store.Reader) (err error) {
		for a := range survey.All(r, &err) {
			words, err := e.Shop.OpenWords(r, a.Member, a.Comment)
			if err != nil {
				return err
			}
			if err := s.add(exportedAnswer{a, words}, a.Survey, a.Wave, string(a.Member), string(a.Kind), string(a.State), a.Score, a.Option, a.Asked, a.At,
				a.Late, string(a.Visit.Store), a.Visit.Staff, string(a.Visit.Ref), a.Lang, a.Channel, strings.Join(a.Themes, " "), words, string(a.Case)); err != nil {
				return err
			}
		}
		return err
	})
}

// exportedNote is something said in a case, opened.
type exportedNote struct {
	survey.Note
	Words  string `json:"words"`
	Sealed []byte `json:"s,omitempty"` // in Note's place, and left empty
}

type exportedCase struct {
	survey.Case
	Notes []exportedNote `json:"notes,omitempty"`
}

// cases writes what became of unhappy customers.
func (e *exporting) cases(ctx context.Context) error {
	s, err := e.new("cases", "ref", "member", "survey", "wave", "score", "store", "opened", "closed", "by", "how", "thanked", "notes")
	if err != nil {
		return err
	}
	return e.DB.View(ctx, func(r store.Reader) (err error) {
		for c := range survey.AllCases(r, &err) {
			x := exportedCase{Case: c}
			var said []string
			for _, n := range c.Notes {
				words, err := e.Shop.OpenWords(r, c.Member, n.Sealed)
				if err != nil {
					return err
				}
				x.Notes, said = append(x.Notes, exportedNote{Note: n, Words: words}), append(said, words)
			}
			if err := s.add(x, string(c.Ref), string(c.Member), c.Survey, c.Wave, c.Score, string(c.Visit.Store), c.Opened, c.Closed, c.By, string(c.How),
				c.Thanked, strings.Join(said, " / ")); err != nil {
				return err
			}
		}
		return err
	})
}

type exportedCampaign struct {
	ID campaign.ID `json:"id"`
	campaign.Campaign
	Draft campaign.Draft `json:"draft"` // its newest version
}

// exportedRecipient is how a campaign stands with one member. What the outbox
// has swept is in the campaign's counts only.
type exportedRecipient struct {
	Campaign campaign.ID  `json:"campaign"`
	Member   bot.PersonID `json:"member"`
	Wording  string       `json:"wording"`
	State    outbox.State `json:"state"`
}

// campaigns writes what was said to many, and to whom.
func (e *exporting) campaigns(ctx context.Context) error {
	if e.Campaigns == nil {
		return nil
	}
	s, err := e.new("campaigns", "id", "name", "state", "segment", "by", "born", "sending", "ended", "people", "held_out")
	if err != nil {
		return err
	}
	to, err := e.new("recipients", "campaign", "member", "wording", "state")
	if err != nil {
		return err
	}
	return e.DB.View(ctx, func(r store.Reader) error {
		all, err := e.Campaigns.List(r, 0)
		if err != nil {
			return err
		}
		for _, c := range all {
			d, err := e.Campaigns.Draft(r, c.ID, c.Version)
			if err != nil && !errors.Is(err, campaign.ErrNone) {
				return err
			}
			if err := s.add(exportedCampaign{c.ID, c, d}, string(c.ID), c.Name, string(c.State), d.Segment, string(c.By), c.Born, c.SendingAt, c.EndedAt, c.People, c.Held); err != nil {
				return err
			}
			err = e.Campaigns.Bulks.BulkStates(r, outbox.BulkID(c.ID), func(p bot.PersonID, wording string, state outbox.State) error {
				return to.add(exportedRecipient{c.ID, p, wording, state}, string(c.ID), string(p), wording, string(state))
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
