package sim

import (
	"fmt"
	"time"
)

// Person is what somebody can do on either platform. A LINE person and a
// Telegram person are different values even when they share a name.
//
// Say and Press return when the bot has answered the webhook, whatever its
// answer was; what the bot sends later is awaited with Await.
type Person interface {
	// Name is the person's display name.
	Name() string
	// Say types a text into the chat and sends it.
	Say(text string)
	// Press taps the newest visible button with this label: under a message,
	// a quick reply, or in a menu. It errs when there is none.
	Press(label string) error
	// Phone is the chat so far, one string a message, oldest first:
	// "ann> /points" for what people said, "bot< …" for what the bot sent.
	Phone() []string
	// Received is what the bot sent to the chat, rendered, without prefix.
	Received() []string
	// Buttons are the labels that could be pressed now, newest first.
	Buttons() []string
	// Await waits, for at most [AwaitLimit] of real time, until n messages
	// of the bot are there that no Await returned before, and returns all
	// such messages. Await(0) returns the unread ones at once.
	Await(n int) ([]string, error)
}

// AwaitLimit is how long Await waits, in real time.
const AwaitLimit = 30 * time.Second

// notify wakes whoever waits for the world to change. s.mu is held.
func (s *Sim) notify() {
	if s.changed != nil {
		close(s.changed)
		s.changed = nil
	}
}

// await blocks until ok, asked with s.mu held, is true. It errs after
// AwaitLimit; what names the thing waited for.
func (s *Sim) await(what string, ok func() bool) error {
	limit := time.NewTimer(AwaitLimit)
	defer limit.Stop()
	for {
		s.mu.Lock()
		if ok() {
			s.mu.Unlock()
			return nil
		}
		if s.changed == nil {
			s.changed = make(chan struct{})
		}
		changed := s.changed
		s.mu.Unlock()
		select {
		case <-changed:
		case <-limit.C:
			return fmt.Errorf("sim: waited %v for %s in vain", AwaitLimit, what)
		}
	}
}

// Settle waits until no call in either direction has ended for the time
// quiet, in real time: long enough to believe that the bot says nothing more.
func (s *Sim) Settle(quiet time.Duration) {
	calls, stop := s.Wire.Subscribe()
	defer stop()
	for {
		timer := time.NewTimer(quiet)
		select {
		case <-calls:
			timer.Stop()
		case <-timer.C:
			return
		}
	}
}
