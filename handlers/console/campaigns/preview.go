package campaigns

import (
	"html/template"
	"net/url"
	"strings"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// previews are a draft as both platforms show it.
type previews struct {
	Parts []preview
	// Far says that a picture stands elsewhere, which this page must not load.
	Far bool
}

// preview is one wording in one language on both platforms.
type preview struct {
	Name, Lang     string
	LINE, Telegram template.HTML
}

// previews draws a draft: its message and its journey's, in each language, each
// wording.
func (d *desk) previews(r store.Reader, q *console.Request, id campaign.ID, n *campaign.Draft) (p previews, err error) {
	if p.Parts, err = d.drawn(r, q, id, n, ""); err != nil {
		return p, err
	}
	p.Far = strings.HasPrefix(n.Picture, "https://")
	for i, s := range n.Journey {
		says := n.Of(s)
		more, err := d.drawn(r, q, id, &says, q.Say(i18n.ConsoleCampaignsStep, "Number", i+2)+" · ")
		if err != nil {
			return p, err
		}
		p.Parts, p.Far = append(p.Parts, more...), p.Far || strings.HasPrefix(s.Picture, "https://")
	}
	return p, nil
}

func (d *desk) drawn(r store.Reader, q *console.Request, id campaign.ID, n *campaign.Draft, before string) (list []preview, err error) {
	me := d.example(r, q)
	o := draw.Options{Image: d.pictureAddress, Word: func(string) string { return q.Say(i18n.CampPicture) }}
	for _, lang := range n.Langs() {
		for _, v := range n.Names() {
			if _, written := n.Text[lang][v]; !written {
				continue
			}
			m, err := d.Engine.Preview(r, id, n, lang, v, me)
			if err != nil {
				return nil, err
			}
			name := before + i18n.Lang(lang).Own()
			if len(n.Names()) > 1 {
				name += " · " + strings.ToUpper(v)
			}
			list = append(list, preview{name, lang, draw.Message(m, bot.LINE, o).HTML, draw.Message(m, bot.Telegram, o).HTML})
		}
	}
	return list, nil
}

// example is whose name and points stand in the fields: who looks at the page;
// nil where they are no member.
func (d *desk) example(r store.Reader, q *console.Request) *people.Person {
	p, err := d.Shop.Vault.Get(r, q.Me.Member)
	if err != nil {
		return nil
	}
	return &p
}

// pictureAddress is where a page of the console finds a picture of a message: in
// the shop's folder, and nowhere else.
func (d *desk) pictureAddress(file string) string {
	if d.photos == nil || strings.HasPrefix(file, "https://") {
		return ""
	}
	return "/console/campaigns/piece/picture/" + url.PathEscape(file)
}

// picture shows a picture of the shop's folder that chats show too.
func (d *desk) picture(q *console.Request) (console.Answer, error) {
	name := q.R.PathValue("name")
	if d.photos == nil {
		return q.Gone(), nil
	}
	raw, err := d.photos.Photo(name)
	if err != nil {
		return q.Gone(), nil // that there is none is no accident
	}
	kind := "image/jpeg"
	if strings.HasSuffix(name, ".png") {
		kind = "image/png"
	}
	return q.Image(name, kind, raw), nil
}

// previewPiece is the preview of what stands in the form, which is not saved.
func (d *desk) previewPiece(q *console.Request) (console.Answer, error) {
	var p previews
	err := q.View(func(r store.Reader) error {
		old, err := d.typedOver(r, q)
		if err != nil {
			return err
		}
		n := d.read(q, old.D, old.State == campaign.Paused)
		p, err = d.previews(r, q, old.ID, &n)
		return err
	})
	return q.Piece("campaigns_preview.html", p), err
}

// typedOver is the campaign that the form's hidden field names, for pieces; none
// of a new one.
func (d *desk) typedOver(r store.Reader, q *console.Request) (x one, err error) {
	id, err := campaign.ParseID(q.Typed("id"))
	if err != nil {
		return one{}, nil
	}
	if x.Campaign, err = d.Get(r, id); err != nil {
		return one{}, nil
	}
	x.D, err = d.Draft(r, id, x.Version)
	return x, err
}
