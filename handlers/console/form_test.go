package console_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"regulars/handlers/console"
	"regulars/handlers/console/consoletest"
)

// tryPart is a page with two forms and every kind of field.
func tryPart() console.Part {
	page := `{{template "wrong" .Q}}
<form method="post" action="/console/try/give">{{template "op" .Q}}
{{template "field" (field .Q "amount" "Amount" "form" "give" "kind" "number" "value" 5 "hint" "Whole points." "min" 1)}}
{{template "field" (field .Q "where" "Where" "form" "give" "kind" "select" "options" (options "a" "Here" "b" "There") "value" "b")}}
{{template "field" (field .Q "how" "How" "form" "give" "kind" "radio" "options" (options "x" "Fast" "y" "Slow"))}}
{{template "field" (field .Q "sure" "Sure" "form" "give" "kind" "checkbox" "checked" true)}}
{{template "field" (field .Q "note" "Note" "form" "give" "kind" "textarea" "value" .D)}}
{{template "reasonof" (formof .Q "give")}}<button class="main">Give</button></form>
<form method="post" action="/console/try/freeze">{{template "reasonof" (formof .Q "freeze")}}<button>Freeze</button></form>
{{template "csvlink" .Q}}`
	show := func(q *console.Request) (console.Answer, error) {
		if q.WantsCSV() {
			return q.CSV("try", []string{"Who", "Points"}, [][]string{{"=cmd()", "-5"}, {"@x", "+1"}, {"＝cmd()", "\n=1"}}), nil
		}
		return q.Page("try_page.html", "Try", "</textarea><form method=\"post\">"), nil
	}
	act := func(q *console.Request) (console.Answer, error) {
		q.Reason()
		if n := q.Typed("amount"); n != "" && strings.HasPrefix(n, "-") {
			q.Wrong("amount", "One at least.")
		}
		if q.Bad() {
			return q.Again(show(q))
		}
		return q.Go("/console/try", "Done: "+q.Typed("amount")), nil
	}
	return console.Part{Name: "try", Files: fstest.MapFS{"try_page.html": {Data: []byte(page)}}, Routes: []console.Route{
		{Method: "GET", Path: "/console/try", Do: show}, {Method: "POST", Path: "/console/try/{what}", Do: act},
	}}
}

func tryWorld(t *testing.T) *consoletest.World {
	return consoletest.New(t, consoletest.Options{Strict: true, Parts: func(*consoletest.World) []console.Part { return []console.Part{tryPart()} }})
}

// TestFormComesBackWithWhatWasTyped: a form that was wrong is given again with
// its complaint bound to the field, and the other form on the page knows nothing
// of it.
func TestFormComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	w := tryWorld(t)
	b := w.Open(w.Manager)
	form := b.Get("/console/try").Must("Whole points.").Form("/give")
	if form.Values.Get("where") != "b" || form.Values.Get("sure") == "" || form.Values.Get("note") != "</textarea><form method=\"post\">" {
		t.Errorf("the form begins with %v", form.Values)
	}
	op := form.Values.Get("op")
	p := form.Set("amount", "-3").Set("where", "a").Set("how", "y").Set("sure", "").Send()
	if p.Status != http.StatusUnprocessableEntity || !p.Says("One at least.") || !p.Says("Please say why") {
		t.Fatalf("a wrong form gave %d: %s", p.Status, p.Text())
	}
	for _, want := range []string{
		`aria-describedby="f-give-amount-wrong f-give-amount-hint" aria-invalid="true"`, `id="f-give-amount-wrong">One at least.`,
		`aria-describedby="f-freeze-reason-hint">`, `role="alert"`,
	} {
		if !strings.Contains(p.Body, want) {
			t.Errorf("the page lacks %s: %s", want, p.Body)
		}
	}
	again := p.Form("/give")
	if v := again.Values; v.Get("amount") != "-3" || v.Get("where") != "a" || v.Get("how") != "y" || v.Get("sure") != "" || v.Get("op") != op {
		t.Errorf("what was typed came back as %v, op %s", v, op)
	}
	again.Set("amount", "3").Set("reason", "a cold coffee").Send().Must("Done: 3")
	if b.Get("/console/try").Says("Done: 3") {
		t.Error("what was done is told twice")
	}
}

// TestCSVRunsNothing: no cell begins as a formula does, and numbers stay numbers.
func TestCSVRunsNothing(t *testing.T) {
	t.Parallel()
	w := tryWorld(t)
	p := w.Open(w.Manager).Get("/console/try").Click("CSV")
	if got := strings.TrimPrefix(p.Body, "\ufeff"); got != "Who,Points\r\n'=cmd(),-5\r\n'@x,'+1\r\n'＝cmd(),\"'\r\n=1\"\r\n" {
		t.Errorf("the file is %q", got)
	}
	if kind := p.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/csv") {
		t.Errorf("its kind is %s", kind)
	}
}
