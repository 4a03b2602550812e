package main

import (
	"bytes"
	"fmt"
	"strings"

	"regulars/bot"
)

// writeConfig is a new regulars.toml, explained by the table of options.
// Channels without their secrets are written as comments, to be filled in. data
// is "" for the normal place.
func writeConfig(data, publicURL string, channels []ChannelConfig) []byte {
	var b bytes.Buffer
	b.WriteString("# Regulars' configuration. `regulars check` names every mistake with its line.\n")
	b.WriteString("# Every key can come from the environment as well: REGULARS_LISTEN, or for a channel\n")
	b.WriteString("# REGULARS_CHANNEL_MAIN_TOKEN; a secret also from the file that …_TOKEN_FILE names.\n\n")
	for _, o := range shopOptions {
		value, written := o.normal, o.normal != ""
		if o.key == "public_url" && publicURL != "" {
			value, written = publicURL, true
		}
		if o.key == "data" && data != "" {
			value = data
		}
		writeOption(&b, o.key, literal(value, o.form), o.doc, written)
	}
	writeSMS(&b)
	for _, c := range channels {
		writeChannel(&b, c)
	}
	return b.Bytes()
}

// writeSMS writes [sms] as a comment: few shops have a gateway on the first day.
func writeSMS(b *bytes.Buffer) {
	b.WriteString("\n# For text messages (who lost a phone proves the number by a code), take away the # here and below:\n")
	b.WriteString("#[sms]\n")
	for _, o := range smsOptions {
		value := o.normal
		switch o.key {
		case "url":
			value = "https://sms.example.com/send"
		case "body":
			value = `{"to":"{to}","text":"{text}"}`
		case "headers":
			value = "Authorization: Bearer {secret}"
		}
		writeOption(b, o.key, literal(value, o.form), o.doc, false)
	}
}

// writeChannel writes one [[channel]]; as a comment where it is not in use yet.
func writeChannel(b *bytes.Buffer, c ChannelConfig) {
	used := c.ChannelSecret != "" || c.Token != ""
	var block bytes.Buffer
	block.WriteString("[[channel]]\n")
	writeOption(&block, "name", quoted(string(c.Name)), nameOptions[0].doc, true)
	writeOption(&block, "kind", quoted(string(c.Kind)), "", true)
	for _, o := range channelOptions[c.Kind] {
		value := o.normal
		if o.field != nil {
			value = *o.field(&c)
		} else if c.Polling {
			value = "true"
		}
		advanced := value == "" && strings.HasSuffix(o.key, "api_base")
		if !advanced {
			writeOption(&block, o.key, literal(value, o.form), o.doc, value != "" || !used)
		}
	}
	b.WriteString("\n")
	if used {
		b.Write(block.Bytes())
		return
	}
	fmt.Fprintf(b, "# For %s, take away the # before [[channel]] and before each key that you fill in:\n", map[bot.Platform]string{bot.LINE: "LINE", bot.Telegram: "Telegram"}[c.Kind])
	for line := range strings.Lines(block.String()) {
		b.WriteString("#" + strings.TrimPrefix(line, "#"))
	}
}

// writeOption writes one key under its explanation; one that is not written yet
// stands as a comment.
func writeOption(b *bytes.Buffer, key, value, doc string, written bool) {
	if doc != "" {
		b.WriteString("# " + doc + "\n")
	}
	if !written {
		key = "#" + key
	}
	b.WriteString(key + " = " + value + "\n")
}

// literal is a value as TOML.
func literal(text string, f form) string {
	switch {
	case f == onOff && text == "":
		return "false"
	case f == onOff, f == onOffOr && (text == "true" || text == "false"):
		return text
	case f == list:
		var items []string
		for s := range strings.SplitSeq(text, ",") {
			if s != "" {
				items = append(items, quoted(s))
			}
		}
		return "[" + strings.Join(items, ", ") + "]"
	}
	return quoted(text)
}

// quoted is a TOML text. Line breaks and the like do not come here: the checks
// and shop.Tidy refuse them, and reading the result again would.
func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
