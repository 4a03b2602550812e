package counter

import (
	"net/http"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/receipt"
)

// receipt is the page behind a receipt's QR: it leads its customer to the shop's
// chat with the claim typed in, straight there where there is but one. It looks
// nothing up, and is the same for every code that has the form of one.
func (p *Pages) receipt(w http.ResponseWriter, r *http.Request) {
	code, ok := receipt.ParseCode(r.PathValue("code"))
	if !ok {
		http.NotFound(w, r)
		return
	}
	p.leadOrGo(w, r, shop.ClaimLine(code), i18n.ScanReceiptTitle, i18n.ScanReceiptSend, i18n.ScanReceiptOnce)
}

// leadOrGo leads to the shop's chats with a line typed in, straight there where
// there is but one.
func (p *Pages) leadOrGo(w http.ResponseWriter, r *http.Request, line string, title, send, once i18n.Key) {
	var only []string
	for _, c := range p.Shop.Channels {
		if u, ok := p.Shop.ChatLink(c.Name, line); ok {
			only = append(only, u)
		}
	}
	if len(only) == 1 {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer")
		http.Redirect(w, r, only[0], http.StatusSeeOther)
		return
	}
	p.lead(w, r, line, title, send, once)
}
