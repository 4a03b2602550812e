package main

import (
	"context"
	"fmt"

	"regulars/handlers/admin"
)

// News: who wants them, who does not any more, and what is sent meanwhile.

func (x *tale) news() {
	if v := x.aMember(); v != nil {
		x.tellsOfNews(v, x.dice.IntN(3) > 0)
	}
}

// tellsOfNews lets a member say whether they want any.
func (x *tale) tellsOfNews(v *villager, want bool) {
	had := len(v.p.Received())
	if want {
		x.audit.agrees(v.name)
		x.says(v, "/news on")
		x.quiet()
		v.unheard = auditCount(v.p.Received()[had:], "You'll hear of offers") == 0
		return
	}
	x.says(v, "/news off")
	x.quiet()
	if auditCount(v.p.Received()[had:], "No more offers") > 0 {
		x.audit.stops(v.name, !v.unheard)
	}
}

// changesMind is a member who wants news, wants no more, and is left alone by what
// is sent then.
func (x *tale) changesMind() {
	if v := x.aMember(); v != nil {
		x.tellsOfNews(v, true)
		x.tellsOfNews(v, false)
		x.offers()
	}
}

// offers sends a campaign to whoever may have it.
func (x *tale) offers() {
	text := x.audit.writes()
	file := fmt.Sprintf("name = %q\nsegment = \"everyone\"\nhold_out = 0\n\n[text.en]\ntext = %q\n", text, text)
	x.does("a campaign is sent", func() {
		// What a process that dies leaves of it is on its way, or was never sent.
		_ = x.first().app.desk().Ops()["campaign-send"](context.Background(), map[string]string{"file": "c.toml", "text": file}, func(l admin.Line) { x.note("%s", l.Text) })
	})
}
