package rules

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/loyalty/programme/edit"
	"regulars/store"
)

// told is a version with who made it and why.
type told struct {
	programme.Version
	Begins      string
	Holds       bool
	Waits       bool
	Who, Reason string
	Before      int
	Count       int // of keys that differ from the one before
}

// deedsRead is how many acts about the programme are looked through for versions.
const deedsRead = 500

// onePage is how many versions stand on a page.
const onePage = 30

// tellVersions are the versions up to a number, 0 for all, the newest first, and
// at most a page of them.
func tellVersions(q *console.Request, b Book, upTo int) (all []told, err error) {
	by := map[string]console.Told{}
	err = q.View(func(r store.Reader) error {
		list, err := q.Deeds(r, about, deedsRead)
		for _, d := range list {
			for _, n := range strings.Fields(d.Note) {
				if _, newer := by[n]; !newer && d.What == i18n.ConsoleRulesDid {
					by[n] = d
				}
			}
		}
		return err
	})
	soon, before := b.Soon(), programme.Version{}
	holds := b.At(soon).Rules.Version
	list := b.Versions()
	if upTo > 0 {
		list = slices.DeleteFunc(list, func(v programme.Version) bool { return v.Number > upTo })
	}
	if skip := len(list) - onePage; skip > 0 {
		before, list = list[skip-1], list[skip:]
	}
	for _, v := range list {
		d := by[strconv.Itoa(v.Number)]
		t := told{Version: v, Begins: begins(q, v), Waits: v.From.After(soon), Holds: v.Number == holds, Who: d.Who, Reason: d.Reason, Before: before.Number}
		if before.Text != "" {
			t.Count = len(changed(before.Text, v.Text))
		}
		all, before = append(all, t), v
	}
	slices.Reverse(all)
	return all, err
}

type versionsPage struct {
	All   []told
	Pager console.Pager
}

func (p *part) versions(q *console.Request, b Book) (console.Answer, error) {
	d := versionsPage{}
	all, err := tellVersions(q, b, number(q.R.URL.Query().Get("upto")))
	if n := len(all); n == onePage && all[n-1].Before > 0 {
		d.Pager.Next = q.With("upto", strconv.Itoa(all[n-1].Before))
	}
	if q.R.URL.Query().Has("upto") {
		d.Pager.First = q.With("upto", "")
	}
	d.All = all
	if q.WantsCSV() {
		var rows [][]string
		for _, v := range all {
			rows = append(rows, []string{strconv.Itoa(v.Number), v.Begins, v.Who, v.Reason, strconv.Itoa(v.Count)})
		}
		return q.CSV("versions", []string{q.Say(key("f_", "version")), q.Say(key("f_", "begins")), q.Say(key("f_", "who")), q.Say(key("f_", "why")), q.Say(key("f_", "changes"))}, rows), err
	}
	return q.Page("rules_versions.html", q.Say(key("l_", "versions")), d), err
}

// one finds the version that the address names.
func one(q *console.Request, b Book, name string) (programme.Version, bool) {
	n := number(q.R.PathValue(name))
	if n == 0 {
		n = number(q.R.URL.Query().Get(name))
	}
	for _, v := range b.Versions() {
		if v.Number == n {
			return v, true
		}
	}
	return programme.Version{}, false
}

type versionPage struct {
	told
	Lines []complained
	Can   bool
	Whole bool // it may be asked what it would have done
}

func (p *part) version(q *console.Request, b Book) (console.Answer, error) {
	v, ok := one(q, b, "n")
	if !ok {
		return q.Gone(), nil
	}
	all, err := tellVersions(q, b, v.Number)
	for _, t := range all {
		if t.Number == v.Number {
			d := versionPage{t, numbered(v.Text), changes(q) && (q.Owner() || everyday(b, v)), changes(q)}
			return q.Page("rules_version.html", q.Say(i18n.ConsoleRulesVersion, "Version", v.Number), d), err
		}
	}
	return q.Gone(), err
}

func (p *part) download(q *console.Request, b Book) (console.Answer, error) {
	v, ok := one(q, b, "n")
	if !ok {
		return q.Gone(), nil
	}
	return q.File(fmt.Sprintf("programme-%d.toml", v.Number), "application/toml", []byte(v.Text)), nil
}

type comparePage struct {
	A, B    programme.Version
	All     []programme.Version
	Hunks   [][]edit.Line
	Changes []edit.Change
}

func (p *part) compare(q *console.Request, b Book) (console.Answer, error) {
	d := comparePage{All: b.Versions()}
	var ok1, ok2 bool
	if d.A, ok1 = one(q, b, "a"); !ok1 {
		d.A = d.All[max(0, len(d.All)-2)]
	}
	if d.B, ok2 = one(q, b, "b"); !ok2 {
		d.B = d.All[len(d.All)-1]
	}
	d.Hunks, d.Changes = edit.Hunks(edit.Diff([]byte(d.A.Text), []byte(d.B.Text)), 3), changed(d.A.Text, d.B.Text)
	return q.Page("rules_compare.html", q.Say(i18n.ConsoleRulesCompare), d), nil
}

