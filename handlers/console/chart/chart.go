package chart

import (
	"embed"
	"html/template"
	"strings"
	"sync"

	"regulars/i18n"
)

// Files are the looks and the script: chart.css stands in every page's style
// once a part of the console brings it, chart.js is loaded by pages with lines.
//
//go:embed chart.css chart.js
var Files embed.FS

//go:embed *.html
var pages embed.FS

// sets are the parsed templates by language.
var sets = sync.OnceValue(func() map[i18n.Lang]*template.Template {
	all := map[i18n.Lang]*template.Template{}
	for _, l := range i18n.Langs {
		p := i18n.For(l)
		all[l] = template.Must(template.New("").Funcs(template.FuncMap{
			"say": func(key string, args ...any) string { return p.Say(i18n.Key(key), args...) },
		}).ParseFS(pages, "*.html"))
	}
	return all
})

// draw fills in a template of this package. Texts of people are escaped by it.
func draw(p i18n.Printer, name string, data any) template.HTML {
	set, ok := sets()[p.Lang]
	if !ok {
		set = sets()[i18n.En]
	}
	var b strings.Builder
	if err := set.ExecuteTemplate(&b, name, data); err != nil {
		// The templates are fixed and get fixed types: a test draws each.
		panic(err)
	}
	return template.HTML(b.String())
}
