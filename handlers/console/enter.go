package console

import (
	"bytes"
	"errors"
	"net/http"
	"slices"
	"strings"

	"regulars/i18n"
	"regulars/loyalty/people"
	"regulars/store"
)

// entrance is the page behind a link from the chat. Looking at it uses nothing
// up: chat apps look at links by themselves.
func (c *Console) entrance(w http.ResponseWriter, r *http.Request) {
	q := c.stranger(r)
	var b bytes.Buffer
	if err := c.set(q.P.Lang).ExecuteTemplate(&b, "console_in.html", View{Q: q, Title: c.Shop.Name(q.Now, q.P.Lang), A: c.assetPath}); err != nil {
		c.accident(w, q, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	send(w, r, http.StatusOK, b.Bytes())
}

// enter uses the link up and gives the browser a session of its own, whatever
// cookie it came with. A session that the browser had ends: it is nobody's now.
func (c *Console) enter(w http.ResponseWriter, r *http.Request) {
	q := c.stranger(r)
	if c.guard.Check(r) != nil {
		c.bare(w, r, http.StatusForbidden, i18n.ConsoleForged)
		return
	}
	secret, err := c.session(r, q)
	switch {
	case errors.Is(err, people.ErrCode):
		c.bare(w, r, http.StatusGone, i18n.ConsoleLinkUsed)
	case err != nil:
		c.accident(w, q, err)
	default:
		http.SetCookie(w, c.cookie(secretCookie, secret, int(people.ConsoleLife.Seconds())))
		http.Redirect(w, r, "/console/", http.StatusSeeOther)
	}
}

// session uses the link of a request up, and gives the secret of what it opens.
func (c *Console) session(r *http.Request, q *Request) (secret string, err error) {
	good := false
	err = c.DB.View(r.Context(), func(rd store.Reader) (err error) {
		good, err = c.Shop.Vault.GoodConsoleLink(rd, r.PathValue("token"), q.Now)
		return err
	})
	if err == nil && !good { // a stranger's guess is not worth a transaction
		err = people.ErrCode
	}
	if err != nil {
		return "", err
	}
	before, had, err := c.begin(r)
	if err != nil {
		return "", err
	}
	err = c.DB.Update(r.Context(), func(tx store.Tx) (err error) {
		_, secret, err = c.Shop.Vault.EnterConsole(tx, r.PathValue("token"), browserName(r.UserAgent()), q.Now, c.Shop.Rand)
		if err != nil || !had {
			return err
		}
		return c.Shop.Vault.EndConsoleSession(tx, before.Me.ID, before.session.ID)
	})
	return secret, err
}

// browserName is a browser in a word or two: enough to know one's own in a list.
func browserName(agent string) string {
	system, browser := "", ""
	for _, s := range []struct{ mark, name string }{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"}} {
		if strings.Contains(agent, s.mark) {
			system = s.name
			break
		}
	}
	for _, b := range []struct{ mark, name string }{{"Edg", "Edge"}, {"Line/", "LINE"}, {"Firefox", "Firefox"}, {"Chrome", "Chrome"}, {"Safari", "Safari"}} {
		if strings.Contains(agent, b.mark) {
			browser = b.name
			break
		}
	}
	return strings.TrimSpace(browser + " " + system)
}

// frame is the part of the console itself: leaving, the language, sessions.
func (c *Console) frame() Part {
	return Part{Files: ownFiles, Routes: []Route{
		{Method: "POST", Path: "/console/out", Do: c.out},
		{Method: "POST", Path: "/console/language", Do: c.language},
		{Method: "GET", Path: "/console/sessions", Do: c.sessions},
		{Method: "POST", Path: "/console/sessions/end", Do: c.endSession},
	}}
}

func (c *Console) out(q *Request) (Answer, error) {
	err := c.DB.Update(q.R.Context(), func(tx store.Tx) error {
		return c.Shop.Vault.EndConsoleSession(tx, q.Me.ID, q.session.ID)
	})
	http.SetCookie(q.w, c.cookie(secretCookie, "", -1))
	return q.Go("/console/", ""), err
}

func (c *Console) language(q *Request) (Answer, error) {
	l, ok := i18n.Match(q.Typed("lang"))
	if !ok {
		return q.Go(q.Back("/console/"), ""), nil
	}
	err := q.Update(func(tx store.Tx) error {
		return c.Shop.Vault.ChangeConsoleSession(tx, q.secret, func(s *people.WebSession) { s.Lang = string(l) })
	})
	return q.Go(q.Back("/console/"), ""), err
}

// sessionLine is one session in the list.
type sessionLine struct {
	people.WebSession
	This bool
	Who  string // of others', which owners see
}

// sessions shows one's own, and an owner everybody's.
func (c *Console) sessions(q *Request) (Answer, error) {
	var list []sessionLine
	err := q.View(func(r store.Reader) error {
		all := []people.Staff{q.Me}
		if q.Owner() {
			everybody, err := c.Shop.Vault.AllStaff(r)
			if err != nil {
				return err
			}
			all = append(all, slices.DeleteFunc(everybody, func(s people.Staff) bool { return s.ID == q.Me.ID || !s.Active })...)
		}
		for _, who := range all {
			sessions, err := c.Shop.Vault.ConsoleSessions(r, who.ID, q.Now)
			if err != nil {
				return err
			}
			for _, s := range sessions {
				line := sessionLine{WebSession: s, This: s.ID == q.session.ID}
				if who.ID != q.Me.ID {
					line.Who = who.Name
				}
				list = append(list, line)
			}
		}
		return nil
	})
	return q.Page("console_sessions.html", q.Say(i18n.ConsoleSessions), list), err
}

// endSession ends one's own; an owner those of others.
func (c *Console) endSession(q *Request) (Answer, error) {
	whose := people.StaffID(q.Typed("staff"))
	if whose != q.Me.ID && !q.Owner() {
		return q.note(http.StatusForbidden, q.Say(i18n.ConsoleNotYours)), nil
	}
	err := q.Update(func(tx store.Tx) error {
		return c.Shop.Vault.EndConsoleSession(tx, whose, people.WebSessionID(q.Typed("id")))
	})
	return q.Go("/console/sessions", q.Say(i18n.ConsoleSessionEnded)), err
}

// Languages are those that the console speaks, for the choice on each page.
func (q *Request) Languages() (list []struct{ Tag, Own string }) {
	for _, l := range i18n.Langs {
		list = append(list, struct{ Tag, Own string }{string(l), l.Own()})
	}
	return list
}
