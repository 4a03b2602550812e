package bot

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"regulars/i18n"
	"regulars/store"
)

// Bot is the one way through for everything that happens in a chat.
type Bot struct {
	DB       store.DB
	Persons  Persons
	Outbox   Outbox
	Commands *Commands
	Clock    Clock
	Log      *slog.Logger
	// Seed makes what is drawn by lot unguessable: 32 secret bytes.
	Seed []byte
	// Introduce fills in what the platform tells of somebody who speaks for the
	// first time and whose event does not say it (LINE: name and language), so
	// that the first words they read are in their own. It is called outside of
	// any transaction and must be quick; nil does nothing.
	Introduce func(ctx context.Context, e *Event)
	// Words is the one place that turns typed refusals of the rules into words;
	// it gives nil for an error that is none.
	Words func(error) *Refusal
	// Lang is the shop's own language, for those whose language is unknown.
	Lang i18n.Lang
	// Flood bounds how much is listened to; nil: everything.
	Flood *Flood
}

// Handle does everything that a webhook's events ask for and returns nil once
// all of it is on disk: the platform may then be answered 200. Events of one
// chat run in the order in which they happened, chats side by side, so that
// they share a commit. An error means that the webhook must be sent again;
// events that were done by then have no second effect.
func (b *Bot) Handle(ctx context.Context, events []Event) error {
	if len(events) == 1 {
		return b.handle(ctx, &events[0])
	}
	slices.SortStableFunc(events, func(x, y Event) int { return x.At.Compare(y.At) })
	chats := map[Chat][]*Event{}
	for i := range events {
		c := events[i].Chat
		c.Thread = 0
		chats[c] = append(chats[c], &events[i])
	}
	var wg sync.WaitGroup
	errs := make(chan error, len(chats))
	for _, list := range chats {
		wg.Go(func() {
			for _, e := range list {
				if err := b.handle(ctx, e); err != nil {
					errs <- err
					return
				}
			}
		})
	}
	wg.Wait()
	close(errs)
	return <-errs
}

// handle does one event, unless there were too many. What is dropped leaves no
// mark: a flood must not fill the store.
func (b *Bot) handle(ctx context.Context, e *Event) error {
	switch now := b.Clock.Now(); b.Flood.weigh(e, now) {
	case drop:
		b.Log.Debug("too much: an event was dropped", "channel", e.Channel, "event", e.ID)
		return nil
	case slow:
		b.Log.Info("too much is said in a chat; it is told so, and is not answered for a while", "channel", e.Channel, "event", e.ID, "group", e.Chat.Group)
		return b.once(ctx, e, now, (*Turn).slowDown)
	}
	return b.take(ctx, e)
}

// take does one event. A refusal or a failure rolls its transaction back; a
// second one then stores the outcome with the words that tell of it.
func (b *Bot) take(ctx context.Context, e *Event) error {
	if b.Introduce != nil && e.From != "" && e.Name == "" && !e.Chat.Group && e.Kind != Blocked {
		b.Introduce(ctx, e)
	}
	now := b.Clock.Now()
	err := b.once(ctx, e, now, b.route)
	if err == nil || retryable(err) {
		return err
	}
	if no := b.refusal(err); no != nil {
		b.Log.Info("refused", "channel", e.Channel, "event", e.ID, "why", no.Text.Key, "cause", no.Cause)
		return b.once(ctx, e, now, func(t *Turn) (string, error) { return t.refused(no) })
	}
	b.Log.Error("event failed", "channel", e.Channel, "event", e.ID, "kind", e.Kind, "error", err)
	return b.once(ctx, e, now, func(t *Turn) (string, error) { return t.bury(err) }, lenient)
}

// refusal is err as a refusal, or nil.
func (b *Bot) refusal(err error) *Refusal {
	var no *Refusal
	if !errors.As(err, &no) && b.Words != nil {
		no = b.Words(err)
	}
	return no
}

