package campaigns

import (
	"errors"

	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/store"
)

// uploadData is the page that takes a campaign's file.
type uploadData struct {
	Name  string
	Wrong []fileComplaint
}

// fileComplaint is one thing that is wrong with a file. Said is in the manager's
// language; Detail, in English, is for what only the file's own words can say.
type fileComplaint struct {
	Line         int // 0: of the whole file
	Key          string
	Said, Detail string
}

func (d *desk) uploadPage(q *console.Request) (console.Answer, error) {
	return q.Page("campaigns_upload.html", q.Say(i18n.ConsoleCampaignsUpload), uploadData{}), nil
}

// upload makes a draft of a file. A file that cannot be read makes none; one that
// could not be sent does, and its complaints stand in the composer.
func (d *desk) upload(q *console.Request) (console.Answer, error) {
	name, raw, ok := q.Upload("file")
	if !ok {
		return q.Again(d.uploadPage(q))
	}
	n, lines, wrong := campaign.Parse(raw)
	v := uploadData{Name: name}
	for _, c := range wrong {
		v.Wrong = append(v.Wrong, fileComplaint{Line: c.Line, Key: c.Key, Detail: c.String()})
	}
	if len(wrong) == 0 {
		err := q.View(func(r store.Reader) error {
			v.Wrong = nil
			for _, c := range lines.Place(d.Check(r, &n)) {
				_, said := d.place(q, &n, c)
				v.Wrong = append(v.Wrong, fileComplaint{Line: c.Line, Key: c.Key, Said: said})
			}
			return nil
		})
		if err != nil {
			return console.Answer{}, err
		}
	}
	if len(v.Wrong) > 0 {
		return q.Page("campaigns_upload.html", q.Say(i18n.ConsoleCampaignsUpload), v).With(unprocessable), nil
	}
	var id campaign.ID
	err := q.Update(func(tx store.Tx) (err error) {
		if id, err = d.Save(tx, "", n, by(q), q.Now, q.Rand()); err != nil {
			return err
		}
		return d.audit(tx, q, i18n.ConsoleCampaignsDidUpload, id, "")
	})
	if err == nil {
		err = d.recount(q, id, &n)
	}
	return q.Go(to(id), q.Say(i18n.ConsoleCampaignsUploaded)), err
}

// file is a campaign's newest version to be kept.
func (d *desk) file(q *console.Request) (console.Answer, error) {
	x, err := d.look(q)
	if errors.Is(err, campaign.ErrNone) {
		return q.Gone(), nil
	}
	if err != nil {
		return console.Answer{}, err
	}
	raw, err := x.D.File()
	return q.File("campaign-"+string(x.ID)+".toml", "application/toml", raw), err
}
