package hooks

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// TestGuard is case 33: what may be dialled, address by address.
func TestGuard(t *testing.T) {
	t.Parallel()
	refused := []string{
		// this machine
		"127.0.0.1", "127.8.9.10", "::1", "0.0.0.0", "0.1.2.3", "::",
		// its network, and what carriers and links use
		"10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "100.64.0.1", "100.127.255.255", "169.254.1.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "fec0::1",
		// clouds' machines' own
		"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254",
		// nobody's, everybody's, examples, benchmarks
		"224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "ff02::1", "ff0e::1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "198.19.255.255", "198.51.100.1", "203.0.113.1", "192.88.99.1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
		// an address of IPv4 in other clothes
		"::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::10.0.0.1", "::ffff:0:127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::1", "2002:a9fe:a9fe::", "2001:0:7f00:1::1",
	}
	for _, text := range refused {
		if err := (Guard{}).Permits(netip.AddrPortFrom(netip.MustParseAddr(text), 443)); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v, want ErrAddress", text, err)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1", "11.0.0.1", "223.255.255.254", "::ffff:8.8.8.8", "2606:4700:4700::1111", "2400:8902::1", "2a00:1450::1"} {
		if err := (Guard{}).Permits(netip.AddrPortFrom(netip.MustParseAddr(text), 443)); err != nil {
			t.Errorf("%s: %v, want it to be reached", text, err)
		}
	}
	for _, port := range []uint16{0, 22, 25, 80, 3306, 6379, 8080, 11211} {
		if err := (Guard{}).Permits(netip.AddrPortFrom(netip.MustParseAddr("8.8.8.8"), port)); !errors.Is(err, ErrPort) {
			t.Errorf("port %d: %v, want ErrPort", port, err)
		}
	}
}

func TestGuardAllowsWhatIsNamed(t *testing.T) {
	t.Parallel()
	g := Guard{Allow: prefixes("10.1.0.0/16", "127.0.0.0/8", "0.0.0.0/0")[:2]}
	for to, want := range map[string]error{
		"10.1.2.3:8080": nil, "[::ffff:10.1.2.3]:9000": nil, "127.0.0.1:1234": nil,
		"10.2.0.1:443": ErrAddress, "192.168.1.1:443": ErrAddress, "[::1]:443": ErrAddress, "8.8.8.8:8080": ErrPort,
	} {
		if err := g.Permits(netip.MustParseAddrPort(to)); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", to, err, want)
		}
	}
	everything := Guard{Allow: prefixes("0.0.0.0/0", "::/0")}
	for _, a := range never {
		if err := everything.Permits(netip.AddrPortFrom(a, 80)); !errors.Is(err, ErrAddress) {
			t.Errorf("%s: %v, want it refused whatever is allowed", a, err)
		}
	}
}

func TestCheckOfAddresses(t *testing.T) {
	t.Parallel()
	local := Guard{Allow: prefixes("127.0.0.0/8", "10.0.0.0/8")}
	for _, c := range []struct {
		g    Guard
		url  string
		want error
	}{
		{Guard{}, "https://till.example.com/hooks?shop=1", nil},
		{Guard{}, "https://till.example.com:8443/", nil},
		{Guard{}, "https://till.example.com:22/", ErrPort},
		{Guard{}, "https://8.8.8.8/", nil},
		{Guard{}, "https://127.0.0.1/", ErrAddress},
		{Guard{}, "https://[::ffff:127.0.0.1]/", ErrAddress},
		{Guard{}, "https://169.254.169.254/latest/meta-data", ErrAddress},
		{Guard{}, "http://till.example.com/", ErrURL},
		{Guard{}, "http://127.0.0.1/", ErrURL},
		{Guard{}, "https://user:pass@till.example.com/", ErrURL},
		{Guard{}, "https://till.example.com/#x", ErrURL},
		{Guard{}, "https:///path", ErrURL},
		{Guard{}, "ftp://till.example.com/", ErrURL},
		{Guard{}, "file:///etc/passwd", ErrURL},
		{Guard{}, "https://till.example.com:99999/", ErrURL},
		{Guard{}, "https://till.example.com/" + strings.Repeat("x", 500), ErrURL},
		{Guard{}, "", ErrURL},
		{local, "http://127.0.0.1:9000/", nil},
		{local, "http://localhost:9000/", ErrURL}, // a name may lead elsewhere tomorrow
		{local, "http://10.0.0.5/", ErrURL},
		{local, "https://10.0.0.5:9443/", nil},
		{local, "https://till.shop.lan:9443/", nil}, // decided at dial time
	} {
		if err := c.g.Check(c.url); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.url, err, c.want)
		}
	}
}

// TestRebinding: the name leads to the public internet when it is looked at, and
// to this machine when it is dialled. A receiver here must never hear of it.
func TestRebinding(t *testing.T) {
	t.Parallel()
	heard := false
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { heard = true }))
	defer s.Close()
	_, port, _ := net.SplitHostPort(s.Listener.Addr().String())
	answers := [][]netip.Addr{{netip.MustParseAddr("127.0.0.1")}, {netip.MustParseAddr("::ffff:127.0.0.1"), netip.MustParseAddr("10.0.0.1")}, {}}
	asked := 0
	g := Guard{Lookup: func(context.Context, string) ([]netip.Addr, error) {
		asked++
		return answers[asked-1], nil
	}}
	for range answers {
		if _, err := g.client().Get("http://rebind.example.com:" + port + "/"); !errors.Is(err, ErrAddress) {
			t.Errorf("look-up %d: %v, want ErrAddress", asked, err)
		}
	}
	// Where something else than the check chose the address, the socket refuses.
	if err := g.control("tcp", "127.0.0.1:443", nil); !errors.Is(err, ErrAddress) {
		t.Errorf("the socket: %v, want ErrAddress", err)
	}
	if heard || asked != len(answers) {
		t.Errorf("heard %v, asked %d times", heard, asked)
	}
	// One look-up a connection: what was checked is what was dialled.
	asked = 0
	g.Allow, answers = prefixes("127.0.0.0/8"), [][]netip.Addr{{netip.MustParseAddr("192.168.0.1"), netip.MustParseAddr("127.0.0.1")}}
	res, err := g.client().Get("http://till.example.com:" + port + "/")
	if err != nil || !heard || asked != 1 {
		t.Fatalf("%v, heard %v, asked %d times", err, heard, asked)
	}
	res.Body.Close()
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	followed := false
	mux := http.NewServeMux()
	s := httptest.NewServer(mux)
	defer s.Close()
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/inside", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/inside", func(http.ResponseWriter, *http.Request) { followed = true })
	g := Guard{Allow: prefixes("127.0.0.0/8")}
	res, err := g.client().Post(s.URL, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res.StatusCode != http.StatusTemporaryRedirect || followed {
		t.Errorf("status %d, followed %v", res.StatusCode, followed)
	}
}

// TestProxiesAreNotUsed: one in the environment would dial for us, unguarded.
func TestProxiesAreNotUsed(t *testing.T) {
	t.Parallel()
	if (Guard{}).client().Transport.(*http.Transport).Proxy != nil {
		t.Error("a proxy would dial in the guard's place")
	}
}
