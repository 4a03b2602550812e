package intake

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"regulars/loyalty"
	"regulars/loyalty/people"
	"regulars/store"
)

const sheetOfThree = `會員編號,姓名,手機,生日,入會日期,門市,點數,到期日
A1,陳大文,0912345678,民國79年5月2日,109/1/5,,1200,115/12/31
A2,林小美,912345679,1985/12/24,2021-03-01,,350,
A3,Somchai,+66812345678,,,,0,
`

func TestMembersWithBalances(t *testing.T) {
	w := strict(t)
	got := w.take(sheetOfThree, Options{})
	if got.Kind != Balances || got.Taken != 3 || got.New != 3 || got.Opened != 1550 {
		t.Fatalf("%+v, refused %v, said %v", got.Sum, w.refused, w.said)
	}
	one := w.member("A1", "")
	p, a := w.person(one), w.account(one)
	if p.Name != "陳大文" || p.Phone.E164() != "+886912345678" || p.PhoneProven || p.Birthday.ISO() != "1990-05-02" || p.JoinedAt.In(taipei).Format(time.DateOnly) != "2020-01-05" {
		t.Errorf("the person: %s %s %s", p.Name, p.Birthday.ISO(), p.JoinedAt)
	}
	// Good through the last day of the year, by the shop's clock.
	if len(a.Lots) != 1 || a.Lots[0].Remaining != 1200 || !a.Lots[0].ExpiresAt.Equal(time.Date(2027, 1, 1, 0, 0, 0, 0, taipei)) {
		t.Errorf("the points: %+v", a.Lots)
	}
	if w.member("", "0912345679") != w.member("A2", "") {
		t.Error("a number that lost its zero is another one")
	}
	if out, err := w.spend(one, 100); err != nil {
		t.Errorf("a member who has proven nothing has a ledger like everybody: %+v %v", out, err)
	}
	w.whole()
}

var taipei = time.FixedZone("Asia/Taipei", 8*60*60)

func TestAgainChangesNothing(t *testing.T) {
	w := strict(t)
	first := w.take(sheetOfThree, Options{})
	before := w.rows()
	again := w.take(sheetOfThree, Options{})
	if again.Unchanged != 3 || again.Opened != 0 || again.Known != first.Opened || w.rows() != before {
		t.Errorf("%+v %v", again.Sum, w.refused)
	}
	// The same people and points in another order of columns and with another as-of.
	again = w.take("點數,手機,會員編號,到期日,姓名,生日,入會日期\n1200,0912-345-678,A1,2026-12-31,陳大文,1990-05-02,2020/1/5\n", Options{AsOf: w.clock.now.AddDate(0, -1, 0)})
	if again.Unchanged != 1 || w.rows() != before {
		t.Errorf("%+v %v", again.Sum, w.refused)
	}
	other := w.take("會員編號,點數,到期日\nA1,1300,2026-12-31\n", Options{})
	if other.Refused != 1 || other.Lost != 1300 || !strings.Contains(w.refused[0], "1200 were taken over before") {
		t.Errorf("another number of points: %+v %v", other.Sum, w.refused)
	}
	w.whole()
}

