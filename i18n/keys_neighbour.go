package i18n

// The page of a neighbour's own staff, and the console about its address.
const (
	NeighbourCode     Key = "neighbour.code"
	NeighbourHint     Key = "neighbour.hint"
	NeighbourLook     Key = "neighbour.look"
	NeighbourGood     Key = "neighbour.good"
	NeighbourUntil    Key = "neighbour.until"
	NeighbourTake     Key = "neighbour.take"
	NeighbourTook     Key = "neighbour.took"
	NeighbourVouchers Key = "neighbour.vouchers"
	NeighbourOwes     Key = "neighbour.owes"
	NeighbourLast     Key = "neighbour.last"
	NeighbourSlow     Key = "neighbour.slow"
	NeighbourGone     Key = "neighbour.gone"

	NeighbourLinkEnded Key = "neighbour.link_ended"
	NeighbourDidLink   Key = "neighbour.did_link"
	NeighbourDidEnd    Key = "neighbour.did_end"
)
