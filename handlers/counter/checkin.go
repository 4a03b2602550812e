package counter

import (
	"encoding/base64"
	"html/template"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"time"

	"regulars/bot"
	"regulars/bot/draw"
	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/programme"
	"regulars/store"
)

// checkInForm is the form of a check-in's code, for the page behind its QR, which
// looks nothing up.
var checkInForm = regexp.MustCompile(`^[A-HJ-NP-Z2-9]{8}$`)

// checkIn is the page behind the QR that a store shows: it leads its customer to the
// shop's chat with the check-in typed in, straight there where there is but one.
func (p *Pages) checkIn(w http.ResponseWriter, r *http.Request) {
	code := r.PathValue("code")
	if !checkInForm.MatchString(code) {
		http.NotFound(w, r)
		return
	}
	p.leadOrGo(w, r, shop.CheckInLine(code), i18n.CheckInScanTitle, i18n.CheckInScanSend, i18n.CheckInScanOnce)
}

// checkInShown is the page that a device on the counter shows to customers: its
// store's code of now, which the page fetches anew by itself. Whoever has no
// registered device is told nothing.
func (p *Pages) checkInShown(w http.ResponseWriter, r *http.Request) {
	cookie, err := r.Cookie(cookieName)
	if err != nil {
		http.NotFound(w, r)
		return
	}
	var device people.Device
	var ok bool
	err = p.DB.View(r.Context(), func(rd store.Reader) (err error) {
		device, ok, err = p.Shop.Vault.DeviceOf(rd, cookie.Value)
		return err
	})
	now := p.Shop.Clock.Now()
	at := p.Shop.Programme(now)
	stores := at.Stores
	known := slices.ContainsFunc(stores, func(s programme.Store) bool { return s.ID == device.Store })
	switch {
	case err != nil:
		p.Shop.Log.Error("the check-in page could not be drawn", "error", err)
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	case !ok || !at.Rules.CheckIn.On || !known && len(stores) != 1:
		http.NotFound(w, r)
		return
	case !known:
		device.Store = stores[0].ID
	}
	p.drawCheckIn(w, device.Store, now)
}

// drawCheckIn writes the page that shows a store's code.
func (p *Pages) drawCheckIn(w http.ResponseWriter, at loyalty.Store, now time.Time) {
	say := i18n.For(p.Shop.Lang)
	code, until := p.Shop.Missions.Code(at, now)
	link := p.Shop.CheckInLink(p.firstChannel(), code)
	png, err := draw.PNG(bot.Picture{QR: link})
	if err != nil {
		p.Shop.Log.Error("the check-in code could not be drawn", "error", err)
		http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	seconds := max(1, min(60, int(until.Sub(now)/time.Second)+1))
	h := w.Header()
	personal(h, "text/html; charset=utf-8")
	h.Set("Content-Security-Policy", printPolicy)
	h.Set("Refresh", strconv.Itoa(seconds))
	err = printPages.ExecuteTemplate(w, "checkin.html", map[string]any{
		"Lang": p.Shop.Lang, "Style": printStyle, "Title": say.Say(i18n.CheckInTitle), "Store": p.Shop.StoreName(at), "Code": code,
		"Alt": say.Say(i18n.CheckInAlt), "Once": say.Say(i18n.CheckInScanOnce),
		"QR": template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(png)),
	})
	if err != nil {
		p.Shop.Log.Warn("the check-in page was not sent whole", "error", err)
	}
}

func (p *Pages) firstChannel() bot.ChannelName {
	if len(p.Shop.Channels) == 0 {
		return ""
	}
	return p.Shop.Channels[0].Name
}
