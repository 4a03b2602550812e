package counter

import (
	"errors"
	"time"

	"regulars/bot"
	"regulars/i18n"
	"regulars/loyalty"
	"regulars/loyalty/receipt"
)

type codeBody struct {
	Amount loyalty.Money `json:"amount"`
	Order  string        `json:"order,omitempty"`
	Items  []lineBody    `json:"items,omitempty"`
}

// codeAnswer is a sale without a member, and what its customer takes home.
type codeAnswer struct {
	doneAnswer
	Code  string    `json:"code"`
	URL   string    `json:"url"`
	QR    string    `json:"qr"` // where it stands as a picture, on this program
	Until time.Time `json:"until"`
}

// code records a sale without a member.
func (d *doing) code(b codeBody) (any, error) {
	basket, err := d.basket(saleBody{Amount: b.Amount, Order: b.Order, Items: b.Items})
	if err != nil {
		return nil, err
	}
	out, err := d.till.Code(d.Call, basket.Sale)
	if err != nil {
		return nil, err
	}
	link := d.till.ReceiptLink(out.Code)
	qr, err := picturePath(d.till.Shop, bot.Picture{QR: link})
	if err != nil {
		return nil, err
	}
	a := codeAnswer{Code: out.Code.String(), URL: link, QR: qr, Until: out.Slip.Until.UTC()}
	a.doneAnswer = d.done(nobody, bot.Message{Text: d.Printer.Say(i18n.CodeShow)}, nil)
	a.Ref, a.Label, a.Amount, a.Undo = string(out.Slip.Ref), string(out.Slip.Ref), out.Slip.Amount, true
	return a, nil
}

// actOnSlip fills in a sale without a member; somebody may have its points by
// now.
func (s *search) actOnSlip(ref loyalty.Ref, a *actAnswer) (loyalty.MemberID, error) {
	a.Kind, a.Label = "code", string(ref)
	slip, err := s.c.Shop.Slips().ByRef(s.call.Tx, ref)
	if errors.Is(err, loyalty.ErrUnknownRef) { // swept since
		return "", nil
	}
	if err != nil {
		return "", err
	}
	a.At, a.Amount = slip.At.UTC(), slip.Amount
	a.What = s.c.Shop.Money(s.call.Printer, s.call.Now, slip.Amount)
	if slip.State != receipt.Credited {
		return "", nil
	}
	e, err := s.c.Shop.Book.ByRef(s.call.Tx, slip.Entry)
	return e.Member, err
}
