package sim

import "net/http"

// deed is the body of what a LINE person does over the control interface.
type deed struct {
	Group, Text, Part, Label, Value, URL string
	Data                                 string
	Picture                              []byte
	ContentType                          string
	Title, Address                       string
	Latitude, Longitude                  float64
	LinkToken, Nonce                     string
	To                                   []string
	On                                   bool
	N                                    int
}

// controlDeed does one verb as a person. await is apart: it answers with
// messages, not deliveries.
func (ch *LineChannel) controlDeed(r *http.Request, d deed) (any, error) {
	p, err := ch.known(r.PathValue("who"), d.Group)
	if err != nil {
		return nil, err
	}
	verb := r.PathValue("verb")
	if verb == "await" {
		messages, err := p.Await(d.N)
		return map[string]any{"messages": messages}, err
	}
	return ch.during(func() error {
		if said, err := p.write(verb, d); said {
			return err
		}
		return p.touch(verb, d)
	})
}

// write does the verbs that put something into the chat.
func (p *LinePerson) write(verb string, d deed) (bool, error) {
	switch verb {
	case "say":
		p.Say(d.Text)
	case "mention":
		return true, p.mentionNames(d)
	case "mentionall":
		p.SayAll(d.Text)
	case "quote":
		return true, p.Quote(d.Part, d.Text)
	case "sticker":
		p.Sticker()
	case "picture":
		kind := d.ContentType
		if kind == "" {
			kind = "image/jpeg"
		}
		p.Picture(kind, d.Picture)
	case "location":
		p.Location(d.Title, d.Address, d.Latitude, d.Longitude)
	case "send":
		return true, p.Send()
	default:
		return false, nil
	}
	return true, nil
}

// mentionNames is SayMention by names.
func (p *LinePerson) mentionNames(d deed) error {
	var to []*LinePerson
	for _, name := range d.To {
		if name == "" {
			to = append(to, nil)
			continue
		}
		who, err := p.ch.known(name, "")
		if err != nil {
			return err
		}
		to = append(to, who)
	}
	p.SayMention(d.Text, to...)
	return nil
}

// touch does the verbs that press something or change a switch.
func (p *LinePerson) touch(verb string, d deed) error {
	switch verb {
	case "follow", "unblock":
		p.Follow()
	case "block":
		p.Block()
	case "press":
		return p.Press(d.Label)
	case "pick":
		return p.Pick(d.Label, d.Value)
	case "postback":
		p.Postback(d.Data)
	case "open":
		return p.Open(d.URL)
	case "unsend":
		p.Unsend()
	case "standby":
		p.Standby(d.On)
	case "link":
		p.LinkAccount(d.LinkToken, d.Nonce)
	default:
		return errNobody
	}
	return nil
}
