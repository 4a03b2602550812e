package sim

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf16"
)

var (
	lineIDForm   = regexp.MustCompile(`^[UCR][0-9a-f]{32}$`)
	lineUnitForm = regexp.MustCompile(`^[a-zA-Z0-9_]{1,30}$`)
	linePlainKey = regexp.MustCompile(`^[0-9A-Za-z_]{1,20}$`)
)

// batch checks what every send has: messages, silence, aggregation units.
func (o *lineObj) batch(taggable bool) lineBatch {
	b := lineBatch{messages: o.messages(), silent: o.boolean("notificationDisabled")}
	if taggable {
		b.units = o.strings("customAggregationUnits", false, 0, 1)
		for _, u := range b.units {
			if !lineUnitForm.MatchString(u) {
				o.bad("customAggregationUnits", "Must match the pattern "+lineUnitForm.String())
			}
		}
	}
	return b
}

// messages checks 1..5 message objects (SPEC) and returns them.
func (o *lineObj) messages() []map[string]any {
	var out []map[string]any
	for i, m := range o.list("messages", true, 1, 5) {
		o.c.at = i
		m.message()
		out = append(out, m.m)
		if len(o.c.flex) > 0 {
			break // LINE names one message
		}
	}
	return out
}

// message checks one message object against PLATFORMS' limits.
func (o *lineObj) message() {
	kind := o.enum("type", true, "text", "textV2", "sticker", "image", "video", "audio", "location", "imagemap", "template", "flex", "coupon")
	o.quickReply()
	o.sender()
	switch kind {
	case "text":
		o.emojis(o.str("text", true, 1, 5000))
		o.str("quoteToken", false, 1, 0)
	case "textV2":
		o.substitution(o.str("text", true, 1, 5000))
		o.str("quoteToken", false, 1, 0)
	case "sticker":
		o.str("packageId", true, 1, 0)
		o.str("stickerId", true, 1, 0)
		o.str("quoteToken", false, 1, 0)
	case "image":
		o.media()
	case "video":
		o.media()
		o.match("trackingId", false, regexp.MustCompile(`^[a-zA-Z0-9\-.=,+*()%$&;:@{}!?<>\[\]]{1,100}$`))
	case "audio":
		o.link("originalContentUrl", true, 2000, "https")
		o.number("duration", true, 1, 24*3600*1000)
	case "location":
		o.str("title", true, 1, 100)
		o.str("address", true, 1, 100)
		o.number("latitude", true, -90, 90)
		o.number("longitude", true, -180, 180)
	case "imagemap":
		o.imagemap()
	case "template":
		o.str("altText", true, 1, 1500)
		if t := o.object("template", true); t != nil {
			t.template()
		}
	case "flex":
		o.str("altText", true, 1, 1500)
		o.flexContents()
	case "coupon":
		o.str("couponId", true, 1, 0)
		o.str("deliveryTag", false, 1, 30)
	default:
		return // one complaint about the type says it all
	}
	o.done()
}

// media are the two addresses of a picture or video, from which LINE's servers
// and the app fetch: https only.
func (o *lineObj) media() {
	o.link("originalContentUrl", true, 2000, "https")
	o.link("previewImageUrl", true, 2000, "https")
}

// sender is the name and icon shown instead of the account's.
func (o *lineObj) sender() {
	s := o.object("sender", false)
	if s == nil {
		return
	}
	if name := s.str("name", false, 1, 20); strings.EqualFold(strings.TrimSpace(name), "LINE") {
		s.bad("name", "The name may not be used")
	}
	s.link("iconUrl", false, 2000, "https")
	s.done()
}

// quickReply has at most 13 items; each needs a label of at most 20.
func (o *lineObj) quickReply() {
	q := o.object("quickReply", false)
	if q == nil {
		return
	}
	for _, item := range q.list("items", true, 1, 13) {
		item.enum("type", false, "action")
		item.link("imageUrl", false, 2000, "https")
		if a := item.object("action", true); a != nil {
			a.action(placeQuickReply)
		}
		item.done()
	}
	q.done()
}

// emojis: at most 20, and each index is that of a "$" in UTF-16 units.
func (o *lineObj) emojis(text string) {
	if !o.has("emojis") {
		o.seen["emojis"] = true
		return
	}
	u := utf16.Encode([]rune(text))
	for _, e := range o.list("emojis", false, 1, 20) {
		at := e.integer("index", true, 0, 5000)
		e.str("productId", true, 1, 0)
		e.str("emojiId", true, 1, 0)
		if at >= len(u) || u[at] != '$' {
			e.bad("index", "The index does not match a placeholder")
		}
		e.done()
	}
}

