package hooks

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// ErrAddress reports an address that nothing is sent to: of this machine, of its
// network, or of no machine at all.
var ErrAddress = errors.New("hooks: this address is not of the public internet; name its network in hooks_allow if it is yours")

// ErrPort reports a port that nothing is sent to.
var ErrPort = errors.New("hooks: webhooks go to port 443 or 8443, and to others in networks of hooks_allow only")

// ErrURL reports an address that is no webhook's.
var ErrURL = errors.New("hooks: a webhook's address is https://host/path, without a name, a password or a #")

// Guard decides where webhooks may go. The zero Guard lets nothing but the public
// internet be reached; it may be used by many at once.
//
// The address that is checked is the one that is dialled: names are resolved
// here, each address is judged by itself, and the socket's own address is judged
// once more when it connects, so that a name that leads elsewhere a moment later
// gains nothing.
type Guard struct {
	// Allow are networks that may be reached besides, as the shop's own. Where
	// loopback is among them, http without TLS may be spoken to loopback.
	Allow []netip.Prefix
	// Lookup resolves a name; nil: the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
}

// ports are those of public receivers.
var ports = []uint16{443, 8443}

// never are addresses that no setting opens: those under which clouds give their
// machines' credentials to whoever asks from inside.
var never = []netip.Addr{
	netip.MustParseAddr("169.254.169.254"), netip.MustParseAddr("169.254.170.2"), netip.MustParseAddr("100.100.100.200"), netip.MustParseAddr("168.63.129.16"),
	netip.MustParseAddr("fd00:ec2::254"), netip.MustParseAddr("fd20:ce::254"),
}

// special are the networks of IPv4 that are not of the public internet (RFC 6890
// and IANA's registry of special-purpose addresses).
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
)

// public is what of IPv6 has been given out, and special6 what of that leads
// elsewhere: protocols' own (Teredo among them), examples, and 6to4, which hides
// an address of IPv4. So do NAT64 (64:ff9b::/96) and the forms below ::/96, which
// are not public to begin with.
var (
	public   = netip.MustParsePrefix("2000::/3")
	special6 = prefixes("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
)

func prefixes(texts ...string) (all []netip.Prefix) {
	for _, s := range texts {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

// Permits says whether anything may be sent to an address: nil, [ErrAddress] or
// [ErrPort].
func (g Guard) Permits(to netip.AddrPort) error {
	a := to.Addr()
	if !a.IsValid() || a.Zone() != "" {
		return ErrAddress
	}
	a = a.Unmap()
	switch {
	case slices.Contains(never, a):
		return ErrAddress
	case within(g.Allow, a):
		return nil
	case a.Is4() && within(special, a), a.Is6() && (!public.Contains(a) || within(special6, a)):
		return ErrAddress
	case !slices.Contains(ports, to.Port()):
		return ErrPort
	}
	return nil
}

func within(all []netip.Prefix, a netip.Addr) bool {
	return slices.ContainsFunc(all, func(p netip.Prefix) bool { return p.Contains(a) })
}

// plain says whether http without TLS may be spoken to an address.
func (g Guard) plain(a netip.Addr) bool { return a.Unmap().IsLoopback() && within(g.Allow, a.Unmap()) }

// maxURL is how many bytes of an address are taken.
const maxURL = 500

// Check looks whether an address can be a webhook's at all; where its name leads
// is seen at each delivery.
func (g Guard) Check(address string) error {
	u, err := url.Parse(address)
	if err != nil || len(address) > maxURL || u.Hostname() == "" || u.User != nil || u.Fragment != "" || u.Opaque != "" {
		return ErrURL
	}
	literal, notLiteral := netip.ParseAddr(u.Hostname())
	switch {
	case u.Scheme == "http" && notLiteral == nil && g.plain(literal): // a trial on this machine
	case u.Scheme != "https":
		return ErrURL
	}
	port, err := portOf(u)
	if err != nil {
		return ErrURL
	}
	if notLiteral == nil {
		return g.Permits(netip.AddrPortFrom(literal, port))
	}
	if !slices.Contains(ports, port) && len(g.Allow) == 0 {
		return ErrPort
	}
	return nil
}

func portOf(u *url.URL) (uint16, error) {
	switch {
	case u.Port() != "":
		n, err := strconv.ParseUint(u.Port(), 10, 16)
		return uint16(n), err
	case u.Scheme == "http":
		return 80, nil
	}
	return 443, nil
}

const (
	// sendWithin bounds one delivery, from the look-up of the name to the end of
	// the answer.
	sendWithin = 15 * time.Second
	dialWithin = 5 * time.Second
)

// dial connects to an address that the guard permits.
func (g Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, service, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.ParseUint(service, 10, 16)
	if err != nil {
		return nil, err
	}
	found, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	last := fmt.Errorf("hooks: a name without an address: %w", ErrAddress)
	d := net.Dialer{Timeout: dialWithin, Control: g.control}
	for _, a := range found {
		to := netip.AddrPortFrom(a, uint16(port))
		if last = g.Permits(to); last != nil {
			continue
		}
		var c net.Conn
		if c, last = d.DialContext(ctx, network, to.String()); last == nil {
			return c, nil
		}
	}
	return nil, last
}

func (g Guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	if g.Lookup != nil {
		return g.Lookup(ctx, host)
	}
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

// control judges the address of a socket that is about to connect.
func (g Guard) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return ErrAddress
	}
	return g.Permits(to)
}

// client speaks HTTP through the guard: no proxy from the environment, which
// would dial for us, and no redirect is followed.
func (g Guard) client() *http.Client {
	t := &http.Transport{
		Proxy: nil, DialContext: g.dial, TLSHandshakeTimeout: dialWithin, ResponseHeaderTimeout: sendWithin,
		MaxIdleConnsPerHost: inFlight, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 32 << 10,
	}
	return &http.Client{
		Transport: t, Timeout: sendWithin,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}