// everyday reports whether a version changes nothing but what every manager may
// change: who may not make it must not keep it from beginning either.
func everyday(b Book, v programme.Version) bool {
	before := programme.Version{}
	for _, x := range b.Versions() {
		if x.Number == v.Number {
			break
		}
		before = x
	}
	open := map[string]bool{"effective": true}
	for _, s := range sheets {
		if s.List && !s.Owner {
			open[s.Name] = true
		}
	}
	for _, f := range sheets["shop"].Fields {
		open[strings.SplitN(f.Key, ".", 2)[0]] = true
	}
	for _, c := range changed(before.Text, v.Text) {
		if !open[c.Key[:strings.IndexAny(c.Key+".", ".[")]] {
			return false
		}
	}
	return true
}

// withdraw keeps a version from ever beginning.
func (p *part) withdraw(q *console.Request, b Book) (console.Answer, error) {
	v, ok := one(q, b, "n")
	if !ok {
		return q.Gone(), nil
	}
	again := func() (console.Answer, error) { return q.Again(p.version(q, b)) }
	reason, ok := q.Reason()
	if !mayChange(q) || !ok {
		return again()
	}
	if !q.Owner() && !everyday(b, v) {
		q.Wrong("", q.Say(i18n.ConsoleNotYours))
		return again()
	}
	text, err := b.File()
	if err != nil {
		return console.Answer{}, err
	}
	err = b.Publish(Publication{Was: text, Withdraw: []int{v.Number}, Update: q.Update, Also: func(tx store.Tx) error {
		return q.Audit(tx, i18n.ConsoleRulesDidWithdraw, about, "", reason, strconv.Itoa(v.Number))
	}})
	var moved *ChangedError
	said := q.Say(i18n.ConsoleRulesWithdrawn, "Version", v.Number)
	switch {
	case errors.As(err, &moved):
		q.Wrong("", q.Say(i18n.ConsoleRulesMeanwhile))
		return again()
	case errors.Is(err, programme.ErrBegun):
		q.Wrong("", q.Say(i18n.ConsoleRulesBegun))
		return again()
	case errors.Is(err, ErrUnwritten):
		said += " " + q.Say(i18n.ConsoleRulesUnwritten)
	case err != nil:
		return console.Answer{}, err
	}
	return q.Go("/console/rules/versions", said), nil
}

type filePage struct {
	Text  string
	Lines []complained
	Wrong []complained
	Was   string
	Stray bool
	Owner bool
}

func (p *part) file(q *console.Request, b Book) (console.Answer, error) {
	text, err := b.File()
	if err != nil {
		return console.Answer{}, err
	}
	d := filePage{Text: string(text), Lines: numbered(string(text)), Was: digest(text), Owner: q.Owner()}
	all := b.Versions()
	d.Stray = all[len(all)-1].Text != d.Text
	shown := text
	if q.R.PostForm.Has("text") {
		d.Text = q.Text("text")
		shown = []byte(d.Text)
	}
	if _, wrong := programme.Load(shown); len(wrong) > 0 {
		d.Wrong = listed(q, wrong)
	} else if _, _, err := b.Consider(shown, b.Soon()); err != nil && d.Stray && !q.R.PostForm.Has("text") {
		d.Wrong = complaintsOf(q, err)
	}
	return q.Page("rules_file.html", q.Say(key("l_", "file")), d), nil
}

// complaintsOf are the mistakes that an error is about.
func complaintsOf(q *console.Request, err error) []complained {
	var wrong programme.Mistakes
	errors.As(err, &wrong)
	return listed(q, wrong)
}

func (p *part) fileDownload(q *console.Request, b Book) (console.Answer, error) {
	text, err := b.File()
	return q.File("programme.toml", "application/toml", text), err
}

// saveFile takes a whole text: it is checked, then looked at once more, then
// saved.
func (p *part) saveFile(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	again := func() (console.Answer, error) { return q.Again(p.file(q, b)) }
	if q.R.MultipartForm != nil && len(q.R.MultipartForm.File["file"]) > 0 && q.R.MultipartForm.File["file"][0].Size > 0 {
		_, body, ok := q.Upload("file")
		if !ok {
			return again()
		}
		q.R.PostForm.Set("text", string(body))
		q.R.Form.Set("text", string(body))
	}
	text := []byte(q.R.FormValue("text"))
	if !slices.Contains(text, '\r') || !slices.Contains(g.Text, '\r') { // a browser's form has both
		text = []byte(q.Text("text"))
	}
	f, err := edit.New(text)
	if err == nil {
		err = f.Unset("effective")
	}
	if err == nil {
		err = f.Set(b.Versions()[len(b.Versions())-1].Number+1, "version")
	}
	checked := text
	if err == nil {
		checked = f.Text()
	}
	if wrong := check(checked); err != nil || len(wrong) > 0 {
		q.Wrong("", q.Say(i18n.ConsoleRulesFileWrong))
		return again()
	}
	if string(text) == string(g.Text) && !g.Stray {
		return q.Go("/console/rules/file", q.Say(i18n.ConsoleRulesSame)), nil
	}
	return p.settle(q, b, g, settling{wish: wish{Text: text}, Title: q.Say(key("l_", "file")), Action: "/console/rules/file", Back: "/console/rules/versions", Again: again, Stray: true})
}

func check(text []byte) []programme.Complaint {
	_, wrong := programme.Load(text)
	return wrong
}
