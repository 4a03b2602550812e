package sim

import "net/http"

// controlTelegram adds Telegram's verbs to the control interface.
func (s *Sim) controlTelegram(mux *http.ServeMux) {}
