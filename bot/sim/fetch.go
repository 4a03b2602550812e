package sim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"
)

var fetchClient = &http.Client{
	Timeout:       5 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}

// errElsewhere says that an address does not lead to this machine.
var errElsewhere = errors.New("sim: not on this machine")

// fetch gets something of the bot's, as a platform or a phone does. Only
// loopback is asked, so that the simulator never leaves the machine.
func (s *Sim) fetch(address string) ([]byte, error) {
	u, err := url.Parse(s.local(address))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return nil, errors.New("sim: no http address")
	}
	if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, errElsewhere
	}
	res, err := fetchClient.Get(u.String())
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("sim: %s", res.Status)
	}
	return io.ReadAll(io.LimitReader(res.Body, 8<<20))
}
