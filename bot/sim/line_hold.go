package sim

// Held are events kept back, to be delivered together or out of order.
type Held struct {
	ch     *LineChannel
	events []*lineEvent
}

// Hold keeps events back from now on; what people do still shows on their
// phones. One of Together and Apart lets them go.
func (ch *LineChannel) Hold() *Held {
	ch.sim.mu.Lock()
	defer ch.sim.mu.Unlock()
	ch.held = &Held{ch: ch}
	return ch.held
}

// Together ends the hold and delivers all events in one POST, in this order
// of their indexes; as they happened when none is given. DOC
// #webhook-event-objects: one POST may carry many events of different users.
func (h *Held) Together(order ...int) Delivery {
	return h.ch.deliver(h.release(order), false)
}

// Apart ends the hold and delivers each event in its own POST, one after the
// other. DOC #common-properties: order is not guaranteed.
func (h *Held) Apart(order ...int) []Delivery {
	var out []Delivery
	for _, e := range h.release(order) {
		out = append(out, h.ch.deliver([]*lineEvent{e}, false))
	}
	return out
}

// release ends the hold before anything is delivered: what people do in answer
// goes out at once.
func (h *Held) release(order []int) []*lineEvent {
	h.ch.sim.mu.Lock()
	defer h.ch.sim.mu.Unlock()
	if h.ch.held == h {
		h.ch.held = nil
	}
	events := h.events
	if len(order) == 0 {
		return events
	}
	var out []*lineEvent
	for _, i := range order {
		out = append(out, events[i])
	}
	return out
}
