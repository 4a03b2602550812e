package sim

import (
	"regexp"
	"strconv"
	"strings"
)

// The forms of Flex values. DOC #flex-message; the layout guide gives the
// keywords.
var (
	flexPx       = `\d+(\.\d+)?px`
	flexPercent  = `\d+(\.\d+)?%`
	flexSpace    = regexp.MustCompile(`^(none|xs|sm|md|lg|xl|xxl|` + flexPx + `)$`)
	flexPadding  = regexp.MustCompile(`^(none|xs|sm|md|lg|xl|xxl|` + flexPx + `|` + flexPercent + `)$`)
	flexOffset   = regexp.MustCompile(`^(none|xs|sm|md|lg|xl|xxl|-?` + flexPx + `|-?` + flexPercent + `)$`)
	flexLength   = regexp.MustCompile(`^(` + flexPx + `|` + flexPercent + `)$`)
	flexBorder   = regexp.MustCompile(`^(none|light|normal|medium|semi-bold|bold|` + flexPx + `)$`)
	flexTextSize = regexp.MustCompile(`^(xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|` + flexPx + `)$`)
	flexPicSize  = regexp.MustCompile(`^(xxs|xs|sm|md|lg|xl|xxl|3xl|4xl|5xl|full|` + flexPx + `|` + flexPercent + `)$`)
	flexRatio    = regexp.MustCompile(`^\d{1,6}(\.\d+)?:\d{1,6}(\.\d+)?$`)
	flexAngle    = regexp.MustCompile(`^\d+(\.\d+)?deg$`)
)

// container is a bubble, or a carousel of up to 12 bubbles of one size.
func (o *lineObj) container() {
	switch o.m["type"] {
	case "bubble":
		o.bubble()
	case "carousel":
		o.get("type", true)
		bubbles := o.list("contents", true, 1, 12)
		for _, b := range bubbles {
			if b.m["type"] != "bubble" {
				b.bad("type", "")
				continue
			}
			b.bubble()
			if size(b.m) != size(bubbles[0].m) {
				b.bad("size", "") // all bubbles of a carousel have the same size
			}
		}
		o.done()
	default:
		o.bad("type", "")
	}
}

// size of a bubble; mega when not given.
func size(bubble map[string]any) any {
	if bubble["size"] == nil {
		return "mega"
	}
	return bubble["size"]
}

// bubble has four optional blocks. Only the hero may be a picture or video; an
// empty bubble is allowed, as LINE's own simulator shows.
func (o *lineObj) bubble() {
	o.get("type", true)
	o.enum("size", false, "nano", "micro", "deca", "hecto", "kilo", "mega", "giga")
	o.enum("direction", false, "ltr", "rtl")
	for _, block := range []string{"header", "body", "footer"} {
		if b := o.object(block, false); b != nil {
			b.component("box")
		}
	}
	if hero := o.object("hero", false); hero != nil {
		hero.component("box", "image", "video")
	}
	if styles := o.object("styles", false); styles != nil {
		for _, block := range []string{"header", "hero", "body", "footer"} {
			if s := styles.object(block, false); s != nil {
				s.match("backgroundColor", false, lineColour)
				s.boolean("separator")
				s.match("separatorColor", false, lineColour)
				s.done()
			}
		}
		styles.done()
	}
	if a := o.object("action", false); a != nil {
		a.action(placeFlex)
	}
	o.done()
}

// component checks one component of the kinds that may stand here.
func (o *lineObj) component(kinds ...string) {
	kind, _ := o.m["type"].(string)
	allowed := false
	for _, k := range kinds {
		allowed = allowed || k == kind
	}
	if !allowed {
		// LINE points at the component itself (issue #657).
		o.c.flex = append(o.c.flex, lineDetail{"invalid property", o.path})
		return
	}
	o.get("type", true)
	switch kind {
	case "box":
		o.box()
	case "button":
		o.flexButton()
	case "image":
		o.flexImage()
	case "video":
		o.flexVideo()
	case "icon":
		o.link("url", true, 2000, "https")
		o.match("size", false, flexPicSize)
		o.match("aspectRatio", false, flexRatio)
		o.boolean("scaling")
		o.placed()
	case "text":
		o.flexText()
	case "separator":
		o.match("margin", false, flexSpace)
		o.match("color", false, lineColour)
	case "filler":
		o.number("flex", false, 0, 1e6)
	}
	o.done()
}

// placed are the properties of a component in its box.
func (o *lineObj) placed() {
	o.match("margin", false, flexSpace)
	o.enum("position", false, "relative", "absolute")
	for _, key := range []string{"offsetTop", "offsetBottom", "offsetStart", "offsetEnd"} {
		o.match(key, false, flexOffset)
	}
}

func (o *lineObj) flexAction() {
	if a := o.object("action", false); a != nil {
		a.action(placeFlex)
	}
}

