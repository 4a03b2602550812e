package rules

import (
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"regulars/handlers/console"
	"regulars/i18n"
	"regulars/loyalty/programme"
	"regulars/store"
)

// thumbSide is how large a picture stands in the list of them, in dots.
const thumbSide = 240

// pictureForm is what the programme file takes for a picture's name.
var pictureForm = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]{0,99}\.(jpg|jpeg|png)$`)

// photo is a picture of the folder and which rewards show it.
type photo struct {
	Name string
	Used []string
}

type picturesPage struct {
	All []photo
	Can bool
}

func (p *part) pictures(q *console.Request, b Book) (console.Answer, error) {
	g, err := stand(q, b)
	if err != nil {
		return console.Answer{}, err
	}
	d := picturesPage{Can: changes(q) && p.folder != ""}
	for _, name := range p.pictureNames() {
		ph := photo{Name: name}
		for _, r := range g.P.Rules.Rewards {
			if w := g.P.Words(programme.Reward, r.ID, string(q.P.Lang)); w.Picture == name {
				ph.Used = append(ph.Used, w.Name)
			}
		}
		d.All = append(d.All, ph)
	}
	return q.Page("rules_pictures.html", q.Say(key("l_", "pictures")), d), nil
}

// picture shows a file of the folder, and nothing outside of it, not even by way
// of a link.
func (p *part) picture(q *console.Request, _ Book) (console.Answer, error) {
	name := q.R.PathValue("name")
	if p.folder == "" || !pictureForm.MatchString(name) {
		return q.Gone(), nil
	}
	root, err := os.OpenRoot(p.folder)
	if err != nil {
		return q.Gone(), nil
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return q.Gone(), nil
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, console.MaxPicture))
	small, ok := console.Thumbnail(body, thumbSide)
	if err != nil || !ok {
		return q.Gone(), nil
	}
	kind := "image/jpeg"
	switch {
	case q.R.URL.Query().Has("small"):
		body = small
	case strings.HasSuffix(name, ".png"):
		kind = "image/png"
	}
	return q.Image(name, kind, body), nil
}

// addPicture takes an upload: decoded whole, made as small as chats show it, and
// written anew, so that nothing but dots is left of what came. Its name has the
// content's hash.
func (p *part) addPicture(q *console.Request, b Book) (console.Answer, error) {
	again := func() (console.Answer, error) { return q.Again(p.pictures(q, b)) }
	if !mayChange(q) || p.folder == "" {
		return again()
	}
	name, body, ext, ok := q.Picture("picture")
	if !ok {
		return again()
	}
	file, err := console.ShelvePicture(p.folder, stem(name), body, ext)
	if err != nil {
		return console.Answer{}, err
	}
	err = q.Update(func(tx store.Tx) error { return q.Audit(tx, i18n.ConsoleRulesDidPicture, about, "", "", file) })
	return q.Go("/console/rules/pictures", q.Say(i18n.ConsoleRulesPictureAdded, "Name", file)), err
}

var notStem = regexp.MustCompile(`[^\pL\pN]+`)

// stem is a file's name as a picture may be called.
func stem(name string) string {
	name = strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
	s := []rune(strings.Trim(notStem.ReplaceAllString(strings.ToLower(name), "-"), "-"))
	if len(s) == 0 {
		return "picture"
	}
	return strings.Trim(string(s[:min(len(s), 40)]), "-")
}