func TestDryRunSaysWhatTheRealOneDoes(t *testing.T) {
	text := "id,name,phone,points,expires\n" +
		"1,Ann,0912345678,100,2027-01-31\n" +
		"1,Ann,0912345678,100,2027-01-31\n" + // twice the same
		"2,Bob,0912345678,5,\n" + // Ann's number
		"3,Carl,0987654321,-4,\n" +
		"4,Dora,0987654322,1.5,\n" +
		"5,Eve,0987654323,7,2026-01-01\n" +
		"1,Anna,0912345678,,\n" +
		"6,Finn,9.1E+08,9,\n" +
		",Gus,,9,\n" +
		"7,Hal,0987654324,50,\n"
	w := strict(t)
	before := w.rows()
	would := w.take(text, Options{Dry: true})
	wouldRefuse := slices.Clone(w.refused)
	if w.rows() != before {
		t.Error("a dry run wrote something")
	}
	did := w.take(text, Options{})
	if would.Sum != did.Sum || !slices.Equal(wouldRefuse, w.refused) {
		t.Errorf("would %+v %v\ndid   %+v %v", would.Sum, wouldRefuse, did.Sum, w.refused)
	}
	if did.Rows != 10 || did.Refused != 8 || did.Opened != 150 {
		t.Errorf("%+v\n%s", did.Sum, strings.Join(w.refused, "\n"))
	}
	for i, want := range []string{"3: points: another line", "4: phone: another customer", "5: points: below zero", "6: points: points are whole", "7: expires: ", "8: an earlier line", "9: phone: the spreadsheet rounded it", "10: neither"} {
		if !strings.HasPrefix(w.refused[i], want) {
			t.Errorf("refused %q, want %q", w.refused[i], want)
		}
	}
	w.whole()
}

func TestPurchasesCountForTiersAndGiveNothing(t *testing.T) {
	w := strict(t)
	w.take("id,phone,name\n1,0912345678,Ann\n2,0912345679,Bob\n", Options{})
	text := "會員編號,日期,消費金額,訂單編號\n" +
		"1,2026/10/01 14:30,\"12,000\",T-1\n" +
		"1,2026/10/02,NT$300,T-2\n" +
		"2,2026/10/02,300,\n" + // two coffees on one day are two
		"2,2026/10/02,300,\n" +
		"9,2026/10/02,300,T-3\n" +
		"1,2027/10/02,300,T-4\n" +
		"1,2026/10/03,-300,T-5\n"
	got := w.take(text, Options{})
	if got.Kind != Purchases || got.Taken != 4 || got.Refused != 3 || got.Opened != 0 || got.Money != 12_900 {
		t.Errorf("%+v %v", got.Sum, w.refused)
	}
	ann, bob := w.account(w.member("1", "")), w.account(w.member("2", ""))
	if ann.Count.Money != 12_300 || ann.Count.Visits == 0 || len(ann.Lots) != 0 || ann.Standing.Level == "" || bob.Count.Money != 600 {
		t.Errorf("Ann %+v %+v, Bob %+v", ann.Count, ann.Standing, bob.Count)
	}
	before := w.rows()
	if again := w.take(text, Options{}); again.Unchanged != 4 || w.rows() != before {
		t.Errorf("again: %+v", again.Sum)
	}
	if more := w.take(text+"2,2026/10/02,300,\n", Options{}); more.Taken != 1 {
		t.Errorf("a third coffee on that day: %+v", more.Sum)
	}
	w.whole()
}

func TestPurchasesThatEarn(t *testing.T) {
	w := strict(t)
	w.take("id,phone,name\n1,0912345678,Ann\n", Options{})
	got := w.take("id,date,amount,order\n1,2026-10-01,1000,T-1\n", Options{Earn: true})
	a := w.account(w.member("1", ""))
	if got.Opened <= 0 || a.Count.Earned != got.Opened || a.Count.Money != 1000 {
		t.Errorf("%+v, %+v", got.Sum, a.Count)
	}
	w.whole()
}

func TestBalancesOfADayFollowTheRule(t *testing.T) {
	w := strict(t)
	rules := w.shop.Rules(w.clock.now)
	day := time.Date(2026, 1, 31, 12, 0, 0, 0, taipei)
	w.take("id,phone,points\n1,0912345678,80\n", Options{AsOf: day})
	a := w.account(w.member("1", ""))
	if want := rules.Expires(day); !a.Lots[0].ExpiresAt.Equal(want) || !a.Count.First.Equal(day) {
		t.Errorf("goes at %v, want %v", a.Lots[0].ExpiresAt, want)
	}
}

