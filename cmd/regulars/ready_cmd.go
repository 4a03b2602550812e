package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

type readyCmd struct{}

// Run asks the serve of this configuration, on this machine, whether it is
// ready: for health checks where there is no other program to ask with.
func (*readyCmd) Run(ctx context.Context, m *Main) error {
	cfg, _, err := m.deskConfig()
	if err != nil {
		return err
	}
	address := cfg.MetricsListen
	if address == "" {
		address = cfg.Listen
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	ctx, stop := context.WithTimeout(ctx, 3*time.Second)
	defer stop()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("no serve answers on %s", net.JoinHostPort(host, port))
	}
	defer res.Body.Close()
	text, _ := io.ReadAll(io.LimitReader(res.Body, 1<<12))
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(text)))
	}
	m.say("%s", strings.TrimSpace(string(text)))
	return nil
}
