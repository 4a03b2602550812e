package intake

import (
	"errors"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"

	"regulars/loyalty/people"
)

func TestDates(t *testing.T) {
	tw := dates{zone: taipei, roc: true}
	for cell, want := range map[string]string{
		"2026-01-02": "2026-01-02 00:00", "2026/1/2": "2026-01-02 00:00", "2026.1.2": "2026-01-02 00:00", "20260102": "2026-01-02 00:00",
		"２０２６年１月２日": "2026-01-02 00:00", "民國115年1月2日": "2026-01-02 00:00", "民國115/1/2": "2026-01-02 00:00", "115/1/2": "2026-01-02 00:00", "1150102": "2026-01-02 00:00",
		"79.5.2": "1990-05-02 00:00", "令和8年1月2日": "2026-01-02 00:00", "R8.1.2": "2026-01-02 00:00", "平成元年5月2日": "1989-05-02 00:00", "昭和60/2/3": "1985-02-03 00:00",
		"2/1/2569": "2026-01-02 00:00 or 2026-02-01 00:00", "พ.ศ. 2569-01-02": "2026-01-02 00:00", "2 ม.ค. 2569": "2026-01-02 00:00", "25/12/2026": "2026-12-25 00:00", "12/25/2026": "2026-12-25 00:00",
		"2026-01-02 14:05": "2026-01-02 14:05", "2026/1/2 下午 2:05": "2026-01-02 14:05", "2026/1/2 2:05:30 PM": "2026-01-02 14:05", "2026-01-02T06:05:00Z": "2026-01-02 14:05",
		"'2026-01-02": "2026-01-02 00:00", "5/5/2026": "2026-05-05 00:00",
		"3/4/2026": "which", "31/2/2026": "no", "2026-02-30": "no", "3/4/26": "no", "tomorrow": "no", "0": "no", "46024": "no", "2026-13-01": "no", strings.Repeat("1", 5000): "no",
	} {
		got, err := tw.read(cell, false)
		text := got.In(taipei).Format("2006-01-02 15:04")
		switch {
		case want == "which" && errors.Is(err, errOrder), want == "no" && errors.Is(err, errDay):
		case strings.Contains(want, " or ") && errors.Is(err, errOrder):
		case err != nil || text != want:
			t.Errorf("%.30q = %s, %v; want %s", cell, text, err, want)
		}
	}
	if got, err := (dates{zone: taipei, order: "dmy"}).read("2/1/2569", false); err != nil || got.Format(time.DateOnly) != "2026-01-02" {
		t.Errorf("a Thai date: %v %v", got, err)
	}
	if got, err := tw.read("46024.5", true); err != nil || got.Format("2006-01-02 15:04") != "2026-01-02 12:00" {
		t.Errorf("a spreadsheet's number: %v %v", got, err)
	}
	if dayFirst([]string{"", "3/4/2026", "25/4/2026"}) != "dmy" || dayFirst([]string{"3/4/2026", "4/25/2026 10:00"}) != "mdy" || dayFirst([]string{"3/4/2026"}) != "" {
		t.Error("which comes first is told by the cells that can be read in one way only")
	}
}

func TestNumbers(t *testing.T) {
	for cell, want := range map[string]int64{
		"1,234": 1234, "1234.00": 1234, "NT$ 1,234": 1234, "１２３": 123, "(5)": -5, "-5": -5, "฿ 300": 300, "300 点": 300, "¥300": 300, "+7": 7,
	} {
		if n, err := wholeNumber(cell); err != nil || n != want {
			t.Errorf("%q = %d, %v; want %d", cell, n, err, want)
		}
	}
	for cell, want := range map[string]error{"": errNumber, "abc": errNumber, "1.5": errHalf, "9.1E+08": errRounded, "1.2E3": errRounded, "1E5": errRounded, "99999999999999999999": errNumber, "1-2": errNumber, "=1+1": errNumber, "1.2.3": errNumber} {
		if n, err := wholeNumber(cell); !errors.Is(err, want) {
			t.Errorf("%q = %d, %v; want %v", cell, n, err, want)
		}
	}
	if exact("1.2E3") != "1200" || exact("9.12345678E8") != "912345678" || exact("0912") != "0912" || exact("1E+99") != "1E+99" {
		t.Error("a workbook's own numbers are exact")
	}
	if n, err := money("1,234.5", 2); err != nil || n != 123450 {
		t.Errorf("money: %d %v", n, err)
	}
	if _, err := money("1.5", 0); err == nil {
		t.Error("half a dollar where there is none")
	}
	for cell, want := range map[string]string{"'0912345678": "0912345678", "912345678.0": "912345678", "9.12345678E8": "912345678", "8.86912345678E+11": "886912345678", "9.1E+08": "9.1E+08", "0912\u200b345678": "0912345678"} {
		if got := phoneCell(cell); got != want {
			t.Errorf("phone %q = %q, want %q", cell, got, want)
		}
	}
}

