// Package metric answers by name how a shop does: each row of the published
// list of measures, over a window of local days, of a store or a segment, with
// its margin where it has one and the reason where there is no number.
//
// The arithmetic is loyalty/measure's. What it is fed with comes from rows that
// others keep (loyalty/rollup by day, loyalty/segment by member, the answers of
// loyalty/survey), so that no question reads the ledger's entries. What has to
// look at every member is a [Census], taken by a job and kept with its time.
//
// # Windows
//
// A window is whole local days of the shop, from the one of From up to, not
// including, that of To. What adds up ([Info.Sums]) is of the window; what is a
// state ([Info.State]) is as of its end; the rest is a share or a mean of what
// happened in it. Money is net of refunds, an order that was refunded whole is no
// order, and both count on the day of the order.
//
// # Rows
//
//	metricset/all           what the shop has set, see [Settings]; one row
//	metricranks/all         how members rank in what the loyalty score is made of; one row, nightly
//	census/<yyyy-mm-dd>     the newest census of a local day; 5 years
//	rewardtake/all          who took which reward, see [TakeUp]; one row, daily
//	censusstores/<segment>  the newest census of a named segment (all: of everybody), with that of each store; a day
//	goal/<id>               what a manager wants a metric to be; until deleted
//
// Each row is guarded by its own key. None is of a person.
package metric