// retryable tells the store's own trouble, which the platform's redelivery may
// outlast, from a defect in handling the event, which it would not.
func retryable(err error) bool {
	return errors.Is(err, store.ErrBusy) || errors.Is(err, store.ErrUnavailable) || errors.Is(err, store.ErrClosed) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// manner changes how an event is begun.
type manner int

// lenient goes on where a person or session cannot be read, so that an event
// whose very reading fails can still be put away.
const lenient manner = 1

// once runs do over e in one transaction, unless e was done before.
func (b *Bot) once(ctx context.Context, e *Event, now time.Time, do func(*Turn) (string, error), how ...manner) error {
	var out []Intent
	err := b.DB.Update(ctx, func(tx store.Tx) (err error) {
		out = nil
		if err := tx.Lock(store.Subject("seen/" + string(e.Channel) + "/" + string(e.ID))); err != nil {
			return err
		}
		if row, ok, err := seenTable.Get(tx, string(e.Channel), string(e.ID)); err != nil || ok {
			out, err = b.again(tx, e, row, err)
			return err
		}
		out, err = b.first(tx, e, now, do, slices.Contains(how, lenient))
		return err
	})
	if err == nil && len(out) > 0 {
		b.Outbox.Nudge(out...)
	}
	return err
}

// again is what a repeated event does: nothing, but that an answer which is
// still on its way may use the token anew; the outbox is nudged to look.
func (b *Bot) again(tx store.Tx, e *Event, row seenRow, err error) ([]Intent, error) {
	if err != nil || row.Out == "" || e.Reply.Value == "" {
		return nil, err
	}
	if err := b.Outbox.Renew(tx, row.Out, e.Reply); err != nil {
		return nil, err
	}
	return []Intent{{ID: row.Out, Channel: e.Channel}}, nil
}

// first does an event that was not seen before.
func (b *Bot) first(tx store.Tx, e *Event, now time.Time, do func(*Turn) (string, error), lenient bool) ([]Intent, error) {
	t, err := b.begin(tx, e, now)
	if err != nil && (!lenient || t == nil) {
		return nil, err
	}
	end, err := t.safely(do)
	if err != nil {
		return nil, err
	}
	return t.finish(end)
}

// begin reads what a turn needs before its command.
func (b *Bot) begin(tx store.Tx, e *Event, now time.Time) (*Turn, error) {
	g := &guard{Tx: tx}
	t := &Turn{Tx: g, puts: g, Now: now, Event: e, bot: b, session: &session{}, Printer: i18n.For(b.Lang)}
	if e.Chat.ID == "" || e.Kind == Odd || e.Kind == Ignored || e.Kind == Standby {
		return t, nil
	}
	t.lane = b.Persons.Lane(e.Chat)
	if err := tx.Lock(store.Subject("chat/" + t.lane.String())); err != nil {
		return nil, err
	}
	var err error
	if t.chat, _, err = chatTable.Get(tx, t.lane.String()); err != nil {
		t.chat = t.chatBefore // nothing was read, so nothing is written
		return t, fmt.Errorf("bot: what is kept of a chat: %w", err)
	}
	t.chatBefore = t.chat
	if e.From != "" && t.concernsPerson() {
		if t.Person, err = b.Persons.Meet(tx, e, now); err != nil {
			return t, fmt.Errorf("bot: meeting a person: %w", err)
		}
		t.Printer = i18n.For(t.Person.Lang)
		if err := t.loadSession(); err != nil {
			return t, err
		}
	}
	return t, nil
}

// concernsPerson is false for the chatter of a group, which must not make
// persons of people who never spoke to the bot.
func (t *Turn) concernsPerson() bool {
	e := t.Event
	if !e.Chat.Group {
		return true
	}
	if e.Kind == Said {
		_, slash := ParseLine(e.Text)
		return slash || e.ToBot || e.Quoted != nil || t.openInGroup()
	}
	return e.Kind == Pressed
}

// safely turns a panic in a command into an error: one odd event must not stop
// the counter.
func (t *Turn) safely(do func(*Turn) (string, error)) (end string, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("bot: panic: %v\n%s", p, debug.Stack())
		}
	}()
	return do(t)
}

// finish writes what the turn leaves behind and puts its words in the outbox.
func (t *Turn) finish(end string) ([]Intent, error) {
	b, e, tx := t.bot, t.Event, t.puts.Tx
	out := t.told
	row := seenRow{At: t.Now, End: end}
	if len(t.said) > 0 || e.Callback != "" || t.door != nil {
		if len(t.said) > MaxMessages {
			return nil, fmt.Errorf("bot: %d messages in one answer", len(t.said))
		}
		answer := t.answer()
		row.Out = answer.ID
		out = append([]Intent{answer}, out...)
	}
	if err := seenTable.Put(tx, row, string(e.Channel), string(e.ID)); err != nil {
		return nil, err
	}
	if err := t.saveChat(); err != nil {
		return nil, err
	}
	if len(out) == 0 {
		return nil, nil
	}
	if err := b.Outbox.Put(tx, t.Now, out...); err != nil {
		return nil, fmt.Errorf("bot: outbox: %w", err)
	}
	return out, nil
}

// answer is the intent of what was said to the speaker.
func (t *Turn) answer() Intent {
	e := t.Event
	to := Address{Chat: e.Chat}
	if !e.Chat.Group {
		to.Person = e.Identity()
	}
	x := Intent{
		ID: t.intentID("a"), Channel: e.Channel, Lane: t.lane, Class: Answer, Carriage: PushNow,
		Born: t.Now, Ref: t.ref,
		Letter: Letter{To: to, Reply: e.Reply, Callback: e.Callback, On: e.On, Messages: t.said, Door: t.door},
	}
	if e.Chat.Group {
		x.Letter.ReplyTo = e.Message
	} else {
		x.Person = t.Person.ID
	}
	return x
}
