package main

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"

	"regulars/bot"
	"regulars/store/backup"
)

// The checks say what is wrong with a value that is not empty. Those of secrets
// never repeat it.

var (
	nameForm     = regexp.MustCompile(`^[a-z0-9-]{1,20}$`)
	digitsForm   = regexp.MustCompile(`^[0-9]{1,20}$`)
	basicForm    = regexp.MustCompile(`^@?[0-9A-Za-z._-]{1,30}$`)
	tokenForm    = regexp.MustCompile(`^[1-9][0-9]{0,17}:[A-Za-z0-9_-]+$`)
	secretForm   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,256}$`)
	usernameForm = regexp.MustCompile(`^@?[A-Za-z0-9_]{1,64}$`)
	domainForm   = regexp.MustCompile(`^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}$`)
)

func matches(re *regexp.Regexp, s, wrong string) string {
	if re.MatchString(s) {
		return ""
	}
	return wrong
}

func checkName(s string) string {
	if s == string(smsChannel) {
		return `"sms" is kept for text messages; choose another name`
	}
	return matches(nameForm, s, fmt.Sprintf("%q is not a name: 1 to 20 small letters, digits and hyphens, as in \"main\"", s))
}

func checkKind(s string) string {
	if s == string(bot.LINE) || s == string(bot.Telegram) {
		return ""
	}
	return fmt.Sprintf("%q is not a kind of channel; it is \"line\" or \"telegram\"", s)
}

func checkDigits(s string) string { return matches(digitsForm, s, "must be digits only") }

func checkProvider(s string) string {
	return matches(nameForm, s, fmt.Sprintf("%q is not a name: 1 to 20 small letters, digits and hyphens, as in \"acme\"", s))
}

func checkBasic(s string) string { return matches(basicForm, s, "must look like @abc1234d") }

func checkToken(s string) string {
	return matches(tokenForm, s, "does not look like 123456:ABC…; copy it again from BotFather")
}

func checkSecretToken(s string) string {
	return matches(secretForm, s, "may have 1 to 256 characters of A-Z a-z 0-9 _ -")
}

func checkUsername(s string) string {
	return matches(usernameForm, s, "must be the bot's name: letters, digits and _")
}

func checkDomain(s string) string {
	return matches(domainForm, s, fmt.Sprintf("%q is not a host name, as in bot.example.com, without https:// and without a port", s))
}

func checkOnOff(s string) string {
	if s == "true" || s == "false" {
		return ""
	}
	return "must be true or false"
}

// shortestEvery keeps backups from following one another without rest.
const shortestEvery = 10 * time.Minute

func checkEvery(s string) string {
	if d, err := time.ParseDuration(s); err != nil || d < shortestEvery {
		return fmt.Sprintf("%q must be a time like 24h or 90m, of 10m at least", s)
	}
	return ""
}

func checkKeep(s string) string {
	if _, err := backup.ParseKeep(s); err != nil {
		return err.Error()
	}
	return ""
}

func checkRecipients(s string) string {
	if _, err := backup.Recipients(readWords(s)...); err != nil {
		return "must be age recipients, which begin with age1; the identity that begins with AGE-SECRET-KEY is not for here: keep it elsewhere"
	}
	return ""
}

// readWords splits what a list was written as.
func readWords(s string) (all []string) {
	for word := range strings.SplitSeq(s, ",") {
		if word = strings.TrimSpace(word); word != "" {
			all = append(all, word)
		}
	}
	return all
}

func checkListen(s string) string {
	_, port, err := net.SplitHostPort(s)
	if err == nil {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	if err != nil {
		return fmt.Sprintf("%q is not an address to listen at, as in 127.0.0.1:8080 or :8080", s)
	}
	return ""
}

// longestDrain keeps a stop from looking like a hang.
const longestDrain = 5 * time.Minute

func checkDrain(s string) string {
	if d, err := time.ParseDuration(s); err != nil || d < 0 || d > longestDrain {
		return fmt.Sprintf("%q must be a time like 10s, of 5m at most", s)
	}
	return ""
}

func checkPublic(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return fmt.Sprintf("%q is not an address, as in https://bot.example.com", s)
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return "must be a bare address without ?, # and @"
	case strings.HasSuffix(s, "/"):
		return "must not end in a slash: " + strings.TrimRight(s, "/")
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "must begin with https://; LINE and Telegram accept nothing else"
	}
	return ""
}

func loopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func checkBase(s string) string {
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Sprintf("%q is not an http or https address", s)
	}
	return ""
}

func checkProxies(s string) string {
	for p := range strings.SplitSeq(s, ",") {
		if _, err := readProxy(p); err != nil {
			return fmt.Sprintf("%q is neither an IP address nor a network, as in 10.0.0.0/8", strings.TrimSpace(p))
		}
	}
	return ""
}

// checkNetworks is checkProxies for what webhooks may reach: an inner network, and
// not everything.
func checkNetworks(s string) string {
	if wrong := checkProxies(s); wrong != "" {
		return wrong
	}
	for _, p := range readProxies(s) {
		if p.Bits() < 7 { // fc00::/7 is the widest that is anybody's own
			return fmt.Sprintf("%s is not a network of your own; name that, as in 10.0.0.0/8", p)
		}
	}
	return ""
}

func readProxies(s string) (all []netip.Prefix) {
	if s == "" {
		return nil
	}
	for p := range strings.SplitSeq(s, ",") {
		if n, err := readProxy(p); err == nil {
			all = append(all, n)
		}
	}
	return all
}

// readProxy reads a network, or one address as the network of itself.
func readProxy(s string) (netip.Prefix, error) {
	s = strings.TrimSpace(s)
	if ip, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	p, err := netip.ParsePrefix(s)
	return p.Masked(), err
}
