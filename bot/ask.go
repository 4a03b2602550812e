package bot

import (
	"crypto/sha256"
	"encoding/base32"
	"strconv"
	"strings"
	"time"

	"regulars/i18n"
)

// Question is asked with words and buttons; its answer is kept in the session
// under Key, with a digest of what was shown. A question whose terms have
// changed since is asked again.
type Question struct {
	Key     string
	Message Message // the words; its buttons are made from Options
	Options []Option
	// Terms is what the person agrees to besides the words shown (a price in
	// points, say).
	Terms string
	// Parse reads a typed answer: the value to keep, or a refusal in words.
	// With a nil Parse only the options are answers.
	Parse func(typed string) (value string, complaint error)
	// Contact lets the person answer with their contact card (Telegram).
	Contact bool
}

// Option is one button of a question.
type Option struct {
	Value string
	Label string
}

// Reply is an answer to a Question.
type Reply struct {
	Value string
	// Contact is set when the person shared a card instead; its Phone is also
	// the Value.
	Contact *Contact `json:",omitempty"`
}

// sessionLife is how long a question waits for its answer.
const sessionLife = 15 * time.Minute

// session is a conversation under way with one person in one chat. It holds
// typed words and is stored sealed.
type session struct {
	Command string          `json:"c"`
	Args    string          `json:"a,omitempty"`
	Group   string          `json:"g,omitempty"`
	Answers map[string]kept `json:"w,omitempty"`
	Pending pending         `json:"p"`
	Until   time.Time       `json:"u"`
	Misses  int             `json:"m,omitempty"` // answers that were none, in a row
	Done    *done           `json:"d,omitempty"` // outlives its conversation
}

// done is the answer that ended a conversation: what its button does when it is
// pressed again.
type done struct {
	Press string    `json:"p"` // what the button carries
	Line  string    `json:"l"`
	Until time.Time `json:"u"`
}

// fresh leaves a conversation. What a second press of its last button does is
// remembered.
func (t *Turn) fresh() { t.session = &session{Done: t.session.Done} }

// Again says what a second press of the button that was just pressed does, as a
// command line: people tap twice, and "that button is no longer good" after
// something was spent would frighten them. It is remembered for as long as a
// question waits.
func (t *Turn) Again(line string) {
	if t.pressed != "" {
		t.session.Done = &done{Press: t.pressed, Line: line, Until: t.Now.Add(sessionLife)}
	}
}

type kept struct {
	Digest string `json:"d"`
	Reply  Reply  `json:"r"`
}

type pending struct {
	Key     string   `json:"k"`
	Digest  string   `json:"d"`
	Options []Option `json:"o,omitempty"`
	Typed   bool     `json:"t,omitempty"`
	Contact bool     `json:"c,omitempty"`
}

// Ask gives the stored answer, or asks and returns ok == false: the command
// then returns nil and is run again from its start when the answer is there.
func (t *Turn) Ask(q Question) (r Reply, ok bool) {
	digest := q.digest()
	if k, has := t.session.Answers[q.Key]; has {
		t.said = nil // said in an earlier turn, before this question
		if k.Digest == digest {
			return k.Reply, true
		}
		t.SayText(i18n.BotTermsChanged)
	}
	if typed, has := t.typed(q, digest); has {
		t.answering = false // one text answers one question
		t.said = nil
		value, complaint := q.Parse(typed)
		if complaint == nil {
			return t.keep(q, digest, Reply{Value: value}), true
		}
		if no := t.bot.refusal(complaint); no != nil {
			t.pose(q, digest)
			t.instead(t.Print(no.Text))
			return Reply{}, false
		}
	}
	t.pose(q, digest)
	return Reply{}, false
}

