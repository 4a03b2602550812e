package main

import (
	"bytes"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/bot/sim"
	"regulars/store/backup"
)

// TestNothingLeaks is case 34 (and 26's first half): after a busy day no name,
// number, account, text or secret can be read in the log, of either form, in the
// metrics, in what commands print, or in the store's files.
func TestNothingLeaks(t *testing.T) {
	for _, form := range []string{logText, logJSON} {
		t.Run(form, func(t *testing.T) {
			t.Parallel()
			nothingLeaks(t, form)
		})
	}
}

func nothingLeaks(t *testing.T, form string) {
	metrics := freeAddress(t)
	p := newPlace(t, "REGULARS_CHANNEL_TG_POLLING=false", "REGULARS_METRICS_LISTEN="+metrics, "REGULARS_LOG="+form, "REGULARS_LOG_LEVEL=debug")
	p.withSMS()
	p.start()
	p.hooked()
	by := busyDay(t, p)
	said := map[string]string{}
	for _, of := range by {
		maps.Copy(said, of)
	}
	p.onlyToThemselves(p.letters(), by)
	outputs := map[string]string{"stats": p.must("stats"), "dead list": p.must("dead", "list"), "verify": p.must("verify"), "staff list": p.must("staff", "list")}
	outputs["doctor"] = output(p, "doctor")
	outputs["metrics"] = fetched(t, "http://"+metrics+"/metrics")
	if !strings.Contains(outputs["metrics"], `regulars_webhooks_total{channel="main",outcome="taken"}`) {
		t.Errorf("the metrics tell of no webhook: %s", outputs["metrics"])
	}
	content := filepath.Join(p.dir, "regulars.db-in-a-backup")
	outputs["backup"] = p.must("backup", filepath.Join(p.dir, "busy.backup"))
	opened, err := backup.Open(filepath.Join(p.dir, "busy.backup"))
	p.try(err)
	p.try(opened.Extract(t.Context(), content, nil, nil))
	if err := p.stop(); err != nil {
		t.Error(err)
	}
	outputs["log"] = p.log.String()
	if !strings.Contains(outputs["log"], "/webhook/{channel}") {
		t.Error("the log has no line of a request, although it is asked for all") // and so proves nothing
	}
	outputs["verify, stopped"] = p.must("verify")
	if !strings.Contains(outputs["staff list"], said["employee"]) {
		t.Error("the list of employees does not name them") // it is what it is for
	}
	outputs["staff list"] = strings.ReplaceAll(outputs["staff list"], said["employee"], "")
	for name, text := range outputs {
		lookFor(t, name, []byte(text), said)
	}
	p.filesTell(said)
	// Whom a manager was told of by name is found by who searches after a breach.
	yesterday := time.Now().AddDate(0, 0, -1).Format(time.DateOnly)
	mustSay(t, p.must("breach", "--since", yesterday, "--staff", "Mia"), "1 person", "To be reached by LINE: 1")
	p.must("compact")
	p.start() // and so a new file of the journal begins
	p.try(p.stop())
	p.filesTell(said)
}

// plainOrder is an order's number, which the books have as it was typed: where the
// search does not find it, it finds nothing.
const plainOrder = "KASSENBON-77"

// filesTell looks through the store, its journal and its backups.
func (p *place) filesTell(said map[string]string) {
	p.t.Helper()
	seen := map[string]bool{} // by the first part of their paths; true: the order is found there
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		name, _ := filepath.Rel(p.dir, path)
		first := strings.Split(filepath.ToSlash(name), "/")[0]
		if err != nil || !d.Type().IsRegular() || !strings.HasPrefix(first, "regulars.db") && first != "backups" {
			return err
		}
		data, err := os.ReadFile(path)
		data = usedPages(data)
		lookFor(p.t, name, data, said)
		seen[first] = seen[first] || len(leaks(data, map[string]string{"order": plainOrder})) > 0
		return err
	})
	if err != nil || !seen["regulars.db"] || !seen["regulars.db.journal"] || !seen["regulars.db-in-a-backup"] {
		p.t.Errorf("not looked at: %v, %v", seen, err)
	}
}

// usedPages is a file without the pages of it that nothing was ever written to.
func usedPages(data []byte) (all []byte) {
	const page = 4096
	for part := range slices.Chunk(data, page) {
		if len(bytes.Trim(part, "\x00")) > 0 {
			all = append(all, part...)
		}
	}
	return all
}

// output is what a command prints, whether it likes what it found or not.
func output(p *place, args ...string) string {
	out, _ := p.command(args...).CombinedOutput()
	return string(out)
}

