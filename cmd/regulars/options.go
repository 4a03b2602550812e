package main

import (
	"cmp"
	"os"
	"strings"
	"time"

	"regulars/bot"
	"regulars/bot/sms"
	"regulars/store/backup"
)

// form is how an option's value is written.
type form int

const (
	words   form = iota // text in quotes
	list                // ["a", "b"]; a,b in the environment
	onOff               // true or false
	onOffOr             // true, false, or text in quotes
)

// option is one key of the configuration: the one place that says what it is
// called, in the file and in the environment, what it may be, what holds
// without it, and how it is explained in the file that init writes.
type option[T any] struct {
	key    string
	form   form
	normal string              // what holds where it is not written
	needed bool                // refused where it is missing
	secret bool                // may also come from a file: KEY_FILE in the environment
	check  func(string) string // what is wrong with a value that is not empty; "" is nothing
	doc    string
	field  func(*T) *string // where text goes; set does the rest
	set    func(*T, string)
}

// shopOptions are the keys at the top of the file.
var shopOptions = []option[Config]{
	{key: "listen", normal: "127.0.0.1:8080", check: checkListen, field: func(c *Config) *string { return &c.Listen },
		doc: "where serve listens; a proxy or tunnel with https stands in front, unless domain is set"},
	{key: "metrics_listen", check: checkListen, field: func(c *Config) *string { return &c.MetricsListen },
		doc: "where /metrics answers, for Prometheus, as in 127.0.0.1:9090; keep the world away from it; empty is off"},
	{key: "log", normal: logText, check: checkLog, field: func(c *Config) *string { return &c.Log },
		doc: "how serve writes its log: text for people, json for programs"},
	{key: "log_level", normal: "info", check: checkLogLevel, set: func(c *Config, s string) { c.LogLevel = logLevels[s] },
		doc: "from where on: debug has a line for each request, then info, warn, error"},
	{key: "drain", normal: "0s", check: checkDrain, set: func(c *Config, s string) { c.Drain, _ = time.ParseDuration(s) },
		doc: "for how long serve goes on answering after it was told to stop, while /readyz says no: as long as your load balancer needs to notice, as in 10s"},
	{key: "public_url", check: checkPublic, field: func(c *Config) *string { return &c.PublicURL },
		doc: "how phones and platforms reach listen, as in https://bot.example.com; needed by LINE and for cards"},
	{key: "domain", check: checkDomain, field: func(c *Config) *string { return &c.Domain },
		doc: "set it, and serve gets its own certificate and answers on ports 80 and 443; the name must lead to this machine"},
	{key: "trusted_proxies", form: list, check: checkProxies, set: func(c *Config, s string) { c.TrustedProxies = readProxies(s) },
		doc: "proxies whose X-Forwarded-For is believed, as in [\"127.0.0.1\", \"10.0.0.0/8\"]"},
	{key: "hooks_allow", form: list, check: checkNetworks, set: func(c *Config, s string) { c.HooksAllow = readProxies(s) },
		doc: "networks of your own that webhooks may be sent to, as in [\"10.0.0.0/8\"]; without it only the public internet"},
	{key: "flood_limit", form: onOff, normal: "true", check: checkOnOff, set: func(c *Config, s string) { c.Unbounded = s == "false" },
		doc: "how much one person or group may say in a short time is bounded; false only where machines type into chats"},
	{key: "data", normal: "regulars.db", secret: true, check: checkData, field: func(c *Config) *string { return &c.Data },
		doc: "everything the shop knows, in one file; or in PostgreSQL, for several machines: postgres://user:password@host/database. Paths here are relative to this file's folder"},
	{key: "admin_socket", normal: "regulars.sock", field: func(c *Config) *string { return &c.AdminSocket },
		doc: "where other regulars commands speak to a running serve; only this account may open it"},
	{key: "programme", normal: "programme.toml", field: func(c *Config) *string { return &c.Programme },
		doc: "the rules: what earns points, and when they expire"},
	{key: "key_file", normal: "regulars.key", field: func(c *Config) *string { return &c.KeyFile },
		doc: "the key that seals names and numbers; keep a copy elsewhere, without it nothing sealed can be read"},
	{key: "cert_dir", normal: "certs", field: func(c *Config) *string { return &c.CertDir },
		doc: "where certificates are kept when domain is set"},
	{key: "backup_dir", normal: "backups", field: func(c *Config) *string { return &c.BackupDir },
		doc: "where serve puts a backup by itself; best on another disk or machine; empty switches it off"},
	{key: "backup_every", normal: "24h", check: checkEvery, set: func(c *Config, s string) { c.BackupEvery, _ = time.ParseDuration(s) },
		doc: "how often, as in 24h or 6h"},
	{key: "backup_keep", normal: "7 daily, 4 weekly", check: checkKeep, set: func(c *Config, s string) { c.BackupKeep, _ = backup.ParseKeep(s) },
		doc: "how many of them stay; older ones are deleted"},
	{key: "backup_recipient", form: list, check: checkRecipients, set: func(c *Config, s string) { c.BackupRecipient = readWords(s) },
		doc: "for whom backups are encrypted, as in [\"age1…\"]; `regulars backup --new-identity FILE` makes one; empty leaves them as they are"},
	{key: "journal", form: onOffOr, normal: "true", field: func(c *Config) *string { return &c.Journal },
		doc: "where backup_dir is set: true writes down beside the store what each second changes, for `regulars restore --at`; or a folder, best on another disk; false switches it off"},
}

