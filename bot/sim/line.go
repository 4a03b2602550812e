package sim

import "net/http"

// lineServer is LINE's Messaging API and the memory behind it.
type lineServer struct{ sim *Sim }

func newLineServer(s *Sim) *lineServer { return &lineServer{sim: s} }

func (l *lineServer) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

func (l *lineServer) data() http.Handler { return l }

func (l *lineServer) close() {}
