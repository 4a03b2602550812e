package privacy

import (
	"embed"
	"html/template"
	"regexp"
	"strings"
	text "text/template"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
)

//go:embed notice
var noticeFiles embed.FS

var notices = text.Must(text.ParseFS(noticeFiles, "notice/*.md"))

// line is a kind of data and for how long it is kept.
type line struct{ What, For string }

// told is what fills the notice.
type told struct {
	Shop, Controller, Address, Contact string
	Suggests                           bool
	Kept                               []line
	Given                              []string
	Answer, Backups                    int // days
	Authority                          string
}

// Notice is the shop's notice in a language, as Markdown.
func Notice(s *shop.Shop, lang i18n.Lang, now time.Time) (string, error) {
	p, at := i18n.For(lang), s.Programme(now)
	t := told{
		Shop: s.Name(now, lang), Controller: at.Privacy.Controller, Address: at.Privacy.Address, Contact: at.Privacy.Contact,
		Suggests: at.Rules.Recommend.On(), Given: s.GivenTo(p), Answer: s.AnswerWithin(now), Backups: s.BackupDays, Authority: authorities[s.Law(now)][lang],
	}
	if t.Controller == "" {
		t.Controller = t.Shop
	}
	for _, k := range shop.Retention() {
		if !k.Staff {
			t.Kept = append(t.Kept, line{p.Say(k.What), p.Print(k.For)})
		}
	}
	var b strings.Builder
	err := notices.ExecuteTemplate(&b, string(lang)+".md", t)
	return b.String(), err
}

var bold = regexp.MustCompile(`\*\*(.+?)\*\*`)

// HTML turns the little Markdown that notices are written in (headings, lists,
// paragraphs, bold words) into HTML. What fills them is escaped like the rest, so
// that a name is never markup.
func HTML(markdown string) template.HTML {
	var b strings.Builder
	inList := false
	for l := range strings.Lines(markdown) {
		l = strings.TrimSpace(l)
		item, isItem := strings.CutPrefix(l, "- ")
		if inList && !isItem {
			b.WriteString("</ul>\n")
			inList = false
		}
		switch {
		case l == "":
		case isItem && !inList:
			inList = true
			b.WriteString("<ul>\n<li>" + inline(item) + "</li>\n")
		case isItem:
			b.WriteString("<li>" + inline(item) + "</li>\n")
		case strings.HasPrefix(l, "## "):
			b.WriteString("<h2>" + inline(l[3:]) + "</h2>\n")
		case strings.HasPrefix(l, "# "):
			b.WriteString("<h1>" + inline(l[2:]) + "</h1>\n")
		default:
			b.WriteString("<p>" + inline(l) + "</p>\n")
		}
	}
	if inList {
		b.WriteString("</ul>\n")
	}
	return template.HTML(b.String())
}

func inline(s string) string {
	return bold.ReplaceAllString(template.HTMLEscapeString(s), "<strong>$1</strong>")
}
