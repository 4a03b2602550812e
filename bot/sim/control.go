package sim

import "net/http"

// control is the HTTP interface that drives the world.
func (s *Sim) control() http.Handler {
	mux := http.NewServeMux()
	s.controlTelegram(mux)
	return mux
}
