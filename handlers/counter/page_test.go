package counter

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path"
	"regexp"
	"strings"
	"testing"

	"regulars/i18n"
)

// The shell tells nothing of persons, runs nothing but its own files, and every
// file that it and the service worker ask for is there.
func TestCounterPage(t *testing.T) {
	_, _, get := site(t, "https://cafe.example")
	w := get("/counter/", "ja")
	page := w.Body.String()
	if w.Code != http.StatusOK || !strings.Contains(page, `lang="ja"`) || !strings.Contains(page, "かどのカフェ") {
		t.Fatalf("status %d:\n%s", w.Code, page)
	}
	if regexp.MustCompile(`<script[^>]*>[^<]|<style|\son\w+=|style=`).MatchString(page) {
		t.Errorf("something is written into the page that its policy forbids:\n%s", page)
	}
	worker := get("/counter/sw.js", "")
	_, list, _ := strings.Cut(worker.Body.String(), "const FILES = ")
	list, _, _ = strings.Cut(list, ";\n")
	var files []string
	if err := json.Unmarshal([]byte(list), &files); err != nil || len(files) < 20 {
		t.Fatalf("the worker keeps %d files: %v", len(files), err)
	}
	all := strings.Join(files, "\n")
	for _, m := range regexp.MustCompile(`(?:href|src)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		files = append(files, m[1])
		if strings.HasPrefix(m[1], "/counter/a/") && !strings.Contains(all, m[1]) {
			t.Errorf("without a network the page lacks %s", m[1])
		}
	}
	for _, file := range files {
		w := get(file, "")
		h := w.Header()
		if w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: status %d", file, w.Code)
		}
		if h.Get("Content-Security-Policy") != pagePolicy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: %v", file, h)
		}
		if kept := strings.Contains(h.Get("Cache-Control"), "immutable"); kept != strings.HasPrefix(file, "/counter/a/") {
			t.Errorf("%s: %s", file, h.Get("Cache-Control"))
		}
	}
	if strings.Contains(pagePolicy, "unsafe") {
		t.Error(pagePolicy)
	}
}

// Every script is listed, or it would be missing without a network; and the
// decoder keeps its licence beside it.
func TestCounterPageKeepsAll(t *testing.T) {
	s := thePage()
	fs.WalkDir(pageFiles, "page", func(name string, d fs.DirEntry, err error) error {
		file := strings.TrimPrefix(name, "page/")
		_, ok := s.assets[file]
		if ext := path.Ext(file); (ext == ".js" || ext == ".css") && file != "sw.js" && !ok {
			t.Errorf("%s is not served", file)
		}
		return err
	})
	if licence, err := pageFiles.ReadFile("page/qr/LICENSE-MIT"); err != nil || !strings.Contains(string(licence), "Paul Miller") {
		t.Error("the decoder's licence is gone:", err)
	}
	for _, l := range i18n.Langs {
		if len(s.assets["words/"+string(l)+".json"].raw) < 3000 {
			t.Errorf("no words in %s", l)
		}
	}
}

// A file of another version, and one that is none, are not there.
func TestCounterPageOfAnotherVersion(t *testing.T) {
	_, _, get := site(t, "")
	v := thePage().version
	for _, p := range []string{"/counter/a/000000000000/main.js", "/counter/a/" + v + "/", "/counter/a/" + v + "/index.html", "/counter/a/" + v + "/../page.go", "/counter/a/" + v + "/words/xx.json"} {
		if w := get(p, ""); w.Code == http.StatusOK {
			t.Errorf("%s: status %d", p, w.Code)
		}
	}
}

func TestCounterPageInstalls(t *testing.T) {
	_, _, get := site(t, "")
	var m struct {
		Name, Start_url, Scope, Display string
		Icons                           []struct{ Src, Sizes string }
	}
	w := get("/counter/manifest.webmanifest", "")
	if err := json.Unmarshal(w.Body.Bytes(), &m); err != nil || !strings.Contains(w.Header().Get("Content-Type"), "manifest+json") {
		t.Fatal(err, w.Header())
	}
	if m.Start_url != "/counter/" || m.Scope != "/counter/" || m.Display != "standalone" || m.Name == "" || len(m.Icons) < 2 {
		t.Errorf("%+v", m)
	}
	for _, i := range m.Icons {
		if w := get(i.Src, ""); w.Code != http.StatusOK || w.Header().Get("Content-Type") != "image/png" {
			t.Errorf("%s: status %d", i.Src, w.Code)
		}
	}
}

// Scripts travel small to who can open them, and mean the same to who cannot.
func TestCounterPageTravelsSmall(t *testing.T) {
	pages, _, get := site(t, "")
	mux := http.NewServeMux()
	pages.Register(mux)
	file := "/counter/a/" + thePage().version + "/qr/decode.js"
	r := httptest.NewRequest(http.MethodGet, file, nil)
	r.Header.Set("Accept-Encoding", "gzip, br")
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	small := w.Body.Len()
	z, err := gzip.NewReader(w.Body)
	if err != nil || w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatal(err, w.Header())
	}
	raw, err := io.ReadAll(z)
	if plain := get(file, "").Body.Bytes(); err != nil || string(raw) != string(plain) || small*3 > len(plain) {
		t.Errorf("%d bytes instead of %d: %v", small, len(plain), err)
	}
}

// The page has every text that its scripts ask for, and no other.
func TestCounterPageWords(t *testing.T) {
	asked := map[string]bool{}
	say := regexp.MustCompile(`say\(([^()]*)`)
	name := regexp.MustCompile(`"([a-z_.]+)"`)
	entries, _ := fs.Glob(pageFiles, "page/*.js")
	all := ""
	for _, e := range entries {
		raw, _ := pageFiles.ReadFile(e)
		all += string(raw)
	}
	for _, m := range say.FindAllStringSubmatch(all, -1) {
		for _, n := range name.FindAllStringSubmatch(m[1], -1) {
			asked[n[1]] = true
		}
	}
	for _, kind := range []string{"sale", "use", "undo", "code", "plan", "arrive"} { // "kind_" + kind
		asked["kind_"+kind] = true
	}
	delete(asked, "kind_")
	var w words
	if err := json.Unmarshal(pageWords(i18n.ZhHK), &w); err != nil {
		t.Fatal(err)
	}
	for n := range asked {
		if w.Say[n] == "" && n != "denied" {
			t.Errorf("a script asks for %q, which the page does not have", n)
		}
	}
	for n := range w.Say {
		if !asked[n] && !strings.Contains(all, `"`+n+`"`) {
			t.Errorf("no script asks for %q", n)
		}
	}
	if w.Money["HKD"] != "HK$%" || w.Own != "繁體中文（香港）" || !strings.Contains(w.Say["record"], "{Money}") {
		t.Errorf("%+v", w)
	}
}
