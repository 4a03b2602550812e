package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"regulars/handlers/admin"
)

// plainEvery is how often progress is told where nobody sits at a terminal.
const plainEvery = 10 * time.Second

// progress shows an operation's lines: text on Stdout, how far it is on Stderr,
// drawn on a terminal and told now and then elsewhere.
type progress struct {
	m     *Main
	what  string
	bar   *progressbar.ProgressBar
	total int64
	done  int64
	told  time.Time
}

func (m *Main) newProgress(what string) *progress {
	return &progress{m: m, what: what, told: m.Clock.Now()}
}

// line shows one line.
func (p *progress) line(l admin.Line) {
	switch {
	case l.Progress == 0:
		if p.bar != nil {
			_ = p.bar.Clear()
		}
		p.m.say("%s", l.Text)
	case p.m.Terminal:
		p.draw(l)
	default:
		p.tell(l)
	}
}

// draw begins a new bar whenever another thing is counted.
func (p *progress) draw(l admin.Line) {
	if p.bar == nil || l.Total != p.total || l.Progress < p.done {
		p.end()
		most := l.Total
		if most == 0 {
			most = -1
		}
		// A spinner that turns by itself would go on writing beside Clear, and
		// after it: this one turns when something was done.
		p.bar = progressbar.NewOptions64(most, progressbar.OptionSetSpinnerChangeInterval(0), progressbar.OptionSetWriter(p.m.Stderr), progressbar.OptionSetDescription(p.what),
			progressbar.OptionShowCount(), progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish())
	}
	p.total, p.done = l.Total, l.Progress
	_ = p.bar.Set64(l.Progress)
}

func (p *progress) tell(l admin.Line) {
	now := p.m.Clock.Now()
	if now.Sub(p.told) < plainEvery {
		return
	}
	p.told = now
	of := ""
	if l.Total > 0 {
		of = fmt.Sprintf(" of %d", l.Total)
	}
	fmt.Fprintf(p.m.Stderr, "%s: %d%s\n", p.what, l.Progress, of)
}

// end takes the bar away.
func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar = nil
	}
}
