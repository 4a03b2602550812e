package people

import (
	"io"
	"slices"
	"time"

	"regulars/loyalty"
	"regulars/store"
)

// Sessions of managers in the browser. A chat hands out a link; the link is good
// once and soon; what it opens is a session that ends by itself, can be listed
// and be ended from elsewhere, and is no more than its employee is at that
// moment.

const (
	// ConsoleLinkLife is how long a link into the console is good.
	ConsoleLinkLife = 5 * time.Minute
	// ConsoleIdle ends a session that nobody used for so long.
	ConsoleIdle = 12 * time.Hour
	// ConsoleLife is how long a session lasts at most.
	ConsoleLife = 14 * 24 * time.Hour
)

// consoleLinkThrottle bounds the links that one manager draws.
var consoleLinkThrottle = Throttle{Name: "weblink", Max: 20, Window: 10 * time.Minute}

// WebSessionID names a session, for lists and for ending it. It opens nothing.
type WebSessionID string

// WebSession is an employee's time in the console in one browser.
type WebSession struct {
	ID    WebSessionID  `json:"id"`
	Staff StaffID       `json:"staff"`
	Role  loyalty.Role  `json:"role"` // as it was when the session began: another one ends it
	Store loyalty.Store `json:"store,omitempty"`
	Since time.Time     `json:"since"`
	Seen  time.Time     `json:"seen"`
	Agent string        `json:"agent,omitempty"` // which browser, in a word or two, as it says itself
	Lang  string        `json:"lang,omitempty"`  // chosen on the page, BCP 47; "" the person's
}

// End is when the session ends at the latest if it is not used again.
func (s WebSession) End() time.Time {
	end := s.Since.Add(ConsoleLife)
	if idle := s.Seen.Add(ConsoleIdle); idle.Before(end) {
		return idle
	}
	return end
}

// webLink is a link that waits to be opened. Its key is the hash of its token.
type webLink struct {
	Staff   StaffID       `json:"staff"`
	Role    loyalty.Role  `json:"role"`
	Store   loyalty.Store `json:"store,omitempty"`
	Expires time.Time     `json:"expires"`
}

var (
	webLinks    = store.NewTable[webLink]("weblink/", store.Locked, store.FirstPart("weblink"))
	webSessions = store.NewTable[WebSession]("websession/", store.Locked, store.FirstPart("websession"))
	// webOf leads from an employee to their sessions, and to links not opened yet.
	webOf = store.NewTable[webRef]("webof/", store.Locked, store.FirstPart("webof"))
)

// webRef is where a session's row is, and when both can go.
type webRef struct {
	Key  string    `json:"key"`
	End  time.Time `json:"end"`
	Link bool      `json:"link,omitempty"` // of a link
}

// linkID is what a link is called among an employee's sessions.
func linkID(h string) WebSessionID { return WebSessionID("link-" + h) }

// NewConsoleLink draws the token of a link into the console: good once, for
// [ConsoleLinkLife], and only while the employee has the role and the store that
// they have now. 128 bits, as 22 characters of base64url. Refusals: ErrNotStaff,
// *ThrottledError.
func (v *Vault) NewConsoleLink(tx store.Tx, id StaffID, now time.Time, rand io.Reader) (string, error) {
	s, err := v.Employed(tx, id)
	if err == nil && !AtLeast(s.Role, Manager) {
		err = ErrNotStaff
	}
	if err != nil {
		return "", err
	}
	if err := v.AttemptBy(tx, consoleLinkThrottle, string(id), now); err != nil {
		return "", err
	}
	token, err := drawToken(16, rand)
	if err != nil {
		return "", err
	}
	h := v.hash("weblink", token)
	if err := tx.Lock(store.Subject("weblink/"+h), store.Subject("webof/"+string(id))); err != nil {
		return "", err
	}
	end := now.Add(ConsoleLinkLife).UTC()
	if err := webLinks.Put(tx, webLink{s.ID, s.Role, s.Store, end}, h); err != nil {
		return "", err
	}
	return token, webOf.Put(tx, webRef{h, end, true}, string(s.ID), string(linkID(h)))
}

// GoodConsoleLink reports whether a token's link could be used now, as far as the
// link alone tells. It spends nothing.
func (v *Vault) GoodConsoleLink(r store.Reader, token string, now time.Time) (bool, error) {
	link, ok, err := webLinks.Get(r, v.hash("weblink", token))
	return ok && now.Before(link.Expires), err
}

// EnterConsole uses a link up and begins a session; secret is what the browser
// keeps, drawn anew, whatever it had before. Refusal: ErrCode, for a token
// unknown, used or expired alike, and where the employee is not any more what
// they were when it was drawn.
func (v *Vault) EnterConsole(tx store.Tx, token, agent string, now time.Time, rand io.Reader) (s WebSession, secret string, err error) {
	h := v.hash("weblink", token)
	if err := tx.Lock(store.Subject("weblink/" + h)); err != nil {
		return s, "", err
	}
	link, ok, err := webLinks.Get(tx, h)
	if err != nil {
		return s, "", err
	}
	if !ok || !now.Before(link.Expires) {
		return s, "", ErrCode
	}
	who, err := v.Employed(tx, link.Staff)
	if err != nil {
		return s, "", orCode(err)
	}
	if who.Role != link.Role || who.Store != link.Store || !AtLeast(who.Role, Manager) {
		return s, "", ErrCode
	}
	if secret, err = drawToken(32, rand); err != nil {
		return s, "", err
	}
	id, err := NewID(now, rand)
	if err != nil {
		return s, "", err
	}
	s = WebSession{ID: WebSessionID(id), Staff: who.ID, Role: who.Role, Store: who.Store, Since: now.UTC(), Seen: now.UTC(), Agent: clipRunes(agent, 60)}
	if err := webLinks.Delete(tx, h); err != nil {
		return s, "", err
	}
	if err := v.EndConsoleSession(tx, who.ID, linkID(h)); err != nil {
		return s, "", err
	}
	return s, secret, v.putWebSession(tx, s, v.hash("websession", secret))
}

