package programme

// Privacy is who answers for members' data, as the notice of privacy names them.
type Privacy struct {
	Controller string // the business in law; "" is the shop's name
	Address    string
	Contact    string // where to write about one's data; "" where the shop names none
}

// privacy reads [privacy].
func (r *reader) privacy(t *table, p *Programme) {
	p.Privacy.Controller, _ = r.text(t, "controller", "the business that answers for members' data, as it is registered")
	p.Privacy.Address, _ = r.text(t, "address", "its address, in a line")
	p.Privacy.Contact, _ = r.text(t, "contact", "where members write about their data: an e-mail address or a phone number")
}
