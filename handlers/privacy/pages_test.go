package privacy_test

import (
	"crypto/rand"
	"encoding/json"
	"html"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"net/http"

	"regulars/handlers/console/consoletest"
	"regulars/handlers/privacy"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/survey"
	"regulars/store"
)

// site is the pages over a café.
type site struct {
	*consoletest.World
	mux *http.ServeMux
}

func newSite(t *testing.T, change ...string) *site {
	w := consoletest.New(t, consoletest.Options{Change: change})
	s := &site{w, http.NewServeMux()}
	(&privacy.Pages{Shop: w.Shop, DB: w.DB}).Register(s.mux)
	return s
}

func (s *site) get(path, languages string) (int, string, http.Header) {
	r := httptest.NewRequest("GET", path, nil)
	r.Header.Set("Accept-Language", languages)
	w := httptest.NewRecorder()
	s.mux.ServeHTTP(w, r)
	return w.Code, w.Body.String(), w.Header()
}

// link is a fresh address of Ann's data.
func (s *site) link() (address string) {
	s.Do(func(tx store.Tx) error {
		if _, err := s.Shop.Vault.Card(tx, s.Ann, rand.Reader); err != nil {
			return err
		}
		token, err := s.Shop.Vault.ExportToken(tx, s.Ann, s.Clock.Now())
		address = "/e/" + token
		return err
	})
	return address
}

// TestNotice: whole in each language, with the shop's own words in it, and what a
// shop writes about itself is never markup.
func TestNotice(t *testing.T) {
	s := newSite(t, "[digest]", "[privacy]\ncontroller = \"<b>Corner & Co.</b>\"\naddress = \"1 High Street\"\ncontact = \"privacy@corner.example\"\n\n[digest]")
	s.Shop.BackupDays = 28
	for _, l := range i18n.Langs {
		status, page, h := s.get("/privacy?lang="+string(l), "")
		text := html.UnescapeString(page)
		if status != 200 || strings.Contains(page, "<b>") || strings.Contains(text, "{{") || strings.Contains(text, "<no value>") || strings.Contains(text, "**") {
			t.Errorf("%s: %d %s", l, status, page)
		}
		for _, want := range []string{"<b>Corner & Co.</b>", "1 High Street", "privacy@corner.example", "Telegram FZ-LLC", "www.pdpc.gov.tw", "15", "/export", "/leave", "/privacy", "/settings", "/wrong", "28"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: the notice lacks %q", l, want)
			}
		}
		for _, k := range shop.Retention() {
			if what := i18n.For(l).Say(k.What); !k.Staff && !strings.Contains(text, what) {
				t.Errorf("%s: the notice lacks %q", l, what)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %v", l, h)
		}
	}
	for _, x := range []struct{ path, languages, lang string }{
		{"/privacy", "ja,en;q=0.5", "ja"}, {"/privacy?lang=th", "ja", "th"}, {"/privacy?lang=%3Cscript%3E", "fr", "zh-TW"}, {"/privacy", "", "zh-TW"},
	} {
		if _, page, _ := s.get(x.path, x.languages); !strings.Contains(page, `<html lang="`+x.lang+`"`) {
			t.Errorf("%s with %q is not in %s", x.path, x.languages, x.lang)
		}
	}
}

// TestLawOfEachMarket: the days and the place to complain are those of the country.
func TestLawOfEachMarket(t *testing.T) {
	for country, want := range map[string][2]string{
		"TW": {"within 15 days", "www.pdpc.gov.tw"}, "HK": {"within 40 days", "www.pcpd.org.hk"}, "JP": {"within 14 days", "www.ppc.go.jp"},
		"TH": {"within 30 days", "www.pdpc.or.th"}, "CN": {"within 15 days", "www.12377.cn"}, "FR": {"within 30 days", "www.edpb.europa.eu"},
		"US": {"within 14 days", "where you live"},
	} {
		s := newSite(t, `country   = "TW"`, `country   = "`+country+`"`)
		if _, page, _ := s.get("/privacy?lang=en", ""); !strings.Contains(page, want[0]) || !strings.Contains(page, want[1]) {
			t.Errorf("%s: the notice lacks %q", country, want)
		}
	}
}