// smsOptions are the keys of [sms].
var smsOptions = []option[sms.Config]{
	{key: "url", check: checkSMSURL, field: func(c *sms.Config) *string { return &c.URL },
		doc: "where your SMS gateway takes messages; codes that prove a phone number go out there"},
	{key: "method", normal: "POST", check: checkMethod, field: func(c *sms.Config) *string { return &c.Method },
		doc: "POST, or GET where everything stands in the address"},
	{key: "content_type", normal: "application/json", field: func(c *sms.Config) *string { return &c.ContentType },
		doc: "of the body: application/json, or application/x-www-form-urlencoded"},
	{key: "body", field: func(c *sms.Config) *string { return &c.Body },
		doc: "with places for {to} (+886912345678), {digits} (without the +), {text} and {secret}"},
	{key: "headers", form: list, set: func(c *sms.Config, s string) { c.Headers = readList(s) },
		doc: "sent along, as each gateway asks; {secret} stands for the key below"},
	{key: "secret", secret: true, field: func(c *sms.Config) *string { return &c.Secret },
		doc: "the gateway's key or password"},
	{key: "accepted", field: func(c *sms.Config) *string { return &c.Accepted },
		doc: "a text that the answer has when a message was taken, for gateways that say no with a 200"},
}

// nameOptions say which channel it is. They cannot come from the environment,
// because the names of variables are made of them.
var nameOptions = []option[ChannelConfig]{
	{key: "name", needed: true, check: checkName, set: func(c *ChannelConfig, s string) { c.Name = bot.ChannelName(s) }, doc: "small letters, digits and hyphens; its webhook is public_url/webhook/NAME"},
	{key: "kind", needed: true, check: checkKind, set: func(c *ChannelConfig, s string) { c.Kind = bot.Platform(s) }, doc: "line or telegram"},
}

