package privacy

import "regulars/i18n"

// authorities are where people can complain, by the law's name ([shop.Shop.Law]) and
// language: TW PDPA art. 1-1, HK PDPO s. 37, JP APPI art. 131, TH PDPA s. 73, CN PIPL
// art. 65, GDPR art. 77.
var authorities = map[string]map[i18n.Lang]string{
	"tw": {
		i18n.En: "Taiwan's Personal Data Protection Commission (www.pdpc.gov.tw)", i18n.ZhTW: "個人資料保護委員會（www.pdpc.gov.tw）",
		i18n.ZhHK: "台灣個人資料保護委員會（www.pdpc.gov.tw）", i18n.ZhCN: "台湾个人资料保护委员会（www.pdpc.gov.tw）",
		i18n.Ja: "台湾の個人資料保護委員会（www.pdpc.gov.tw）", i18n.Th: "คณะกรรมการคุ้มครองข้อมูลส่วนบุคคลของไต้หวัน (www.pdpc.gov.tw)",
	},
	"hk": {
		i18n.En: "Hong Kong's Privacy Commissioner for Personal Data (www.pcpd.org.hk)", i18n.ZhTW: "香港個人資料私隱專員公署（www.pcpd.org.hk）",
		i18n.ZhHK: "個人資料私隱專員公署（www.pcpd.org.hk）", i18n.ZhCN: "香港个人资料私隐专员公署（www.pcpd.org.hk）",
		i18n.Ja: "香港の個人資料私隠専員公署（www.pcpd.org.hk）", i18n.Th: "สำนักงานคณะกรรมาธิการความเป็นส่วนตัวของฮ่องกง (www.pcpd.org.hk)",
	},
	"jp": {
		i18n.En: "Japan's Personal Information Protection Commission (www.ppc.go.jp)", i18n.ZhTW: "日本個人情報保護委員會（www.ppc.go.jp）",
		i18n.ZhHK: "日本個人情報保護委員會（www.ppc.go.jp）", i18n.ZhCN: "日本个人信息保护委员会（www.ppc.go.jp）",
		i18n.Ja: "個人情報保護委員会（www.ppc.go.jp）", i18n.Th: "คณะกรรมการคุ้มครองข้อมูลส่วนบุคคลของญี่ปุ่น (www.ppc.go.jp)",
	},
	"th": {
		i18n.En: "Thailand's Personal Data Protection Committee (www.pdpc.or.th)", i18n.ZhTW: "泰國個人資料保護委員會（www.pdpc.or.th）",
		i18n.ZhHK: "泰國個人資料保護委員會（www.pdpc.or.th）", i18n.ZhCN: "泰国个人数据保护委员会（www.pdpc.or.th）",
		i18n.Ja: "タイの個人データ保護委員会（www.pdpc.or.th）", i18n.Th: "สำนักงานคณะกรรมการคุ้มครองข้อมูลส่วนบุคคล (www.pdpc.or.th)",
	},
	"cn": {
		i18n.En: "the Cyberspace Administration of China (www.12377.cn)", i18n.ZhTW: "中國國家互聯網信息辦公室（www.12377.cn）",
		i18n.ZhHK: "國家互聯網信息辦公室（www.12377.cn）", i18n.ZhCN: "国家互联网信息办公室（www.12377.cn）",
		i18n.Ja: "中国の国家インターネット情報弁公室（www.12377.cn）", i18n.Th: "สำนักงานไซเบอร์สเปซแห่งประเทศจีน (www.12377.cn)",
	},
	"eu": {
		i18n.En: "the data protection authority of your country (www.edpb.europa.eu lists them)", i18n.ZhTW: "您所在國家的資料保護機關（名單見 www.edpb.europa.eu）",
		i18n.ZhHK: "你所在國家的資料保護機關（名單見 www.edpb.europa.eu）", i18n.ZhCN: "您所在国家的数据保护机构（名单见 www.edpb.europa.eu）",
		i18n.Ja: "お住まいの国のデータ保護当局（一覧は www.edpb.europa.eu）", i18n.Th: "หน่วยงานคุ้มครองข้อมูลในประเทศของคุณ (ดูรายชื่อที่ www.edpb.europa.eu)",
	},
	"other": {
		i18n.En: "the data protection authority where you live", i18n.ZhTW: "您居住地的個人資料保護主管機關", i18n.ZhHK: "你居住地的個人資料保護機關",
		i18n.ZhCN: "您居住地的个人信息保护部门", i18n.Ja: "お住まいの国の個人情報保護当局", i18n.Th: "หน่วยงานคุ้มครองข้อมูลส่วนบุคคลในที่ที่คุณอยู่",
	},
}
