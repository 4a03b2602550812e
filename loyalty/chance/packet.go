package chance

import (
	"cmp"
	"time"

	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/store"
)

// Packet is a red packet: points that the first who open it share.
type Packet struct {
	ID  string `json:"id"`
	Day string `json:"day"` // local, on which it was made and whose budget it is of
	// Cuts is the day whose seed cuts it: that of Until, so that nobody is told the
	// seed while there are pieces. "" is Day, in rows of before.
	Cuts   string         `json:"cuts,omitempty"`
	Total  loyalty.Points `json:"total"`
	Pieces int            `json:"pieces"`
	Taken  int            `json:"taken,omitempty"` // how many pieces
	Given  loyalty.Points `json:"given,omitempty"` // what was in them
	At     time.Time      `json:"at"`
	Until  time.Time      `json:"until"` // exclusive
	By     loyalty.Actor  `json:"by"`
	// Self is the member that the maker is, who takes no piece.
	Self   loyalty.MemberID `json:"self,omitempty"`
	Store  loyalty.Store    `json:"store,omitempty"`
	Group  string           `json:"group,omitempty"`  // the code of the group it was made in
	Closed bool             `json:"closed,omitempty"` // what was left went back to the day's budget
}

// Open reports whether pieces can be taken at now.
func (p *Packet) Open(now time.Time) bool {
	return !p.Closed && now.Before(p.Until) && p.Taken < p.Pieces
}

// cuts is the day whose seed cuts the packet.
func (p *Packet) cuts() string { return cmp.Or(p.Cuts, p.Day) }

// piece is what somebody took.
type piece struct {
	At     time.Time      `json:"at"`
	Place  int            `json:"place"` // from 1
	Points loyalty.Points `json:"points"`
	Ref    loyalty.Ref    `json:"ref"`
}

// playDay is what a day's packets and quizzes hold: what they gave and what they
// may still give. What each employee handed out stands in the employee's own day,
// see [book.Book.Pledge].
type playDay struct {
	Packets loyalty.Points `json:"packets,omitempty"`
	Quizzes loyalty.Points `json:"quizzes,omitempty"`
}

// budget locks and reads a day's.
func budget(tx store.Tx, day string) (row playDay, err error) {
	if err := tx.Lock(store.Subject("playday/" + day)); err != nil {
		return row, err
	}
	row, _, err = playDays.Get(tx, day)
	return row, err
}

// Make makes a packet of so many points in so many pieces, for the group with that
// code. Refusals: ErrOff, loyalty.ErrAmount, *loyalty.LimitError (of the programme,
// or of the employee's caps), *loyalty.PiecesError.
func (d *Desk) Make(tx store.Tx, act book.Act, group string, n loyalty.Points, count int) (Packet, error) {
	p := d.Programme(act.Now)
	terms := p.Play.Packets
	if !terms.On() {
		return Packet{}, ErrOff
	}
	k := Packet{
		ID: d.name("packet", act.Op), Day: p.Day(act.Now), Total: n, Pieces: count, At: act.Now.UTC(), Until: act.Now.Add(terms.OpenFor).UTC(),
		By: act.Actor, Self: act.Self, Store: act.Store, Group: group,
	}
	k.Cuts = p.Day(k.Until)
	row, err := budget(tx, k.Day)
	if err != nil {
		return k, err
	}
	if err := terms.Fits(n, row.Packets, count); err != nil {
		return k, err
	}
	if err := d.Book.Pledge(tx, act, n); err != nil {
		return k, err
	}
	row.Packets += n
	if err := playDays.Put(tx, row, k.Day); err != nil {
		return k, err
	}
	if err := d.commit(tx, k.Cuts, act.Now); err != nil {
		return k, err
	}
	if err := tx.Lock(store.Subject("packet/" + k.ID)); err != nil {
		return k, err
	}
	if err := dues.Put(tx, struct{}{}, timeKey(k.Until), "packet", k.ID); err != nil {
		return k, err
	}
	return k, packets.Put(tx, k, k.ID)
}

// Piece is what a member got of a packet.
type Piece struct {
	Points  loyalty.Points
	Place   int  // which piece it was, from 1
	Again   bool // they had it before
	Packet  Packet
	Balance loyalty.Balance
}

