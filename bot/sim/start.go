package sim

import (
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Sim is one simulated world.
type Sim struct {
	Clock  *Clock
	Faults *Faults
	Wire   *Wire

	mu       sync.Mutex    // guards both platforms' memory
	changed  chan struct{} // closed by notify; see await
	line     *lineServer
	telegram *telegramServer
	sms      *smsServer
	server   *http.Server
	addr     string
	where    func(string) string          // Options.Local
	hooks    http.RoundTripper            // Options.Webhooks
	ownClock bool                         // nobody else lives by Clock
	front    atomic.Pointer[http.Handler] // what stands at "/"; see Mount
}

// Options of a simulator for a program.
type Options struct {
	Listen string // "127.0.0.1:0" when empty
	Clock  *Clock // a new running one when nil
	// Zone is what a clock of its own tells the time in, and so the page and its
	// phones; nil: the machine's.
	Zone *time.Location

	// Local gives the address on this machine of one that the bot calls its
	// public one, for a demonstration in which https://shop.example stands for
	// a port on loopback. Webhooks go there, and the page looks there. Nil
	// leaves addresses as they are.
	Local func(address string) string

	// Listener and Webhooks stand for the network, in and out, of a world that has
	// none of its own, such as a test's whose time is invented; nil: the machine's.
	Listener net.Listener
	Webhooks http.RoundTripper
}

// Start opens the simulator's listener. Its addresses are [Sim.LineAPI],
// [Sim.LineDataAPI] and [Sim.TelegramAPI].
func Start(o Options) (*Sim, error) {
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	ownClock := o.Clock == nil
	if ownClock {
		o.Clock = &Clock{zone: o.Zone}
	}
	l := o.Listener
	if l == nil {
		var err error
		if l, err = net.Listen("tcp", o.Listen); err != nil {
			return nil, fmt.Errorf("sim: %w", err)
		}
	}
	s := &Sim{Clock: o.Clock, Faults: &Faults{}, Wire: &Wire{}, addr: l.Addr().String(), where: o.Local, hooks: o.Webhooks, ownClock: ownClock}
	s.line, s.telegram, s.sms = newLineServer(s), newTelegramServer(s), &smsServer{sim: s, token: SMSToken}
	mux := http.NewServeMux()
	mux.Handle("/line/", http.StripPrefix("/line", s.line))
	mux.Handle("/line-data/", http.StripPrefix("/line-data", s.line.data()))
	mux.Handle("/telegram/", http.StripPrefix("/telegram", s.telegram))
	mux.Handle("/sms/", http.StripPrefix("/sms", s.sms))
	mux.Handle("/control/", http.StripPrefix("/control", s.control()))
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if h := s.front.Load(); h != nil {
			(*h).ServeHTTP(w, r)
			return
		}
		http.NotFound(w, r)
	})
	s.server = &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go s.server.Serve(l)
	return s, nil
}

// New starts a simulator for a test and stops it at its end.
func New(t testing.TB) *Sim {
	t.Helper()
	s, err := Start(Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// LineAPI is the base address that stands for https://api.line.me.
func (s *Sim) LineAPI() string { return "http://" + s.addr + "/line" }

// LineDataAPI stands for https://api-data.line.me.
func (s *Sim) LineDataAPI() string { return "http://" + s.addr + "/line-data" }

// TelegramAPI stands for https://api.telegram.org.
func (s *Sim) TelegramAPI() string { return "http://" + s.addr + "/telegram" }

// Control is the address of the HTTP interface that drives the world.
func (s *Sim) Control() string { return "http://" + s.addr + "/control" }

// local is where an address of the bot's is reached.
func (s *Sim) local(address string) string {
	if s.where == nil {
		return address
	}
	return s.where(address)
}

// Address is where the simulator listens, "http://127.0.0.1:port/": the page's
// address once one is mounted.
func (s *Sim) Address() string { return "http://" + s.addr + "/" }

// Mount lets h answer at [Sim.Address] whatever is no platform's path; it is
// meant for what [Sim.Page] gives.
func (s *Sim) Mount(h http.Handler) { s.front.Store(&h) }

// Close stops the servers and forgets the world.
func (s *Sim) Close() {
	s.server.Close()
	s.line.close()
	s.telegram.close()
	if s.ownClock {
		s.Clock.end()
	}
}
