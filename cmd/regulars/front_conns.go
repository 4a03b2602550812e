package main

import (
	"net"
	"net/http"
	"sync"
)

// How many connections there may be at once: in all, and of one address that is
// neither this machine's nor a proxy's of the shop's.
const (
	mostConns   = 8192
	mostConnsOf = 256
)

// shares divides what there is among who asks: so much in all, and so much for
// one of them, so that nobody has it all.
type shares struct {
	most, each int

	mu  sync.Mutex
	all int
	of  map[string]int
}

// enter takes one for who, if there is one; free is who has no bound of their own.
func (s *shares) enter(who string, free bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all >= s.most || !free && s.of[who] >= s.each {
		return false
	}
	if s.of == nil {
		s.of = map[string]int{}
	}
	s.all++
	s.of[who]++
	return true
}

// leave gives back what enter took.
func (s *shares) leave(who string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all--
	if s.of[who]--; s.of[who] == 0 {
		delete(s.of, who)
	}
}

// openConns bounds those of one listener, and hangs up on whoever has too many:
// one who opens connections and holds them keeps nobody else out.
type openConns struct {
	shares
	near func(address string) bool // has no bound of its own
	in   sync.Map                  // net.Conn → who is counted for it
}

// bounded are the connections of one of the program's listeners.
func (a *app) bounded() *openConns {
	return &openConns{shares: shares{most: mostConns, each: mostConnsOf}, near: a.near}
}

// state is for http.Server.ConnState, which is told of every connection before
// anything is read of it.
func (b *openConns) state(c net.Conn, s http.ConnState) {
	switch s {
	case http.StateNew:
		host, _, err := net.SplitHostPort(c.RemoteAddr().String())
		if err != nil {
			host = c.RemoteAddr().String()
		}
		if who := subnet(host); b.enter(who, b.near(host)) {
			b.in.Store(c, who)
		} else {
			c.Close()
		}
	case http.StateClosed, http.StateHijacked:
		if who, counted := b.in.LoadAndDelete(c); counted {
			b.leave(who.(string))
		}
	}
}
