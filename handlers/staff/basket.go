package staff

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"golang.org/x/text/width"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/handlers/till"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/programme"
	"regulars/loyalty/voucher"
)

// readBasket reads a purchase as it was typed after WHO: AMOUNT
// [#item[*n][=amount]]… [ORDER] [voucher CODE], or with the code alone.
func (d desk) readBasket(t *bot.Turn, typed string) (b till.Basket, err error) {
	amount, rest := shop.CutAmount(apart(typed))
	if amount == "" {
		return b, bot.Refuse(i18n.SaleAmountMissing)
	}
	if b.Sale.Amount, err = shop.ReadMoney(amount, d.Rules(t.Now).Currency); err != nil {
		return b, err
	}
	var words []string
	if b.Sale.Lines, words, err = d.lines(t, strings.Fields(rest), nil); err != nil {
		return b, err
	}
	var sum loyalty.Money
	for _, l := range b.Sale.Lines {
		sum += l.Amount // each is bounded by its reader, and so is their number
	}
	if sum > b.Sale.Amount {
		return b, bot.Refuse(i18n.BasketOver, "Sum", d.Money(t.Printer, t.Now, sum), "Money", d.Money(t.Printer, t.Now, b.Sale.Amount))
	}
	if b.Code, words, err = cutCode(words); err != nil {
		return b, err
	}
	b.Sale.Order = loyalty.Order(clipOrder(strings.Join(words, " ")))
	return b, nil
}

// clipOrder keeps an order's number short; tills print a few letters.
func clipOrder(s string) string {
	r := []rune(strings.TrimSpace(s))
	return string(r[:min(len(r), 40)])
}

// apart parts items that were typed without a space, as in "350#latte#cake". A
// "#" within an order's number stays where it is.
func apart(typed string) string {
	words := strings.Fields(typed)
	for i, w := range words {
		plain := norm.NFKC.String(w)
		if item := strings.HasPrefix(plain, "#"); item || i == 0 && strings.Contains(plain, "#") {
			words[i] = strings.TrimSpace(strings.ReplaceAll(plain, "#", " #"))
		}
	}
	return strings.Join(words, " ")
}

// maxLines bounds the items of one purchase, as people type them.
const maxLines = 30

// lines takes the items out of words. own are further names of items, those of
// the sale that comes back.
func (d desk) lines(t *bot.Turn, words []string, own []loyalty.Line) (lines []loyalty.Line, rest []string, err error) {
	items := d.items(t, own)
	for len(words) > 0 {
		if !isItem(words[0], items) {
			rest, words = append(rest, words[0]), words[1:]
			continue
		}
		line, n, err := d.line(t, words, items)
		if err != nil {
			return nil, nil, err
		}
		if lines, words = append(lines, line), words[n:]; len(lines) > maxLines {
			return nil, nil, bot.Refuse(i18n.RefuseTooLarge)
		}
	}
	return lines, rest, nil
}

// isItem tells "#latte" from an order's number "#1234".
func isItem(word string, items []item) bool {
	name, ok := strings.CutPrefix(norm.NFKC.String(word), "#")
	if !ok {
		return false
	}
	digits := name != "" && strings.Trim(name, "0123456789") == ""
	return !digits || find(items, name) != ""
}

// item is one name of something that is sold.
type item struct{ id, name string }

// items are the names of all items, in all languages, with the speaker's first.
func (d desk) items(t *bot.Turn, own []loyalty.Line) (list []item) {
	p := d.Programme(t.Now)
	for _, l := range own {
		list = append(list, item{l.Item, l.Item})
	}
	for _, it := range p.Rules.Earning.Items {
		list = append(list, item{it.ID, it.ID})
	}
	for _, l := range append([]i18n.Lang{t.Lang}, i18n.Langs...) {
		for _, it := range p.Rules.Earning.Items {
			list = append(list, item{it.ID, p.Words(programme.Item, it.ID, string(l)).Name})
		}
	}
	return list
}

// find is the id of the item that a name means; "" for none.
func find(items []item, name string) string {
	name = shop.Same(name)
	i := slices.IndexFunc(items, func(it item) bool { return name != "" && shop.Same(it.name) == name })
	if i < 0 {
		return ""
	}
	return items[i].id
}

