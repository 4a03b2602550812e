package bot

import "strings"

// StartPayload puts a command line into what a Telegram deep link can carry:
// "points g-7K2Q" becomes "points_g-7K2Q". ok is false when it cannot be told
// in 64 letters of A-Z, a-z, 0-9, "_" and "-" (core.telegram.org/bots/features).
func StartPayload(line string) (payload string, ok bool) {
	payload = strings.Join(strings.Fields(line), "_")
	if payload == "" || len(payload) > 64 || strings.Trim(payload, payloadLetters) != "" {
		return "", false
	}
	back, ok := StartCommand(payload)
	return payload, ok && back == strings.Join(strings.Fields(line), " ")
}

const payloadLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// StartCommand reads a deep link's payload as the command line it stands for.
// Words are parted by "_"; the first is a lower-case command name. Only the
// first "_" parts when the rest is one token that may hold "_" itself, which
// the receiving command sees as its arguments.
func StartCommand(payload string) (line string, ok bool) {
	name, args, _ := strings.Cut(payload, "_")
	if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return "", false
	}
	if args == "" {
		return name, true
	}
	return name + " " + args, true
}