// busyDay lets people tell the bot all that it can be told, and use all that opens
// something. It gives what must not be found anywhere, by who may be told of it: the ids
// of their chats, "" for nobody.
func busyDay(t *testing.T, p *place) map[string]map[string]string {
	mia := p.line.Person("Mia", "en").Befriend()
	mia.Say("/staff " + p.invite("manager"))
	p.hears(mia, 1)
	ann := p.line.Person("Annabelle Quillfeather", "en")
	ann.Follow()
	p.hears(ann, 1)
	p.try(ann.Press("Join"))
	p.hears(ann, 2)
	for _, text := range []string{"/phone", "0968135790", "/name", "Zephyrine Okonkwo", "/birthday", "1987-06-05", "/talk"} {
		ann.Say(text)
		p.hears(ann, 1)
	}
	ann.Say("my oat latte was coldish") // to a person: the bot is silent
	ann.Say("/points")
	bob := p.telegram.Person("Bartholomew", "en")
	bob.SetUsername("bartho_uniq")
	bob.SetNumber("886987654321")
	bob.Start("")
	p.hears(bob, 1)
	p.try(bob.Press("Join"))
	p.hears(bob, 2)
	bob.Say("/phone")
	p.hears(bob, 2)
	bob.ShareContact()
	p.hears(bob, 1)
	bob.Say("xyzzyphrase nobody understands")
	sam := p.telegram.Person("Samantha-Jo", "en")
	code := p.invite("clerk")
	for _, text := range []string{"/staff " + code, "/sale 0968135790 350 " + plainOrder, "/give 0987654321 40 spilledteareason", "/find 0968135790", "/sale 0977000111 20", "/today"} {
		sam.Say(text)
		p.hears(sam, 1)
	}
	club := p.line.Group("Secretclubname", ann)
	ann.In(club).Say("/points")
	p.line.Inject(map[string]any{"type": "novelty", "source": map[string]any{"type": "user", "userId": ann.ID()}, "thing": "oddpayloadword"})
	faultsOfDay(p, ann, sam)
	p.world.Settle(300 * time.Millisecond)
	samID, bobID := strconv.FormatInt(sam.ID(), 10), strconv.FormatInt(bob.ID(), 10)
	by := map[string]map[string]string{
		ann.ID() + " " + annsNumber: {
			"LINE name": "Quillfeather", "phone": "968135790", "phone in groups": "968-135-790", "phone spaced": "968 135 790",
			"birthday": "1987-06-05", "birthday with strokes": "1987/06/05", "birthday in words": "5 June 1987", "text": "oat latte", "LINE user id": ann.ID(),
		},
		bobID: {"phone 2": "987654321", "phrase": "xyzzyphrase", "@name": "bartho_uniq", "Telegram id": bobID},
		samID: {"employee's id": samID, "invite code": code, "unknown phone": "977000111"},
		// Employees call people by the names they are known by.
		strings.Join([]string{ann.ID(), bobID, samID, mia.ID()}, " "): {"name told": "Zephyrine", "Telegram name": "Bartholomew"},
		ann.ID() + " " + mia.ID():                                     {"surname": "Okonkwo"}, // whom Ann has called
		samID + " " + bobID:                                           {"reason": "spilledteareason"},
		samID + " " + mia.ID():                                        {"employee": "Samantha-Jo"},
		club.ID():                                                     {"group": "Secretclubname", "group id": club.ID()},
		"": {
			"odd event": "oddpayloadword", "LINE secret": e2eLineSecret, "LINE token": e2eLineToken, "bot token": e2eTelegramToken, "token's secret half": "telegram-token-5521aabb",
		},
	}
	opensOfDay(p, ann, sam, mia, by)
	return by
}

// annsNumber is where the gateway sends what is for Ann.
const annsNumber = "+886968135790"

// faultsOfDay makes trouble, because errors are what gets logged.
func faultsOfDay(p *place, ann *sim.LinePerson, sam sim.Person) {
	for _, f := range []sim.Fault{sim.Garbage, sim.DropAnswer} {
		for _, platform := range []string{"line", "telegram"} {
			p.world.Faults.Switch(sim.Rule{Fault: f, Platform: platform, Times: 1})
		}
		ann.Say("/points")
		sam.Say("/sale 0968135790 10 F-" + string(f))
		p.world.Settle(50 * time.Millisecond)
	}
	p.world.Faults.Clear()
}

// fetched is what an address answers.
func fetched(t testing.TB, url string) string {
	t.Helper()
	res, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
