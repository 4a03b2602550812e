package intake

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"regulars/loyalty/people"
)

// Field is what a column says.
type Field string

// The fields.
const (
	ID       Field = "id" // customer number in the other system
	Phone    Field = "phone"
	Name     Field = "name"
	Birthday Field = "birthday"
	Joined   Field = "joined"
	Promo    Field = "marketing"
	Branch   Field = "store"
	Points   Field = "points"
	Expires  Field = "expires" // last day on which the points are good
	Amount   Field = "amount"
	Date     Field = "date"
	Order    Field = "order"
	Ignore   Field = "-"
)

// Fields are all of them, as --map takes them.
var Fields = []Field{ID, Phone, Name, Birthday, Joined, Promo, Branch, Points, Expires, Amount, Date, Order, Ignore}

// headings are what other systems call the fields, folded as [folded] does: in
// Chinese of both scripts, Japanese, Thai and English. A heading is matched
// whole first, and then by its longest part.
var headings = map[Field][]string{
	ID: {"id", "memberid", "memberno", "membernumber", "membercode", "customerid", "customerno", "customernumber", "customercode", "cardno", "cardnumber",
		"會員編號", "会员编号", "會員代號", "會員號碼", "会员号", "會員卡號", "会员卡号", "卡號", "卡号", "客戶編號", "客户编号", "顧客編號", "顾客编号", "編號", "编号",
		"会員番号", "会員id", "顧客番号", "顧客コード", "カード番号", "รหัสสมาชิก", "เลขสมาชิก", "รหัสลูกค้า", "เลขที่สมาชิก", "หมายเลขสมาชิก"},
	Phone: {"phone", "mobile", "cell", "tel", "telephone", "phonenumber", "mobilenumber", "mobilephone", "cellphone", "contactno", "contactnumber",
		"電話", "手機", "手機號碼", "行動電話", "聯絡電話", "連絡電話", "電話號碼", "手提電話", "电话", "手机", "手机号", "手机号码", "联系电话", "移动电话",
		"電話番号", "携帯", "携帯電話", "携帯番号", "เบอร์โทร", "เบอร์โทรศัพท์", "โทรศัพท์", "เบอร์มือถือ", "มือถือ", "เบอร์"},
	Name: {"name", "fullname", "membername", "customername", "姓名", "名字", "會員姓名", "会员姓名", "客戶姓名", "客户姓名", "顧客姓名", "顾客姓名", "稱呼", "称呼", "會員名稱",
		"氏名", "名前", "お名前", "会員名", "顧客名", "ชื่อ", "ชื่อสกุล", "ชื่อนามสกุล", "ชื่อสมาชิก", "ชื่อลูกค้า"},
	Birthday: {"birthday", "birthdate", "dateofbirth", "dob", "生日", "出生日期", "出生年月日", "生年月日", "誕生日", "วันเกิด", "วันเดือนปีเกิด"},
	Joined: {"joined", "joindate", "joinedat", "membersince", "registered", "registrationdate", "signupdate", "createdat", "created",
		"入會日期", "入會日", "加入日期", "註冊日期", "申請日期", "建立日期", "入会日期", "注册日期", "开卡日期", "入会日", "登録日", "วันที่สมัคร", "วันสมัคร", "วันที่ลงทะเบียน"},
	Promo: {"marketing", "marketingconsent", "optin", "newsletter", "promo", "行銷同意", "同意行銷", "接收優惠", "願意收到優惠", "营销同意", "接收优惠",
		"メルマガ", "メール配信", "配信希望", "販促同意", "รับข่าวสาร", "ยินยอมรับข่าวสาร", "ยินยอมการตลาด"},
	Branch: {"store", "branch", "shop", "location", "outlet", "門市", "分店", "店別", "店鋪", "門店", "门店", "店铺", "店舗", "店名", "สาขา", "ร้าน"},
	Points: {"points", "point", "balance", "pointbalance", "pointsbalance", "currentpoints", "availablepoints",
		"點數", "積分", "紅利", "紅利點數", "剩餘點數", "可用點數", "點數餘額", "目前點數", "会员积分", "积分", "剩余积分", "可用积分", "余额",
		"ポイント", "ポイント残高", "保有ポイント", "残ポイント", "残高", "แต้ม", "คะแนน", "แต้มสะสม", "คะแนนสะสม", "แต้มคงเหลือ", "คะแนนคงเหลือ"},
	Expires: {"expires", "expiry", "expirydate", "expiration", "expirationdate", "validuntil", "validthrough", "到期日", "到期", "有效期限", "有效日期", "點數到期日", "期限",
		"有效期", "到期日期", "有効期限", "失効日", "หมดอายุ", "วันหมดอายุ", "ใช้ได้ถึง"},
	Amount: {"amount", "total", "sales", "spend", "spent", "subtotal", "amountpaid", "金額", "消費金額", "交易金額", "總額", "總金額", "實收", "金额", "消费金额", "交易金额", "总额",
		"金額税込", "合計", "売上", "購入金額", "ยอดเงิน", "ยอดซื้อ", "จำนวนเงิน", "ยอดขาย", "ยอดรวม"},
	Date: {"date", "datetime", "time", "purchasedate", "orderdate", "transactiondate", "saledate", "日期", "時間", "消費日期", "交易日期", "購買日期", "訂單日期", "时间", "消费日期", "交易时间",
		"日付", "日時", "購入日", "取引日", "購入日時", "วันที่", "วันที่ซื้อ", "วันเวลา"},
	Order: {"order", "orderno", "ordernumber", "orderid", "invoice", "invoiceno", "receipt", "receiptno", "transactionid", "單號", "訂單編號", "發票號碼", "交易序號", "訂單號", "订单号", "单号", "小票号",
		"伝票番号", "注文番号", "レシート番号", "取引番号", "เลขที่ใบเสร็จ", "เลขที่บิล", "เลขที่ออเดอร์", "หมายเลขคำสั่งซื้อ"},
}

