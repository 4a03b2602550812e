package sim

// linkData is a [PageLink] for the templates.
type linkData struct{ Path, Label, Hint string }

// links are all of them, in a language.
func (pg *page) links(words pageWords) (all []linkData) {
	for _, l := range pg.o.Links {
		d := linkData{Path: l.Path, Label: l.Label(words.Lang)}
		if l.Hint != nil {
			d.Hint = l.Hint(words.Lang)
		}
		all = append(all, d)
	}
	return all
}

// link is the one with a path; nil when there is none.
func (pg *page) link(words pageWords, path string) *linkData {
	for _, l := range pg.links(words) {
		if l.Path == path {
			return &l
		}
	}
	return nil
}
