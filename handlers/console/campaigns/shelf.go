package campaigns

import (
	"io/fs"

	"regulars/handlers/console"
	"regulars/i18n"
)

// uploaded puts a picture that was sent with the form into the shop's folder and
// gives its name; "" where none was, or, noted as wrong, it is none.
func (d *desk) uploaded(q *console.Request) string {
	if q.R.MultipartForm == nil || len(q.R.MultipartForm.File["upload"]) == 0 || q.R.MultipartForm.File["upload"][0].Size == 0 {
		return ""
	}
	_, raw, ext, ok := q.Picture("upload")
	if !ok {
		return ""
	}
	err := fs.ErrNotExist
	if d.folder != "" {
		var name string
		if name, err = console.ShelvePicture(d.folder, "campaign", raw, ext); err == nil {
			return name
		}
	}
	d.Shop.Log.Warn("a picture that was sent could not be kept", "error", err)
	q.Wrong("upload", q.Say(i18n.ConsoleCampaignsPictureNotKept))
	return ""
}
