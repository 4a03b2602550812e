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
	line := shop.ClaimLine(code)
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
	p.lead(w, r, line, i18n.ScanReceiptTitle, i18n.ScanReceiptSend, i18n.ScanReceiptOnce)
}
