package main

import (
	"os"
	"strings"
	"testing"

	"regulars/handlers/shop"
	"regulars/loyalty/programme"
)

// The programme that the README shows is one.
func TestReadmeProgramme(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, _ := strings.Cut(string(text), "```toml\n")
	example, _, _ = strings.Cut(example, "```")
	p, complaints := programme.Load([]byte(example))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	if n := strings.Count(example, "\n"); n != 10 || len(p.Rules.Rewards) != 1 || p.ShopName("en") != "Corner Café" {
		t.Errorf("%d lines, read as %s with %d rewards", n, p.ShopName("en"), len(p.Rules.Rewards))
	}
	_, more, _ := strings.Cut(string(text), "```toml\nplan ")
	more, _, _ = strings.Cut(more, "```")
	p, complaints = programme.Load([]byte(example + "plan " + more))
	if len(complaints) > 0 {
		t.Fatal(complaints)
	}
	if lines, on := strings.Count(more, "\n"), len(shop.ActivitiesOf(&p.Rules)); lines != 17 || on < 9 {
		t.Errorf("of %d lines of what else there is, %d are found under activities", lines, on)
	}
}

// Every command that some programmes lack stands in the README.
func TestReadmeCommands(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range shop.Optional {
		if !strings.Contains(string(text), "`/"+name+"`") && !strings.Contains(string(text), "`/"+name+" ") {
			t.Errorf("the README does not name /%s", name)
		}
	}
}

// The campaign that the README shows is one that the café can send.
func TestReadmeCampaign(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, example, ok := strings.Cut(string(text), "```toml\nname     = \"Second latte\"")
	example, _, _ = strings.Cut(example, "```")
	if !ok {
		t.Fatal("there is none")
	}
	s, _ := withSale(t)
	s.write("latte.toml", "name = \"Second latte\""+example)
	if out := s.must("campaign", "check", s.path("latte.toml")); !strings.Contains(out, "in the segment ") {
		t.Error(out)
	}
}
