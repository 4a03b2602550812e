package sim

import (
	"regexp"
)

// linePlace is where an action stands, which decides about its label and
// which actions may be there. DOC #action-object-label-spec.
type linePlace int

const (
	placeTemplate   linePlace = iota // label needed, 20
	placeImageCarou                  // 12
	placeRichMenu                    // 20, optional
	placeQuickReply                  // needed, 20; camera, cameraRoll, location too
	placeFlex                        // 40, optional
	placeFlexButton                  // 40, needed
	placeDefault                     // a picture's or bubble's default action: label optional
)

// label is whether an action needs one here, and how long it may be.
func (p linePlace) label() (required bool, most int) {
	switch p {
	case placeTemplate, placeQuickReply:
		return true, 20
	case placeImageCarou:
		return false, 12
	case placeFlexButton:
		return true, 40
	case placeFlex, placeDefault:
		return false, 40
	}
	return false, 20
}

// kinds are the actions that may stand in a place.
func (p linePlace) kinds() []string {
	kinds := []string{"postback", "message", "uri", "datetimepicker", "clipboard"}
	switch p {
	case placeQuickReply:
		return append(kinds, "camera", "cameraRoll", "location")
	case placeRichMenu:
		return append(kinds, "richmenuswitch")
	}
	return kinds
}

var (
	lineAliasForm = regexp.MustCompile(`^[a-z0-9_-]{1,32}$`)
	lineDateForms = map[string]*regexp.Regexp{
		"date":     regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`),
		"time":     regexp.MustCompile(`^\d{2}:\d{2}$`),
		"datetime": regexp.MustCompile(`^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}$`),
	}
)

// action checks an action object in its place.
func (o *lineObj) action(place linePlace) {
	kind := o.enum("type", true, place.kinds()...)
	required, most := place.label()
	least := 0
	if required {
		least = 1
	}
	o.str("label", required, least, most)
	switch kind {
	case "postback":
		o.postbackAction()
	case "message":
		o.str("text", true, 1, 300)
	case "uri":
		o.link("uri", true, 1000, "http", "https", "line", "tel")
		if alt := o.object("altUri", false); alt != nil {
			alt.link("desktop", false, 1000, "http", "https", "line", "tel")
			alt.done()
		}
	case "datetimepicker":
		o.str("data", true, 1, 300)
		form := lineDateForms[o.enum("mode", true, "date", "time", "datetime")]
		for _, key := range []string{"initial", "max", "min"} {
			if form != nil {
				o.match(key, false, form)
			}
		}
	case "clipboard":
		o.str("clipboardText", true, 1, 1000)
	case "richmenuswitch":
		o.match("richMenuAliasId", true, lineAliasForm)
		o.str("data", true, 1, 300)
	case "camera", "cameraRoll", "location":
	default:
		return
	}
	o.done()
}

// postbackAction: "data 300, displayText 300 (not with text), fillInText 300,
// inputOption enum" (PLATFORMS 1.4).
func (o *lineObj) postbackAction() {
	o.str("data", true, 1, 300)
	o.str("displayText", false, 1, 300)
	o.str("text", false, 1, 300)
	if o.has("displayText") && o.has("text") {
		o.bad("displayText", "displayText and text cannot be used together")
	}
	input := o.enum("inputOption", false, "closeRichMenu", "openRichMenu", "openKeyboard", "openVoice")
	o.str("fillInText", false, 1, 300)
	if o.has("fillInText") && input != "openKeyboard" {
		o.bad("fillInText", "fillInText needs the inputOption openKeyboard")
	}
}

// template checks buttons, confirm, carousel and image carousel.
func (o *lineObj) template() {
	switch o.enum("type", true, "buttons", "confirm", "carousel", "image_carousel") {
	case "buttons":
		o.card(4, 160)
		o.enum("imageAspectRatio", false, "rectangle", "square")
		o.enum("imageSize", false, "cover", "contain")
		o.imageLook()
	case "confirm":
		o.str("text", true, 1, 240)
		o.actions("actions", 2, 2, placeTemplate)
	case "carousel":
		o.enum("imageAspectRatio", false, "rectangle", "square")
		o.enum("imageSize", false, "cover", "contain")
		o.columns()
	case "image_carousel":
		for _, col := range o.list("columns", true, 1, 10) {
			col.link("imageUrl", true, 2000, "https")
			if a := col.object("action", true); a != nil {
				a.action(placeImageCarou)
			}
			col.done()
		}
	default:
		return
	}
	o.done()
}

var lineColour = regexp.MustCompile(`^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$`)

func (o *lineObj) imageLook() { o.match("imageBackgroundColor", false, lineColour) }

// card is a buttons template or a carousel's column: the text is shorter
// (60) beside a title or picture.
func (o *lineObj) card(actions, text int) {
	o.link("thumbnailImageUrl", false, 2000, "https")
	o.str("title", false, 1, 40)
	if o.has("thumbnailImageUrl") || o.has("title") {
		text = 60
	}
	o.str("text", true, 1, text)
	if a := o.object("defaultAction", false); a != nil {
		a.action(placeDefault)
	}
	o.actions("actions", 1, actions, placeTemplate)
}

func (o *lineObj) actions(key string, least, most int, place linePlace) {
	for _, a := range o.list(key, true, least, most) {
		a.action(place)
	}
}

// columns: 1..10, all with the same number of actions, and all or none with
// title and picture.
func (o *lineObj) columns() {
	cols := o.list("columns", true, 1, 10)
	for _, col := range cols {
		col.card(3, 120)
		col.imageLook()
		col.done()
		first := cols[0]
		if len(array(col.m["actions"])) != len(array(first.m["actions"])) {
			col.bad("actions", "The number of actions must be the same in all columns")
		}
		for _, key := range []string{"title", "thumbnailImageUrl"} {
			if col.has(key) != first.has(key) {
				col.bad(key, "Must be used in all columns or in none")
			}
		}
	}
}
