package rules

import (
	"embed"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/people"
)

//go:embed *.html *.css
var files embed.FS

// part is the section.
type part struct {
	book   func() Book
	folder string
	asking asking
}

// Part is the section. book gives the programme, nil where it does not come from
// a file; folder is where pictures lie, "" for nowhere.
func Part(book func() Book, folder string) console.Part {
	p := &part{book: book, folder: folder}
	const at = "/console/rules"
	get := func(path string, do func(*console.Request, Book) (console.Answer, error)) console.Route {
		return console.Route{Method: "GET", Path: at + path, Do: p.with(do)}
	}
	post := func(path string, do func(*console.Request, Book) (console.Answer, error)) console.Route {
		return console.Route{Method: "POST", Path: at + path, Do: p.with(do)}
	}
	owner := func(r console.Route) console.Route { r.Least = people.Owner; return r }
	return console.Part{Name: "rules", Title: i18n.ConsoleRules, Files: files, Routes: []console.Route{
		get("", p.home),
		get("/list/{list}", p.list), post("/list/{list}/{id}/drop", p.drop),
		get("/list/{list}/{id}", p.form), post("/list/{list}/{id}", p.change),
		post("/preview/{id}", p.previewPiece),
		get("/shop", p.form), post("/shop", p.change),
		get("/earn", p.form), owner(post("/earn", p.change)),
		get("/codes", p.codes), get("/codes/{id}", p.codesOf), post("/codes/{id}", p.addCodes),
		get("/pictures", p.pictures), post("/pictures", p.addPicture), get("/pictures/{name}", p.picture),
		get("/versions", p.versions), get("/versions/{n}", p.version), get("/versions/{n}/download", p.download),
		get("/whatif", p.whatIf), post("/whatif", p.whatIf),
		get("/compare", p.compare), post("/versions/{n}/withdraw", p.withdraw),
		get("/file", p.file), get("/file/download", p.fileDownload), owner(post("/file", p.saveFile)),
	}}
}

// QuietRoutes are the POST routes that change nothing.
var QuietRoutes = []string{"/console/rules/preview/{id}", "/console/rules/whatif"}

// with says so where the programme comes from no file.
func (p *part) with(do func(*console.Request, Book) (console.Answer, error)) func(*console.Request) (console.Answer, error) {
	return func(q *console.Request) (console.Answer, error) {
		b := p.book()
		if b == nil {
			return q.Page("rules_none.html", q.Say(i18n.ConsoleRules), nil), nil
		}
		return do(q, b)
	}
}

// changes reports whether the employee may change everyday things: whoever
// manages the whole shop.
func changes(q *console.Request) bool { return q.At == "" }

// mayChange is the same of a form that was sent.
func mayChange(q *console.Request) bool {
	if !changes(q) {
		q.Wrong("", q.Say(i18n.ConsoleRulesReadOnly))
		return false
	}
	return true
}
