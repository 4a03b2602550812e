package bot

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"regulars/i18n"
	"regulars/store"
)

// Turn is what a command sees: one event, one transaction, one now.
type Turn struct {
	Tx     store.Tx
	Now    time.Time
	Event  *Event
	Person Person
	// Args is what follows the command's word.
	Args string
	// Token says that a one-time button of the speaker's own led here.
	Token bool
	// Group is the short code of the group whose button led here, if one did.
	Group string

	i18n.Printer // the speaker's language: t.Say… is below, t.Printer.Say gives words

	bot     *Bot
	command *Command
	session *session
	puts    *guard
	said    []Message
	told    []Intent
	rand    io.Reader
	asked   bool
	// handedOn: the open question is another command's, see Then.
	handedOn bool
	ref      string
	door     *Door
	mute     time.Time
	lane     Lane // of the event's chat
	chat     chatRow
	// chatBefore is chat as it was read, to write it only when it changed.
	chatBefore chatRow
	had        bool // a session row exists
	// answering: the event's text is meant as the answer to the open question.
	answering bool
	pressed   string // what the button carried that answered a question just now
}

// Refusal is an error with words: the command changes nothing and the person is
// told why. Everything the command wrote is dropped.
type Refusal struct {
	Text    i18n.Text
	Buttons []Button // a way on, if there is one
	Cause   error    // for the log; may be nil
}

func (r *Refusal) Error() string { return "refused: " + string(r.Text.Key) }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Cause }

// Refuse makes a Refusal.
func Refuse(key i18n.Key, args ...any) error { return &Refusal{Text: i18n.T(key, args...)} }

// Concede says why err refuses and lets what was written stand, because it
// counts the attempt (a wrong code, say). An err that is no refusal comes back.
func (t *Turn) Concede(err error) error {
	no := t.bot.refusal(err)
	if no == nil {
		return err
	}
	t.Say(Message{Text: t.Print(no.Text), Buttons: no.Buttons})
	return nil
}

// Say adds a message to the answer. What is said before a question that was
// answered already has been said then, and is not said again.
func (t *Turn) Say(m Message) { t.said = append(t.said, m) }

// SayText adds a plain text in the speaker's language.
func (t *Turn) SayText(key i18n.Key, args ...any) { t.Say(Message{Text: t.Word(key, args...)}) }

// Word is a text in the speaker's language.
func (t *Turn) Word(key i18n.Key, args ...any) string { return t.Printer.Say(key, args...) }

// Telling is what to say to somebody else than the speaker.
type Telling struct {
	Person    PersonID // empty for a group
	To        Address
	Class     Class
	Carriage  Carriage
	NotBefore time.Time
	NotAfter  time.Time
	RideUntil time.Time
	Ref       string
	Messages  []Message
}

// Tell leaves a letter for somebody else, in the same commit.
func (t *Turn) Tell(x Telling) {
	t.told = append(t.told, Intent{
		ID:      t.intentID("t" + strconv.Itoa(len(t.told))),
		Channel: x.To.Channel, Lane: t.bot.Persons.Lane(x.To.Chat), Person: x.Person,
		Class: x.Class, Carriage: x.Carriage, Born: t.Now,
		NotBefore: x.NotBefore, NotAfter: x.NotAfter, RideUntil: x.RideUntil, Ref: x.Ref,
		Letter: Letter{To: x.To, Messages: x.Messages},
	})
}

func (t *Turn) intentID(part string) IntentID {
	return IntentID(string(t.Event.Channel) + "." + string(t.Event.ID) + "." + part)
}

// Op is an idempotency key for what this turn does: the same for the same
// event, however often it runs.
func (t *Turn) Op(part string) string { return string(t.intentID(part)) }

// Rand is the turn's source of randomness: unguessable without the
// installation's key, and the same when the transaction runs again.
func (t *Turn) Rand() io.Reader {
	if t.rand == nil {
		t.rand = t.bot.random(string(t.Event.Channel) + "/" + string(t.Event.ID))
	}
	return t.rand
}

func (b *Bot) random(what string) io.Reader {
	mac := hmac.New(sha256.New, b.Seed)
	mac.Write([]byte(what))
	return rand.NewChaCha8([32]byte(mac.Sum(nil)))
}

// Mute keeps the bot quiet in this chat until the given time, so that a person
// of the shop can answer there; commands and buttons still work.
func (t *Turn) Mute(until time.Time) { t.mute = until }

// Muted says that this chat was left to a person of the shop, until some later
// time.
func (t *Turn) Muted() bool { return t.Now.Before(t.chat.MutedUntil) }

// Unmute lets the bot speak in this chat again.
func (t *Turn) Unmute() { t.chat.MutedUntil = time.Time{} }

// Become makes the speaker another person from here on: their account was
// linked to a member. What the answer says is sealed with the new one's key.
func (t *Turn) Become(id PersonID, role Role, lang i18n.Lang) {
	t.Person = Person{ID: id, Role: role, Lang: lang}
	t.Printer = i18n.For(lang)
}

// Forget drops what this chat holds of the speaker, who was erased in this
// turn. The answer is sealed with the installation's key then, and goes as soon
// as it is sent.
func (t *Turn) Forget() error {
	err := sessionTable.Delete(t.puts.Tx, t.sessionKey()...)
	t.Person, t.session, t.had = Person{}, &session{}, false
	return err
}

// MustArrive marks the answer as a receipt known by ref: if its free reply is
// lost, it is sent again, for money if need be.
func (t *Turn) MustArrive(ref string) { t.ref = ref }

// Admit lets in who asks to be let into a group (Knocked), with this turn's answer.
func (t *Turn) Admit() { t.atDoor(DoorAdmit) }

// Decline turns them away.
func (t *Turn) Decline() { t.atDoor(DoorDecline) }

func (t *Turn) atDoor(do DoorDeed) {
	t.door = &Door{Do: do, Group: t.Event.Into, User: t.Event.From}
}

// Commands is the table of commands, for help and menus.
func (t *Turn) Commands() *Commands { return t.bot.Commands }

// ErrWroteBeforeAsking is the defect of a command that changed something and
// then asked: were the answer never to come, the change would stand (law 4).
var ErrWroteBeforeAsking = errors.New("bot: a command wrote before it asked")

// guard counts a command's writes, for the rule above.
type guard struct {
	store.Tx
	n int
}

// Noting is the transaction for what is true whatever the command comes to, though it
// may still ask: that an employee was shown somebody.
func (t *Turn) Noting() store.Tx { return t.puts.Tx }

func (g *guard) Put(k, v []byte) error { g.n++; return g.Tx.Put(k, v) }
func (g *guard) Delete(k []byte) error { g.n++; return g.Tx.Delete(k) }
