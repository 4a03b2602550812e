package line

import (
	"embed"

	"regulars/bot"
	"regulars/i18n"
)

//go:generate sh menus/draw.sh

//go:embed menus/*.png
var menuPictures embed.FS

// menuCommands are what the four columns of the drawn pictures do.
var menuCommands = [4]string{"points", "card", "history", "menu"}

// StandardMenu is the rich menu of l with the picture drawn for it: points,
// card, history and more. labels are read out by screen readers and shown as
// said by who presses; they should be the words in the picture.
func StandardMenu(l i18n.Lang, barText string, labels [4]string) RichMenuSpec {
	picture, _ := menuPictures.ReadFile("menus/" + string(l) + ".png")
	spec := RichMenuSpec{Lang: l, BarText: barText, Picture: picture}
	for i, label := range labels {
		spec.Buttons = append(spec.Buttons, bot.Button{Label: label, Do: bot.DoCommand, Value: menuCommands[i]})
	}
	return spec
}