// substitution checks a textV2: every {key} has its object and every object
// its {key}; braces are written twice.
func (o *lineObj) substitution(text string) {
	keys, ok := placeholders(text)
	if !ok {
		o.bad("text", "Invalid placeholder")
	}
	sub := o.object("substitution", false)
	if sub == nil {
		if len(keys) > 0 {
			o.missing("substitution")
		}
		return
	}
	if len(sub.m) > 100 {
		o.bad("substitution", "Size must be between 0 and 100")
	}
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		if sub.m[key] == nil {
			sub.missing(key)
		}
	}
	mentions, emoji := 0, 0
	for _, key := range slices.Sorted(maps.Keys(sub.m)) {
		s := sub.object(key, true)
		if s == nil || !linePlainKey.MatchString(key) || !keys[key] {
			sub.bad(key, "Invalid substitution key")
			continue
		}
		if s.substitute() == "mention" {
			mentions++
		} else {
			emoji++
		}
	}
	if mentions > 20 || emoji > 20 {
		o.bad("substitution", "At most 20 mentions and 20 emoji")
	}
}

// substitute checks one object of a textV2 and tells its type.
func (o *lineObj) substitute() string {
	kind := o.enum("type", true, "mention", "emoji")
	if kind == "emoji" {
		o.str("productId", true, 1, 0)
		o.str("emojiId", true, 1, 0)
	}
	if who := o.mentionee(kind); who != nil {
		if who.enum("type", true, "user", "all") == "user" {
			who.match("userId", true, lineIDForm)
		}
		who.done()
	}
	o.done()
	return kind
}

func (o *lineObj) mentionee(kind string) *lineObj {
	if kind != "mention" {
		return nil
	}
	return o.object("mentionee", true)
}

// placeholders are the {keys} of a textV2; ok is false for a lone brace.
func placeholders(text string) (keys map[string]bool, ok bool) {
	keys, ok = map[string]bool{}, true
	for _, key := range textV2Key.FindAllString(text, -1) {
		if key != "{{" && key != "}}" {
			keys[key[1:len(key)-1]] = true
		}
	}
	return keys, !strings.ContainsAny(textV2Key.ReplaceAllString(text, ""), "{}")
}

// imagemap: base width 1040, at most 50 areas.
func (o *lineObj) imagemap() {
	o.link("baseUrl", true, 2000, "https")
	o.str("altText", true, 1, 1500)
	if size := o.object("baseSize", true); size != nil {
		size.integer("width", true, 1040, 1040)
		size.integer("height", true, 1, 100000)
		size.done()
	}
	o.object("video", false)
	for _, a := range o.list("actions", true, 0, 50) {
		a.str("label", false, 0, 100)
		switch a.enum("type", true, "uri", "message", "clipboard") {
		case "uri":
			a.link("linkUri", true, 1000, "http", "https", "line", "tel")
		case "message":
			a.str("text", true, 1, 400)
		case "clipboard":
			a.str("clipboardText", true, 1, 1000)
		}
		if area := a.object("area", true); area != nil {
			area.bounds(1040, 100000)
		}
		a.done()
	}
}

// bounds is an area in pixels of a picture w by h.
func (o *lineObj) bounds(w, h float64) {
	x := o.integer("x", true, 0, w)
	y := o.integer("y", true, 0, h)
	width := o.integer("width", true, 1, w)
	height := o.integer("height", true, 1, h)
	if float64(x+width) > w || float64(y+height) > h {
		o.bad("width", "The area is outside of the image")
	}
	o.done()
}

// flexContents checks a Flex message's bubble (30 KB) or carousel (50 KB).
func (o *lineObj) flexContents() {
	v, ok := o.get("contents", true)
	if !ok {
		return
	}
	m, isObject := v.(map[string]any)
	root := &lineObj{c: o.c, flex: true, m: m, seen: map[string]bool{}}
	if !isObject {
		root.bad("", "")
		return
	}
	root.container()
	size, _ := json.Marshal(m)
	limit := map[any]int{"bubble": 30 << 10, "carousel": 50 << 10}[m["type"]]
	if limit > 0 && len(size) > limit {
		o.bad("contents", fmt.Sprintf("Size must be at most %d bytes", limit))
	}
}
