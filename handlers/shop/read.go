package shop

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
)

// ReadPoints reads a whole number of points as people type it: 35, １２０,
// 1,200. Signs, exponents and fractions are refused by name.
func ReadPoints(typed string) (loyalty.Points, error) {
	n, err := readNumber(typed, 0)
	return loyalty.Points(n), err
}

// ReadMoney reads an amount in a currency's major unit, as people type it at a
// till: 350, NT$1,200, 85.50, １２０, ฿99. The result is in minor units.
func ReadMoney(typed string, c loyalty.Currency) (loyalty.Money, error) {
	n, err := readNumber(typed, c.Digits)
	return loyalty.Money(n), err
}

// currencyMarks may stand before or after an amount.
var currencyMarks = []string{"NT$", "HK$", "S$", "US$", "$", "¥", "￥", "฿", "TWD", "HKD", "JPY", "THB", "NTD", "元", "円", "บาท", "圓", "塊", "蚊", "PT", "P", "點", "点", "分"}

// CutAmount takes an amount off the front of what was typed, with the unit that
// people write beside it: "350 元 A-77" is "350元" and "A-77", "NT$ 350" is
// "NT$350". Without it, the unit would be taken for an order's number or for a
// reason.
func CutAmount(typed string) (amount, rest string) {
	words := strings.Fields(typed)
	n := min(1, len(words))
	if len(words) > 1 && isMark(words[0]) {
		n = 2
	}
	if len(words) > n && isMark(words[n]) {
		n++
	}
	return strings.Join(words[:n], ""), strings.Join(words[n:], " ")
}

func isMark(word string) bool {
	return slices.Contains(currencyMarks, strings.ToUpper(norm.NFKC.String(word)))
}

// readNumber reads a decimal as an integer of so many digits after the point.
func readNumber(typed string, digits int) (int64, error) {
	s := strings.ToUpper(strings.TrimSpace(norm.NFKC.String(typed)))
	for _, m := range currencyMarks {
		s = strings.TrimSpace(strings.TrimPrefix(s, m))
	}
	for _, m := range currencyMarks {
		s = strings.TrimSpace(strings.TrimSuffix(s, m))
	}
	whole, fraction, _ := strings.Cut(s, ".")
	whole, ok := ungroup(whole)
	// A nought in front is a phone number's beginning, not an amount's.
	if !ok || len(whole) > 1 && whole[0] == '0' || !onlyDigits(fraction) || strings.HasSuffix(s, ".") {
		return 0, notNumber(typed)
	}
	if len(fraction) > digits {
		if strings.Trim(fraction, "0") != "" {
			return 0, bot.Refuse(i18n.RefuseNumberDigits)
		}
		fraction = fraction[:digits]
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", digits-len(fraction)), 10, 64)
	if err != nil || n > math.MaxInt64/1000 {
		return 0, bot.Refuse(i18n.RefuseTooLarge)
	}
	if n == 0 {
		return 0, bot.Refuse(i18n.RefuseAmount)
	}
	return n, nil
}

// ungroup takes the commas out of 1,234,567; commas elsewhere are no number.
func ungroup(s string) (string, bool) {
	groups := strings.Split(s, ",")
	for i, g := range groups {
		if !onlyDigits(g) || g == "" || i > 0 && len(g) != 3 || i == 0 && len(groups) > 1 && len(g) > 3 {
			return "", false
		}
	}
	return strings.Join(groups, ""), true
}

func onlyDigits(s string) bool { return strings.Trim(s, "0123456789") == "" }

func notNumber(typed string) error {
	r := []rune(strings.Join(strings.Fields(typed), " "))
	if len(r) > 20 {
		r = append(r[:19], '…')
	}
	return bot.Refuse(i18n.RefuseNumber, "Text", string(r))
}
