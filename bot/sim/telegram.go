package sim

import "net/http"

// telegramServer is Telegram's Bot API and the chats behind it.
type telegramServer struct{ sim *Sim }

func newTelegramServer(s *Sim) *telegramServer { return &telegramServer{sim: s} }

// ServeHTTP answers /bot<token>/<method> and /file/bot<token>/<path>.
func (g *telegramServer) ServeHTTP(w http.ResponseWriter, r *http.Request) { http.NotFound(w, r) }

func (g *telegramServer) close() {}