// box lays out other components. contents may be [] but not null, which the
// official Go module makes of an empty list (issue #657).
func (o *lineObj) box() {
	layout := o.enum("layout", true, "horizontal", "vertical", "baseline")
	inside := []string{"box", "button", "image", "text", "separator", "filler"}
	if layout == "baseline" {
		inside = []string{"icon", "text", "filler"}
	}
	for _, part := range o.list("contents", true, 0, 1000) {
		part.component(inside...)
	}
	o.number("flex", false, 0, 1e6)
	o.match("spacing", false, flexSpace)
	o.match("cornerRadius", false, flexSpace)
	o.match("borderWidth", false, flexBorder)
	o.match("borderColor", false, lineColour)
	o.match("backgroundColor", false, lineColour)
	for _, key := range []string{"width", "maxWidth", "height", "maxHeight"} {
		o.match(key, false, flexLength)
	}
	for _, key := range []string{"paddingAll", "paddingTop", "paddingBottom", "paddingStart", "paddingEnd"} {
		o.match(key, false, flexPadding)
	}
	o.enum("justifyContent", false, "flex-start", "center", "flex-end", "space-between", "space-around", "space-evenly")
	o.enum("alignItems", false, "flex-start", "center", "flex-end")
	o.placed()
	o.flexAction()
	if b := o.object("background", false); b != nil {
		b.enum("type", true, "linearGradient")
		b.match("angle", true, flexAngle)
		b.match("startColor", true, lineColour)
		b.match("endColor", true, lineColour)
		b.match("centerColor", false, lineColour)
		b.match("centerPosition", false, regexp.MustCompile(`^`+flexPercent+`$`))
		b.done()
	}
}

// flexButton always has an action with a label: it is all that shows.
func (o *lineObj) flexButton() {
	if a := o.object("action", true); a != nil {
		a.action(placeFlexButton)
	}
	o.number("flex", false, 0, 1e6)
	o.enum("height", false, "sm", "md")
	o.enum("style", false, "primary", "secondary", "link")
	o.match("color", false, lineColour)
	o.enum("gravity", false, "top", "bottom", "center")
	o.enum("adjustMode", false, "shrink-to-fit")
	o.boolean("scaling")
	o.placed()
}

func (o *lineObj) flexImage() {
	o.link("url", true, 2000, "https")
	o.number("flex", false, 0, 1e6)
	o.enum("align", false, "start", "end", "center")
	o.enum("gravity", false, "top", "bottom", "center")
	o.match("size", false, flexPicSize)
	o.ratio()
	o.enum("aspectMode", false, "cover", "fit")
	o.match("backgroundColor", false, lineColour)
	o.boolean("animated")
	o.placed()
	o.flexAction()
}

// ratio is {width}:{height}; the height is at most three times the width.
func (o *lineObj) ratio() {
	w, h, _ := strings.Cut(o.match("aspectRatio", false, flexRatio), ":")
	width, _ := strconv.ParseFloat(w, 64)
	height, _ := strconv.ParseFloat(h, 64)
	if height > 3*width {
		o.bad("aspectRatio", "")
	}
}

// flexVideo stands in a hero block only.
func (o *lineObj) flexVideo() {
	o.link("url", true, 2000, "https")
	o.link("previewUrl", true, 2000, "https")
	o.match("aspectRatio", false, flexRatio)
	if alt := o.object("altContent", true); alt != nil {
		alt.component("box", "image")
	}
	o.flexAction()
}

// flexText needs words or spans. LINE refuses an empty text, which is why a
// missing name breaks a message in practice.
func (o *lineObj) flexText() {
	o.str("text", !o.has("contents"), 1, 0)
	for _, span := range o.list("contents", false, 0, 1000) {
		if span.m["type"] != "span" {
			span.c.flex = append(span.c.flex, lineDetail{"invalid property", span.path})
			continue
		}
		span.get("type", true)
		span.str("text", false, 0, 0)
		span.letters()
		span.done()
	}
	o.number("flex", false, 0, 1e6)
	o.enum("align", false, "start", "end", "center")
	o.enum("gravity", false, "top", "bottom", "center")
	o.enum("adjustMode", false, "shrink-to-fit")
	o.match("lineSpacing", false, regexp.MustCompile(`^`+flexPx+`$`))
	o.boolean("wrap")
	o.boolean("scaling")
	o.integer("maxLines", false, 0, 1e6)
	o.letters()
	o.placed()
	o.flexAction()
}

// letters are the looks of a text or span.
func (o *lineObj) letters() {
	o.match("size", false, flexTextSize)
	o.enum("weight", false, "regular", "bold")
	o.match("color", false, lineColour)
	o.enum("style", false, "normal", "italic")
	o.enum("decoration", false, "none", "underline", "line-through")
}