func TestWhoProvedTheNumberGetsTheBalance(t *testing.T) {
	w := strict(t)
	who := people.Identity{Channel: "line", User: "U1"}
	phone, _ := people.ParsePhone("0912345678", "TW")
	var ann loyalty.MemberID
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		p, _, err := w.shop.Vault.Meet(tx, who, people.Seen{DisplayName: "Ann"}, w.clock.now, w.shop.Rand)
		if err != nil {
			return err
		}
		ann = p.ID
		if _, err := w.shop.Vault.Join(tx, ann, "1", w.clock.now, w.shop.Rand); err != nil {
			return err
		}
		return w.shop.Vault.SetPhone(tx, ann, phone, true, w.shop.Rand)
	})
	if err != nil {
		t.Fatal(err)
	}
	got := w.take("id,phone,name,points\n1,0912345678,Somebody,80\n", Options{})
	if got.Members != 1 || got.New != 0 || w.account(ann).Count.Earned != 80 || w.person(ann).Name != "" {
		t.Errorf("%+v, %+v", got.Sum, w.account(ann).Count)
	}
}

func TestHostileCellsAreText(t *testing.T) {
	w := strict(t)
	text := "id,name,phone\n" +
		"=cmd|' /C calc'!A0,\"=HYPERLINK(\"\"http://x\"\")\",0912345678\n" +
		"2,\"a\u202eb\x00\x07c\u200b\",0912345679\n" +
		"3," + strings.Repeat("長", 2000) + ",0912345670\n" +
		"4,\"line\nbreak\",0912345671\n" +
		"@5,Bad phone,12\n"
	got := w.take(text, Options{})
	if got.Taken != 3 || got.Refused != 2 {
		t.Fatalf("%+v %v", got.Sum, w.refused)
	}
	if n := w.person(w.member("=cmd|' /C calc'!A0", "")).Name; n != `=HYPERLINK("http://x")` {
		t.Errorf("a name is text: %q", n)
	}
	if n := w.person(w.member("2", "")).Name; n != "abc" {
		t.Errorf("control letters: %q", n)
	}
	if n := w.person(w.member("4", "")).Name; n != "line break" {
		t.Errorf("a line break in a name: %q", n)
	}
	var b bytes.Buffer
	r, err := NewReport(&b)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []string{"=1+1", "+8", "-8", "@x", "\t=1", "＝1", "ok,\"q\"\nx"} {
		if err := r.Refused("f.csv", 3, c, "why"); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	want := "\ufefffile,line,customer,why\nf.csv,3,'=1+1,why\nf.csv,3,'+8,why\nf.csv,3,'-8,why\nf.csv,3,'@x,why\nf.csv,3,'=1,why\nf.csv,3,'＝1,why\nf.csv,3,\"ok,\"\"q\"\" x\",why\n"
	if b.String() != want {
		t.Errorf("got  %q\nwant %q", b.String(), want)
	}
}

func TestBrokenFiles(t *testing.T) {
	w := strict(t)
	for what, text := range map[string]string{
		"":                              "is empty",
		"name,points\nAnn,5\n":          "phone or id",
		"phone,points\n":                "", // a heading and nothing else is no mistake
		"id,phone,name\n1,\"0912345678": "",
	} {
		_, err := w.try(what, Options{})
		if text == "" && err != nil || text != "" && (err == nil || !strings.Contains(err.Error(), text)) {
			t.Errorf("%q: %v", what, err)
		}
	}
	// A row with a broken quotation is refused, the next ones are taken.
	got := w.take("id,phone,name\n1,0912345678,A \"x\" b\n2,0912345679,Bob\n", Options{})
	if got.Refused != 1 || got.Taken != 1 || !strings.HasPrefix(w.refused[0], "2: its quotation") {
		t.Errorf("%+v %v", got.Sum, w.refused)
	}
	if _, err := w.try("id,phone,name\n1,0912345678,\""+strings.Repeat("x", 2<<20)+"\n", Options{}); err == nil || !strings.Contains(err.Error(), "quotation mark") {
		t.Errorf("a quotation without end: %v", err)
	}
	if _, err := w.tryFile(w.write("old.xls", []byte("\xd0\xcf\x11\xe0rest")), Options{}); err == nil || !strings.Contains(err.Error(), ".xlsx") {
		t.Errorf("an old workbook: %v", err)
	}
	if _, err := w.tryFile(w.write("bad.xlsx", []byte("PK\x03\x04rest")), Options{}); err == nil {
		t.Error("a broken workbook was read")
	}
	for _, opt := range []Options{{Source: "My Till"}, {Store: "nowhere"}, {Encoding: "ebcdic"}, {Kind: "hats"}, {Map: map[string]Field{"no such": Phone}}, {Map: map[string]Field{"id": "hat"}}, {AsOf: w.clock.now.Add(time.Hour)}} {
		if _, err := w.try(sheetOfThree, opt); err == nil {
			t.Errorf("%+v was taken", opt)
		}
	}
}

func TestXLSX(t *testing.T) {
	w := strict(t)
	f := excelize.NewFile()
	style, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err != nil {
		t.Fatal(err)
	}
	rows := [][]any{
		{"会員番号", "氏名", "携帯電話", "生年月日", "ポイント残高", "有効期限"},
		{10032, "山田太郎", "+819012345678", "昭和60年2月3日", 500, time.Date(2027, 3, 31, 0, 0, 0, 0, time.UTC)},
		{10033, "佐藤花子", 912345678, time.Date(1990, 5, 2, 0, 0, 0, 0, time.UTC), 1_000_000, nil},
	}
	for i, r := range rows {
		cell, _ := excelize.CoordinatesToCellName(1, i+1)
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []string{"D3", "F2"} {
		if err := f.SetCellStyle("Sheet1", c, c, style); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(t.TempDir(), "members.xlsx")
	if err := f.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	got, err := w.tryFile(path, Options{})
	if err != nil || got.Taken != 2 || got.Opened != 1_000_500 {
		t.Fatalf("%+v %v %v %v", got.Sum, err, w.refused, w.said)
	}
	one, two := w.member("10032", ""), w.member("10033", "")
	if w.person(one).Birthday.ISO() != "1985-02-03" || w.person(two).Birthday.ISO() != "1990-05-02" || w.person(two).Phone.E164() != "+886912345678" {
		t.Errorf("%s %s", w.person(one).Birthday.ISO(), w.person(two).Birthday.ISO())
	}
	if end := w.account(one).Lots[0].ExpiresAt; !end.Equal(time.Date(2027, 4, 1, 0, 0, 0, 0, taipei)) {
		t.Errorf("expires %v", end)
	}
}

func TestStoppedRunIsFinishedByTheNext(t *testing.T) {
	w := onDisk(t)
	path := crowd(t, 500)
	ctx, stop := context.WithCancel(context.Background())
	i := Intake{DB: w.db, Shop: w.shop, Progress: func(done, _ int64) {
		if done >= 100 {
			stop()
		}
	}}
	if _, err := i.Run(ctx, []string{path}, Options{Source: "old-till"}); err == nil {
		t.Fatal("a run that was stopped says that it was done")
	}
	w.clock.now = w.clock.now.Add(time.Minute)
	got, err := w.tryFile(path, Options{})
	if err != nil || got.Rows != 500 || got.Taken+got.Unchanged != 500 || got.Unchanged < 100 || got.Opened+got.Known != got.Read {
		t.Errorf("%+v %v", got.Sum, err)
	}
	w.whole()
	if entries, err := os.ReadDir(filepath.Dir(path)); err != nil || len(entries) != 1 {
		t.Errorf("left behind: %v %v", entries, err)
	}
}

// spend uses points as the member would.
func (w *world) spend(m loyalty.MemberID, n loyalty.Points) (b loyalty.Balance, err error) {
	err = w.db.Update(context.Background(), func(tx store.Tx) error {
		rec, err := w.shop.Book.Spend(tx, m, w.run().act(&line{member: m}, "spend", time.Time{}), n)
		b = rec.Balance
		return err
	})
	return b, err
}

func (w *world) run() *run { return &run{now: w.clock.now} }
