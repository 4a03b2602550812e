package shop

import (
	"time"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/receipt"
	"regulars/store"
)

// Slips is how the shop issues sales without a member and credits them to whoever
// sends their code.
func (s *Shop) Slips() *receipt.Desk {
	return &receipt.Desk{
		Key: s.Vault.Derive("receipts"), Programme: s.Rules, Entry: s.entry,
		Until: func(issued time.Time) time.Time { return s.Programme(issued).ReceiptUntil(issued) },
	}
}

// entry is an entry of the ledger, under the member who has its points by now, and
// whether it was taken back as a whole.
func (s *Shop) entry(r store.Reader, ref loyalty.Ref) (loyalty.Entry, bool, error) {
	e, err := s.Book.ByRef(r, ref)
	if err != nil {
		return e, false, err
	}
	mark, err := s.Book.Reversed(r, e)
	if err != nil {
		return e, false, err
	}
	e.Member, err = s.Book.Holder(r, e.Member)
	return e, mark.Whole, err
}

// ReceiptLink is what a receipt's QR holds: an address that leads whoever scans it
// to the shop's chat, with the claim typed in. Without a public address it leads
// to the first chat that has one, or is the command to type. Opening it changes
// nothing.
func (s *Shop) ReceiptLink(code receipt.Code) string {
	if s.PublicURL != "" {
		return s.PublicURL + "/r/" + code.Bare()
	}
	for _, c := range s.Channels {
		if link, ok := s.ChatLink(c.Name, ClaimLine(code)); ok {
			return link
		}
	}
	return "/" + ClaimLine(code)
}

// ClaimLine is the command that claims a receipt, without its slash.
func ClaimLine(code receipt.Code) string { return "claim " + code.Bare() }

// ReceiptPicture is a receipt's QR for a chat.
func (s *Shop) ReceiptPicture(code receipt.Code, alt string) *bot.Picture {
	return &bot.Picture{QR: s.ReceiptLink(code), Alt: alt}
}