// channelOptions are the further keys of a [[channel]], by kind.
var channelOptions = map[bot.Platform][]option[ChannelConfig]{
	bot.LINE: {
		{key: "channel_id", check: checkDigits, field: func(c *ChannelConfig) *string { return &c.ChannelID },
			doc: "LINE Developers console, Basic settings"},
		{key: "channel_secret", secret: true, field: func(c *ChannelConfig) *string { return &c.ChannelSecret },
			doc: "the same page; it proves that a webhook comes from LINE"},
		{key: "channel_secret_before", secret: true, field: func(c *ChannelConfig) *string { return &c.SecretBefore },
			doc: "the one before, while machines are changed one after the other; both are accepted"},
		{key: "channel_token", secret: true, field: func(c *ChannelConfig) *string { return &c.ChannelToken },
			doc: "long-lived, Messaging API page; left out, short-lived ones are fetched with channel_id and channel_secret"},
		{key: "provider", check: checkProvider, field: func(c *ChannelConfig) *string { return &c.Provider },
			doc: "with several LINE channels: a name of your choice, the same on all that stand under one provider in the console; whoever is a member in one is then a member in all"},
		{key: "basic_id", check: checkBasic, field: func(c *ChannelConfig) *string { return &c.BasicID },
			doc: "the account's name, as in @abc1234d; asked of LINE when left out"},
		{key: "api_base", check: checkBase, field: func(c *ChannelConfig) *string { return &c.APIBase },
			doc: "LINE's own unless set"},
		{key: "data_api_base", check: checkBase, field: func(c *ChannelConfig) *string { return &c.DataAPIBase },
			doc: "LINE's own unless set"},
	},
	bot.Telegram: {
		{key: "token", secret: true, check: checkToken, field: func(c *ChannelConfig) *string { return &c.Token },
			doc: "as BotFather gave it, 123456:ABC…"},
		{key: "secret_token", secret: true, check: checkSecretToken, field: func(c *ChannelConfig) *string { return &c.SecretToken },
			doc: "comes with every webhook; not needed with polling"},
		{key: "secret_token_before", secret: true, check: checkSecretToken, field: func(c *ChannelConfig) *string { return &c.SecretBefore },
			doc: "the one before, while machines are changed one after the other; both are accepted"},
		{key: "username", check: checkUsername, field: func(c *ChannelConfig) *string { return &c.Username },
			doc: "the bot's name without @; asked of Telegram when left out"},
		{key: "polling", form: onOff, normal: "false", check: checkOnOff, set: func(c *ChannelConfig, s string) { c.Polling = s == "true" },
			doc: "true fetches messages instead of waiting for webhooks: no public_url is needed"},
		{key: "api_base", check: checkBase, field: func(c *ChannelConfig) *string { return &c.APIBase },
			doc: "Telegram's own unless set"},
	},
}

func other(p bot.Platform) bot.Platform {
	if p == bot.LINE {
		return bot.Telegram
	}
	return bot.LINE
}

func keysOf[T any](options []option[T]) (keys []string) {
	for _, o := range options {
		keys = append(keys, o.key)
	}
	return keys
}

// read takes the values of options from the environment, else from the file,
// else the normal ones. prefix begins the variables' names; "" asks none.
func read[T any](l *loader, s *section, options []option[T], prefix, path string, into *T) {
	for _, o := range options {
		text, line, name := o.normal, s.line(o.key), path+o.key
		if v, ok := s.values[o.key]; ok {
			given, wrong := textOf(v, o.form)
			if wrong != "" {
				l.complain(line, name, wrong, "")
				continue
			}
			text = given
		}
		if prefix != "" {
			if given, from, ok := l.fromEnv(prefix+strings.ToUpper(o.key), o.secret); ok {
				text, line, name = given, 0, from
			}
		}
		text = strings.TrimSpace(text)
		if l.texts != nil {
			l.texts[cmp.Or(l.within, path)+o.key] = text
		}
		if text == "" && o.needed {
			l.complain(s.at, name, "is missing", o.doc)
			continue
		}
		if o.check != nil && text != "" {
			if wrong := o.check(text); wrong != "" {
				l.complain(line, name, wrong, "")
			}
		}
		if o.field != nil {
			*o.field(into) = text
		} else {
			o.set(into, text)
		}
	}
}

// fromEnv reads a variable, or for secrets the file that NAME_FILE names. An
// empty variable is set: it takes back what the file says.
func (l *loader) fromEnv(name string, secret bool) (text, from string, ok bool) {
	text, ok = l.env(name)
	if !secret {
		return text, name, ok
	}
	path, byFile := l.env(name + "_FILE")
	switch {
	case !byFile || path == "":
		return text, name, ok
	case ok:
		l.complain(0, name, "is set, and so is "+name+"_FILE; keep one of them", "")
		return "", name, false
	}
	data, err := os.ReadFile(l.resolve(path))
	if err != nil {
		l.complain(0, name+"_FILE", "cannot be read: "+err.Error(), "")
		return "", name, false
	}
	return string(data), name + "_FILE", true
}
