package hooks

import (
	"crypto/rand"
	"io"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"regulars/bot"
	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/club"
	"regulars/loyalty/voucher"
	"regulars/store"
)

// Desk is a shop's webhooks. Make it with [New].
type Desk struct {
	DB    store.DB
	Shop  *shop.Shop
	Clock bot.Clock
	Log   *slog.Logger
	Rand  io.Reader // of secrets and ids

	// Held is until when events must have been put to wait for an operator's word;
	// zero: none does. A restored store has such, see [Desk.DropHeld]. nil: never.
	Held func(r store.Reader) (time.Time, error)

	way  atomic.Pointer[way]
	wake chan struct{}
	mu   sync.Mutex
	busy map[ID]bool // endpoints that are being sent to

	delivered, failed atomic.Int64
}

// New makes a shop's webhooks, which go where guard lets them, and has the shop
// tell of what happens. It is called before the shop opens.
func New(s *shop.Shop, db store.DB, guard Guard) *Desk {
	d := &Desk{
		DB: db, Shop: s, Clock: s.Clock, Log: s.Log, Rand: rand.Reader,
		wake: make(chan struct{}, 1), busy: map[ID]bool{},
	}
	d.SetGuard(guard)
	s.Book.Wrote = d.entries
	s.Club.Vouchers.Wrote = d.voucher
	s.Vault.Gone = d.gone
	s.Listeners, s.Enrolments = append(s.Listeners, d.deed), append(s.Enrolments, d.joined)
	return d
}

// way is how webhooks leave: the client goes with its guard, so that a connection
// one guard let through is never used under another.
type way struct {
	Guard
	client *http.Client
}

// SetGuard has webhooks go where guard lets them, from the next one on. It may be
// called while others send.
func (d *Desk) SetGuard(guard Guard) {
	if was := d.way.Swap(&way{guard, guard.client()}); was != nil {
		was.client.CloseIdleConnections()
	}
}

// entries tells of what was written into a member's ledger.
func (d *Desk) entries(tx store.Tx, made []loyalty.Entry) error {
	var events []Event
	for i := range made {
		if v, ok := ofEntry(&made[i]); ok {
			events = append(events, v)
		}
	}
	return d.tell(tx, events...)
}

// voucher tells of a voucher that changed.
func (d *Desk) voucher(tx store.Tx, was, is voucher.Voucher) error {
	v, ok := ofVoucher(&was, &is, d.Clock.Now())
	if !ok {
		return nil
	}
	return d.tell(tx, v)
}

// deed tells of a new member; what else members do is told by their entries and
// vouchers.
func (d *Desk) deed(tx store.Tx, did club.Deed) error {
	if did.Kind != club.Joined {
		return nil
	}
	return d.joined(tx, did.Member, did.Act.Store, did.Act.Now)
}

// joined tells of a new member: one who joined in a chat, or whom a till made.
func (d *Desk) joined(tx store.Tx, m loyalty.MemberID, at loyalty.Store, now time.Time) error {
	data := Data{Member: m, Store: at}
	return d.tell(tx, newEvent(MemberJoined, now, data, string(m), now.UTC().Format(time.RFC3339Nano)))
}

// gone tells of a member who was erased.
func (d *Desk) gone(tx store.Tx, m loyalty.MemberID, now time.Time) error {
	return d.tell(tx, newEvent(MemberErased, now, Data{Member: m}, string(m)))
}

// Finished tells that a campaign has gone out to everybody.
func (d *Desk) Finished(tx store.Tx, campaign string, now time.Time) error {
	return d.tell(tx, newEvent(CampaignFinished, now, Data{Campaign: campaign}, campaign))
}

// tell keeps events for the endpoints that want them.
func (d *Desk) tell(tx store.Tx, events ...Event) error {
	if len(events) == 0 {
		return nil
	}
	list, err := List(tx)
	if err != nil {
		return err
	}
	for i := range list {
		for _, v := range events {
			if !list[i].Wants(v) {
				continue
			}
			if err := put(tx, list[i].ID, job{Event: v, Born: v.At}); err != nil {
				return err
			}
		}
	}
	return nil
}

// Nudge has the loop look now rather than within a second.
func (d *Desk) Nudge() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// Tries is how many POSTs arrived and how many did not since the program began.
func (d *Desk) Tries() (delivered, failed int64) { return d.delivered.Load(), d.failed.Load() }
