package shop

import (
	"strings"

	"regulars/bot"
	"regulars/loyalty"
	"regulars/loyalty/voucher"
)

// VoucherLink is what a voucher's QR holds: an address that leads an employee
// who scans it to their own chat, with the command to use it ready. Without a
// public address it leads to the Telegram bot ("?start=use_<code>"), or to
// LINE's chat with "/use CODE" typed in, or is the command to type. Opening it
// changes nothing: the employee's role counts, in their own chat.
func (s *Shop) VoucherLink(shown bot.ChannelName, code voucher.Code) string {
	bare := strings.ReplaceAll(code.String(), "-", "")
	if s.PublicURL != "" {
		return s.PublicURL + "/v/" + bare
	}
	if link, ok := s.ChatLink(shown, "use "+bare); ok {
		return link
	}
	return "/use " + bare
}

// StoreName is what a branch is called, its id where the programme no longer
// has it.
func (s *Shop) StoreName(id loyalty.Store) string {
	if store, ok := s.Programme(s.Clock.Now()).Store(id); ok {
		return store.Name
	}
	if partner, ok := s.Programme(s.Clock.Now()).Partner(id); ok {
		return partner.Name
	}
	return string(id)
}

// StoreNames are StoreName of several.
func (s *Shop) StoreNames(ids []loyalty.Store) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = s.StoreName(id)
	}
	return names
}
