package telegram

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// Finding is one thing that the doctor looked at, in plain words that say what
// to do when it is not well.
type Finding struct {
	OK   bool
	Text string
}

// stale is how long a webhook's last failure is worth telling.
const stale = 24 * time.Hour

// Doctor looks at the bot from outside: its token, its webhook and its switches
// at BotFather. webhook is the address that should be set, empty with polling.
func (c *Channel) Doctor(ctx context.Context, webhook string) []Finding {
	account, err := c.Me(ctx)
	if err != nil {
		return []Finding{{false, fmt.Sprintf("Telegram does not answer for this bot (%v). Check the token, api_base and the network.", err)}}
	}
	found := []Finding{{true, "Telegram knows this bot as @" + account.Username + "."}}
	if !strings.EqualFold(c.me(), account.Username) {
		found = append(found, Finding{false, fmt.Sprintf("The configuration calls the bot @%s. Set username = %q, or its start links lead nowhere.", c.me(), account.Username)})
	}
	info, err := c.webhook(ctx)
	if err != nil {
		found = append(found, Finding{false, fmt.Sprintf("The webhook cannot be looked at (%v).", err)})
	} else {
		found = append(found, c.lookAtWebhook(info, webhook)...)
	}
	return append(found, lookAtSwitches(account)...)
}

func (c *Channel) lookAtWebhook(info webhookInfo, want string) (found []Finding) {
	add := func(ok bool, format string, args ...any) {
		found = append(found, Finding{ok, fmt.Sprintf(format, args...)})
	}
	switch {
	case want == "" && info.URL == "":
		add(true, "No webhook is set: updates are polled.")
	case want == "":
		add(false, "A webhook is set, and Telegram refuses polling meanwhile. Starting with polling = true removes it.")
	case info.URL == "":
		add(false, "No webhook is set. Start the program once with public_url set, and it sets %s.", want)
	case info.URL != want && sameHost(info.URL, want):
		add(false, "The webhook leads to another path of this host than %s. Start the program once to set it.", want)
	case info.URL != want:
		add(false, "The webhook leads to another host than %s: another program may use this bot. Start this one to take it over.", want)
	default:
		add(true, "The webhook leads here.")
	}
	if want != "" && info.URL == want && !sameKinds(info.Allowed) {
		add(false, "Telegram sends other kinds of updates than are read here. Start the program once to set them.")
	}
	if c.secret == "" && want != "" {
		add(false, "secret_token is not set, so webhooks are refused. Set one of 32 random letters and digits.")
	}
	if at := time.Unix(info.ErrorDate, 0); info.ErrorDate > 0 && c.clock.Now().Sub(at) < stale {
		add(false, "Telegram could not deliver at %s: %s. Check that public_url is reachable from the internet, with a valid certificate.", at.UTC().Format(time.RFC3339), info.Error)
	}
	if info.Pending > 0 {
		add(info.Pending < pollBatch, "%d updates wait to be fetched.", info.Pending)
	}
	return found
}

func lookAtSwitches(a Account) []Finding {
	groups := Finding{true, "It can be added to groups."}
	if !a.JoinsGroups {
		groups = Finding{false, "It cannot be added to groups. To use it there, send BotFather /setjoingroups and choose Enable."}
	}
	privacy := Finding{true, "In groups it sees only what is meant for it (privacy mode is on)."}
	if a.ReadsAll {
		privacy = Finding{false, "In groups it sees everything that people say, which it does not need. Send BotFather /setprivacy and choose Enable."}
	}
	return []Finding{groups, privacy}
}
