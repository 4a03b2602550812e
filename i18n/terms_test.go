package i18n

import (
	"slices"
	"strings"
	"testing"
)

// term is what one thing is called in one language: never as in not, but in these
// keys, where the same letters mean something else.
type term struct {
	say string
	not []string
	but []Key
}

// terms are decided once, so that a member reads the same word in the chat, on a page
// and on paper. Of two good words the one that the market's shops write won; words
// that members may type are not meant here: those take both.
var terms = map[Lang][]term{
	En: {
		{say: "customer", not: []string{"guest scans"}},
		{say: "gifts from the shop", not: []string{"presents from"}},
		{say: "keep about", not: []string{"keep of", "keeps of", "kept of"}},
		{say: "affected by a breach", not: []string{"was touched", "were touched", "breach touched"}},
		{say: "your personal details are erased", not: []string{"all of it is erased", "erases it"}},
	},
	Ja: {
		{say: "お客様", not: []string{"お客さま", "会員さま"}},
		{say: "番号", not: []string{"受付番号"}},
		{say: "注文番号", not: []string{"伝票"}},
		{say: "会員カード", not: []string{"会員証"}},
		{say: "店長", not: []string{"マネージャー", "責任者"}},
		{say: "店長", not: []string{"管理者"}, but: []Key{"rooms.linked", "rooms.rights", "console_play.wrong", "export.as_operator"}},
		{say: "スタッフ", not: []string{"従業員", "店員"}},
		{say: "クーポン", not: []string{"引換券", "バウチャー"}},
		{say: "ログイン", not: []string{"サインイン"}},
		{say: "管理画面", not: []string{"コンソール"}},
		{say: "レジ", not: []string{"カウンター"}},
		{say: "トーク", not: []string{"チャット"}},
		{say: "スマホ", not: []string{"スマートフォン", "携帯"}},
		{say: "バックアップ", not: []string{"控えに", "された控え"}},
		{say: "台帳", not: []string{"帳簿"}, but: []Key{"console_rules.h_worth"}},
		{say: "削除", not: []string{"消去", "情報はすべて削除"}},
		{say: "友だち", not: []string{"友達"}},
		{say: "間違い", not: []string{"まちがい", "まちがえ"}},
		{say: "詳しく", not: []string{"くわし"}},
	},
	Th: {
		{say: "ยกเลิกสมาชิก", not: []string{"ออกจากสมาชิก", "ออกจากการเป็นสมาชิก"}},
		{say: "เลขที่ of an entry", not: []string{"รหัส {{.Ref}}", "เลขอ้างอิง"}},
		{say: "หน้าจัดการ", not: []string{"คอนโซล", "แดชบอร์ด"}},
		{say: "คูปอง", not: []string{"บัตรกำนัล", "วอยเชอร์"}},
		{say: "ร้าน", not: []string{"ทางร้าน"}},
		{say: "ชวนเพื่อน", not: []string{"ที่คุณแนะนำ", "แนะนำมา"}},
		{say: "คีย์", not: []string{"กุญแจ"}},
		{say: "แชท", not: []string{"แชต"}},
		{say: "เช็คอิน", not: []string{"เช็กอิน"}},
		{say: "สิทธิ์", not: []string{"สิทธิของ"}},
		{say: "ไม่มีชื่อ", not: []string{"ไร้ชื่อ"}},
		{say: "ข้อมูลส่วนตัวจะถูกลบ", not: []string{"ข้อมูลทั้งหมดจะถูกลบ"}},
	},
	ZhTW: {
		{say: "分店", not: []string{"門市", "分行"}},
		{say: "取消這一筆", not: []string{"收回這"}},
		{say: "管理台", not: []string{"主控台", "控制台", "管理頁"}},
		{say: "管理台", not: []string{"後台"}, but: []Key{"console_home.calls_how", "alarm.quota", "alarm.quota_gone", "money.elsewhere"}},
		{say: "兌換券", not: []string{"票券", "禮券"}},
		{say: "店長", not: []string{"經理", "管理者的", "管理者在", "其他主管", "在主管"}},
		{say: "店員", not: []string{"服務人員"}},
		{say: "負責人", not: []string{"老闆", "店主"}},
		{say: "顧客", not: []string{"客人"}},
		{say: "聊天室", not: []string{"對話"}},
		{say: "邀請", not: []string{"介紹"}},
		{say: "問卷", not: []string{"調查"}},
		{say: "編號 of an entry", not: []string{"單號 {{.Ref}}", "參考編號"}},
		{say: "櫃檯", not: []string{"櫃台"}},
		{say: "隱私權聲明", not: []string{"隱私權告知", "隱私權政策"}},
		{say: "不具名", not: []string{"無名", "匿名"}},
		{say: "聊天軟體", not: []string{"通訊軟體"}},
		{say: "退款", not: []string{"退費"}},
		{say: "個人資料會刪除", not: []string{"資料會全部刪除", "所有資料都會刪除"}},
	},
	ZhHK: {
		{say: "店舖", not: []string{"商店", "店鋪"}},
		{say: "店舖; 商戶 are its neighbours", not: []string{"通知商戶", "轉交商戶", "商戶會先", "商戶已", "由商戶簽", "商戶的公開"}},
		{say: "換領券", not: []string{"禮券"}},
		{say: "取消會籍", not: []string{"退出會籍", "退出計劃", "終止會籍", "會員退出"}},
		{say: "管理台", not: []string{"控制台", "主控台"}},
		{say: "管理台", not: []string{"後台"}, but: []Key{"console_home.calls_how", "alarm.quota", "alarm.quota_gone", "money.elsewhere"}},
		{say: "經理", not: []string{"管理者", "店長"}},
		{say: "店主", not: []string{"東主", "老闆", "負責人"}},
		{say: "職員", not: []string{"員工", "前線"}},
		{say: "客人", not: []string{"顧客", "客戶"}, but: []Key{"console.measures.def.alive"}},
		{say: "會員卡", not: []string{"會員證"}},
		{say: "對話", not: []string{"聊天"}},
		{say: "漏了", not: []string{"欠缺"}},
		{say: "櫃位", not: []string{"櫃面"}},
		{say: "級別", not: []string{"等級"}},
		{say: "編號", not: []string{"參考編號"}},
		{say: "密鑰", not: []string{"金鑰"}},
		{say: "複本", not: []string{"副本"}},
		{say: "簽到", not: []string{"打卡"}},
		{say: "標記", not: []string{"記號"}},
		{say: "紀錄, the noun", not: []string{"的記錄", "消費記錄", "積分記錄", "同意記錄", "操作記錄", "傳送記錄"}},
		{say: "程式", not: []string{"軟件"}},
		{say: "收據", not: []string{"單據"}},
		{say: "換領", not: []string{"兌換"}},
		{say: "批准", not: []string{"核准"}},
		{say: "查看", not: []string{"檢視"}},
		{say: "還原", not: []string{"無法復原"}},
		{say: "甚麼", not: []string{"什麼"}},
		{say: "本月", not: []string{"今個月"}},
		{say: "今日", not: []string{"今天"}},
		{say: "個人資料會刪除", not: []string{"所有資料都會刪除"}},
	},
	ZhCN: {
		{say: "门店", not: []string{"分店", "店铺"}},
		{say: "管理台", not: []string{"控制台", "管理页"}},
		{say: "管理台", not: []string{"后台"}, but: []Key{"console_home.calls_how", "alarm.quota", "alarm.quota_gone", "money.elsewhere"}},
		{say: "兑换券", not: []string{"礼券", "代金券"}},
		{say: "店长", not: []string{"经理", "管理者", "主管决定"}},
		{say: "店主", not: []string{"老板", "负责人"}},
		{say: "店员", not: []string{"一线员工"}},
		{say: "聊天软件", not: []string{"通讯软件"}},
		{say: "顾客", not: []string{"客人", "客户"}},
		{say: "工单", not: []string{"案件", "个案"}},
		{say: "小票", not: []string{"收据", "发票"}},
		{say: "消息", not: []string{"资讯", "讯息"}},
		{say: "邀请", not: []string{"介绍"}},
		{say: "问卷", not: []string{"调查"}},
		{say: "点击", not: []string{"点按"}},
		{say: "聊天", not: []string{"对话"}},
		{say: "签到", not: []string{"打卡"}},
		{say: "标记", not: []string{"记号"}},
		{say: "好礼", not: []string{"礼品"}},
		{say: "隐私声明", not: []string{"隐私告知", "隐私政策"}},
		{say: "信息 about people", not: []string{"资料泄露", "资料种类", "全部资料", "资料申请", "资料副本", "资料已", "员工的资料"}},
		{say: "不具名", not: []string{"无名", "匿名"}},
		{say: "个人信息会删除", not: []string{"信息会全部删除"}},
	},
}

// One thing has one name in a language, whoever wrote the text.
func TestOneThingHasOneName(t *testing.T) {
	prose(t, func(l Lang, key Key, text string) {
		for _, x := range terms[l] {
			for _, lost := range x.not {
				if strings.Contains(text, lost) && !slices.Contains(x.but, key) {
					t.Errorf("%s: %s says %q where we say %q: %q", l, key, lost, x.say, text)
				}
			}
		}
	})
}

// A row of the table that allows a key for nothing hides the next slip there.
func TestTermsAllowNothingInVain(t *testing.T) {
	cats, _ := read(t)
	for l, rows := range terms {
		for _, x := range rows {
			for _, key := range x.but {
				if !slices.ContainsFunc(x.not, func(lost string) bool { return strings.Contains(cats[l][key].all(), lost) }) {
					t.Errorf("%s: %s needs no leave to say one of %q", l, key, x.not)
				}
			}
		}
	}
}
