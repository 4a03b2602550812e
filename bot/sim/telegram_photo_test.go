package sim

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// A photo by its address is fetched where the address is on this machine, as
// Telegram's servers would, and believed elsewhere.
func TestTelegramFetchesPhotos(t *testing.T) {
	var square bytes.Buffer
	if err := png.Encode(&square, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	shop := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/latte.png":
			w.Write(square.Bytes())
		case "/page":
			w.Write([]byte("<html>a page"))
		case "/huge":
			w.Write(append(square.Bytes(), make([]byte, 5<<20)...))
		default:
			http.NotFound(w, r)
		}
	}))
	t.Cleanup(shop.Close)
	b := newTelegramTest(t, TelegramConfig{})
	ann := b.bot.Person("Ann", "en")
	ann.Start("")
	photo := func(path string) map[string]any {
		return map[string]any{"chat_id": ann.ID(), "photo": shop.URL + path, "caption": "Latte"}
	}
	sent := b.ok("sendPhoto", photo("/latte.png"))
	sizes, _ := dig(sent, "photo").([]any)
	if len(sizes) != 1 || dig(sizes[0], "width") != 40.0 || dig(sent, "caption") != "Latte" {
		t.Fatalf("sent %v", sent)
	}
	if id, _ := dig(sizes[0], "file_id").(string); !bytes.Equal(b.bot.File(id), square.Bytes()) {
		t.Error("the phone shows another picture")
	}
	b.ok("sendPhoto", map[string]any{"chat_id": ann.ID(), "photo": "https://elsewhere.example/a.png"})

	b.refused("TG-SRV: the address cannot be had", "sendPhoto", photo("/gone"), 400, "Bad Request: failed to get HTTP URL content")
	b.refused("TG-SPEC #sending-files: 5 MB for photos by address", "sendPhoto", photo("/huge"), 400, "Bad Request: failed to get HTTP URL content")
	b.refused("TG-SRV: not a picture", "sendPhoto", photo("/page"), 400, "Bad Request: wrong type of the web page content")
	long := photo("/latte.png")
	long["caption"] = strings.Repeat("字", 1025)
	b.refused("caption 0..1024", "sendPhoto", long, 400, "Bad Request: message caption is too long")

	// Words become a photo by an edit, and a photo's caption is edited alone.
	words := dig(b.ok("sendMessage", map[string]any{"chat_id": ann.ID(), "text": "Rewards"}), "message_id")
	edit := func(address, caption string) map[string]any {
		return map[string]any{"chat_id": ann.ID(), "message_id": words, "media": map[string]any{"type": "photo", "media": address, "caption": caption}}
	}
	b.refused("TG-SRV: the address cannot be had", "editMessageMedia", edit(shop.URL+"/gone", "x"), 400, "failed to get HTTP URL content")
	b.ok("editMessageMedia", edit(shop.URL+"/latte.png", "Latte"))
	b.refused("a photo has no text", "editMessageText", map[string]any{"chat_id": ann.ID(), "message_id": words, "text": "x"}, 400, "there is no text in the message to edit")
	b.ok("editMessageCaption", map[string]any{"chat_id": ann.ID(), "message_id": words, "caption": "Latte, taken"})
	lines := ann.Phone()
	if got := lines[len(lines)-1]; got != "bot< Latte, taken\n(picture)" {
		t.Errorf("Ann reads %q", got)
	}
}
