package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"regulars/bot"
	"regulars/handlers/counter"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/programme"
)

// pdfPage is the beginning of a page in a PDF.
var pdfPage = regexp.MustCompile(`/Type ?/Page\b`)

// TestBrowserPrint prints the poster and the team's card in each language, as
// they are served: one sheet of A4, nothing cut off, every letter with a glyph,
// and the codes lead to the shop's accounts.
func TestBrowserPrint(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	w := newWire(t)
	for i, lang := range i18n.Langs {
		if raceDetector && i > 0 {
			break // the run without it prints every language
		}
		for _, name := range []string{"poster", "staffcard"} {
			t.Run(name+"-"+string(lang), func(t *testing.T) {
				b := openSheet(t, browser, fmt.Sprintf("%s/%s/%s", w.app.url, name, lang))
				b.readable(lang)
				b.onOneSheet()
				b.picture(name + "-" + string(lang))
				b.pdf(name + "-" + string(lang))
				b.close()
			})
		}
	}
}

// TestBrowserPrintPresets prints the poster of every preset in its own language
// for four accounts: the most that has to fit.
func TestBrowserPrintPresets(t *testing.T) {
	t.Parallel()
	browser := chromium(t)
	four := []shop.Channel{
		{Name: "main", Platform: bot.LINE, Handle: "@corner"}, {Name: "tg", Platform: bot.Telegram, Handle: "corner_bot"},
		{Name: "airport", Platform: bot.LINE, Handle: "@corner2"}, {Name: "tg2", Platform: bot.Telegram, Handle: "a_rather_long_name_for_a_bot"},
	}
	var page bytes.Buffer
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.Write(page.Bytes()) }))
	defer site.Close()
	for _, preset := range programme.Presets() {
		t.Run(preset.Name, func(t *testing.T) {
			text, _ := programme.Preset(preset.Name)
			p, complaints := programme.Load(text)
			if len(complaints) > 0 {
				t.Fatal(complaints)
			}
			page.Reset()
			s := &shop.Shop{Programme: always(p), Clock: bot.SystemClock{}, Channels: four}
			if err := counter.Poster(&page, s, i18n.Lang(p.Languages[0])); err != nil {
				t.Fatal(err)
			}
			b := openSheet(t, browser, site.URL)
			b.onOneSheet()
			b.picture("poster-preset-" + preset.Name)
			b.close()
		})
	}
}

// openSheet opens a page to print, which has no script to say that it is live.
func openSheet(t testing.TB, browser context.Context, address string) *tab {
	t.Helper()
	ctx, stop := chromedp.NewContext(browser)
	t.Cleanup(stop)
	b := &tab{t: t, ctx: ctx, close: stop}
	b.try(chromedp.Do(b.ctx, chromedp.EmulateViewport(794, 1123))) // A4 at 96 dots an inch
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	b.try(err)
	b.visit(address)
	b.until(`document.querySelector(".sheet") && [...document.images].every(i => i.naturalWidth > 0)`)
	return b
}

// onOneSheet says that nothing of the sheet is cut off.
func (b *tab) onOneSheet() {
	b.t.Helper()
	var cut []string
	b.value(`(() => {
		const sheet = document.querySelector(".sheet"), edge = sheet.getBoundingClientRect();
		const out = [...sheet.querySelectorAll("*")].filter(e => {
			const r = e.getBoundingClientRect();
			return r.right > edge.right - 20 || r.bottom > edge.bottom - 20 || r.left < edge.left + 20 || e.scrollWidth > e.clientWidth + 2 && e.clientWidth > 0 && getComputedStyle(e).display !== "inline";
		}).map(e => e.tagName + " " + e.textContent.trim().slice(0, 40));
		if (sheet.scrollHeight > sheet.clientHeight + 1) out.push("the sheet is " + (sheet.scrollHeight - sheet.clientHeight) + " pixels too long");
		return out;
	})()`, &cut)
	if len(cut) > 0 {
		b.t.Errorf("over the edge: %q", cut)
	}
}

// pdf prints the page without settings of its own, and holds it to one sheet.
func (b *tab) pdf(name string) {
	b.t.Helper()
	res, err := chromedp.Call(b.ctx, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: new(true), PrintBackground: new(true)})
	b.try(err)
	if n := len(pdfPage.FindAll(res.Data, -1)); n != 1 {
		b.t.Errorf("it prints on %d pages", n)
	}
	if dir := os.Getenv("REGULARS_SHOTS"); dir != "" {
		b.try(os.WriteFile(filepath.Join(dir, name+".pdf"), res.Data, 0o644))
	}
}

// What the page says is what `regulars poster` writes into a file, and neither
// needs anything else.
func TestPosterFile(t *testing.T) {
	s := newShell(t)
	s.must("init", "--telegram-token", "1001:abc")
	s.write("regulars.toml", s.read("regulars.toml")+"\n"+`
[[channel]]
name = "main"
kind = "line"
channel_secret = "abc"
channel_token = "def"
basic_id = "@corner"
`)
	s.write("regulars.toml", strings.Replace(s.read("regulars.toml"), `token = "1001:abc"`, `token = "1001:abc"`+"\nusername = \"corner_bot\"", 1))
	file := s.path("poster.html")
	if out := s.must("poster", "--lang", "ja", file); !strings.Contains(out, "is written") {
		t.Error(out)
	}
	text := s.read("poster.html")
	for _, want := range []string{`lang="ja"`, "@corner", "@corner_bot", "data:image/png;base64,"} {
		if !strings.Contains(text, want) {
			t.Errorf("the poster lacks %q", want)
		}
	}
	if strings.Contains(text, "<script") || strings.Contains(text, `src="/`) || strings.Contains(text, "stylesheet") {
		t.Error("the file needs something else")
	}
	s.refused(1, "--force", "poster", file)
	s.must("poster", "--staff", "--force", file)
	if text := s.read("poster.html"); !strings.Contains(text, "/sale 0912345678 350") || strings.Contains(text, "data:image") {
		t.Errorf("the team's card:\n%s", text)
	}
	s.refused(2, "no language", "poster", "--lang", "fr", s.path("x.html"))
}

// The served pages are framed nowhere and run nothing.
func TestPrintHeaders(t *testing.T) {
	w := newWire(t)
	for path, status := range map[string]int{"/poster/en": 200, "/staffcard/th": 200, "/poster/fr": 404, "/staffcard/": 404} {
		res, err := http.Get(w.app.url + path)
		w.try(err)
		text, _ := io.ReadAll(res.Body)
		res.Body.Close()
		if res.StatusCode != status {
			t.Errorf("%s: %s", path, res.Status)
		}
		if csp := res.Header.Get("Content-Security-Policy"); status == 200 && (!strings.HasPrefix(csp, "default-src 'none'; style-src 'sha256-") || len(text) < 2000) {
			t.Errorf("%s: policy %q, %d bytes", path, csp, len(text))
		}
	}
}
