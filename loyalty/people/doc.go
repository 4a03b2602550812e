// Package people keeps who the members are: their names, numbers, chat
// accounts, consents and cards, apart from the ledger, which knows ids only.
//
// # Keys
//
// The installation has one master key of 32 bytes, which the caller reads from
// its file. HKDF derives from it a key that wraps persons' keys, one for blind
// indexes (HMAC), one for card tokens and one for the ledger's chain
// ([Vault.ChainKey]). Every person has a key of his own, made at first contact.
// What is his is sealed with it (XChaCha20-Poly1305, the person and the purpose
// bound in); to erase him is to delete that key. Anything may be sealed so, in
// whatever table: [Vault.SealFor].
//
// # Rows
//
//	person/<member>             the person: dates, consents, wrapped key, sealed profile    for ever; nameless once erased
//	consent/<member>/<time>-<p> each yes and no: wording's version, when, where               until erased
//	datarequest/<member>        who waits for a copy of what is kept of them                until given or erased
//	ident/<hash>                chat account → member                                       until erased or unlinked
//	uname/<hash>                Telegram @name last seen → member                           until erased or changed
//	phone/<hash>/<member>       who claims a number, and who proved it                      until erased or changed
//	name/<hash>/<member>        beginnings of a member's names                              until erased or changed
//	nameof/<member>             which rows of name/ are the member's                        until erased
//	unnamed/<member>            new members whose rows of name/ are not written yet         until IndexNames wrote them
//	bday/<mm-dd>/<member>       birthdays, month and day in the open                        until erased or changed
//	card/<hash>                 card number → member                                        until erased or reissued
//	linkcode/<hash>, invite/<hash>  one-time codes not used yet                             ten minutes; an invitation seven days at most
//	recovery/<hash>             a recovery code → its member                                until used, erased or drawn anew
//	recoveryof/<member>         which recovery code is a member's                           the same
//	smscode/<hash>              six digits sent by SMS, by the account that asked           five minutes
//	provecode/<hash>            a chat that waits at the counter                            a quarter of an hour
//	lost/<member>               that a lock is for a lost phone                             until unlocked or erased
//	imported/<member>           which source brought him, and how far his claim has come    until erased
//	extid/<hash>                customer number, or phone, in another system → member        until erased
//	claims/<store>              how far a store's imported people have come: sums           for ever
//	throttle/<name>/<hash>      attempts of one actor                                       the window
//	staff/<id>                  employees of now and before                                 for ever; nameless once erased
//	staffof/<member>            member → employee                                           for ever
//	device/<id>                 devices on the counter, of now and before; no personal data                  for ever
//	devlink/<hash>              one-time links that register a device                       ten minutes
//	pin/<staff>                 an employee's PIN: a slow hash, sealed                      until erased
//	pincode/<staff>             the code with which a PIN is chosen                         ten minutes
//	pinwait/<device>/<staff>    PINs tried on a device, of one employee or of "all"         a day
//	desk/<hash>                 an employee's turn at a device                              two days
//	weblink/<hash>              one-time links into the console                             five minutes
//	websession/<hash>           a manager's session in a browser                            until it ends: 12 hours unused, 14 days
//	webof/<staff>/<session>     which sessions are an employee's, and which links           the same
//	tomb/<hash>                 keyed tombstone of an account, a proven number, an import   until its end date
//	erased/<member>             the list that a restore applies                             for ever
//	keymark/lookup              a hash that only the store's own key gives                  for ever
//	keymark/generation          which generation of the key seals; none: the first          for ever
//
// Who was merged into another person ([Vault.Merge]) keeps his row, sealed, and
// his claim on his number; everything else by which he is found leads to the
// other, and so does his id ([Vault.Holder]).
//
// A hash is 128 bits of HMAC-SHA256 under the look-up key, each kind in its
// own domain. [Sweep] deletes what has run out, and lets those be found by name
// whose import was cut off.
//
// # Locks
//
// Whatever changes rows locks what it needs. Readers lock nothing, because
// most of what is read may change a moment later without harm; a caller who
// acts on a person's consent, status or freeze locks [Subject] first. The
// subjects are "member/<id>", "staff/<id>", and the word and hash of an index.
//
// # Refusals
//
// A refusal (ErrCode, *ThrottledError, ErrMergeNeeded, ErrPhoneTaken,
// ErrNotMember, ErrFrozen, …) leaves nothing half done, and the transaction
// that met it should commit: it holds the count of attempts.
package people
