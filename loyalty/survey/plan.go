package survey

import (
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Plan notes, in a deed's own transaction, that its member is to be asked about
// it. It does nothing for one who is not meant: no survey follows such a deed,
// another question is planned or was asked lately, or the share leaves them out.
func (d *Desk) Plan(tx store.Tx, m loyalty.MemberID, after loyalty.SurveyAfter, v Visit, now time.Time) error {
	var own person
	read := false
	for _, s := range d.Surveys(now) {
		local := v.At.In(d.Zone(now))
		if s.After != after || !d.chosen(&s, s.WaveAt(local), m) {
			continue
		}
		if !read {
			if err := lock(tx, m); err != nil {
				return err
			}
			var err error
			if own, _, err = persons.Get(tx, string(m)); err != nil {
				return err
			}
			read = true
		}
		at := s.Opens(local.Add(s.Delay))
		if own.Plan != nil || tired(&s, own.Asked, at) {
			continue
		}
		own.Plan = &Plan{Survey: s.ID, At: at.UTC(), Visit: v}
		if err := due.Put(tx, struct{}{}, stamp(at), string(m)); err != nil {
			return err
		}
		return persons.Put(tx, own, string(m))
	}
	return nil
}

// tired says that a member was asked too lately to be asked again at t.
func tired(s *loyalty.Survey, asked, t time.Time) bool {
	return !asked.IsZero() && t.Before(asked.AddDate(0, 0, s.Fatigue))
}

// Due are up to n members whose question is due by now, the earliest first, from
// the place where the one before ended ("" at first).
func (d *Desk) Due(r store.Reader, now time.Time, n int, from string) (list []loyalty.MemberID, next string, err error) {
	for key := range due.Scan(r, due.Between(from, stamp(now.Add(time.Microsecond))), &err) {
		if len(list) == n {
			return list, key, err
		}
		_, m, _ := strings.Cut(key, "/")
		list = append(list, loyalty.MemberID(m))
	}
	return list, "", err
}

// Take takes a member's plan off, if it is due, and tells whether it is to be
// asked: the survey is still in the programme, the person, whoever they were
// merged with, was not asked within the fatigue, nor in this wave.
func (d *Desk) Take(tx store.Tx, m loyalty.MemberID, now time.Time) (p Plan, s loyalty.Survey, ok bool, err error) {
	all, err := d.family(tx, m)
	if err != nil {
		return p, s, false, err
	}
	if err := lock(tx, m); err != nil {
		return p, s, false, err
	}
	own, _, err := persons.Get(tx, string(m))
	if err != nil || own.Plan == nil || own.Plan.At.After(now) {
		return p, s, false, err
	}
	p, own.Plan = *own.Plan, nil
	if err := due.Delete(tx, stamp(p.At), string(m)); err != nil {
		return p, s, false, err
	}
	if err := persons.Put(tx, own, string(m)); err != nil {
		return p, s, false, err
	}
	if s, ok = d.Find(now, p.Survey); !ok {
		return p, s, false, nil
	}
	for _, one := range all {
		him, _, err := persons.Get(tx, string(one))
		if err != nil || tired(&s, him.Asked, now) {
			return p, s, false, err
		}
		if _, had, err := answers.Get(tx, s.ID, s.WaveAt(now.In(d.Zone(now))), string(one)); err != nil || had {
			return p, s, false, err
		}
	}
	return p, s, true, nil
}

// Later puts a plan back, to be taken at another time: the person cannot be
// asked just now.
func (d *Desk) Later(tx store.Tx, m loyalty.MemberID, p Plan, at time.Time) error {
	own, _, err := persons.Get(tx, string(m))
	if err != nil {
		return err
	}
	p.At = at.UTC()
	own.Plan = &p
	if err := due.Put(tx, struct{}{}, stamp(at), string(m)); err != nil {
		return err
	}
	return persons.Put(tx, own, string(m))
}

// Ask notes that a plan's question goes out to a member, or, when reached is
// false, that it cannot: that counts as not reached and tires nobody.
func (d *Desk) Ask(tx store.Tx, m loyalty.MemberID, s loyalty.Survey, v Visit, now time.Time, lang, channel string, reached bool) (Answer, error) {
	a := Answer{
		Survey: s.ID, Wave: s.WaveAt(now.In(d.Zone(now))), Member: m, Kind: s.Kind, State: Asked,
		Asked: now.UTC(), Visit: v, Lang: lang, Channel: channel,
	}
	if !reached {
		a.State = Unreached
		return a, d.put(tx, a)
	}
	own, _, err := persons.Get(tx, string(m))
	if err != nil {
		return a, err
	}
	if own.Open == nil {
		own.Open = map[string]Open{}
	}
	own.Asked = a.Asked
	own.Open[s.ID] = Open{Wave: a.Wave, Asked: a.Asked, Until: a.Asked.Add(s.OpenFor)}
	if err := persons.Put(tx, own, string(m)); err != nil {
		return a, err
	}
	return a, d.put(tx, a)
}

func (d *Desk) put(tx store.Tx, a Answer) error {
	return answers.Put(tx, a, a.Survey, a.Wave, string(a.Member))
}
