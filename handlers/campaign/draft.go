package campaign

import (
	"maps"
	"slices"
	"time"

	"regulars/bot"
	"regulars/loyalty"
)

// ID is the short public name of a campaign, as in 7KQ2M4: six of the letters of
// [loyalty.Ref]. It is no secret and gives no right.
type ID string

// Draft is what is to be said, to whom, when, and with what. Its JSON is stored;
// the file form has the same keys, see [Parse].
type Draft struct {
	Name string `json:"name"` // for the shop, at most 60 letters
	// Segment is an expression or a preset's name; see loyalty/segment.
	Segment string `json:"segment"`
	// Text is by language and then by variant; a campaign without variants has
	// the variant "a" only. A language that is missing reads the shop's first.
	Text     map[string]map[string]Words `json:"text"`
	Picture  string                      `json:"picture,omitempty"` // an https address, or a file in the folder pictures
	Buttons  []Button                    `json:"buttons,omitempty"` // at most MaxButtons
	Coupon   *Coupon                     `json:"coupon,omitempty"`
	Boost    *Multiplier                 `json:"multiplier,omitempty"`
	When     When                        `json:"when,omitzero"`
	Variants map[string]int              `json:"variants,omitempty"` // shares by variant, in any unit; empty: equal ones
	// HoldOut is how many percent of the audience get nothing, to compare with;
	// nil: DefaultHoldOut. Entitled says that it was promised: nobody is held out.
	HoldOut  *int              `json:"hold_out,omitempty"`
	Entitled bool              `json:"entitled,omitempty"`
	Channels []bot.ChannelName `json:"channels,omitempty"` // empty: wherever somebody is reached
	Groups   []string          `json:"groups,omitempty"`   // codes of groups that are told too
	Budget   Budget            `json:"budget,omitzero"`
	Window   int               `json:"window,omitempty"`    // days for which purchases are counted; 0: DefaultWindow
	NotAfter string            `json:"not_after,omitempty"` // shop's local time, see [Layout]; "": three days after the start
	Journey  []Step            `json:"journey,omitempty"`
}

// What a draft has where it says nothing.
const (
	DefaultHoldOut = 10                 // percent
	DefaultWindow  = 14                 // days
	DefaultEnd     = 3 * 24 * time.Hour // after the start: what is late by then is not sent
	MaxButtons     = 3                  // with the way out they are four, as many as a phone shows whole
	MaxVariants    = 4
	MaxSteps       = 10
	OnlyVariant    = "a"
	Layout         = "2006-01-02 15:04" // of local times in drafts
)

// Words are one wording in one language. Title is one line of at most 40 letters
// and may be empty; Text has at most 1,000. Both may have fields, see [Fields].
type Words struct {
	Title string `json:"title,omitempty"`
	Text  string `json:"text"`
}

// Do says what a campaign's button does.
type Do string

// What a button may do.
const (
	DoReply  Do = "reply"  // its tap is counted and thanked
	DoOpen   Do = "open"   // opens the https address Value
	DoRedeem Do = "redeem" // the rewards
	DoCoupon Do = "coupon" // gets the coupon, or switches the multiplier on
	DoMenu   Do = "menu"
)

// Dos are all of them, in the order in which they are offered.
var Dos = []Do{DoCoupon, DoRedeem, DoOpen, DoReply, DoMenu}

// Button is one button with its label by language, each at most 20 letters.
type Button struct {
	ID    string            `json:"id"` // 1 to 12 small letters and digits; its taps are counted under it
	Label map[string]string `json:"label"`
	Do    Do                `json:"do"`
	Value string            `json:"value,omitempty"` // of DoOpen; of DoReply what is thanked with, if anything
}

// Coupon is a voucher that a button gives, once a member.
type Coupon struct {
	Reward string `json:"reward"`         // a reward's id in the programme
	Days   int    `json:"days"`           // good for so many days from the tap, at most a year
	Most   int64  `json:"most,omitempty"` // so many in all; 0: no limit
}

// Multiplier is more points a sale from the tap on.
type Multiplier struct {
	Percent int64 `json:"percent"` // 200 is double; 101 to 1000
	Days    int   `json:"days"`    // for so many days from the tap, at most 90
}

// When says when it is sent. At most one is set; none is now.
type When struct {
	At    string `json:"at,omitempty"`    // on the shop's clock, see [Layout]
	Local string `json:"local,omitempty"` // on each recipient's clock, see [Layout]
}

// Budget is the most that it may cost; 0 is no bound.
type Budget struct {
	Messages int64         `json:"messages,omitempty"` // that are paid for
	Money    loyalty.Money `json:"money,omitempty"`
}

// Step is one further message of a journey.
type Step struct {
	Wait int    `json:"wait"`           // hours after the message before, or after the deed
	If   string `json:"if,omitempty"`   // an expression: whom it does not fit is left out of this step
	Exit string `json:"exit,omitempty"` // an expression: whom it fits has left the journey
	// After waits for a deed first: "" | "tap" | "coupon" | "used" | "sale"; one that
	// was done since the message before counts. Who does not do it within 90 days has
	// left the journey.
	After   string                      `json:"after,omitempty"`
	Text    map[string]map[string]Words `json:"text"`
	Picture string                      `json:"picture,omitempty"`
	Buttons []Button                    `json:"buttons,omitempty"`
}

// Names are the draft's variants in order.
func (d *Draft) Names() []string {
	seen := map[string]bool{}
	for _, by := range d.Text {
		for v := range by {
			seen[v] = true
		}
	}
	return slices.Sorted(maps.Keys(seen))
}

// Langs are the languages that the draft has words in, in order.
func (d *Draft) Langs() []string { return slices.Sorted(maps.Keys(d.Text)) }

// Held is the percentage that is held out.
func (d *Draft) Held() int {
	switch {
	case d.Entitled:
		return 0
	case d.HoldOut == nil:
		return DefaultHoldOut
	}
	return *d.HoldOut
}

// Days is for how many days after it was sent a purchase is counted.
func (d *Draft) Days() int {
	if d.Window == 0 {
		return DefaultWindow
	}
	return d.Window
}