func (v *Vault) putWebSession(tx store.Tx, s WebSession, h string) error {
	if err := tx.Lock(store.Subject("websession/"+h), store.Subject("webof/"+string(s.Staff))); err != nil {
		return err
	}
	if err := webSessions.Put(tx, s, h); err != nil {
		return err
	}
	return webOf.Put(tx, webRef{Key: h, End: s.End()}, string(s.Staff), string(s.ID))
}

// ConsoleSession is the session of a browser's secret and its employee as they
// are now. ok is false for no session, one that ended, and one whose employee is
// not any more what they were when it began. In an Update neither can change
// until it commits.
func (v *Vault) ConsoleSession(r store.Reader, secret string, now time.Time) (s WebSession, who Staff, ok bool, err error) {
	h := v.hash("websession", secret)
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(store.Subject("websession/" + h)); err != nil {
			return s, who, false, err
		}
	}
	s, ok, err = webSessions.Get(r, h)
	if err != nil || !ok || !now.Before(s.End()) {
		return s, who, false, err
	}
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(store.Subject("staff/" + string(s.Staff))); err != nil {
			return s, who, false, err
		}
	}
	who, err = v.Employed(r, s.Staff)
	if err != nil {
		return s, who, false, noStaff(err)
	}
	ok = who.Role == s.Role && who.Store == s.Store && AtLeast(who.Role, Manager)
	return s, who, ok, nil
}

// noStaff is err, but nil where it says that somebody is no employee.
func noStaff(err error) error {
	if orCode(err) == ErrCode {
		return nil
	}
	return err
}

// ChangeConsoleSession changes what a browser may change of its session: when it
// was seen, its language. One that ended meanwhile does not come back.
func (v *Vault) ChangeConsoleSession(tx store.Tx, secret string, f func(*WebSession)) error {
	h := v.hash("websession", secret)
	if err := tx.Lock(store.Subject("websession/" + h)); err != nil {
		return err
	}
	s, ok, err := webSessions.Get(tx, h)
	if err != nil || !ok {
		return err
	}
	f(&s)
	return v.putWebSession(tx, s, h)
}

// ConsoleSessions are an employee's sessions that have not ended, the newest
// first.
func (v *Vault) ConsoleSessions(r store.Reader, id StaffID, now time.Time) (list []WebSession, err error) {
	if tx, is := r.(store.Tx); is {
		if err := tx.Lock(store.Subject("webof/" + string(id))); err != nil {
			return nil, err
		}
	}
	var keys []string
	for _, ref := range webOf.Scan(r, webOf.Under(string(id)), &err) {
		if !ref.Link {
			keys = append(keys, ref.Key)
		}
	}
	for _, h := range keys {
		if tx, is := r.(store.Tx); is && err == nil {
			err = tx.Lock(store.Subject("websession/" + h))
		}
		if err != nil {
			return nil, err
		}
		s, ok, e := webSessions.Get(r, h)
		if err = e; err == nil && ok && now.Before(s.End()) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b WebSession) int { return b.Since.Compare(a.Since) })
	return list, err
}

// EndConsoleSession ends one session of an employee. It is no error when there
// is none such.
func (v *Vault) EndConsoleSession(tx store.Tx, id StaffID, session WebSessionID) error {
	if err := tx.Lock(store.Subject("webof/" + string(id))); err != nil {
		return err
	}
	return endSession(tx, id, session)
}

// endSession needs the employee's webof locked.
func endSession(tx store.Tx, id StaffID, session WebSessionID) error {
	ref, ok, err := webOf.Get(tx, string(id), string(session))
	if err != nil || !ok {
		return err
	}
	kind, gone := "websession/", webSessions.Delete
	if ref.Link {
		kind, gone = "weblink/", webLinks.Delete
	}
	if err := tx.Lock(store.Subject(kind + ref.Key)); err != nil {
		return err
	}
	if err := gone(tx, ref.Key); err != nil {
		return err
	}
	return webOf.Delete(tx, string(id), string(session))
}

// EndConsoleSessions ends all of an employee's sessions in browsers.
func (v *Vault) EndConsoleSessions(tx store.Tx, id StaffID) error { return endSessions(tx, id) }

// endSessions is what becomes of an employee's sessions once they are not what
// they were: a role that is given back later does not bring an old session back.
// A link that was drawn and not opened yet goes with them: it may be read on the
// phone that was lost.
func endSessions(tx store.Tx, id StaffID) error {
	if err := tx.Lock(store.Subject("webof/" + string(id))); err != nil {
		return err
	}
	var all []WebSessionID
	var err error
	for key := range webOf.Scan(tx, webOf.Under(string(id)), &err) {
		all = append(all, WebSessionID(key[len(id)+1:]))
	}
	if err != nil {
		return err
	}
	for _, s := range all {
		if err := endSession(tx, id, s); err != nil {
			return err
		}
	}
	return nil
}

// endSessionsOf is endSessions for whoever a member is as an employee: their
// phone may be lost, and the browser is on it.
func endSessionsOf(tx store.Tx, id loyalty.MemberID) error {
	at, ok, err := staffByWhom.Get(tx, string(id))
	if err != nil || !ok {
		return err
	}
	return endSessions(tx, at.ID)
}
