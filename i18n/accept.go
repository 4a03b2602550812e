package i18n

import "strings"

// Accepted is the language to speak to a browser that sends this Accept-Language:
// the first it names that we speak, else the shop's own.
func Accepted(header string, own Lang) Lang {
	for _, tag := range strings.Split(header, ",") {
		tag, _, _ = strings.Cut(strings.TrimSpace(tag), ";")
		if l, ok := MatchNear(tag, own); ok && tag != "" && tag != "*" {
			return l
		}
	}
	return own
}
