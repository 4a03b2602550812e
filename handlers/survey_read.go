package handlers

import (
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// numberWords are the numbers from 0 to 10 as people write them out.
var numberWords = map[string]int{}

func init() {
	for n, words := range []string{
		"zero 零 〇 ゼロ ศูนย์", "one 一 壹 いち หนึ่ง", "two 二 兩 两 に สอง", "three 三 さん สาม", "four 四 よん สี่", "five 五 ご ห้า",
		"six 六 ろく หก", "seven 七 なな เจ็ด", "eight 八 はち แปด", "nine 九 きゅう เก้า", "ten 十 じゅう สิบ",
	} {
		for _, w := range strings.Fields(words) {
			numberWords[w] = n
		}
	}
}

// scoreUnits stand behind a score that people type, without spaces.
var scoreUnits = []string{"/10", "/5", "outof10", "outof5", "points", "point", "分", "點", "点", "คะแนน", "แต้ม"}

// readScore reads a score as people type it: 9, ９, 9分, 10/10, "ten!".
func readScore(text string) (int, bool) {
	if len(text) > 60 {
		return 0, false
	}
	s := strings.Join(strings.Fields(strings.ToLower(norm.NFKC.String(text))), "")
	trim := func(s string) string {
		return strings.TrimFunc(s, func(r rune) bool { return strings.ContainsRune("!.。,、~", r) })
	}
	s = trim(s)
	for _, unit := range scoreUnits {
		s = trim(strings.TrimSuffix(s, unit))
	}
	if n, ok := numberWords[s]; ok {
		return n, true
	}
	if s == "" || len(s) > 2 || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}
