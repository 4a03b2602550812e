package i18n

// Words by which the commands of levels, stamp cards and invitations are known.
const (
	WordsLevel  Key = "words.level"
	WordsStamps Key = "words.stamps"
	WordsInvite Key = "words.invite"
	WordsFriend Key = "words.friend"

	HelpLevel  Key = "help.level"
	HelpStamps Key = "help.stamps"
	HelpInvite Key = "help.invite"

	KeyLevel  Key = "key.level"
	KeyStamps Key = "key.stamps"
	KeyInvite Key = "key.invite"
)

// Levels.
const (
	LevelNone    Key = "level.none"
	LevelTop     Key = "level.top"
	LevelToGo    Key = "level.to_go"
	LevelSoFar   Key = "level.so_far"
	LevelBy      Key = "level.by"
	LevelKept    Key = "level.kept"
	LevelKeep    Key = "level.keep"
	LevelPercent Key = "level.percent"
	LevelBrings  Key = "level.brings"
	LevelRolling Key = "level.rolling"
	LevelVisits  Key = "level.visits"
	LevelNights  Key = "level.nights"
)

// Stamp cards.
const (
	StampsNone         Key = "stamps.none"
	StampsHave         Key = "stamps.have"
	StampsPrize        Key = "stamps.prize"
	StampsVisit        Key = "stamps.visit"
	StampsVisitMinimum Key = "stamps.visit_minimum"
	StampsItems        Key = "stamps.items"
	StampsMinimum      Key = "stamps.minimum"
	StampsADay         Key = "stamps.a_day"
	StampsFilled       Key = "stamps.filled"
	StampsReady        Key = "stamps.ready"
)

// Inviting friends, and coming by an invitation.
const (
	InviteNone        Key = "invite.none"
	InviteTitle       Key = "invite.title"
	InviteBoth        Key = "invite.both"
	InviteFriend      Key = "invite.friend"
	InviteYours       Key = "invite.yours"
	InvitePurchase    Key = "invite.purchase"
	InvitePurchaseMin Key = "invite.purchase_min"
	InviteWith        Key = "invite.with"
	InviteWithin      Key = "invite.within"
	InviteWait        Key = "invite.wait"
	InvitePass        Key = "invite.pass"
	InviteCode        Key = "invite.code"
	InviteJoined      Key = "invite.joined"
	InviteBought      Key = "invite.bought"
	InviteRewarded    Key = "invite.rewarded"
	InviteNothing     Key = "invite.nothing"
	InviteNobody      Key = "invite.nobody"
	InviteCapDay      Key = "invite.cap_day"
	InviteCapWeek     Key = "invite.cap_week"
	InviteCapMonth    Key = "invite.cap_month"
	InviteCapYear     Key = "invite.cap_year"
	InviteCapEver     Key = "invite.cap_ever"
	InviteFull        Key = "invite.full"
	InviteOn          Key = "invite.on"
	InviteCard        Key = "invite.card"
	InviteCardPlain   Key = "invite.card_plain"
	InviteSend        Key = "invite.send"
	InviteShare       Key = "invite.share"
	InviteCopy        Key = "invite.copy"
	InviteAlt         Key = "invite.alt"

	VouchersNothing Key = "vouchers.nothing"
	GiftsNothing    Key = "gifts.nothing"

	FriendGift   Key = "friend.gift"
	FriendPlain  Key = "friend.plain"
	FriendMember Key = "friend.member"
	FriendJoined Key = "friend.joined"

	RefuseFriendCode Key = "refuse.friend_code"
	RefuseFriendSelf Key = "refuse.friend_self"
	RefuseFriendNew  Key = "refuse.friend_new"
	RefuseFriendOff  Key = "refuse.friend_off"
)

// What joining gives, and what leaving loses, besides points.
const (
	JoinedStart    Key = "joined.start"
	JoinedGift     Key = "joined.gift"
	JoinedChoose   Key = "joined.choose"
	JoinedBirthday Key = "joined.birthday"
	BirthdayGift   Key = "profile.birthday_gift"
	LeaveVouchers  Key = "leave.vouchers"
	LeaveMark      Key = "leave.mark"
)

// Points: their level, their last days, and what moved them.
const (
	PointsLevel   Key = "points.level"
	PointsSoon    Key = "points.soon"
	PointsToday   Key = "points.today"
	EntryGift     Key = "entry.gift"
	EntryGiftSome Key = "entry.gift_some"
	EntryInvited  Key = "entry.invited"
	EntryFriend   Key = "entry.friend"
	EntryRedeemed Key = "entry.redeemed"
	EntrySetAside Key = "entry.set_aside"
	EntryReturned Key = "entry.returned"
	EntryForfeit  Key = "entry.forfeit"
)
