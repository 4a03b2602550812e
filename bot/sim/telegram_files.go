package sim

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/gif" // what sendPhoto takes
	_ "image/jpeg"
	_ "image/png"
	"net/http"
	"net/url"
	"strings"
)

// photo reads a picture parameter: an upload under its own name or
// attach://name, a file_id of this bot, or an address. One on this machine has
// been fetched; any other is believed.
func (c *tgCall) photo(field, value string) ([]tgPhoto, error) {
	if name, ok := strings.CutPrefix(value, "attach://"); ok {
		field = name
	}
	if data, ok := c.uploads[field]; ok {
		return c.storePhoto(data)
	}
	if f := c.files[value]; f != nil {
		return []tgPhoto{f.photo}, nil
	}
	if value == "" {
		return nil, badRequest("there is no photo in the request")
	}
	if f, ok := c.fetched[value]; ok && !errors.Is(f.err, errElsewhere) {
		return c.linkedPhoto(f)
	}
	if u, err := url.Parse(value); err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" {
		return []tgPhoto{c.keep("photos", "jpg", nil, 640, 640)}, nil
	}
	return nil, badRequest("wrong remote file identifier specified: Wrong string length")
}

// linkedPhoto keeps what was found at an address. TG-SPEC #sending-files: photos
// by address may have 5 MB; the texts are TG-SRV's.
func (c *tgCall) linkedPhoto(f tgFetched) ([]tgPhoto, error) {
	switch kind := http.DetectContentType(f.data); {
	case f.err != nil || len(f.data) > 5<<20:
		return nil, badRequest("failed to get HTTP URL content")
	case !strings.HasPrefix(kind, "image/"):
		return nil, badRequest("wrong type of the web page content")
	}
	return c.storePhoto(f.data)
}

// storePhoto checks and keeps an upload. TG-SPEC sendPhoto: at most 10 MB,
// width and height together at most 10000, ratio at most 20.
func (c *tgCall) storePhoto(data []byte) ([]tgPhoto, error) {
	switch cfg, _, err := image.DecodeConfig(bytes.NewReader(data)); {
	case len(data) == 0:
		return nil, badRequest("file must be non-empty")
	case len(data) > 10<<20:
		return nil, badRequest("too big for a photo: file must be at most 10 MB")
	case err != nil:
		return nil, badRequest("IMAGE_PROCESS_FAILED")
	case cfg.Width+cfg.Height > 10000 || cfg.Width > 20*cfg.Height || cfg.Height > 20*cfg.Width:
		return nil, badRequest("PHOTO_INVALID_DIMENSIONS")
	default:
		return []tgPhoto{c.keep("photos", "jpg", data, cfg.Width, cfg.Height)}, nil
	}
}

// keep stores a file and gives its PhotoSize.
func (b *TelegramBot) keep(folder, ext string, data []byte, w, h int) tgPhoto {
	b.nextFile++
	id := fmt.Sprintf("AgACAgUAAxkBAAI%06dsimulated", b.nextFile)
	p := tgPhoto{FileID: id, UniqueID: fmt.Sprintf("AQAD%06d", b.nextFile), Width: w, Height: h, Size: len(data)}
	b.files[id] = &tgFile{id: id, path: fmt.Sprintf("%s/file_%d.%s", folder, b.nextFile, ext), data: data, photo: p}
	return p
}

// getFile gives the path to download from. faq: at most 20 MB.
func getFile(c *tgCall) (any, error) {
	f := c.files[c.text("file_id")]
	switch {
	case f == nil:
		return nil, badRequest("invalid file_id")
	case len(f.data) > 20<<20:
		return nil, badRequest("file is too big")
	}
	return map[string]any{"file_id": f.id, "file_unique_id": f.photo.UniqueID, "file_size": len(f.data), "file_path": f.path}, nil
}

// serveFile answers /file/bot<token>/<path>.
func (g *telegramServer) serveFile(w http.ResponseWriter, _ *http.Request, rest string) {
	token, path, _ := strings.Cut(rest, "/")
	g.mu.Lock()
	defer g.mu.Unlock()
	b := g.bots[token]
	if b == nil {
		writeTelegram(w, 401, tgAnswer{ErrorCode: 401, Description: "Unauthorized"})
		return
	}
	for _, f := range b.files {
		if f.path == path && f.data != nil {
			w.Header().Set("Content-Type", "application/octet-stream")
			w.Write(f.data)
			return
		}
	}
	writeTelegram(w, 404, tgAnswer{ErrorCode: 404, Description: "Not Found: wrong file path"})
}
