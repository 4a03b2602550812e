package campaigns

import (
	"embed"

	"regulars/bot/draw"
	"regulars/handlers/campaign"
	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/segment"
	"regulars/store"
)

//go:embed *.html *.css
var files embed.FS

// Photos are the shop's pictures. It may be nil: then none is shown or taken.
type Photos interface {
	// Photo gives a picture's bytes; an error where there is none that chats show.
	Photo(name string) ([]byte, error)
}

// desk is the section.
type desk struct {
	*campaign.Engine
	photos Photos
	folder string
	seen   memory
}

// Part is the section over an engine whose fields are set before the first
// request. folder is where uploaded pictures are put, "" for nowhere.
func Part(c *console.Console, e *campaign.Engine, photos Photos, folder string) console.Part {
	d := &desk{Engine: e, photos: photos, folder: folder}
	c.Add(console.Part{Name: "draw", Files: draw.Files}) // how previews look
	const at = "/console/campaigns"
	get := func(path string, do func(*console.Request) (console.Answer, error)) console.Route {
		return console.Route{Method: "GET", Path: at + path, Do: do}
	}
	post := func(path string, do func(*console.Request) (console.Answer, error)) console.Route {
		return console.Route{Method: "POST", Path: at + path, Do: do}
	}
	return console.Part{Name: "campaigns", Title: i18n.ConsoleCampaigns, Files: files, Routes: []console.Route{
		get("", d.list),
		get("/new", d.fresh), post("/new", d.create),
		get("/upload", d.uploadPage), post("/upload", d.upload),
		post("/piece/preview", d.previewPiece), post("/piece/count", d.countPiece),
		get("/piece/picture/{name}", d.picture),
		get("/{id}", d.page), post("/{id}/save", d.save),
		get("/{id}/edit", d.edit), get("/{id}/file", d.file),
		get("/{id}/progress", d.progressPiece), get("/{id}/live", d.live),
		get("/{id}/send", d.sendPage), post("/{id}/send", d.send), post("/{id}/test", d.test),
		post("/{id}/approve", d.approve), post("/{id}/decline", d.decline),
		post("/{id}/pause", d.pause), post("/{id}/resume", d.resume),
		get("/{id}/stop", d.stopPage), post("/{id}/stop", d.stop),
		get("/{id}/discard", d.discardPage), post("/{id}/discard", d.discard),
		get("/{id}/report", d.report), post("/{id}/reckon", d.reckon),
	}}
}

// QuietRoutes are the POST routes that change nothing.
var QuietRoutes = []string{"/console/campaigns/piece/preview", "/console/campaigns/piece/count"}

// by is the employee as campaigns know who does something.
func by(q *console.Request) campaign.By { return campaign.Employee(q.Me) }

// about is how the audit names a campaign.
func about(id campaign.ID) string { return "campaign:" + string(id) }

// to is a campaign's page.
func to(id campaign.ID) string { return "/console/campaigns/" + string(id) }

// one is a campaign with its newest draft.
type one struct {
	campaign.Campaign
	D campaign.Draft
}

// find reads the campaign that the address names.
func (d *desk) find(r store.Reader, q *console.Request) (x one, err error) {
	id, err := campaign.ParseID(q.R.PathValue("id"))
	if err != nil {
		return x, err
	}
	if x.Campaign, err = d.Get(r, id); err == nil {
		x.D, err = d.Draft(r, id, x.Version)
	}
	return x, err
}

// look is find in a View of its own.
func (d *desk) look(q *console.Request) (x one, err error) {
	err = q.View(func(r store.Reader) (err error) {
		x, err = d.find(r, q)
		return err
	})
	return x, err
}

// refused words an error as the engine or the shop refuses; false for accidents.
func (d *desk) refused(q *console.Request, err error) (string, bool) {
	if text, ok := d.Refusal(q.P, q.Now, err); ok {
		return q.P.Print(text), true
	}
	return q.Refused(err)
}

// segments are the shop's.
func (d *desk) segments() *segment.Desk { return d.Shop.Segments }
