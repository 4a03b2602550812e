package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"regulars/bot/sim"
)

// smallDisk is a disk of so many MiB that lasts as long as the test. Where this
// account may mount none, the test is skipped and says so.
func smallDisk(t *testing.T, mib int) (dir string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "e2e-")
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("regulars-test", dir, "tmpfs", 0, fmt.Sprintf("size=%dm,mode=0700", mib)); err != nil {
		os.Remove(dir)
		t.Skipf("no disk of its own can be mounted here (%v); as root it is tried", err)
	}
	t.Cleanup(func() {
		if err := errors.Join(syscall.Unmount(dir, syscall.MNT_DETACH), os.Remove(dir)); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fillUp takes all room that a disk has left; release gives it back.
func fillUp(t *testing.T, dir string) (release func()) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "somebody-elses"))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{1 << 16, 1 << 12, 1} { // ever smaller pieces, until none fits
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, n))
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
	f.Close()
	return func() {
		if err := os.Remove(f.Name()); err != nil {
			t.Fatal(err)
		}
	}
}

// TestRoomOnADisk: a disk that became read-only, as kernels make one that fails,
// has no room, however much of it is free.
func TestRoomOnADisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 4)
	if free, err := freeDisk(dir); err != nil || free < 3<<20 {
		t.Errorf("%d bytes are free (%v)", free, err)
	}
	if err := syscall.Mount("regulars-test", dir, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
	if free, err := freeDisk(dir); err != nil || free != 0 {
		t.Errorf("%d bytes are free on a read-only disk (%v)", free, err)
	}
}

// TestDiskFull lets the disk that everything is on run full while an employee
// sells, twice: who was told that a sale is recorded finds it there ever after,
// once; who could not be served is so once there is room, from the platform's
// redelivery and with nobody starting anything again. Looking goes on meanwhile,
// the program says what is wrong, a backup fails in so many words and leaves the
// older ones alone, and the journal has every second in the end.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	d := &fullDisk{siege: newFullDisk(t)}
	copies := filepath.Join(d.dir, "backups")
	d.must("backup", copies+string(filepath.Separator))
	d.sells("before", 20)
	for round := range 2 {
		had := listed(t, copies)
		release := fillUp(t, d.dir)
		d.sellsUntilRefused(fmt.Sprint("full", round))
		d.looks()
		d.ready(false, "disk")
		if out, err := d.command("backup", copies+string(filepath.Separator)).CombinedOutput(); err == nil || !strings.Contains(string(out), "no space left on device") {
			t.Errorf("a backup on a full disk: %v\n%s", err, out)
		}
		if now := listed(t, copies); now != had {
			t.Errorf("the backups were %s, and are %s after one that failed", had, now)
		}
		release()
		d.recovers(fmt.Sprint("room", round))
	}
	d.must("backup", copies+string(filepath.Separator))
	if out := d.must("backup", "--list"); !strings.Contains(out, "every second up to ") {
		t.Errorf("the list of backups says\n%s", out)
	}
	d.quieten()
	d.judge()
}

func newFullDisk(t *testing.T) *siege {
	t.Helper()
	if raceDetector {
		t.Skip("the shipped binary is built without the race detector; the run without it tries it")
	}
	bin, err := shippedBinary()
	if err != nil {
		t.Fatal(err)
	}
	p := newPlaceIn(t, bin, smallDisk(t, 24), "REGULARS_CHANNEL_TG_POLLING=true")
	p.line.SetRedelivery(true, 150*time.Millisecond)
	p.start()
	p.hooked()
	return newSiege(p, p.stop, 3, 1)
}

// fullDisk is a shop on one.
type fullDisk struct{ *siege }

// sell types one sale, and tells whether it was answered; it is not where LINE was
// told to come again later.
func (d *fullDisk) sell(order string, member int) (answered bool) {
	d.t.Helper()
	c := d.clerks[0]
	d.sold[order] = sale{clerk: c, member: member, amount: 100}
	before, from := len(c.Received()), len(d.line.Deliveries())
	c.Say(fmt.Sprintf("/sale %s 100 %s", d.phone(member), order))
	d.eventually("an answer, or a refusal", func() bool {
		answered = len(c.Received()) > before
		return answered || slices.ContainsFunc(d.line.Deliveries()[from:], func(x sim.Delivery) bool { return x.Status == http.StatusServiceUnavailable })
	})
	return answered
}

// sells records so many sales; each is answered.
func (d *fullDisk) sells(name string, n int) {
	d.t.Helper()
	for i := range n {
		if !d.sell(fmt.Sprintf("%s-%d", name, i), i%3) {
			d.t.Fatalf("sale %s-%d is not answered\n%s", name, i, d.log)
		}
	}
}

// sellsUntilRefused sells until nobody answers: what a file has room for inside
// itself is still kept.
func (d *fullDisk) sellsUntilRefused(name string) {
	d.t.Helper()
	for i := range 300 {
		if !d.sell(fmt.Sprintf("%s-%d", name, i), i%3) {
			d.t.Logf("%s: %d sales fitted in", name, i)
			return
		}
	}
	d.t.Fatalf("300 sales, and the disk is not full\n%s", d.log)
}

// looks: what only reads goes on.
func (d *fullDisk) looks() {
	d.t.Helper()
	res, err := http.Get(d.url + "/healthz")
	d.try(err)
	res.Body.Close()
	if res.StatusCode != http.StatusOK {
		d.t.Errorf("healthz is %s: a restart would not help", res.Status)
	}
	d.must("stats")
}

// ready waits until the program says so, or says why not.
func (d *fullDisk) ready(want bool, why string) {
	d.t.Helper()
	d.eventually(fmt.Sprintf("readiness to be %t", want), func() bool {
		res, err := http.Get(d.url + "/readyz")
		d.try(err)
		defer res.Body.Close()
		body, err := io.ReadAll(res.Body)
		d.try(err)
		return res.StatusCode == http.StatusOK == want && strings.Contains(string(body), why)
	})
}

// recovers: everything that waited is served, and new sales are.
func (d *fullDisk) recovers(name string) {
	d.t.Helper()
	d.ready(true, "")
	d.eventually("the redeliveries", func() bool { d.line.Redeliver(); return d.unacknowledged() == 0 })
	d.quieten()
	d.sells(name, 5)
}

// listed are the files in a folder, with their sizes.
func listed(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	all, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range all {
		info, err := f.Info()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s %d; ", f.Name(), info.Size())
	}
	return b.String()
}
