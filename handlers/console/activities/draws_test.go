package activities_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// draws are put before the café's referral.
const draws = `[[wheel]]
id = "daily"
name = { en = "Daily wheel", zh-TW = "每日轉盤" }
free = 1
prize = [{ id = "ten", odds = 99.99, points = 10 }, { id = "none", odds = 0.01, name = { en = "Nothing", zh-TW = "再接再厲" } }]
[packets]
most = 200
[[quiz]]
id = "bean"
name = "Bean"
question = { en = "Which bean?", zh-TW = "哪支豆？" }
choices = [{ id = "a", name = "Kenya" }, { id = "b", name = "Brazil" }]
answer = "b"
points = 10

[referral]`

// TestDraws: a day's draws stand against their odds and follow from the day's seed,
// which is told once the day is over; packets and quizzes stand below.
func TestDraws(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", draws)
	act := func(op string, who loyalty.Actor) book.Act {
		return book.Act{Op: loyalty.OpID(op), Actor: who, Role: "manager", Now: w.Clock.Now()}
	}
	day := w.Shop.Rules(w.Clock.Now()).Day(w.Clock.Now())
	w.Do(func(tx store.Tx) error {
		if _, err := w.Shop.Chance.Play(tx, w.Ann, act("play", loyalty.ByMember(w.Ann)), "daily"); err != nil {
			return err
		}
		k, err := w.Shop.Chance.Make(tx, act("packet", w.Manager.ID.Actor()), "", 30, 3)
		if err != nil {
			return err
		}
		if _, err = w.Shop.Chance.Take(tx, w.Bob, act("take", loyalty.ByMember(w.Bob)), k.ID); err != nil {
			return err
		}
		_, err = w.Shop.Chance.Ask(tx, act("ask", w.Manager.ID.Actor()), "", "bean")
		return err
	})
	seed := w.Shop.Chance.Seed(day)
	b := w.Open(w.Manager)
	b.Get("/console/activities").Must("Draws and quizzes")
	p := b.Get("/console/activities/draws").Must("Daily wheel", "99.99%", "1 draws and 0 red packets follow from the seal", w.Shop.Chance.Commitment(day), "Which bean?", "Told when the day is over")
	if strings.Contains(p.Body, hex.EncodeToString(seed[:])) {
		t.Error("the seed of today is shown")
	}
	if csv := b.Get("/console/activities/draws?format=csv").Body; !strings.Contains(csv, "daily/"+day+"/") || !strings.Contains(csv, ",daily,ten,ten,10\r\n") || strings.Contains(csv, string(w.Ann)) {
		t.Errorf("the file: %s", csv)
	}
	w.Clock.Move(24 * 3600e9)
	b = w.Open(w.Manager)
	b.Get("/console/activities/draws?day="+day).Must(hex.EncodeToString(seed[:]), "1 draws and 0 red packets")
	b.Get("/console/activities/draws?day=nonsense").Must("0 draws and 1 red packets", "Told when the day is over") // on which it closes
}

// TestNoDraws: without anything to play there is no such page.
func TestNoDraws(t *testing.T) {
	t.Parallel()
	w := openOffers(t, "[referral]", offers)
	if p := w.Open(w.Manager).Get("/console/activities/draws"); strings.Contains(p.Body, "<table") {
		t.Errorf("%.300s", p.Body)
	}
}