func TestColumnsByTheirHeadings(t *testing.T) {
	see := func(s string) (people.Phone, error) { return people.ParsePhone(s, "TW") }
	for headings, want := range map[string]string{
		"會員編號,會員姓名,手機號碼,出生日期,剩餘點數,點數到期日": "id name phone birthday points expires",
		"会员卡号,姓名,手机号,生日,积分,有效期":          "id name phone birthday points expires",
		"会員番号,お名前,携帯番号,生年月日,ポイント残高,有効期限": "id name phone birthday points expires",
		"รหัสสมาชิก,ชื่อ-นามสกุล,เบอร์โทรศัพท์,วันเกิด,แต้มคงเหลือ,วันหมดอายุ": "id name phone birthday points expires",
		"Member No.,Full Name,Mobile,DOB,Current Points,Valid until": "id name phone birthday points expires",
		"日期,門市,發票號碼,消費金額(元),會員手機":                                    "date store order amount phone",
		"Ａmount,Ｄate,Customer ID,備註":                                 "amount date id -",
	} {
		cells := strings.Split(headings, ",")
		c, err := findColumns([]row{{line: 1, cells: cells}}, nil, see)
		got := make([]string, len(cells))
		for i := range got {
			got[i] = "-"
		}
		for f, at := range c.At {
			got[at] = string(f)
		}
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s = %v, %v; want %s", headings, got, err, want)
		}
	}
	bare := []row{{cells: []string{"陳大文", "0912345678", "120"}}, {cells: []string{"林小美", "0912345679", "80"}}}
	if c, err := findColumns(bare, nil, see); err != nil || c.Headings != nil || c.At[Name] != 0 || c.At[Phone] != 1 || c.At[Points] != 2 {
		t.Errorf("without headings: %+v %v", c, err)
	}
	if c, err := findColumns([]row{{cells: []string{"a", "phone", "x"}}}, map[string]Field{"3": Name, "A": ID, "phone": Ignore}, see); err != nil || c.At[Name] != 2 || c.At[ID] != 0 || c.has(Phone) {
		t.Errorf("as told: %+v %v", c, err)
	}
}

// Every encoding that older systems write is told from the others by the text
// alone, wherever the shop is.
func TestEncodings(t *testing.T) {
	texts := map[string]string{
		"big5":        "會員編號,姓名,手機,點數\r\n1,陳大文,0912345678,120\r\n2,林雅婷,0912345679,80\r\n3,許淑芬,0912345670,15\r\n",
		"shift_jis":   "会員番号,氏名,携帯電話,ポイント\r\n1,山田太郎,+819012345678,120\r\n2,佐藤はなこ,+819012345679,80\r\n3,タナカ,+819012345670,15\r\n",
		"gb18030":     "会员编号,姓名,手机,积分\r\n1,张伟,+8613800138000,120\r\n2,王芳,+8613800138001,80\r\n3,李娜,+8613800138002,15\r\n",
		"windows-874": "รหัสสมาชิก,ชื่อ,เบอร์โทร,แต้ม\r\n1,สมชาย ใจดี,+66812345678,120\r\n2,สมหญิง รักไทย,+66812345679,80\r\n3,กิตติ ศรีสุข,+66812345670,15\r\n",
	}
	encoded := func(e encoding.Encoding, text string) []byte {
		t.Helper()
		b, err := e.NewEncoder().Bytes([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for name, text := range texts {
		files := map[string][]byte{
			name: encoded(charsets[name], text), "utf-8": []byte(text), "utf-8 with a mark": []byte("\ufeff" + text),
			"utf-16le with a mark": encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text), "utf-16be": encoded(unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), text),
			"utf-16le": encoded(unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), strings.ReplaceAll(text, ",", "\t")),
		}
		for what, data := range files {
			w := strict(t)
			got, err := w.tryFile(w.write("file.csv", data), Options{})
			if err != nil || got.Taken != 3 || got.Opened != 215 {
				t.Errorf("%s text as %s: %+v %v %v %v", name, what, got.Sum, err, w.said, w.refused)
				continue
			}
			first := strings.Split(strings.Split(text, "\r\n")[1], ",")[1]
			if n := w.person(w.member("1", "")).Name; n != first {
				t.Errorf("%s text as %s: %q, want %q", name, what, n, first)
			}
		}
		for _, country := range []string{"TW", "JP", "CN", "TH", "HK", "SG"} {
			if got := guess(encoded(charsets[name], text), country); got != name {
				t.Errorf("%s in %s is taken for %s", name, country, got)
			}
		}
	}
	w := strict(t)
	if _, err := w.tryFile(w.write("f.csv", encoded(charsets["big5"], texts["big5"])), Options{Encoding: "gbk"}); err != nil || !strings.Contains(w.said[0], "gb18030") {
		t.Errorf("an encoding that is told counts: %v %v", w.said, err)
	}
}

func FuzzRow(f *testing.F) {
	for _, s := range []string{sheetOfThree, "id,phone\n=1,+886912345678\n", "phone;points\n\"0912345678;1\n", "\xff\xfea\x00,\x00"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := strict(t)
		got, err := w.tryFile(w.write("f.csv", data), Options{})
		if err == nil {
			w.balanced(got)
		}
	})
}
