// Package passbook is a member's statement as a file that anybody can check, years
// later and without the shop: plain text, a line for each entry of the ledger with
// the balance after it, and a signature.
//
// Its parts are the header, the entries and the closing. Each line of an entry ends
// with a link, the first half of SHA-256 over the link before it, a line break and
// the line; header and closing have one each. So whatever was changed is named by its
// line. The head is SHA-256 over all that stands above it, and Ed25519 (RFC 8032)
// signs the head. Anybody can recompute it: everything above the line "head:" through
// sha256sum.
//
// A line also carries the first half of its entry's own hash. That one is keyed, covers
// all entries before it, and only the shop can make it: beside the ledger it says
// whether the entry is still the one that was signed. Two statements of one account
// are compared by [Newer]: a shop that changed an entry contradicts its own signature.
//
// The package keeps nothing, and names nobody: the account is a digest, the card
// masked.
package passbook
