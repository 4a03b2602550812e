package line

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
)

// LINE's ids are pasted into request paths by the module without escaping, so
// nothing but these forms may get that far (LINE docs, #source-user).
var (
	userForm  = regexp.MustCompile(`^U[0-9a-f]{32}$`)
	groupForm = regexp.MustCompile(`^[CR][0-9a-f]{32}$`)
	chatForm  = regexp.MustCompile(`^[UCR][0-9a-f]{32}$`)
	menuForm  = regexp.MustCompile(`^[0-9A-Za-z_-]{1,100}$`)
	eventForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
)

// hashID names an event that has no usable id of its own by its bytes, so that
// the very same bytes, sent again, are recognised.
func hashID(raw []byte) string {
	sum := sha256.Sum256(raw)
	return "sha256-" + hex.EncodeToString(sum[:16])
}
