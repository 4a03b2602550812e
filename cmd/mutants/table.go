package main

import "slices"

// mutant is one guard taken out: in File, Old becomes New. Then one of Tests,
// all of the package Room, has to fail.
type mutant struct {
	Guard    string // what is taken out, in words
	File     string
	Old, New string
	Room     string
	Tests    []string
	Scenes   string // of those tests, the scenes of conversations
	Linux    bool   // its tests run on Linux alone
}

// mutants are all that is tried. A row costs a build and the tests it names, so
// that the tests are the narrowest that know the guard.
var mutants = slices.Concat(doorGuards, ledgerGuards)

// doorGuards are what everything else leans on: that a thing happens once, is
// written down, signed, escaped, locked, agreed to and allowed.
var doorGuards = []mutant{
	{
		Guard: "unique key: an event that was seen is not done again",
		File:  "bot/handle.go",
		Old:   "string(e.Channel), string(e.ID)); err != nil || ok {",
		New:   "string(e.Channel), string(e.ID)); err != nil || ok && false {",
		Room:  "bot", Tests: []string{"TestFiveTimesAtOnce"},
	},
	{
		Guard: "unique key: an operation that was done is told, not done",
		File:  "loyalty/book/do.go",
		Old:   "if known, ok, err := knownOutcome(tx, act); err != nil || ok {",
		New:   "if known, ok, err := knownOutcome(tx, act); err != nil || ok && false {",
		Room:  "loyalty/book", Tests: []string{"TestCase1OneEventFiveTimesAtOnce", "TestCase3RedeemTappedTwice"},
	},
	{
		Guard: "unique key: one id with another payload is a conflict",
		File:  "loyalty/book/do.go",
		Old:   "if known.Digest != digest {",
		New:   "if false && known.Digest != digest {",
		Room:  "loyalty/book", Tests: []string{"TestCase8SameOperationOtherPayload"},
	},
	{
		Guard: "FIFO sort: what expires first is spent first",
		File:  "loyalty/apply.go",
		Old:   "if !sorted {",
		New:   "if false && !sorted {",
		Room:  "loyalty/book", Tests: []string{"TestRandomLivesAgreeWithOracle", "TestPoolTakesWhatGoesFirst"},
	},
	{
		Guard: "fsync: a commit of the file is on the disk",
		File:  "store/bolt/open.go",
		Old:   "NoSync:          db.opts.NoSync,",
		New:   "NoSync:          true,",
		Room:  "store/bolt", Tests: []string{"TestPowerCutOverFUSE"}, Linux: true,
	},
	{
		Guard: "fsync: the journal is on the disk each second",
		File:  "store/journal/writer.go",
		Old:   "if err := w.seg.Sync(); err != nil {",
		New:   "if err := error(nil); err != nil {",
		Room:  "store/journal", Tests: []string{"TestSyncedEachSecond"},
	},
	{
		Guard: "used once: a voucher",
		File:  "loyalty/voucher/use.go",
		Old:   "if err := v.open(act.Now); err != nil && !late {",
		New:   "if err := v.open(act.Now); err != nil && false {",
		Room:  "loyalty/voucher", Tests: []string{"TestCase6OneCodeTwentyEmployees", "TestInvariant22Lives"},
	},
	{
		Guard: "used once: a receipt's code",
		File:  "loyalty/receipt/credit.go",
		Old:   "if !ok || !s.Claimable(now) {",
		New:   "if !ok || false && !s.Claimable(now) {",
		Room:  "loyalty/receipt", Tests: []string{"TestCreditOnce", "TestVoidAndExpired"},
	},
	{
		Guard: "used once: a button's token",
		File:  "bot/token.go",
		Old:   "if !ok || row.Used || row.For != t.Person.ID",
		New:   "if !ok || row.For != t.Person.ID",
		Room:  "bot", Tests: []string{"TestOneTimeButton"},
	},
	{
		Guard: "a button's token is its person's alone",
		File:  "bot/token.go",
		Old:   "if !ok || row.Used || row.For != t.Person.ID",
		New:   "if !ok || row.Used",
		Room:  "bot", Tests: []string{"TestOneTimeButton"},
	},
	{
		Guard: "signature: LINE's webhook",
		File:  "bot/line/decode.go",
		Old:   `if signature == "" || !c.signed(signature, body) {`,
		New:   `if signature == "" {`,
		Room:  "bot/line", Tests: []string{"TestDecodeForged"},
	},
	{
		Guard: "signature: Telegram's secret",
		File:  "bot/telegram/telegram.go",
		Old:   "subtle.ConstantTimeCompare([]byte(given), []byte(secret)) == 1 || ok",
		New:   "subtle.ConstantTimeCompare([]byte(given), []byte(secret)) >= 0 || ok",
		Room:  "bot/telegram", Tests: []string{"TestDecodeRefusesUnsigned"},
	},
	{
		Guard: "signature: a member's card",
		File:  "loyalty/people/card.go",
		Old:   "if len(l.CardSecret) == 0 || !hmac.Equal(mac, v.cardMAC(body, l.CardSecret)) {",
		New:   "if len(l.CardSecret) == 0 || false && !hmac.Equal(mac, v.cardMAC(body, l.CardSecret)) {",
		Room:  "loyalty/people", Tests: []string{"TestCard.*"},
	},
	{
		Guard: "signature: a till's key",
		File:  "handlers/api/keys.go",
		Old:   "if !ok || !same || !row.Good() {",
		New:   "if !ok || same && false || !row.Good() {",
		Room:  "handlers/api", Tests: []string{"TestWrongKeys"},
	},
	{
		Guard: "signature: a counter's device",
		File:  "loyalty/people/device.go",
		Old:   "return row.Device, same && row.RevokedAt.IsZero(), nil",
		New:   "return row.Device, (same || true) && row.RevokedAt.IsZero(), nil",
		Room:  "loyalty/people", Tests: []string{"TestDevice.*", "TestRevokedDevice"},
	},
	{
		Guard: "a PIN is compared",
		File:  "loyalty/people/pin.go",
		Old:   "return hmac.Equal(p.hash, hashPIN(pin, p.salt)) && len(p.hash) > 0",
		New:   "return hmac.Equal(hashPIN(pin, p.salt), hashPIN(pin, p.salt)) && len(p.hash) > 0",
		Room:  "loyalty/people", Tests: []string{"TestPIN.*"},
	},
	{
		Guard: "escaping: Telegram's HTML",
		File:  "bot/telegram/rich.go",
		Old:   "b.WriteString(html.EscapeString(text[at:p.to]))",
		New:   "b.WriteString(text[at:p.to])",
		Room:  "bot/telegram", Tests: []string{"TestEncodeGolden", "TestEncodeAnything"},
	},
	{
		Guard: "escaping: the HTML of previews and phones",
		File:  "bot/draw/writer.go",
		Old:   "func (w *writer) text(s string) { w.b.WriteString(html.EscapeString(clean(s))) }",
		New:   "func (w *writer) text(s string) { _ = html.EscapeString; w.b.WriteString(clean(s)) }",
		Room:  "bot/draw", Tests: []string{"Test.*"},
	},
	{
		Guard: "escaping: a spreadsheet's formula",
		File:  "handlers/admin/sheet.go",
		Old:   `return "'" + s`,
		New:   `return s`,
		Room:  "handlers/admin", Tests: []string{"TestCellsAreTexts"},
	},
	{
		Guard: "lock: two updates of one subject wait for one another",
		File:  "store/postgres/update.go",
		Old:   "if !slices.Contains(t.held, k) && !slices.Contains(t.wanted, k) {",
		New:   "if false && !slices.Contains(t.held, k) && !slices.Contains(t.wanted, k) {",
		Room:  "store/postgres", Tests: []string{"TestOneSubject"},
	},
	{
		Guard: "lock: an operation is locked before it is looked up",
		File:  "loyalty/book/do.go",
		Old:   "subjects := []store.Subject{opSubject(act.Op), memberSubject(m)}",
		New:   "subjects := []store.Subject{memberSubject(m)}",
		Room:  "loyalty/book", Tests: []string{"TestAnEverydayLife"},
	},
	{
		Guard: "consent: promotion to one person",
		File:  "handlers/shop/maysend.go",
		Old:   `case i.Class == bot.Promo && !p.Agreed(people.ForPromo):`,
		New:   `case false && i.Class == bot.Promo && !p.Agreed(people.ForPromo):`,
		Room:  "handlers/shop", Tests: []string{"TestPromotionAsksForConsent"},
	},
	{
		Guard: "consent: promotion to many",
		File:  "handlers/shop/maysend.go",
		Old:   `case class == bot.Promo && !p.Agreed(people.ForPromo):`,
		New:   `case false && class == bot.Promo && !p.Agreed(people.ForPromo):`,
		Room:  "cmd/regulars", Tests: []string{"TestWireCase16SaidNoMeanwhile"},
	},
	{
		Guard: "quiet hours: many",
		File:  "handlers/shop/maysend.go",
		Old:   "if open := at.QuietIn(now, zone); open.After(now) {\n\t\treturn May{NotBefore: open}, nil",
		New:   "if open := at.QuietIn(now, zone); false && open.After(now) {\n\t\treturn May{NotBefore: open}, nil",
		Room:  "handlers/shop", Tests: []string{"TestQuietHoursBindWhoWasLetGoBefore"},
	},
	{
		Guard: "role: a command of the staff",
		File:  "bot/route.go",
		Old:   "case cmd.Role > Member && t.Person.Role < cmd.Role:",
		New:   "case false && cmd.Role > Member && t.Person.Role < cmd.Role:",
		Room:  "handlers", Tests: []string{"TestTranscripts"}, Scenes: "(console|counter)/not_for_others",
	},
	{
		Guard: "place: a private command in a group",
		File:  "bot/route.go",
		Old:   "case t.Event.Chat.Group && cmd.Place&Group == 0:",
		New:   "case false && t.Event.Chat.Group && cmd.Place&Group == 0:",
		Room:  "handlers", Tests: []string{"TestTranscripts"}, Scenes: "group",
	},
	{
		Guard: "nobody uses their own voucher",
		File:  "loyalty/voucher/use.go",
		Old:   "if self, err := d.same(tx, act.Self, v.Member); err != nil || self {",
		New:   "if self, err := d.same(tx, act.Self, v.Member); err != nil || self && false {",
		Room:  "loyalty/voucher", Tests: []string{"TestWhoUsesAndWhere"},
	},
	{
		Guard: "the API answers a key that came again with what it answered",
		File:  "handlers/api/act.go",
		Old:   "return answers.Known(s.Shop, tx, a.asked(q))",
		New:   "return shop.Answer{}, false, nil",
		Room:  "handlers/api", Tests: []string{"TestIdempotent"},
	},
	{
		Guard: "the same key with another request is refused",
		File:  "handlers/shop/answers.go",
		Old:   "if !hmac.Equal([]byte(row.Digest), []byte(q.Digest)) {",
		New:   "if false && !hmac.Equal([]byte(row.Digest), []byte(q.Digest)) {",
		Room:  "handlers/api", Tests: []string{"TestIdempotent"},
	},
	{
		Guard: "erasing destroys the person's key",
		File:  "loyalty/people/erase.go",
		Old:   "gone := personRow{Status: Erased,",
		New:   "gone := personRow{Status: Erased, Key: l.row.Key, Profile: l.row.Profile,",
		Room:  "loyalty/people", Tests: []string{"TestErasing", "TestNothingPersonalStandsInTheOpen", "TestRestoringAppliesErasures"},
	},
	{
		Guard: "guesses are counted",
		File:  "loyalty/people/throttle.go",
		Old:   "a.Count++",
		New:   "a.Count += 0",
		Room:  "cmd/regulars", Tests: []string{"TestWireCase27Vouchers", "TestWireCase27Links"},
	},
	{
		Guard: "guesses: who was wrong too often is not looked up for",
		File:  "loyalty/people/barred.go",
		Old:   "if err != nil || !ok || a.Count < t.Max ||",
		New:   "if err != nil || !ok || a.Count >= 0 ||",
		Room:  "cmd/regulars", Tests: []string{"TestGuessesInChat"},
	},
	{
		Guard: "guesses: a PIN's lock",
		File:  "loyalty/people/pin.go",
		Old:   "if now.Before(row.Until) {\n\t\t\treturn &LockedError{row.Until}\n\t\t}\n\t\tif key",
		New:   "if key",
		Room:  "cmd/regulars", Tests: []string{"TestGuessesOverHTTP"},
	},
	{
		Guard: "guesses: a neighbour's wrong codes",
		File:  "handlers/counter/neighbour_guess.go",
		Old:   "return v.Shop.Vault.Attempt(tx, neighbourWrong, v.identity(), v.now)",
		New:   "return nil",
		Room:  "handlers/counter", Tests: []string{"TestNeighbourGuessesAndScans"},
	},
	{
		Guard: "a form of the console carries its session's token",
		File:  "handlers/console/serve.go",
		Old:   "case !q.token(q.R.PostFormValue(tokenField)):",
		New:   "case false && !q.token(q.R.PostFormValue(tokenField)):",
		Room:  "handlers/console", Tests: []string{"TestForgedForms"},
	},
	{
		Guard: "a form of another site is refused",
		File:  "handlers/console/serve.go",
		Old:   "if c.guard.Check(q.R) != nil {",
		New:   "if false && c.guard.Check(q.R) != nil {",
		Room:  "handlers/console", Tests: []string{"TestForgedForms"},
	},
}
