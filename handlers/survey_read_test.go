package handlers

import "testing"

func TestReadScore(t *testing.T) {
	for text, want := range map[string]int{
		"9": 9, "９": 9, " 9 ": 9, "9分": 9, "９分！": 9, "10/10": 10, "10 / 10": 10, "0": 0, "ten": 10, "Ten!": 10, "ZERO": 0,
		"三": 3, "十": 10, "兩分": 2, "7点": 7, "8 คะแนน": 8, "เก้า": 9, "5 points": 5, "9.": 9, "10 out of 10": 10, "ゼロ": 0,
	} {
		if n, ok := readScore(text); !ok || n != want {
			t.Errorf("%q is read as %d, %v", text, n, ok)
		}
	}
	for _, text := range []string{"", "nine lives", "9 of us", "100", "-1", "3.5", "1e1", "9a", "0912345678", "九十", "!", "we'll come at 9"} {
		if n, ok := readScore(text); ok {
			t.Errorf("%q is taken for %d", text, n)
		}
	}
}
