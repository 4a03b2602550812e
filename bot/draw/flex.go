package draw

import (
	"slices"
	"strconv"
	"strings"
)

// The keyword sizes of Flex, from small to large (LINE docs, #flex-message).
var (
	bubbleSizes = []string{"nano", "micro", "deca", "hecto", "kilo", "mega", "giga"}
	textSizes   = []string{"xxs", "xs", "sm", "md", "lg", "xl", "xxl", "3xl", "4xl", "5xl"}
	gapSizes    = []string{"none", "xs", "sm", "md", "lg", "xl", "xxl"}
)

// class gives prefix+value when value is one of the keywords.
func class(prefix, value string, keywords []string) string {
	if slices.Contains(keywords, value) {
		return " " + prefix + value
	}
	return ""
}

// container draws a bubble or a carousel of bubbles.
func (w *writer) container(c map[string]any, alt string) {
	if str(c["type"]) == "carousel" {
		w.raw(`<div class="d-cards" tabindex="0" role="group">`)
		for _, b := range array(c["contents"]) {
			w.flexBubble(object(b), alt)
		}
		w.raw(`</div>`)
		return
	}
	w.flexBubble(c, alt)
}

func (w *writer) flexBubble(b map[string]any, alt string) {
	size := class("d-", str(b["size"]), bubbleSizes)
	if size == "" {
		size = " d-mega"
	}
	w.raw(`<div class="d-card`, size, `">`)
	styles := object(b["styles"])
	for _, block := range []string{"header", "hero", "body", "footer"} {
		part := object(b[block])
		if part == nil {
			continue
		}
		style := object(styles[block])
		w.raw(`<div class="d-`, block, `"`)
		w.style("background-color", str(style["backgroundColor"]))
		w.raw(`>`)
		w.component(part, alt, "vertical")
		w.raw(`</div>`)
	}
	w.raw(`</div>`)
}

// component draws one part of a box. within is the layout of the box around.
func (w *writer) component(c map[string]any, alt, within string) {
	if w.depth++; w.depth > maxDepth {
		w.depth--
		return
	}
	defer func() { w.depth-- }()
	switch str(c["type"]) {
	case "box":
		w.box(c, alt, within)
	case "text":
		w.flexText(c, within)
	case "image", "icon", "video":
		w.flexImage(c, alt, within)
	case "button":
		w.flexButton(c, within)
	case "separator":
		w.raw(`<hr class="d-sep`, class("d-m-", str(c["margin"]), gapSizes), `"`)
		w.style("border-color", str(c["color"]))
		w.raw(`>`)
	case "filler", "spacer":
		w.raw(`<span class="d-fill"></span>`)
	}
}

// place are the classes and styles that every component may have.
func placed(c map[string]any, within string) (string, []string) {
	classes := class("d-m-", str(c["margin"]), gapSizes)
	styles := []string{"margin-top", pixels(c["margin"], within != "horizontal" && within != "baseline"),
		"margin-left", pixels(c["margin"], within == "horizontal" || within == "baseline"),
		"width", str(c["width"]), "height", str(c["height"]), "max-width", str(c["maxWidth"])}
	if f, ok := c["flex"].(float64); ok && f >= 0 && f <= 100 {
		styles = append(styles, "flex-grow", strconv.Itoa(int(f)))
		if f == 0 {
			classes += " d-flex0"
		}
	}
	return classes + class("d-g-", str(c["gravity"]), []string{"top", "center", "bottom"}), styles
}

// pixels is a length in pixels, where it belongs.
func pixels(v any, here bool) string {
	if s := str(v); here && strings.HasSuffix(s, "px") {
		return s
	}
	return ""
}

func (w *writer) box(c map[string]any, alt, within string) {
	layout := str(c["layout"])
	if layout != "horizontal" && layout != "baseline" {
		layout = "vertical"
	}
	classes, styles := placed(c, within)
	classes = "d-box d-" + layout + classes + class("d-sp-", str(c["spacing"]), gapSizes) +
		class("d-j-", str(c["justifyContent"]), []string{"center", "flex-start", "flex-end", "space-between", "space-around", "space-evenly"}) +
		class("d-a-", str(c["alignItems"]), []string{"center", "flex-start", "flex-end"}) +
		class("d-p-", str(c["paddingAll"]), gapSizes) + class("d-r-", str(c["cornerRadius"]), gapSizes)
	styles = append(styles, "background-color", str(c["backgroundColor"]), "border-color", str(c["borderColor"]),
		"border-width", pixels(c["borderWidth"], true), "padding", str(c["paddingAll"]),
		"padding-top", str(c["paddingTop"]), "padding-bottom", str(c["paddingBottom"]),
		"padding-left", str(c["paddingStart"]), "padding-right", str(c["paddingEnd"]),
		"gap", pixels(c["spacing"], true), "border-radius", str(c["cornerRadius"]))
	a := object(c["action"])
	end := `</div>`
	if a != nil {
		// A button may not hold buttons: one inside a tappable box wins.
		w.button(classes+" d-tap", lineAction(a), styles...)
		end = `</button>`
	} else {
		w.raw(`<div class="`, classes, `"`)
		w.style(styles...)
		w.raw(`>`)
	}
	for _, part := range array(c["contents"]) {
		p := object(part)
		if a != nil {
			p = untappable(p)
		}
		w.component(p, alt, layout)
	}
	w.raw(end)
}