// Take takes the next piece of a packet for a member; whoever has one has it
// again, and nothing more. Refusals: ErrNoPacket, ErrEmpty, ErrLate,
// loyalty.ErrSelf for the one who made it, ErrReturned for who left the shop and
// came back since it was made, loyalty.ErrFull, and what d.MayTake says.
func (d *Desk) Take(tx store.Tx, m loyalty.MemberID, act book.Act, id string) (Piece, error) {
	if err := tx.Lock(store.Subject("packet/" + id)); err != nil {
		return Piece{}, err
	}
	k, ok, err := packets.Get(tx, id)
	if err != nil || !ok {
		if err == nil {
			err = ErrNoPacket
		}
		return Piece{}, err
	}
	family, err := d.family(tx, m)
	if err != nil {
		return Piece{}, err
	}
	for _, one := range family {
		had, ok, err := pieces.Get(tx, id, string(one))
		if err != nil {
			return Piece{}, err
		}
		if ok {
			b, err := d.Book.Balance(tx, m, act.Now)
			return Piece{Points: had.Points, Place: had.Place, Again: true, Packet: k, Balance: b}, err
		}
		if one == k.Self {
			return Piece{}, loyalty.ErrSelf
		}
	}
	switch {
	case k.Taken >= k.Pieces:
		return Piece{Packet: k}, ErrEmpty
	case k.Closed || !act.Now.Before(k.Until):
		return Piece{Packet: k}, ErrLate
	}
	if err := d.hereSince(tx, m, k.At); err != nil {
		return Piece{Packet: k}, err
	}
	if d.MayTake != nil {
		if err := d.MayTake(tx, m, act.Now); err != nil {
			return Piece{Packet: k}, err
		}
	}
	n := d.cut(&k)[k.Taken]
	rec, err := d.Book.Grant(tx, m, by(act, "piece"), "packet/"+id, n, nil)
	if err != nil {
		return Piece{Packet: k}, err
	}
	k.Taken++
	k.Given += n
	if err := pieces.Put(tx, piece{act.Now.UTC(), k.Taken, n, rec.Entry().Ref}, id, string(m)); err != nil {
		return Piece{}, err
	}
	return Piece{Points: n, Place: k.Taken, Packet: k, Balance: rec.Balance}, packets.Put(tx, k, id)
}

// cut are a packet's pieces in the order in which they are taken.
func (d *Desk) cut(k *Packet) []loyalty.Points {
	return d.Seed(k.cuts()).Pieces("packet/"+k.ID, k.Total, k.Pieces)
}

// PacketOf is a packet as it stands; false where there is none.
func (d *Desk) PacketOf(r store.Reader, id string) (Packet, bool, error) { return packets.Get(r, id) }

// closePacket gives what is left back to the day's budget; closed says that it did
// just now.
func (d *Desk) closePacket(tx store.Tx, id string, now time.Time) (k Packet, closed bool, err error) {
	if err := tx.Lock(store.Subject("packet/" + id)); err != nil {
		return k, false, err
	}
	k, ok, err := packets.Get(tx, id)
	if err != nil || !ok || k.Closed || now.Before(k.Until) {
		return k, false, err
	}
	k.Closed = true
	if err := dues.Delete(tx, timeKey(k.Until), "packet", id); err != nil {
		return k, false, err
	}
	if err := d.giveBack(tx, k.Day, k.By, func(row *playDay) *loyalty.Points { return &row.Packets }, k.Total-k.Given); err != nil {
		return k, false, err
	}
	return k, true, packets.Put(tx, k, id)
}

// giveBack takes what was not given out of a day's budget, and out of the day of
// who made it.
func (d *Desk) giveBack(tx store.Tx, day string, who loyalty.Actor, of func(*playDay) *loyalty.Points, n loyalty.Points) error {
	if n == 0 {
		return nil
	}
	row, err := budget(tx, day)
	if err != nil {
		return err
	}
	*of(&row) -= n
	if err := d.Book.Unpledge(tx, who, day, n); err != nil {
		return err
	}
	return playDays.Put(tx, row, day)
}