// longest is how many words a name of an item may have.
const longest = 5

// line reads the item at the front of words, and says how many of them it took:
// names may be of several words, "#gift card*2=500".
func (d desk) line(t *bot.Turn, words []string, items []item) (l loyalty.Line, n int, err error) {
	most := 1
	for most < min(len(words), longest) && !strings.HasPrefix(norm.NFKC.String(words[most]), "#") {
		most++
	}
	for n = most; n > 0; n-- {
		var name string
		l, name, err = d.readLine(t, strings.Join(words[:n], " "))
		if err != nil {
			continue // at last, with one word, it is what is wrong
		}
		if l.Item = find(items, name); l.Item != "" {
			return l, n, nil
		}
		err = d.noItem(name, items)
	}
	return l, 0, err
}

// readLine reads "#name*2=240".
func (d desk) readLine(t *bot.Turn, typed string) (l loyalty.Line, name string, err error) {
	bad := bot.Refuse(i18n.BasketForm, "Text", shop.Tidy(typed))
	text := strings.TrimPrefix(norm.NFKC.String(typed), "#")
	text, price, priced := strings.Cut(text, "=")
	name, pieces, counted := strings.Cut(strings.ReplaceAll(text, "×", "*"), "*")
	l.Quantity = 1
	if counted {
		n, err := strconv.Atoi(strings.TrimSpace(pieces))
		if err != nil || n < 1 || n > 999 {
			return l, "", bad
		}
		l.Quantity = int64(n)
	}
	if priced {
		if l.Amount, err = shop.ReadMoney(price, d.Rules(t.Now).Currency); err != nil {
			return l, "", bad
		}
	}
	if name = strings.TrimSpace(name); name == "" {
		return l, "", bad
	}
	return l, name, nil
}

// noItem asks back: nothing is booked for an item that is only alike.
func (d desk) noItem(name string, items []item) error {
	names := make([]string, len(items))
	for i, it := range items {
		names[i] = it.name
	}
	if near := shop.Nearest(name, names); near != "" {
		return bot.Refuse(i18n.BasketNear, "Text", "#"+shop.Tidy(name), "Item", "#"+near)
	}
	return bot.Refuse(i18n.BasketUnknown, "Text", "#"+shop.Tidy(name))
}

// cutCode takes a voucher's code out of words: after a word for vouchers, or
// anywhere alone.
func cutCode(words []string) (code voucher.Code, rest []string, err error) {
	for i, w := range words {
		if i+1 < len(words) && isVoucherWord(w) {
			for n := min(3, len(words)-i-1); n > 0; n-- { // also "7KQ 2M3 XP9"
				if c, ok := voucher.ParseCode(strings.Join(words[i+1:i+1+n], "")); ok {
					return c, slices.Delete(slices.Clone(words), i, i+1+n), nil
				}
			}
			return "", nil, bot.Refuse(i18n.UseForm)
		}
	}
	for i, w := range words {
		if c, ok := voucher.ParseCode(w); ok {
			return c, slices.Delete(slices.Clone(words), i, i+1), nil
		}
		if codeShape.MatchString(width.Narrow.String(w)) { // mistyped; no order's number
			return "", nil, bot.Refuse(i18n.UseForm)
		}
	}
	return "", words, nil
}

// codeShape is how the bot writes codes.
var codeShape = regexp.MustCompile(`^[0-9A-Za-z]{3}-[0-9A-Za-z]{3}-[0-9A-Za-z]{3}$`)

// isVoucherWord says whether a word means a voucher in any language.
func isVoucherWord(word string) bool {
	word = shop.Same(strings.TrimRightFunc(word, unicode.IsPunct))
	if word == "voucher" || word == "coupon" {
		return true
	}
	for _, l := range i18n.Langs {
		for _, key := range []i18n.Key{i18n.WordsUse, i18n.WordsVouchers} {
			for _, w := range strings.Split(i18n.For(l).Say(key), ",") {
				if shop.Same(w) == word {
					return true
				}
			}
		}
	}
	return false
}
