package counter

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"regulars/handlers/shop"
	"regulars/i18n"
	"regulars/loyalty/passbook"
	"regulars/store"
)

// mostShown is how many lines the page of a statement shows; the file has all.
const mostShown = 200

func (p *Pages) registerStatement(mux *http.ServeMux) {
	mux.HandleFunc("GET "+shop.KeyWay, p.statementKey)
	mux.HandleFunc("GET "+shop.PassbookWay+"{token}", p.statement)
	mux.HandleFunc("GET "+shop.PassbookWay+"{token}/statement.txt", p.statementFile)
	mux.HandleFunc("GET "+shop.PassbookWay+"live.css", liveAsset("live/live.css", "text/css; charset=utf-8"))
	mux.HandleFunc("GET "+shop.PassbookWay+"statement.css", liveAsset("live/statement.css", "text/css; charset=utf-8"))
}

// statementKey shows which key signs the shop's statements, as a list: keys may follow
// one another, and an old statement stays good.
func (p *Pages) statementKey(w http.ResponseWriter, r *http.Request) {
	key := p.Shop.PassbookPublic()
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=3600")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Access-Control-Allow-Origin", "*") // a page elsewhere may check a statement, too
	json.NewEncoder(w).Encode(map[string]any{
		"shop": p.Shop.Name(p.Shop.Clock.Now(), p.Shop.Lang),
		"statements": map[string]any{"keys": []map[string]string{{
			"algorithm": "Ed25519", "public": base64.StdEncoding.EncodeToString(key), "fingerprint": passbook.Fingerprint(key),
		}}},
	})
}

// readStatement is the statement behind a token, in its member's language.
func (p *Pages) readStatement(ctx context.Context, token string) (b passbook.Statement, words i18n.Printer, until time.Time, err error) {
	now := p.Shop.Clock.Now()
	err = p.view(ctx, func(r store.Reader) error {
		id, end, err := p.Shop.Vault.ReadStatement(r, token, now)
		if err != nil {
			return err
		}
		who, err := p.Shop.Vault.Get(r, id)
		if err != nil {
			return err
		}
		words, until = i18n.For(p.Shop.Speak(who)), end
		b, err = p.Shop.Passbook(r, words, who, now)
		return err
	})
	return b, words, until, err
}

// statementFile is the statement as the file that can be checked.
func (p *Pages) statementFile(w http.ResponseWriter, r *http.Request) {
	b, _, _, err := p.readStatement(r.Context(), r.PathValue("token"))
	if err != nil {
		p.noStatement(w, r, err)
		return
	}
	personal(w.Header(), "text/plain; charset=utf-8")
	w.Header().Set("Content-Disposition", `attachment; filename="statement-`+b.Made.In(b.Zone).Format(time.DateOnly)+`.txt"`)
	w.Write(passbook.Write(b, p.Shop.PassbookKey()))
}

// noStatement leads back to the chat where the address opens nothing, or nothing any
// more; why is nobody's business.
func (p *Pages) noStatement(w http.ResponseWriter, r *http.Request, err error) {
	personal(w.Header(), "text/html; charset=utf-8")
	if !isGone(err) {
		p.Shop.Log.Error("a statement cannot be shown", "error", err)
		http.Error(w, "", http.StatusServiceUnavailable)
		return
	}
	words := i18n.For(language(r, p.Shop.Lang))
	w.WriteHeader(http.StatusNotFound)
	livePages.ExecuteTemplate(w, "statement_gone.html", map[string]any{
		"Lang": words.Lang, "Shop": p.Shop.Name(p.Shop.Clock.Now(), words.Lang), "Links": p.chats(words, "passbook"),
		"Title": words.Say(i18n.PassbookGone), "Text": words.Say(i18n.LiveGoneText),
	})
}

// statementLine is a line of the page.
type statementLine struct{ When, What, Ref, Points, Balance string }

// statement is the same to read, newest first.
func (p *Pages) statement(w http.ResponseWriter, r *http.Request) {
	token := r.PathValue("token")
	b, words, until, err := p.readStatement(r.Context(), token)
	if err != nil {
		p.noStatement(w, r, err)
		return
	}
	say, now := words.Say, p.Shop.Clock.Now()
	// The command stands by itself, so that no phone breaks a line within it.
	check, rest, _ := strings.Cut(say(i18n.PassbookCheck, "Shop", b.Shop, "Program", "Regulars", "Command", shop.PassbookCheck, "Address", strings.TrimPrefix(cmp.Or(b.Published, p.Shop.PublicURL+shop.KeyWay), "https://")), shop.PassbookCheck)
	page := map[string]any{
		"Lang": words.Lang, "Shop": b.Shop, "Card": b.Card, "Title": say(i18n.PassbookTitle), "Lines": p.statementLines(words, b),
		"When": say(i18n.PassbookWhen), "What": say(i18n.PassbookWhat), "Points": say(i18n.PassbookChange), "Balance": say(i18n.PassbookBalance),
		"Sums": p.statementSums(words, b), "Empty": say(i18n.PassbookEmpty), "File": token + "/statement.txt",
		"Save": say(i18n.PassbookSave), "How": say(i18n.PassbookHow), "Key": say(i18n.PassbookKey), "Fingerprint": passbook.Fingerprint(p.Shop.PassbookPublic()),
		"Check": check, "Command": shop.PassbookCheck, "Rest": rest,
		"Until": say(i18n.LiveUntil, "When", p.Shop.When(words, now, until)),
	}
	if n := len(b.Lines); n > mostShown {
		page["Newest"] = say(i18n.PassbookNewest, "Shown", i18n.Number(mostShown), "All", i18n.Number(int64(n)))
	}
	personal(w.Header(), "text/html; charset=utf-8")
	livePages.ExecuteTemplate(w, "statement.html", page)
}

// statementLines are the newest lines that moved points, newest first; the others are
// the ledger's own and stand in the file.
func (p *Pages) statementLines(words i18n.Printer, b passbook.Statement) (all []statementLine) {
	for i := len(b.Lines) - 1; i >= 0 && len(all) < mostShown; i-- {
		l := b.Lines[i]
		if l.Points == 0 {
			continue
		}
		at := p.Shop.Local(l.At)
		all = append(all, statementLine{words.Date(at) + " " + words.Clock(at), l.Words, string(l.Ref), shop.Signed(l.Points), i18n.Number(int64(l.Balance))})
	}
	return all
}

// statementSums are what came, what went, and until when the rest is good.
func (p *Pages) statementSums(words i18n.Printer, b passbook.Statement) []row {
	in, out := b.Sums()
	sums := []row{
		{words.Say(i18n.PassbookIn), i18n.Number(int64(in))}, {words.Say(i18n.PassbookOut), i18n.Number(int64(out))},
		{words.Say(i18n.PassbookBalance), i18n.Number(int64(b.Balance()))},
	}
	if b.Owed > 0 {
		sums = append(sums, row{words.Say(i18n.PassbookOwed), i18n.Number(int64(b.Owed))})
	}
	for _, l := range b.Lots {
		label := words.Say(i18n.PassbookAlways)
		if !l.Until.IsZero() {
			label = words.Say(i18n.PointsNext, "Date", words.Date(p.Shop.Local(l.Until.Add(-1))))
		}
		sums = append(sums, row{label, i18n.Number(int64(l.Points))})
	}
	return sums
}
