package staff

import (
	"errors"
	"slices"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/loyalty/segment"
)

// tagExample is how a tag is given, with a number that nobody has.
const tagExample = "/tag 0912345678 vegan"

// tag gives a member a word of the shop's, or shows theirs: /tag WHO [TAG].
func (d desk) tag(t *bot.Turn) error {
	m, tag, err := d.tagged(t)
	if err != nil {
		return err
	}
	if tag != "" {
		me, err := d.me(t)
		if err != nil {
			return err
		}
		if me.Member == m.ID { // tags choose who is offered what
			return loyalty.ErrSelf
		}
		if _, err := d.Segments.Tag(t.Tx, m.ID, tag); err != nil {
			return d.tagWords(t, m, err)
		}
	}
	return d.sayTags(t, m)
}

// untag takes such a word away: /untag WHO TAG.
func (d desk) untag(t *bot.Turn) error {
	m, tag, err := d.tagged(t)
	if err != nil {
		return err
	}
	if tag == "" {
		return d.sayTags(t, m)
	}
	tidy, err := segment.Tidy(tag)
	if err != nil {
		return d.tagWords(t, m, err)
	}
	have, err := d.Tags(t.Tx, m)
	if err != nil {
		return err
	}
	if !slices.Contains(have, tidy) {
		return bot.Refuse(i18n.TagWhich, "Name", d.called(t, m), "Tag", tidy)
	}
	// Who was merged into them brought theirs along.
	for _, id := range append(slices.Clone(m.Parts), m.ID) {
		if _, err := d.Segments.Untag(t.Tx, id, tidy); err != nil && !errors.Is(err, people.ErrNotMember) {
			return err
		}
	}
	return d.sayTags(t, m)
}

// tagged is whose tags are meant, and which one.
func (d desk) tagged(t *bot.Turn) (people.Person, string, error) {
	if _, err := d.me(t); err != nil {
		return people.Person{}, "", err
	}
	if t.Args == "" && t.Event.Quoted == nil {
		return people.Person{}, "", bot.Refuse(i18n.TagMissing, "Example", tagExample)
	}
	return d.anyone(t)
}

func (d desk) sayTags(t *bot.Turn, m people.Person) error {
	tags, err := d.Tags(t.Tx, m)
	if err != nil {
		return err
	}
	if len(tags) == 0 {
		t.SayText(i18n.TagNone, "Name", d.called(t, m))
		return nil
	}
	t.SayText(i18n.TagList, "Name", d.called(t, m), "Tags", tags)
	return nil
}

// tagWords words the refusals of a tag.
func (d desk) tagWords(t *bot.Turn, m people.Person, err error) error {
	switch {
	case errors.Is(err, segment.ErrTag):
		return bot.Refuse(i18n.TagBad)
	case errors.Is(err, segment.ErrTags):
		return bot.Refuse(i18n.TagFull, "Name", d.called(t, m))
	}
	return err
}