// TestExportPage: who holds the link reads everything, with the words that were agreed
// to; nobody else does, and the link ends with the hour, the card and the membership.
func TestExportPage(t *testing.T) {
	s := newSite(t)
	address := s.link()
	status, page, h := s.get(address, "ja")
	text := html.UnescapeString(page)
	for _, want := range []string{"Ann Lee", "+886912345678", "your purchases and what you choose to tell", "What you agreed to", "Points"} {
		if status != 200 || !strings.Contains(text, want) {
			t.Errorf("%d: the page lacks %q:\n%s", status, want, page)
		}
	}
	if strings.Contains(strings.ReplaceAll(page, address, ""), "Bob") || h.Get("Cache-Control") != "no-store" || h.Get("X-Robots-Tag") != "noindex" || h.Get("Referrer-Policy") != "no-referrer" {
		t.Errorf("%v", h)
	}
	var x map[string]any
	status, file, h := s.get(address+"/data.json", "")
	if err := json.Unmarshal([]byte(file), &x); err != nil || status != 200 || !strings.Contains(h.Get("Content-Disposition"), "attachment") {
		t.Fatalf("%d %v %v", status, err, h)
	}
	for _, key := range []string{"id", "phone", "accounts", "consents", "agreed", "points", "entries", "vouchers", "answers", "messages_unasked", "referrals", "rooms", "cases", "looks", "kept_for", "given_to"} {
		if _, ok := x[key]; !ok {
			t.Errorf("the file lacks %q", key)
		}
	}
	var live, card string
	s.See(func(r store.Reader) (err error) {
		if live, err = s.Shop.Vault.LiveToken(r, s.Ann, s.Clock.Now(), time.Hour); err != nil {
			return err
		}
		card, err = s.Shop.Vault.CardToken(r, s.Ann, s.Clock.Now(), time.Hour)
		return err
	})
	for name, path := range map[string]string{"of nobody": "/e/x", "of a live card": "/e/" + live, "of a card": "/e/" + card, "cut": address[:len(address)-1]} {
		s.over(name, path)
	}
	if _, err := s.read(strings.TrimPrefix(address, "/e/"), time.Hour-time.Second); err != nil {
		t.Errorf("the link ends early: %v", err)
	}
	s.Clock.Move(time.Hour)
	s.over("of an hour ago", address)
	address = s.link()
	s.Do(func(tx store.Tx) error { return s.Shop.Vault.Freeze(tx, s.Ann, true, rand.Reader) })
	s.over("of a frozen member", address)
	s.Do(func(tx store.Tx) error { return s.Shop.Vault.Freeze(tx, s.Ann, false, rand.Reader) })
	s.Do(func(tx store.Tx) error { _, err := s.Shop.Vault.ReissueCard(tx, s.Ann, rand.Reader); return err })
	s.over("of a card before", address)
	address = s.link()
	s.Do(func(tx store.Tx) error { return s.Shop.Vault.Erase(tx, s.Ann, s.Clock.Now(), time.Time{}) })
	s.over("of who left", address)
}

