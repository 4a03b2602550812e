package telegram

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Finding is one thing that the doctor looked at. Text says what is, Fix what
// to do about it, a step a line; Fix is empty where nothing is to be done.
type Finding struct {
	OK   bool
	Text string
	Fix  string
}

// stale is how long a webhook's last failure is worth telling.
const stale = 24 * time.Hour

// botFather is where a bot's owner presses.
const botFather = "Write to @BotFather on Telegram: "

// Doctor looks at the bot from outside: its token, its webhook and its switches
// at BotFather. webhook is the address that should be set, empty with polling.
func (c *Channel) Doctor(ctx context.Context, webhook string) []Finding {
	account, err := c.Me(ctx)
	if err != nil {
		return []Finding{c.noAccess(ctx, err)}
	}
	found := []Finding{{OK: true, Text: "Telegram knows this bot as @" + account.Username}}
	if !strings.EqualFold(c.me(), account.Username) {
		found = append(found, Finding{Text: fmt.Sprintf("username is %q here, and the bot is @%s", c.me(), account.Username),
			Fix: fmt.Sprintf("Set username = %q, or leave it out; posters, invitations and buttons in groups lead to it", account.Username)})
	}
	info, err := c.webhook(ctx)
	if err != nil {
		found = append(found, Finding{Text: fmt.Sprintf("the webhook cannot be looked at (%v)", err), Fix: "Try again in a minute"})
	} else {
		found = append(found, c.lookAtWebhook(info, webhook)...)
	}
	return append(found, lookAtSwitches(account)...)
}

// noAccess is why Telegram does not answer for the bot.
func (c *Channel) noAccess(ctx context.Context, err error) Finding {
	if h, err := c.Health(ctx); err == nil && h.Refused {
		return Finding{Text: "Telegram does not accept the token",
			Fix: botFather + "/mybots, choose the bot, API Token\nCopy all of it into token, the digits before the colon too, and start serve again\nIf it was ever shown to strangers, press Revoke there first: the old one ends"}
	}
	return Finding{Text: fmt.Sprintf("Telegram cannot be reached for this bot (%v)", err),
		Fix: "Check that this machine is online and that nothing between keeps it from api.telegram.org on port 443\nIf api_base is set, check it; leave it out for Telegram's own"}
}

// hookPorts are those on which Telegram delivers (Bot API, setWebhook).
var hookPorts = []string{"", "443", "80", "88", "8443"}

func (c *Channel) lookAtWebhook(info webhookInfo, want string) (found []Finding) {
	bad := func(text, fix string) { found = append(found, Finding{Text: text, Fix: fix}) }
	well := func(text string) { found = append(found, Finding{OK: true, Text: text}) }
	switch u, err := url.Parse(want); {
	case want == "" && info.URL == "":
		well("no webhook is set: messages are fetched")
	case want == "":
		bad("a webhook is set, and Telegram refuses to have messages fetched meanwhile",
			"If another program uses this bot, stop that one: only one can\nStart serve with polling = true, which removes the webhook")
	case err == nil && info.URL != want && !slices.Contains(hookPorts, u.Port()):
		bad("public_url has the port "+u.Port()+", on which Telegram delivers nothing",
			"Use 443, 80, 88 or 8443, best 443 by leaving the port out\nOr set polling = true, which needs no public address")
	case info.URL == "":
		bad("no webhook is set, so nothing that people write comes here", "Start serve once with public_url set: it sets "+want)
	case info.URL != want && sameHost(info.URL, want):
		bad("the webhook leads to another path of this host than "+want, "Start serve once, which sets it; if another program on this host uses the bot, stop that one first")
	case info.URL != want:
		bad("the webhook leads to another host than "+want+": another program may use this bot",
			"Stop the other one, or make a bot of its own for each (@BotFather, /newbot)\nThen start serve once, which takes the bot over")
	default:
		well("the webhook leads here")
	}
	if want != "" && info.URL == want && !sameKinds(info.Allowed) {
		bad("Telegram sends other kinds of messages than are read here", "Start serve once, which sets them")
	}
	if c.keys.Load().Secret == "" && want != "" {
		bad("secret_token is not set, so webhooks are refused", "Set secret_token to 32 random letters and digits, and start serve, which tells Telegram")
	}
	if at := time.Unix(info.ErrorDate, 0); info.ErrorDate > 0 && c.clock.Now().Sub(at) < stale {
		text, fix := undelivered(info.Error)
		bad(fmt.Sprintf("at %s UTC Telegram could not deliver: %s", at.UTC().Format("2006-01-02 15:04"), text), fix)
	}
	switch {
	case info.Pending >= pollBatch:
		bad(fmt.Sprintf("%d messages wait at Telegram, which drops them after a day", info.Pending), "Check that serve runs; once it can be reached they come by themselves")
	case info.Pending > 0:
		well(fmt.Sprintf("%d messages wait at Telegram and come when serve runs", info.Pending))
	}
	return found
}

// undelivered says in plain words why Telegram could not deliver, from
// getWebhookInfo's last_error_message.
func undelivered(message string) (text, fix string) {
	has := func(parts ...string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(strings.ToLower(message), p) })
	}
	_, code, _ := strings.Cut(message, "Wrong response from the webhook: ")
	status := 0
	fmt.Sscanf(code, "%d", &status)
	switch {
	case status == http.StatusUnauthorized || status == http.StatusForbidden:
		return "serve refused it, because its secret does not fit (" + message + ")",
			"Start serve once: it tells Telegram its secret_token anew when that has changed\nIf it goes on, check that no proxy in front takes the header X-Telegram-Bot-Api-Secret-Token away"
	case status == http.StatusNotFound:
		return "the address leads to something that does not know it (" + message + ")",
			"Check that public_url leads to this program and not to another site on the same name"
	case status/100 == 3:
		return "the address is redirected elsewhere (" + message + ")", "Set public_url to the address that the redirect ends at; Telegram does not follow"
	case status >= 500:
		return "serve, or the proxy or tunnel before it, could not take it (" + message + ")",
			"Check that serve runs, that the proxy or tunnel leads to the address in listen, and that the disk is not full"
	case has("ssl", "certificate", "tls"):
		return "the certificate is not accepted (" + message + ")",
			"Check that the certificate is valid, for this name, and complete with its intermediate ones\nWith domain set, serve gets one by itself: ports 80 and 443 must be open"
	case has("resolve", "hostname"):
		return "the name in public_url leads nowhere (" + message + ")", "Check the name, and its entry at your DNS provider"
	case has("connection", "timed out", "timeout", "refused"):
		return "it could not connect (" + message + ")",
			"Check that serve and its proxy or tunnel run, and that the port is open to the internet\nWithout a public address, set polling = true"
	}
	return message, "Check that public_url can be reached from the internet, with a valid certificate"
}

func lookAtSwitches(a Account) []Finding {
	groups := Finding{OK: true, Text: "it can be added to groups"}
	if !a.JoinsGroups {
		groups = Finding{Text: "it cannot be added to groups", Fix: "To use it there: " + strings.ToLower(botFather[:1]) + botFather[1:] + "/setjoingroups, choose the bot, Enable"}
	}
	privacy := Finding{OK: true, Text: "in groups it sees only what is meant for it (privacy mode is on)"}
	if a.ReadsAll {
		privacy = Finding{Text: "in groups it sees everything that people say, which it does not need (privacy mode is off)",
			Fix: botFather + "/setprivacy, choose the bot, Enable\nThen remove it from its groups and add it again: the switch counts from then on"}
	}
	return []Finding{groups, privacy}
}
