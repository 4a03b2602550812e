package programme

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"regulars/loyalty"
)

// Survey is a survey's part in [Programme.Words], Theme a theme's and Choice that
// of a poll's option, whose id is "<survey>/<option>".
const (
	Survey Part = "survey"
	Theme  Part = "theme"
	Choice Part = "option"
)

// Questions are what a survey of the file asks in a language: the question, and
// the second one after the score. Each is "" where the file leaves it to the
// program.
func (p *Programme) Questions(id, lang string) (question, why string) {
	w := p.Words(Survey, id, lang)
	if len(w.Perks) > 0 {
		why = w.Perks[0]
	}
	return w.About, why
}

// The words of [[survey]].
var (
	surveyKinds  = []string{"nps", "csat", "poll"}
	surveyAfters = []string{"visit", "join", "use"}
	carriages    = []string{"ride", "push", "ride-then-push"}
)

// longQuestion is how long a question may be, in letters.
const longQuestion = 200

// surveys reads what members are asked.
func (r *reader) surveys(root *table, p *Programme) {
	var ids, themes []string
	for _, t := range r.each(root, "survey", 10) {
		s := r.survey(t, p, ids)
		s.Themes = r.choices(t, "themes", 8, p, Theme, "", &themes)
		ids = append(ids, s.ID)
		p.Surveys = append(p.Surveys, s)
	}
}

func (r *reader) survey(t *table, p *Programme, ids []string) loyalty.Survey {
	s := loyalty.Survey{ID: r.id(t, ownID, ownForm, ids)}
	r.need(t, "kind", list(surveyKinds))
	s.Kind = loyalty.SurveyKind(r.oneOf(t, "kind", "", surveyKinds...))
	s.After = loyalty.SurveyAfter(r.oneOf(t, "after", "visit", surveyAfters...))
	s.Delay = time.Duration(r.whole(t, "delay_hours", 2, 0, 720)) * time.Hour
	s.Share = int(r.whole(t, "share", 100, 1, 100))
	s.Fatigue = int(r.whole(t, "fatigue_days", 90, 0, 3660))
	s.Wave = loyalty.Span(r.oneOf(t, "wave", "month", "week", "month", "quarter"))
	s.OpenFor = time.Duration(r.whole(t, "open_days", 14, 1, 90)) * 24 * time.Hour
	s.From, s.To = r.hours(t)
	r.questions(t, p, &s)
	s.Points = loyalty.Points(r.points(t, "points"))
	s.Reward = r.gives(t, "reward")
	r.alert(t, &s)
	s.ThankAfter = time.Duration(r.whole(t, "thank_days", 7, 0, 365)) * 24 * time.Hour
	r.travels(t, &s)
	return s
}

// questions reads the words of a survey: what is asked, and what then.
func (r *reader) questions(t *table, p *Programme, s *loyalty.Survey) {
	x := said{name: r.texts(t, "name", longName), about: r.texts(t, "question", longQuestion)}
	s.FollowUp = r.truth(t, "follow_up", s.Kind != loyalty.SurveyPoll)
	if why := r.texts(t, "follow_up_question", longQuestion); why != nil {
		x.perks = []texts{why}
		if !s.FollowUp {
			r.complain(t.of["follow_up_question"].line, t.join("follow_up_question"), "is never asked", "follow_up = true")
		}
	}
	p.say(Survey, s.ID, x)
	var known []string
	s.Options = r.choices(t, "options", 10, p, Choice, s.ID+"/", &known)
	switch poll := s.Kind == loyalty.SurveyPoll; {
	case poll && len(s.Options) < 2 && !t.written("options"):
		r.complain(t.line, t.join("options"), "is missing", `two to ten, as in [{ id = "yes", name = "Yes" }, { id = "no", name = "No" }]`)
	case poll && len(s.Options) == 1:
		r.complain(t.of["options"].line, t.join("options"), "there is one to choose from", "two to ten")
	case !poll && s.Kind != "":
		r.unfit(t, []string{"options"}, nil, fmt.Sprintf("kind is %q", s.Kind))
	}
	if s.Kind == loyalty.SurveyPoll && !t.written("question") {
		r.complain(t.line, t.join("question"), "is missing", "what is asked, in quotes, or one in each language")
	}
}

// choices reads a list of ids with names. Ids of themes are the whole file's: one
// that stands in two surveys is the same theme there, named by the first.
func (r *reader) choices(t *table, key string, most int, p *Programme, part Part, under string, known *[]string) (ids []string) {
	for _, c := range r.each(t, key, most) {
		id := r.id(c, ownID, ownForm, ids)
		ids = append(ids, id)
		named := slices.Contains(*known, id)
		if !named {
			r.need(c, "name", `"Waiting time" or { en = "Waiting time", ja = "待ち時間" }`)
		}
		if x := r.texts(c, "name", 20); x != nil && !named { // LINE's quick buttons have room for 20 letters
			p.say(part, under+id, said{name: x})
		}
		*known = append(*known, id)
	}
	return ids
}

// alert reads from which score on the managers are called, and where promoters
// are sent.
func (r *reader) alert(t *table, s *loyalty.Survey) {
	fallback, most := int64(6), int64(10)
	if s.Kind == loyalty.SurveyCSAT {
		fallback, most = 2, 5
	}
	s.AlertAt = int(r.whole(t, "alert_at", fallback, -1, most))
	s.ReviewURL = r.address(t, "review_url")
	if s.Kind == loyalty.SurveyPoll {
		s.AlertAt = -1
		r.unfit(t, []string{"alert_at", "review_url", "thank_days"}, nil, `kind is "poll"`)
	}
}

// travels reads how the question gets to people.
func (r *reader) travels(t *table, s *loyalty.Survey) {
	s.Carriage = r.oneOf(t, "carriage", "ride-then-push", carriages...)
	ride := r.whole(t, "ride_hours", 24, 0, 720)
	within := r.whole(t, "within_hours", 48, 1, 720)
	if s.Carriage == "ride-then-push" && ride >= within {
		v := cmp.Or(t.of["ride_hours"], t.of["within_hours"])
		r.complain(v.line, t.join("ride_hours"), fmt.Sprintf("it would ride for %d hours, and be dropped after %d (within_hours)", ride, within),
			"fewer hours than within_hours")
	}
	s.RideFor, s.Within = time.Duration(ride)*time.Hour, time.Duration(within)*time.Hour
	if s.Carriage != "ride-then-push" {
		r.unfit(t, []string{"ride_hours"}, nil, fmt.Sprintf("carriage is %q", s.Carriage))
	}
}
