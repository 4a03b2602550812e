package i18n

// What stands in campaigns beside the shop's own words. The conversation in
// which they are drafted has its keys in the file of the commands.
const (
	CampaignStop   Key = "campaign.stop"
	CampaignFriend Key = "campaign.friend"
)
