package sim

import "strings"

// Text messages reach whoever has the number in their phone. On Telegram that is
// known; on LINE, which knows no numbers, it is the customer who typed it last:
// people give their own.

// numberEnd is what numbers are told apart by: their last eight digits, which
// +886912345678 and 0912345678 share; "" for what is no number.
func numberEnd(text string) string {
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, text)
	if len(digits) < 8 || len(digits) > 15 {
		return ""
	}
	return digits[len(digits)-8:]
}

// noteNumber remembers a number that a customer typed. Who works in the shop
// types other people's.
func (pg *page) noteNumber(ph *pagePhone, text string) {
	end := numberEnd(text)
	if end == "" || ph.role != "customer" {
		return
	}
	pg.mu.Lock()
	defer pg.mu.Unlock()
	pg.typed[end] = ph
}

// giveTexts brings new text messages to the phones that they are for. One that
// is for nobody here is in the log of requests only.
func (pg *page) giveTexts() {
	all := pg.sim.Texts("")
	pg.mu.Lock()
	defer pg.mu.Unlock()
	for ; pg.texts < len(all); pg.texts++ {
		m := all[pg.texts]
		if ph := pg.ownerOf(m.To); ph != nil {
			ph.change(func() { ph.text, ph.hidden = &m, false })
		}
	}
}

// ownerOf is the phone with a number; nil for none. pg.mu is held.
func (pg *page) ownerOf(number string) *pagePhone {
	end := numberEnd(number)
	if ph := pg.typed[end]; ph != nil {
		return ph
	}
	for _, ph := range pg.phones {
		if t, ok := ph.set.(telegramHandset); ok && numberEnd(t.p.cardNumber()) == end {
			return ph
		}
	}
	return nil
}

// textOn draws the text message that a phone shows.
func (pg *page) textOn(ph *pagePhone, d *phoneData) string {
	ph.mu.Lock()
	m := ph.text
	ph.mu.Unlock()
	return pg.render("sms", map[string]any{"P": d, "S": m})
}
