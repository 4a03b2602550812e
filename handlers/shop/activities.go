package shop

import (
	"slices"

	"regulars/i18n"
	"regulars/loyalty"
)

// Activity is a member's command behind /activities: something that the shop
// offers besides points and rewards.
type Activity struct {
	Command string   // one of [Optional]
	Label   i18n.Key // on its button, one of the command's words
}

// Activities are all that there are, in the order of their buttons. Each is
// there when the programme has it, see [Has].
var Activities = []Activity{
	{Command: "missions", Label: i18n.KeyMissions},
	{Command: "checkin", Label: i18n.KeyCheckIn},
	{Command: "plan", Label: i18n.KeyPlan},
	{Command: "offers", Label: i18n.KeyOffers},
	{Command: "events", Label: i18n.KeyEvents},
	{Command: "review", Label: i18n.KeyReview},
	{Command: "post", Label: i18n.KeyPost},
	{Command: "donate", Label: i18n.KeyDonate},
	{Command: "family", Label: i18n.KeyFamily},
	{Command: "match", Label: i18n.KeyMatch},
	{Command: "play", Label: i18n.KeyPlay},
	{Command: "rooms", Label: i18n.KeyRooms},
}

// ActivitiesOf are those that rules have.
func ActivitiesOf(r *loyalty.Programme) []Activity {
	return slices.DeleteFunc(slices.Clone(Activities), func(a Activity) bool { return !Has(r, a.Command) })
}
