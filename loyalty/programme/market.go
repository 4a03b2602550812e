package programme

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// market is what a programme's file says of the country it is for.
type market struct {
	name      string // as the end of a preset's name: "tw"
	country   string
	near      string // a country whose phone numbers are typed there as well
	zone      string
	currency  string
	about     string // what a comment says of amounts
	coin      string // what comments call the currency, and one amount of it
	sign      string
	dollar    int64 // a round number of it that stands for a US dollar
	languages []string
}

var markets = []market{
	{"tw", "TW", "HK", "Asia/Taipei", "TWD", "whole dollars", "dollars", "NT$", 30, []string{"zh-TW", "en", "zh-HK", "ja", "th", "zh-CN"}},
	{"hk", "HK", "MO", "Asia/Hong_Kong", "HKD", `dollars and cents: 38.5 and "38.50" are the same`, "dollars", "HK$", 8, []string{"zh-HK", "en", "zh-CN", "zh-TW", "ja", "th"}},
	{"jp", "JP", "KR", "Asia/Tokyo", "JPY", "whole yen", "yen", "¥", 150, []string{"ja", "en", "zh-TW", "zh-CN", "zh-HK", "th"}},
	{"th", "TH", "LA", "Asia/Bangkok", "THB", `baht and satang: 62.5 and "62.50" are the same`, "baht", "฿", 35, []string{"th", "en", "zh-CN", "zh-TW", "ja", "zh-HK"}},
}

// Markets are the names by which [PresetFor] knows countries.
func Markets() (names []string) {
	for _, m := range markets {
		names = append(names, m.name)
	}
	return names
}

// NearestMarket is the market that a misspelt name resembles, or "".
func NearestMarket(name string) string { return nearest(name, Markets()) }

// PresetFor is a preset written for a market: its country, zone, currency,
// languages and LINE's prices there. A café has a preset of its own in each of
// them; of others the amounts are turned into round ones of the currency. It is
// false when there is no such preset or market.
func PresetFor(name, place string) ([]byte, bool) {
	i := slices.IndexFunc(markets, func(m market) bool { return m.name == place })
	if i < 0 {
		return nil, false
	}
	m := markets[i]
	base := name
	for _, other := range markets {
		base = strings.TrimSuffix(base, "-"+other.name)
	}
	own := "cafe-" + m.name
	if m.name == "tw" {
		own = "cafe"
	}
	native, ok := Preset(own)
	if base == "cafe" || !ok {
		return native, ok
	}
	data, ok := Preset(name)
	if !ok {
		return nil, false
	}
	return m.rewrite(data, section(native, "messages")), true
}

// section is a table of a preset as it is written, with what stands in comments
// below it, up to the next one.
func section(preset []byte, name string) []byte {
	from := bytes.Index(preset, []byte("\n["+name+"]"))
	if from < 0 {
		return nil
	}
	rest := preset[from+1:]
	if next := bytes.Index(rest, []byte("\n[")); next >= 0 {
		rest = rest[:next+1]
	}
	return rest
}

var (
	amounts   = regexp.MustCompile(`\b(per|minimum|worth|price|partner_price|cap)(\s*=\s*)([0-9][0-9_.]*)`)
	threshold = regexp.MustCompile(`^(at)(\s*=\s*)([0-9][0-9_.]*)`)
	bySpend   = regexp.MustCompile(`(?m)^by\s*=\s*"spend"`)
)

// rewrite puts a preset of the United States into a market. messages stands
// before [card].
func (m *market) rewrite(preset, messages []byte) []byte {
	var out bytes.Buffer
	spend, first := bySpend.Match(preset), true
	for line := range strings.Lines(string(preset)) {
		if strings.HasPrefix(line, "[card]") {
			out.Write(messages)
		}
		out.WriteString(m.line(line, spend, first))
		first = false
	}
	return out.Bytes()
}

// line is one line of a preset, in the market's terms.
func (m *market) line(line string, spend, first bool) string {
	if first {
		return strings.Replace(line, "every dollar", "every "+m.sign+strconv.FormatInt(m.dollar, 10), 1)
	}
	value, comment, commented := strings.Cut(line, "#")
	key, _, _ := strings.Cut(value, "=")
	put := func(text, note string) string {
		return fmt.Sprintf("%-9s = %-16s # %s\n", strings.TrimSpace(key), text, note)
	}
	switch strings.TrimSpace(key) {
	case "country":
		return put(strconv.Quote(m.country), strings.TrimSpace(comment))
	case "zone":
		return put(strconv.Quote(m.zone), strings.TrimSpace(comment))
	case "currency":
		return put(strconv.Quote(m.currency), m.about)
	case "languages":
		return put(`["`+strings.Join(m.languages, `", "`)+`"]`, strings.TrimSpace(comment))
	}
	if value == "" && strings.HasPrefix(comment, "phone_regions") {
		return "#" + regexp.MustCompile(`\["[A-Z]*"\]`).ReplaceAllLiteralString(comment, `["`+m.near+`"]`)
	}
	width := len(value)
	value = amounts.ReplaceAllStringFunc(value, func(s string) string { return m.amount(amounts, s) })
	if spend {
		value = threshold.ReplaceAllStringFunc(value, func(s string) string { return m.amount(threshold, s) })
	}
	if commented { // in its column
		value = strings.TrimRight(value, " ")
		value += strings.Repeat(" ", max(1, width-len(value))) + "#" + strings.ReplaceAll(comment, "dollars", m.coin)
	}
	return value
}

// amount is what matched as many dollars, in the market's currency.
func (m *market) amount(form *regexp.Regexp, s string) string {
	part := form.FindStringSubmatch(s)
	dollars, err := strconv.ParseFloat(strings.ReplaceAll(part[3], "_", ""), 64)
	if err != nil {
		return s
	}
	n := int64(math.Round(dollars * float64(m.dollar)))
	if n >= 200 { // as prices are
		n = (n + 5) / 10 * 10
	}
	return part[1] + part[2] + strconv.FormatInt(n, 10)
}
