package main

import (
	"net/url"
	"strings"

	"regulars/bot"
	"regulars/bot/outbox"
	"regulars/bot/sim"
	"regulars/bot/sms"
)

// smsChannel is what the outbox calls its way to text messages. No [[channel]]
// may be called so.
const smsChannel bot.ChannelName = "sms"

// simSMS is how the simulator's gateway is spoken to.
func simSMS(world *sim.Sim) sms.Config {
	return sms.Config{
		URL: world.SMSAPI(), Body: `{"to":"{to}","text":"{text}"}`,
		Headers: []string{"Authorization: Bearer {secret}"}, Secret: sim.SMSToken, Accepted: "accepted",
	}
}

// smsPace keeps a gateway from being flooded: few take more than some messages a
// second. How many go to one number is the throttles' affair.
var smsPace = outbox.Pace{Calls: outbox.Rate{PerSecond: 5, Burst: 5}}

// textMessages gives the outbox the gateway of the configuration, if there is
// one.
func (a *app) textMessages(o *outbox.Config) error {
	if a.cfg.SMS.URL == "" {
		return nil
	}
	g, err := sms.New(a.cfg.SMS)
	if err != nil {
		return err
	}
	o.Channels[smsChannel] = g
	if o.Paces == nil {
		o.Paces = map[bot.ChannelName]outbox.Pace{}
	}
	o.Paces[smsChannel] = smsPace
	a.shop.SMS = smsChannel
	return nil
}

// sms reads [sms], from the file or, written there or not, from REGULARS_SMS_URL
// and the like.
func (l *loader) sms(cfg *Config, t *section) {
	if t == nil {
		t = &section{path: "sms.", lines: map[string]int{}}
	}
	before := len(l.complaints)
	read(l, t, smsOptions, "REGULARS_SMS_", "sms.", &cfg.SMS)
	for _, key := range t.keys() {
		l.unknown(t, key, keysOf(smsOptions))
	}
	if len(l.complaints) > before {
		return
	}
	switch {
	case cfg.SMS.URL == "" && len(t.values) > 0:
		l.complain(t.at, "sms.url", "is missing", "the address where your SMS gateway takes messages")
	case cfg.SMS.URL != "" && l.secrets:
		if _, err := sms.New(cfg.SMS); err != nil {
			l.complain(t.at, "sms", strings.TrimPrefix(err.Error(), "sms: "), "")
		}
	}
}

// readList is a list as the environment writes it.
func readList(s string) (all []string) {
	for item := range strings.SplitSeq(s, ",") {
		if item = strings.TrimSpace(item); item != "" {
			all = append(all, item)
		}
	}
	return all
}

func checkMethod(s string) string {
	if s == "POST" || s == "GET" {
		return ""
	}
	return "must be POST or GET"
}

// checkSMSURL never repeats the address: some gateways want a password in it.
func checkSMSURL(s string) string {
	u, err := url.Parse(strings.NewReplacer("{", "", "}", "").Replace(s))
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not an address, as in https://sms.example.com/send"
	case u.Scheme == "http" && !loopback(u.Hostname()):
		return "must begin with https://; phone numbers and codes go there"
	}
	return ""
}