// folded makes headings comparable: width, case, spaces and signs do not
// matter.
func folded(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.In(r, unicode.L, unicode.M, unicode.N) {
			return unicode.ToLower(r)
		}
		return -1
	}, norm.NFKC.String(s))
}

// byHeading is the field that a heading names, and how many letters of it do.
func byHeading(heading string) (best Field, sure int) {
	h := folded(heading)
	if h == "" {
		return "", 0
	}
	for _, f := range Fields {
		for _, w := range headings[f] {
			w = folded(w)
			switch {
			case h == w:
				return f, 1000
			case len(w) > sure && len([]rune(w)) > 1 && len(w) >= 4 && strings.Contains(h, w):
				best, sure = f, len(w)
			}
		}
	}
	return best, sure
}

// Columns say which column of a file is which field.
type Columns struct {
	At       map[Field]int
	Headings []string // nil: the file has none
	Guessed  map[Field]bool
}

// findColumns looks at a file's first rows. asked overrules what is found: by
// heading, or by number from 1.
func findColumns(first []row, asked map[string]Field, see func(string) (people.Phone, error)) (Columns, error) {
	c := Columns{At: map[Field]int{}, Guessed: map[Field]bool{}}
	if len(first) == 0 {
		return c, fmt.Errorf("there is no row in it")
	}
	top := first[0].cells
	if hasHeadings(top, see) {
		c.Headings = top
		c.byHeadings()
	}
	if err := c.take(asked, len(top)); err != nil {
		return c, err
	}
	c.byContents(first, see)
	return c, nil
}

// hasHeadings reports whether a file's first row names its columns: one cell is
// a heading, or none is a number of any kind.
func hasHeadings(top []string, see func(string) (people.Phone, error)) bool {
	numbers := 0
	for _, cell := range top {
		if _, sure := byHeading(cell); sure > 0 {
			return true
		}
		if _, err := see(cell); err == nil || strings.ContainsAny(cell, "0123456789") {
			numbers++
		}
	}
	return numbers == 0
}

