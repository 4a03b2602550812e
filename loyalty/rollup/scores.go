package rollup

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/survey"
	"regulars/store"
)

// Score is one answer that counts: one a member and wave. Late ones are none.
type Score struct {
	Day    int32 // on which it was given first
	Survey string
	Wave   string
	Member uint32 // ordinal of who the member is now
	Kind   loyalty.SurveyKind
	Score  int
	Option string // of a poll
	Store  loyalty.Store
	Staff  string // the employee's id, without "staff/"
}

// scoreKey names a row of answers.
type scoreKey struct {
	day    int32
	survey string
}

// score is an answer in such a row.
type score struct {
	ord                         uint32
	wave, kind, option, at, who string
	score                       int64
}

// same reports whether two are answers to the same question.
func (s *score) same(o *score) bool { return s.ord == o.ord && s.wave == o.wave }

func (k scoreKey) under(gen int) []byte {
	return scored.Key(generation(gen), pad(k.day), escape(k.survey))
}

// answer puts an answer into the batch.
func (b *batch) answer(ord uint32, s survey.Score, day int32) {
	if s.Late || s.At.IsZero() {
		return
	}
	k := scoreKey{day, s.Survey}
	b.scores[k] = append(b.scores[k], score{ord, s.Wave, string(s.Kind), s.Option, string(s.Store), s.Employee, int64(s.Score)})
}

// tidyScores sorts answers; of two to the same question the later one stays.
func tidyScores(list []score) []score {
	slices.SortStableFunc(list, func(a, b score) int { return cmp.Or(cmp.Compare(a.ord, b.ord), cmp.Compare(a.wave, b.wave)) })
	out := list[:0]
	for _, s := range list {
		if n := len(out); n > 0 && out[n-1].same(&s) {
			out[n-1] = s
			continue
		}
		out = append(out, s)
	}
	return out
}

// encodeScores is a row's stored form: the strings that are in it, each once, and
// the answers, which name them by their number.
func encodeScores(list []score) []byte {
	var names []string
	index := map[string]uint64{}
	name := func(s string) uint64 {
		i, ok := index[s]
		if !ok {
			i = uint64(len(names))
			names, index[s] = append(names, s), i
		}
		return i
	}
	var body []byte
	for i := range list {
		s := &list[i]
		body = binary.AppendUvarint(body, uint64(s.ord))
		for _, w := range []string{s.wave, s.kind, s.option, s.at, s.who} {
			body = binary.AppendUvarint(body, name(w))
		}
		body = binary.AppendVarint(body, s.score)
	}
	b := binary.AppendUvarint([]byte{form}, uint64(len(names)))
	for _, s := range names {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return store.WithSum(append(b, body...))
}

func decodeScores(key, raw []byte) (list []score, err error) {
	if raw, err = store.CheckSum(key, raw); err != nil {
		return nil, err
	}
	in := reader{b: raw}
	if in.uint() != form {
		return nil, fmt.Errorf("rollup: row %q has another form; `regulars rebuild` makes it anew", key)
	}
	names := make([]string, min(in.uint(), uint64(len(raw))))
	for i := range names {
		names[i] = in.str()
	}
	for len(in.b) > 0 {
		s := score{ord: uint32(in.uint())}
		for _, to := range []*string{&s.wave, &s.kind, &s.option, &s.at, &s.who} {
			if i := in.uint(); i < uint64(len(names)) {
				*to = names[i]
			}
		}
		s.score = in.int()
		list = append(list, s)
	}
	return list, nil
}

// Scores are the answers of a span, in the order of their days and surveys. They
// are kept for 1,100 days. Where's store is that of the visit asked about.
func (d *Desk) Scores(ctx context.Context, s Span, w Where) (list []Score, err error) {
	err = d.read(ctx, w, func(r store.Reader, st state, who resolver) error {
		list = nil
		g := generation(st.Gen)
		rg := scored.Between(g+"/"+pad(max(s.From, 0)), g+"/"+pad(max(s.To, 0)))
		for row, err := range r.Scan(rg) {
			if err != nil {
				return err
			}
			all, err := decodeScores(row.Key, row.Value)
			if err != nil {
				return err
			}
			k := scoreKeyOf(row.Key)
			for i := range all {
				x := &all[i]
				ord := who.of(x.ord)
				if w.Store != "" && x.at != string(w.Store) || w.Set != nil && !w.Set.Has(ord) {
					continue
				}
				list = append(list, Score{k.day, k.survey, x.wave, ord, loyalty.SurveyKind(x.kind), int(x.score), x.option, loyalty.Store(x.at), x.who})
			}
		}
		return nil
	})
	return list, err
}

func scoreKeyOf(raw []byte) (k scoreKey) {
	p := strings.SplitN(string(raw), "/", 4)
	if len(p) == 4 {
		k = scoreKey{number(p[2]), string(storeOf(p[3]))}
	}
	return k
}

// scoresKept is how long answers are kept, as package survey keeps them.
const scoresKept = 1100

// Sweep deletes the rows of answers that are over 1,100 days old. It returns how
// many rows went.
func (d *Desk) Sweep(ctx context.Context, db store.DB, now time.Time) (int, error) {
	old := d.dayOf(now) - scoresKept
	return store.Sweep(ctx, db, scored.All(), 50, func(row store.Row) bool { return scoreKeyOf(row.Key).day < old })
}