// Once gives what f found when this conversation began: what is looked up by
// something that lapses meanwhile (a card's token) is kept with the answers.
func (t *Turn) Once(key string, f func() (string, error)) (string, error) {
	if k, has := t.session.Answers[key]; has {
		return k.Reply.Value, nil
	}
	v, err := f()
	if err != nil {
		return "", err
	}
	if t.session.Answers == nil {
		t.session.Answers = map[string]kept{}
	}
	t.session.Answers[key] = kept{Reply: Reply{Value: v}}
	return v, nil
}

// typed is the text just typed in answer to q, if that is what happened.
func (t *Turn) typed(q Question, digest string) (string, bool) {
	p := t.session.Pending
	if !t.answering || p.Key != q.Key || p.Digest != digest || q.Parse == nil {
		return "", false
	}
	return t.Event.Text, true
}

func (t *Turn) keep(q Question, digest string, r Reply) Reply {
	if t.session.Answers == nil {
		t.session.Answers = map[string]kept{}
	}
	t.session.Answers[q.Key] = kept{digest, r}
	t.session.Pending = pending{}
	t.session.Misses = 0
	return r
}

// instead says why an answer was none, in place of the question's own words: those
// stand in the chat already, just above.
func (t *Turn) instead(why string) {
	last := &t.said[len(t.said)-1]
	*last = Message{Text: why, Buttons: last.Buttons}
}

// pose says the question and remembers that it is open.
func (t *Turn) pose(q Question, digest string) {
	m := q.Message
	if q.Contact {
		m.Buttons = append(m.Buttons, Button{Label: t.Word(i18n.BotShareContact), Do: DoContact})
	}
	for i, o := range q.Options {
		m.Buttons = append(m.Buttons, Button{Label: o.Label, Do: DoAnswer, Value: digest[:6] + strconv.Itoa(i)})
	}
	t.Say(m)
	t.asked = true
	t.session.Pending = pending{Key: q.Key, Digest: digest, Options: q.Options, Typed: q.Parse != nil, Contact: q.Contact}
	t.session.Until = t.Now.Add(sessionLife)
	if t.Event.Chat.Group {
		t.chat.Asking = t.session.Until
	}
}

// Then ends the command with the first question of another: its answer runs that
// one from its start, with args, where the same question must be asked first. It
// is for what has to be written before it can be asked about, such as a code
// that is sent and then typed in (law 4 forbids both in one command). why, if
// any, stands in place of the question's words, as after an answer that was none.
func (t *Turn) Then(command, args string, q Question, why string) {
	t.fresh()
	t.session.Command, t.session.Args, t.handedOn = command, args, true
	t.pose(q, q.digest())
	if why != "" {
		t.instead(why)
	}
}

// digest stands for the terms shown: the words, the options and Terms.
func (q *Question) digest() string {
	h := sha256.New()
	for _, s := range []string{q.Key, q.Message.Title, q.Message.Text, q.Message.Note, q.Terms} {
		h.Write([]byte(strconv.Itoa(len(s)) + ":" + s))
	}
	for _, r := range q.Message.Rows {
		h.Write([]byte(r.Label + "\x00" + r.Value + "\x00"))
	}
	for _, o := range q.Options {
		h.Write([]byte(o.Value + "\x00" + o.Label + "\x00"))
	}
	return strings.ToLower(base32.StdEncoding.EncodeToString(h.Sum(nil)[:10]))
}

// match finds the option that a press or a typed label chose.
func (p pending) match(e *Event) (Option, bool) {
	if e.Kind == Pressed {
		_, v, _ := ParseData(e.Data)
		i, err := strconv.Atoi(strings.TrimPrefix(v, p.nonce()))
		if err != nil || !strings.HasPrefix(v, p.nonce()) || p.nonce() == "" || i < 0 || i >= len(p.Options) {
			return Option{}, false
		}
		return p.Options[i], true
	}
	for _, o := range p.Options {
		if fold(o.Label) == fold(e.Text) {
			return o, true
		}
	}
	return Option{}, false
}

func (p pending) nonce() string {
	if len(p.Digest) < 6 {
		return ""
	}
	return p.Digest[:6]
}
