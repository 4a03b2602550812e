package telegram

import (
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"regulars/bot"
)

// photoOf is the one photo that a message can show: its own, or that of its
// only card.
func photoOf(m *bot.Message) *bot.Photo {
	if m.Photo == nil && len(m.Cards) == 1 {
		return m.Cards[0].Photo
	}
	return m.Photo
}

// shot makes a sendPhoto of a photo with words below it: by its address where
// it has one, which costs the shop no upload, else with its bytes. Each way
// falls back to the next when the photo cannot be had, in the end to the words
// alone. ok is false where there is no way at all.
func (c *Channel) shot(a *address, p *bot.Photo, words *rich) (_ request, ok bool) {
	ours, at := c.photos != nil && !strings.Contains(p.File, "://"), p.File
	if ours {
		at = c.photos.PhotoURL(p.File)
	}
	linked := strings.HasPrefix(at, "https://") && openable(at) == nil
	if !linked && !ours {
		return request{}, false
	}
	r := a.request("sendPhoto")
	if cut := words.pieces(maxCaption); len(cut) > 0 {
		r.Params["caption"], r.Params["parse_mode"] = words.html(cut[0]), "HTML"
	}
	r.Else = r.withoutPhoto()
	if ours {
		r.File = p.File
	}
	if linked && ours {
		upload := r
		r.Else = &upload
	}
	if linked {
		r.Params = maps.Clone(r.Params)
		r.File, r.Params["photo"] = "", at
	}
	return r, true
}

// withoutPhoto is the message that a sendPhoto becomes when there is no photo;
// nil when it says nothing else.
func (r request) withoutPhoto() *request {
	caption := r.Params["caption"]
	if caption == "" {
		return nil
	}
	alone := request{Method: "sendMessage", Params: maps.Clone(r.Params)}
	delete(alone.Params, "caption")
	alone.Params["text"], alone.Params["link_preview_options"] = caption, noPreview
	return &alone
}

// inputMedia is Telegram's InputMediaPhoto.
type inputMedia struct {
	Type    string `json:"type"`
	Media   string `json:"media"`
	Caption string `json:"caption,omitempty"`
	Parse   string `json:"parse_mode,omitempty"`
}

// uploadField is the field of the form that an upload is in.
const uploadField = "photo"

// asMedia is the photo and its caption as an edit takes them.
func (r request) asMedia() string {
	media := r.Params["photo"]
	if r.File != "" {
		media = "attach://" + uploadField
	}
	return asJSON(inputMedia{"photo", media, r.Params["caption"], r.Params["parse_mode"]})
}

// errNoPhoto says that a file of the shop's cannot be read (any more).
var errNoPhoto = errors.New("telegram: the photo cannot be read")

// upload reads or draws what goes along with q. Bytes, because the module
// cannot send a reader twice.
func (c *Channel) upload(q *request) ([]tgbotapi.RequestFile, error) {
	var name string
	var data []byte
	var err error
	switch {
	case q.Photo != nil && c.pictures == nil:
		return nil, errors.New("telegram: a picture to send and nothing to draw it with")
	case q.Photo != nil:
		name = "picture.png"
		if data, err = c.pictures.PNG(*q.Photo); err != nil {
			return nil, fmt.Errorf("telegram: drawing a picture: %w", err)
		}
	case q.File != "":
		if c.photos == nil {
			return nil, errNoPhoto
		}
		if data, err = c.photos.Photo(q.File); err != nil {
			return nil, errNoPhoto
		}
		name = "photo" + path.Ext(q.File)
	default:
		return nil, nil
	}
	return []tgbotapi.RequestFile{{Name: uploadField, Data: tgbotapi.FileBytes{Name: name, Bytes: data}}}, nil
}

// adorns says that q carries a photo of the shop's, not a code: what it says
// stands without.
func (q *request) adorns() bool {
	return q.File != "" || q.Photo == nil && q.Params["photo"]+q.Params["media"] != ""
}

// noPhoto are the refusals that speak of the photo and not of the message.
var noPhoto = []string{
	"failed to get http url content", "wrong type of the web page content", "wrong file identifier", "wrong remote file identifier",
	"webpage_curl_failed", "webpage_media_empty", "image_process_failed", "photo_invalid_dimensions", "photo_ext_invalid",
	"photo has unsupported extension", "too big for a photo", "file must be non-empty", "file is too big",
}
