package segment

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

// MaxTags is how many tags a member may have, and MaxTag how many letters one.
const (
	MaxTags = 20
	MaxTag  = 20
)

var (
	// ErrTag refuses what is no tag: empty, over MaxTag letters, or with signs
	// that are neither letters, digits, spaces nor - _ . + & ' # !
	ErrTag = errors.New("segment: a tag is 1 to 20 letters or digits")
	// ErrTags refuses one more than MaxTags.
	ErrTags = errors.New("segment: a member has 20 tags at most")
)

// labelled is what the shop knows a member by.
type labelled struct {
	Tags   []string `json:"t,omitempty"` // in the order of the alphabet
	Groups []string `json:"g,omitempty"` // codes of groups, the newest last
	Taps   int32    `json:"p,omitempty"` // on what campaigns offered
}

var labels = store.NewTable[labelled]("tag/", store.Locked, store.FirstPart("member"))

// Tidy is a tag as it is kept: small letters, one space between words; or ErrTag.
func Tidy(tag string) (string, error) {
	tag = strings.ToLower(strings.Join(strings.Fields(tag), " "))
	tag = strings.TrimPrefix(tag, "#")
	if n := utf8.RuneCountInString(tag); n == 0 || n > MaxTag || !utf8.ValidString(tag) {
		return "", ErrTag
	}
	for _, r := range tag {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -_.+&'#!", r) {
			return "", ErrTag
		}
	}
	return tag, nil
}

// Tag gives a member a tag of the shop's, and tells all that they have then.
// Doing it again changes nothing. Refusals: ErrTag, ErrTags,
// people.ErrNotMember.
func (d *Desk) Tag(tx store.Tx, m loyalty.MemberID, tag string) ([]string, error) {
	return d.label(tx, m, tag, func(l *labelled, tag string) error {
		if slices.Contains(l.Tags, tag) {
			return nil
		}
		if len(l.Tags) >= MaxTags {
			return ErrTags
		}
		l.Tags = append(l.Tags, tag)
		slices.Sort(l.Tags)
		return nil
	})
}

// Untag takes a tag from a member, and tells what they still have. Taking one
// that they have not changes nothing. Refusals: ErrTag, people.ErrNotMember.
func (d *Desk) Untag(tx store.Tx, m loyalty.MemberID, tag string) ([]string, error) {
	return d.label(tx, m, tag, func(l *labelled, tag string) error {
		l.Tags = slices.DeleteFunc(l.Tags, func(t string) bool { return t == tag })
		return nil
	})
}

// label changes the labels of a member.
func (d *Desk) label(tx store.Tx, m loyalty.MemberID, tag string, change func(*labelled, string) error) ([]string, error) {
	tag, err := Tidy(tag)
	if err != nil {
		return nil, err
	}
	l, err := d.change(tx, m, func(l *labelled) error { return change(l, tag) })
	return l.Tags, err
}

func (d *Desk) change(tx store.Tx, m loyalty.MemberID, f func(*labelled) error) (labelled, error) {
	if err := tx.Lock(people.Subject(m)); err != nil {
		return labelled{}, err
	}
	status, err := people.StatusOf(tx, m)
	if err != nil {
		return labelled{}, err
	}
	if status != people.Member {
		return labelled{}, people.ErrNotMember
	}
	l, _, err := labels.Get(tx, string(m))
	if err != nil {
		return l, err
	}
	was := labelled{slices.Clone(l.Tags), slices.Clone(l.Groups), l.Taps}
	if err := f(&l); err != nil {
		return was, err
	}
	if slices.Equal(was.Tags, l.Tags) && slices.Equal(was.Groups, l.Groups) && was.Taps == l.Taps {
		return l, nil
	}
	if err := labels.Put(tx, l, string(m)); err != nil {
		return l, err
	}
	return l, d.Mark(tx, m)
}

// mostGroups is how many groups are kept of a member, the newest ones.
const mostGroups = 8

// mostTaps is where taps are counted no further: more of them say nothing more.
const mostTaps = 1000

// Tapped notes that a member tapped on what a campaign offered them. Who is no
// member is not noted.
func (d *Desk) Tapped(tx store.Tx, m loyalty.MemberID) error {
	_, err := d.change(tx, m, func(l *labelled) error {
		l.Taps = min(l.Taps+1, mostTaps)
		return nil
	})
	if errors.Is(err, people.ErrNotMember) {
		return nil
	}
	return err
}

// SeenIn notes that a member came through, or spoke to the shop in, the group
// with this code. Who is no member is not noted.
func (d *Desk) SeenIn(tx store.Tx, m loyalty.MemberID, group string) error {
	_, err := d.change(tx, m, func(l *labelled) error {
		if group == "" || slices.Contains(l.Groups, group) {
			return nil
		}
		l.Groups = append(l.Groups, group)
		l.Groups = l.Groups[max(0, len(l.Groups)-mostGroups):]
		return nil
	})
	if errors.Is(err, people.ErrNotMember) {
		return nil
	}
	return err
}

// Tags are a member's, those of their parts included, in the order of the
// alphabet. In an Update the member must be locked, and so must be their parts.
func (d *Desk) Tags(r store.Reader, m loyalty.MemberID, parts ...loyalty.MemberID) ([]string, error) {
	var roll Roll
	err := label(r, append([]loyalty.MemberID{m}, parts...), &roll)
	return roll.Tags, err
}

// label fills in the labels of somebody who is all of these.
func label(r store.Reader, all []loyalty.MemberID, roll *Roll) error {
	for _, m := range all {
		l, _, err := labels.Get(r, string(m))
		if err != nil {
			return err
		}
		roll.Tags = append(roll.Tags, l.Tags...)
		roll.Groups = append(roll.Groups, l.Groups...)
		roll.Taps += l.Taps
	}
	slices.Sort(roll.Tags)
	roll.Tags = slices.Compact(roll.Tags)
	return nil
}