// TestExportTellsWhoLookedAndWhatWasComplained: when, as what and where somebody was shown
// their data, and what they and the shop said in a case; and no employee's name.
func TestExportTellsWhoLookedAndWhatWasComplained(t *testing.T) {
	s := newSite(t)
	s.Do(func(tx store.Tx) error {
		now := s.Clock.Now()
		for by, way := range map[loyalty.Actor]shop.Way{s.Main.ID.Actor(): shop.WayNumber, "job/api.K1": shop.WayAPI, shop.Operator: shop.WayFind} {
			if err := s.Shop.Saw(tx, shop.Looker{By: by}, way, now, s.Ann); err != nil {
				return err
			}
		}
		if err := s.Shop.Saw(tx, shop.Looker{By: s.Clerk.ID.Actor()}, shop.WayChat, now, s.Bob); err != nil {
			return err
		}
		for m, words := range map[loyalty.MemberID]string{s.Ann: "I was not there", s.Bob: "it was two cups"} {
			sealed, err := s.Shop.SealWords(tx, m, words)
			if err != nil {
				return err
			}
			k, _, err := s.Shop.Surveys.Doubt(tx, m, 0, survey.Visit{}, survey.Note{At: now, Sealed: sealed})
			if err != nil {
				return err
			}
			if sealed, err = s.Shop.SealWords(tx, m, "we look at it"); err != nil {
				return err
			}
			if _, err = s.Shop.Surveys.Note(tx, k, survey.Note{At: now, By: string(s.Manager.ID), Sealed: sealed}); err != nil {
				return err
			}
		}
		return nil
	})
	address := s.link()
	_, page, _ := s.get(address, "en")
	text := html.UnescapeString(page)
	for _, want := range []string{
		"Who in the shop was shown your data", "a manager · 轉角咖啡", "phone number", "the till", "who runs the program",
		"What you complained of", "You: I was not there", "The shop: we look at it",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q:\n%s", want, text)
		}
	}
	_, file, _ := s.get(address+"/data.json", "")
	var x shop.Portrait
	if err := json.Unmarshal([]byte(file), &x); err != nil {
		t.Fatal(err)
	}
	if len(x.Looks) != 3 || len(x.Cases) != 1 || len(x.Cases[0].Notes) != 2 || x.Cases[0].Notes[0].Words != "I was not there" {
		t.Errorf("looks %+v, cases %+v", x.Looks, x.Cases)
	}
	_, text, _ = strings.Cut(strings.ReplaceAll(text, address, ""), "</style>") // a name may stand in an address by chance
	for _, not := range []string{"max", "mia", "two cups", "an employee"} {
		if strings.Contains(text, not) || strings.Contains(file, not) {
			t.Errorf("%q is in Ann's data", not)
		}
	}
}

func (s *site) read(token string, after time.Duration) (until time.Time, err error) {
	s.See(func(r store.Reader) error {
		_, until, err = s.Shop.Vault.ReadExport(r, token, s.Clock.Now().Add(after))
		return nil
	})
	return until, err
}

// over wants a link to open nothing, and to say why to nobody.
func (s *site) over(name, path string) {
	s.T.Helper()
	for _, p := range []string{path, path + "/data.json"} {
		status, page, _ := s.get(p, "en")
		if status != 404 || !strings.Contains(page, "This link is over") || strings.Contains(page, "Ann") {
			s.T.Errorf("the link %s: %d %s", name, status, page)
		}
	}
}

// TestRequestsHaveADate: asking again does not move it, and what is given is no longer
// asked for.
func TestRequestsHaveADate(t *testing.T) {
	s := newSite(t)
	due := s.Shop.AnswerBy(s.Clock.Now())
	if want := time.Date(2026, 1, 20, 0, 0, 0, 0, s.Shop.Local(due).Location()); !due.Equal(want) {
		t.Errorf("asked on the 5th, due %v, not by the end of the 19th", due)
	}
	ask := func() (q people.DataRequest, isNew bool) {
		s.Do(func(tx store.Tx) (err error) {
			q, isNew, err = people.AskForData(tx, s.Ann, s.Clock.Now(), s.Shop.AnswerBy(s.Clock.Now()))
			return err
		})
		return q, isNew
	}
	if _, isNew := ask(); !isNew {
		t.Error("the first request is not new")
	}
	s.Clock.Move(72 * time.Hour)
	if q, isNew := ask(); isNew || !q.Due.Equal(due) {
		t.Errorf("asked again: new %v, due %v", isNew, q.Due)
	}
	s.Do(func(tx store.Tx) error { return people.DataGiven(tx, s.Ann) })
	s.See(func(r store.Reader) error {
		if open, err := people.DataRequests(r); err != nil || len(open) != 0 {
			t.Errorf("%v %v", open, err)
		}
		return nil
	})
}
