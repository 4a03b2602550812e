package i18n

// What stands in campaigns beside the shop's own words. The conversation in
// which they are drafted has its keys in the file of the commands.
const (
	CampaignStop   Key = "campaign.stop"
	CampaignFriend Key = "campaign.friend"

	// What recipients are told who press a campaign's buttons.
	CampaignNoted    Key = "campaign.noted"
	CampaignYours    Key = "campaign.yours"
	CampaignBoost    Key = "campaign.boost"
	CampaignGone     Key = "campaign.gone"
	CampaignOver     Key = "campaign.over"
	CampaignAllGone  Key = "campaign.all_gone"
	CampaignNotYours Key = "campaign.not_yours"
)