// byHeadings gives every field the column whose heading names it most surely,
// the first of several.
func (c *Columns) byHeadings() {
	sures := map[Field]int{}
	for i, h := range c.Headings {
		if f, sure := byHeading(h); sure > sures[f] {
			c.At[f], sures[f] = i, sure
		}
	}
	delete(c.At, "")
}

// take lets the operator have the last word.
func (c *Columns) take(asked map[string]Field, width int) error {
	for column, f := range asked {
		if !slices.Contains(Fields, f) {
			return fmt.Errorf("there is no field %q; there are %v", f, Fields)
		}
		at := slices.IndexFunc(c.Headings, func(h string) bool { return folded(h) == folded(column) && folded(h) != "" })
		if n, err := strconv.Atoi(column); at < 0 && err == nil && n >= 1 && n <= width {
			at = n - 1
		}
		if at < 0 {
			return fmt.Errorf("there is no column %q: name it as its heading does, or by its number from 1", column)
		}
		for g, i := range c.At {
			if i == at {
				delete(c.At, g)
			}
		}
		c.At[f] = at
	}
	delete(c.At, Ignore)
	return nil
}

// byContents finds, where no heading did, the column of phone numbers, and in a
// file without headings names and whole numbers besides.
func (c *Columns) byContents(first []row, see func(string) (people.Phone, error)) {
	rows := first
	if c.Headings != nil {
		rows = rows[1:]
	}
	if _, ok := c.At[Phone]; !ok {
		c.fill(Phone, rows, func(cell string) bool { _, err := see(phoneCell(cell)); return err == nil })
	}
	if c.Headings != nil {
		return
	}
	c.fill(Name, rows, func(cell string) bool { return !strings.ContainsAny(cell, "0123456789@") })
	c.fill(Points, rows, func(cell string) bool { _, err := wholeNumber(cell); return err == nil })
}

// fill gives f the first free column of which nearly all cells fit.
func (c *Columns) fill(f Field, rows []row, fits func(string) bool) {
	if _, ok := c.At[f]; ok {
		return
	}
	width := 0
	for _, r := range rows {
		width = max(width, len(r.cells))
	}
	for i := range width {
		if c.taken(i) {
			continue
		}
		good, all := 0, 0
		for _, r := range rows {
			if i < len(r.cells) && strings.TrimSpace(r.cells[i]) != "" {
				all++
				if fits(r.cells[i]) {
					good++
				}
			}
		}
		if all > 0 && good*10 >= all*8 {
			c.At[f], c.Guessed[f] = i, true
			return
		}
	}
}

func (c *Columns) taken(i int) bool {
	for _, at := range c.At {
		if at == i {
			return true
		}
	}
	return false
}

// cell is what a row says of a field, "" where it says nothing.
func (c *Columns) cell(r row, f Field) string {
	i, ok := c.At[f]
	if !ok || i >= len(r.cells) {
		return ""
	}
	return strings.TrimSpace(r.cells[i])
}

// has reports whether there is such a column.
func (c *Columns) has(f Field) bool { _, ok := c.At[f]; return ok }

// Lines tell the columns, one a line, for people to look at.
func (c *Columns) Lines() (list []string) {
	used := map[int]Field{}
	for f, i := range c.At {
		used[i] = f
	}
	width := len(c.Headings)
	for i := range used {
		width = max(width, i+1)
	}
	for i := range width {
		heading := "column " + strconv.Itoa(i+1)
		if i < len(c.Headings) {
			heading = strconv.Quote(shorten(c.Headings[i], 40))
		}
		f, ok := used[i]
		switch {
		case !ok:
			list = append(list, heading+" is not used")
		case c.Guessed[f]:
			list = append(list, heading+" → "+string(f)+", by what stands in it")
		default:
			list = append(list, heading+" → "+string(f))
		}
	}
	return list
}

// shorten cuts text for a line, and takes out what would break it.
func shorten(s string, most int) string {
	r := []rune(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, s))
	if len(r) > most {
		r = append(r[:most-1], '…')
	}
	return string(r)
}
