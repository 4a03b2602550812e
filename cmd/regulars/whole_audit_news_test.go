package main

import "fmt"

// What the auditor holds of news: who agreed, who took it back and was told so,
// and what was sent since.

// offerNoted is a campaign, and who may not have it: they never agreed, or had been
// told before it was written that there would be no more.
type offerNoted struct {
	text string
	not  map[string]bool
}

// agrees is a wish for news that is about to be typed.
func (a *auditor) agrees(name string) {
	a.books[name].news = true
	for _, o := range a.offers {
		delete(o.not, name) // it may still be on its way to others
	}
}

// stops is a person who reads that no more news will come. heard says that their
// wish before that was answered too: else nobody knows which of the two came last.
func (a *auditor) stops(name string, heard bool) {
	p := a.books[name]
	p.news = p.news && (!heard || p.torn)
	p.torn = p.torn || !heard
}

// writes is a campaign that is about to be sent, and the words to know it by.
func (a *auditor) writes() (text string) {
	o := &offerNoted{text: fmt.Sprintf("Offer %c is on", 'A'+rune(len(a.offers))), not: map[string]bool{}}
	for name, p := range a.books {
		o.not[name] = !p.news
	}
	a.offers = append(a.offers, o)
	return o.text
}

// offered looks in the end at what came of the campaigns.
func (a *auditor) offered(phones map[string][]string) {
	for _, o := range a.offers {
		for who, phone := range phones {
			n, most := auditCount(phone, o.text), 1
			if a.books[who].platform == "telegram" {
				most = 3 // where nobody can know whether it arrived
			}
			if n > most {
				a.blame("%s reads %d times that %s", who, n, o.text)
			}
			if n > 0 && o.not[who] {
				a.blame("%s reads that %s, and wanted no news when it was written", who, o.text)
			}
		}
	}
}
