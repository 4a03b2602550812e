package trust_test

import (
	"crypto/rand"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
)

// marks are what gives a kind of data away in a rendering.
var marks = map[shop.Datum]string{
	shop.DatumName: "Quillfeather", shop.DatumPhone: "912345670", shop.DatumBirthday: "1987", shop.DatumChats: "tgchat55501",
	shop.DatumHandle: "annaquill77",
}

// year is Anna's alone, and no part of an id drawn by chance.
var year = regexp.MustCompile(`\b1987\b`)

// reveals are the kinds of data of Anna Quillfeather that a text gives away.
func reveals(text string) (all []shop.Datum) {
	for _, d := range shop.Data {
		if mark := marks[d]; mark != "" && strings.Contains(text, mark) && (d != shop.DatumBirthday || year.MatchString(text)) {
			all = append(all, d)
		}
	}
	return all
}

// TestPagesShowWhatTheirRoleNeeds: what a manager sees of a member on each page of the
// console is what the table says, no more and no less: a breach is told by it.
func TestPagesShowWhatTheirRoleNeeds(t *testing.T) {
	w := world(t)
	anna := w.Join("tgchat55501", "Anna Quillfeather", "0912345670")
	var card string
	w.Join("tgchat55502", "Anna Other", "0912345671")
	w.Do(func(tx store.Tx) error {
		if _, _, err := w.Shop.Vault.Meet(tx, people.Identity{Channel: "tg", User: "tgchat55501"}, people.Seen{DisplayName: "Anna Quillfeather", Username: "annaquill77", Language: "en"}, w.Clock.Now(), rand.Reader); err != nil {
			return err
		}
		code, err := w.Shop.Vault.Card(tx, anna, rand.Reader)
		if err != nil {
			return err
		}
		card = code.Bare()
		return w.Shop.Vault.SetBirthday(tx, anna, people.Birthday{Year: 1987, Month: time.June, Day: 5}, w.Clock.Now(), rand.Reader)
	})
	w.Sell(w.Clerk, anna, 350)
	mia := w.Open(w.Manager)
	at := "/console/members/" + string(anna)
	story := mia.Get(at)
	shown := map[shop.Way]string{
		shop.WayList:   mia.Get("/console/members").Form("/console/members").Set("q", "Anna").Send().Body,
		shop.WayPage:   story.Body + mia.Get(at+"/statement").Body + mia.Get(at+"/purchases").Body + mia.Get(at+"/verify").Body,
		shop.WayNumber: story.Form(at + "/number").Send().Body,
		shop.WayFile:   story.Form(at+"/export").Set("reason", "she asked").Send().Body,
	}
	for way, body := range shown {
		var want []shop.Datum
		for _, d := range shop.Data {
			if marks[d] != "" && slices.Contains(shop.Shows[way], d) {
				want = append(want, d)
			}
		}
		if strings.Contains(body, card) != slices.Contains(shop.Shows[way], shop.DatumCard) {
			t.Errorf("%s shows the card's number: %t", way, strings.Contains(body, card))
		}
		if got := reveals(body); !slices.Equal(got, want) {
			t.Errorf("%s shows %v, and the table says %v", way, got, want)
		}
	}
	for way, data := range shop.Shows {
		if slices.Contains(data, shop.DatumPhone) != slices.Contains([]shop.Way{shop.WayNumber, shop.WayFile, shop.WayBreach, shop.WayExport}, way) {
			t.Errorf("%s: the whole number is for who asked for it and gave a reason, and who has the key", way)
		}
	}
}