// untappable is c without its own action, so that no button stands in another.
func untappable(c map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range c {
		if k != "action" {
			out[k] = v
		}
	}
	if str(out["type"]) == "button" {
		out["type"], out["text"] = "text", str(object(c["action"])["label"])
	}
	if str(out["type"]) == "box" {
		var inner []any
		for _, p := range array(out["contents"]) {
			inner = append(inner, untappable(object(p)))
		}
		out["contents"] = inner
	}
	return out
}

func (w *writer) flexText(c map[string]any, within string) {
	classes, styles := placed(c, within)
	classes = "d-text" + classes + textClasses(c) + class("d-al-", str(c["align"]), []string{"start", "center", "end"})
	if wrap, _ := c["wrap"].(bool); !wrap {
		classes += " d-nowrap"
	}
	styles = append(styles, "color", str(c["color"]), "font-size", pixels(c["size"], true))
	if n := number(c["maxLines"]); n > 0 {
		classes += " d-clamp"
		styles = append(styles, "-webkit-line-clamp", strconv.Itoa(n))
	}
	tag := "span"
	if a := object(c["action"]); a != nil {
		tag = "button"
		w.button(classes+" d-tap", lineAction(a), styles...)
	} else {
		w.raw(`<span class="`, classes, `" dir="auto"`)
		w.style(styles...)
		w.raw(`>`)
	}
	spans := array(c["contents"])
	for _, s := range spans {
		span := object(s)
		w.raw(`<span class="d-span`, textClasses(span), `"`)
		w.style("color", str(span["color"]), "font-size", pixels(span["size"], true))
		w.raw(`>`)
		w.text(str(span["text"]))
		w.raw(`</span>`)
	}
	if len(spans) == 0 {
		w.text(str(c["text"]))
	}
	w.raw(`</`, tag, `>`)
}

// textClasses are what a text and a span have in common.
func textClasses(c map[string]any) string {
	return class("d-t-", str(c["size"]), textSizes) +
		class("d-w-", str(c["weight"]), []string{"bold"}) +
		class("d-y-", str(c["style"]), []string{"italic"}) +
		class("d-y-", str(c["decoration"]), []string{"underline", "line-through"})
}

func (w *writer) flexImage(c map[string]any, alt, within string) {
	classes, styles := placed(c, within)
	kind := str(c["type"])
	classes += class("d-i-", str(c["size"]), append([]string{"full"}, textSizes...)) +
		class("d-al-", str(c["align"]), []string{"start", "center", "end"})
	if str(c["aspectMode"]) == "cover" {
		classes += " d-cover"
	}
	ratio := strings.ReplaceAll(str(c["aspectRatio"]), ":", "/")
	if ratio == "" {
		ratio = "1/1"
	}
	styles = append(styles, "aspect-ratio", ratio, "background-color", str(c["backgroundColor"]))
	ref := str(c["url"])
	if kind == "video" {
		ref = str(c["previewUrl"])
	}
	name := "d-img"
	if kind == "icon" {
		name = "d-icon"
	}
	if a := object(c["action"]); a != nil {
		w.button("d-tap", lineAction(a))
		defer w.raw(`</button>`)
	}
	own := str(c["alt"]) // not LINE's: a preview's photo has words
	if own == "" {
		own = pictureAlt(alt)
	}
	w.image(name+classes, ref, own, styles...)
}

// pictureAlt is what a Flex message's altText tells of its pictures: LINE knows
// no other words for them. A long one is the whole message, said already.
func pictureAlt(alt string) string {
	if strings.Contains(alt, "\n") {
		return ""
	}
	return alt
}

func (w *writer) flexButton(c map[string]any, within string) {
	classes, styles := placed(c, within)
	style := str(c["style"])
	if style != "primary" && style != "secondary" {
		style = "plain"
	}
	classes = "d-btn d-" + style + classes
	height := str(c["height"])
	if height == "sm" {
		classes += " d-low"
	}
	kept := styles[:0:0]
	for i := 0; i+1 < len(styles); i += 2 { // "sm" and "md" are heights by name here
		if styles[i] != "height" {
			kept = append(kept, styles[i], styles[i+1])
		}
	}
	ink := "background-color"
	if style == "plain" {
		ink = "color"
	}
	w.lineButton(classes, object(c["action"]), append(kept, ink, str(c["color"]))...)
}
