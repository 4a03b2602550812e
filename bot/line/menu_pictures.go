package line

import (
	"embed"

	"regulars/bot"
	"regulars/i18n"
)

//go:generate sh menus/draw.sh

//go:embed menus/*.png
var menuPictures embed.FS

// StandardMenu is the rich menu of l with the picture drawn for its four buttons:
// points, card, rewards or history, and more. Their labels are read out by screen
// readers and shown as said by who presses; they should be the words in the
// picture. Buttons that no picture was drawn for get none, which EnsureMenus
// refuses.
func StandardMenu(l i18n.Lang, barText string, keys []bot.Button) RichMenuSpec {
	spec := RichMenuSpec{Lang: l, BarText: barText, Buttons: keys}
	if len(keys) == 4 {
		spec.Picture, _ = menuPictures.ReadFile("menus/" + string(l) + "-" + keys[2].Value + ".png")
	}
	return spec
}
