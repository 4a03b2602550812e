package draw

import (
	"slices"

	"github.com/rivo/uniseg"

	"regulars/bot"
)

// scaleWide is how many keys of a scale, such as a survey's 0 to 10, stand on a
// line in both apps, see bot/line and bot/telegram.
const scaleWide = 6

// scaleOf is the scale with which buttons begin: at least three labels of at most
// two columns.
func scaleOf(buttons []bot.Button) []bot.Button {
	n := 0
	for n < len(buttons) && buttons[n].Do != bot.DoContact && uniseg.StringWidth(buttons[n].Label) <= 2 {
		n++
	}
	if n < 3 {
		return nil
	}
	return buttons[:n]
}

// lineScale are the lines of a scale in a bubble's footer.
func lineScale(buttons []bot.Button) (rows []any) {
	wide := min(len(buttons), scaleWide)
	for part := range slices.Chunk(buttons, scaleWide) {
		keys := make([]any, wide)
		for i := range keys {
			key := obj{"type": "box", "layout": "vertical", "flex": 1.0, "contents": []any{}}
			if i < len(part) {
				key["backgroundColor"], key["cornerRadius"], key["paddingAll"] = "#E4E9ED", "8px", "10px"
				key["action"] = obj{"type": "postback", "label": part[i].Label}
				key["contents"] = []any{obj{"type": "text", "text": part[i].Label, "align": "center"}}
			}
			keys[i] = key
		}
		rows = append(rows, obj{"type": "box", "layout": "horizontal", "spacing": "sm", "contents": keys})
	}
	return rows
}

// telegramScale are the rows of a scale in an inline keyboard.
func telegramScale(buttons []bot.Button) (rows []any) {
	for part := range slices.Chunk(buttons, scaleWide) {
		var keys []any
		for _, b := range part {
			keys = append(keys, obj{"text": b.Label})
		}
		rows = append(rows, keys)
	}
	return rows
}
