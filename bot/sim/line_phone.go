package sim

import "fmt"

// Phone is the chat as this person's phone shows it; see [Person].
func (p *LinePerson) Phone() []string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	var out []string
	for _, m := range p.chat.seen(p.user) {
		out = append(out, m.line())
	}
	return out
}

// Received is what the bot sent, rendered.
func (p *LinePerson) Received() []string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	return p.received()
}

func (p *LinePerson) received() []string {
	var out []string
	for _, m := range p.chat.seen(p.user) {
		if m.from == nil {
			out = append(out, m.text)
		}
	}
	return out
}

// Raw are the wire objects that the bot sent to the chat.
func (p *LinePerson) Raw() []map[string]any {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	var out []map[string]any
	for _, m := range p.chat.seen(p.user) {
		if m.from == nil {
			out = append(out, m.body)
		}
	}
	return out
}

// Await waits for n messages; see [Person].
func (p *LinePerson) Await(n int) ([]string, error) {
	var unread []string
	err := p.ch.sim.await(fmt.Sprintf("%d messages to %s", n, p.Name()), func() bool {
		all := p.received()
		if len(all)-p.chat.read[p.user] < n {
			return false
		}
		unread = all[p.chat.read[p.user]:]
		p.chat.read[p.user] = len(all)
		return true
	})
	return unread, err
}

// Opened are the addresses that buttons opened, oldest first.
func (p *LinePerson) Opened() []string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	return append([]string(nil), p.user.opened...)
}

// Clipboard is the text that a button copied last.
func (p *LinePerson) Clipboard() string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	return p.user.clipboard
}

// Draft is the text waiting in the input field of the private chat.
func (p *LinePerson) Draft() string {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	return p.user.draft
}

// HasRead says whether the bot has marked the person's last message as read.
func (p *LinePerson) HasRead() bool {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	for i := len(p.chat.log) - 1; i >= 0; i-- {
		if m := p.chat.log[i]; m.from == p.user {
			return m.seen
		}
	}
	return false
}

// IsLoading says whether the loading animation shows in the private chat.
func (p *LinePerson) IsLoading() bool {
	p.ch.sim.mu.Lock()
	defer p.ch.sim.mu.Unlock()
	return p.ch.sim.Clock.Now().Before(p.ch.loading[p.chat.id])
}
