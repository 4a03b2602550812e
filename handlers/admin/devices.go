package admin

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"regulars/handlers/shop"
	"regulars/loyalty/people"
	"regulars/store"
)

// listDevices prints the devices on the counter of now and before.
func (d Desk) listDevices(ctx context.Context, _ map[string]string, out Out) error {
	var all []people.Device
	err := d.DB.View(ctx, func(r store.Reader) (err error) {
		all, err = people.Devices(r)
		return err
	})
	if err != nil {
		return err
	}
	if len(all) == 0 {
		out.Say("no device is registered; a manager sets one up with /counter in chat")
		return nil
	}
	t := newTable("ID", "STORE", "SINCE", "LAST USED", "REVOKED", "NAME")
	for _, dev := range all {
		t.add(string(dev.ID), string(dev.Store), d.stamp(dev.At), d.stamp(dev.SeenAt), d.stamp(dev.RevokedAt), shop.Tidy(dev.Name))
	}
	t.print(out)
	return nil
}

// revokeDevice ends a device at once, with whatever waits in it.
func (d Desk) revokeDevice(ctx context.Context, args map[string]string, out Out) error {
	id := people.DeviceID(strings.ToUpper(strings.TrimSpace(args["id"])))
	err := d.DB.Update(ctx, func(tx store.Tx) error { return people.RevokeDevice(tx, id, d.now()) })
	if errors.Is(err, people.ErrNoDevice) {
		return fmt.Errorf("no device has the id %s; `regulars devices list` shows them", id)
	}
	if err != nil {
		return err
	}
	out.Say("%s can do nothing any more; what still waited in it is refused.", id)
	return nil
}
