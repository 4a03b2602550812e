package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"regulars/handlers/shop"
	"regulars/loyalty"
	"regulars/loyalty/book"
	"regulars/loyalty/metric"
	"regulars/loyalty/people"
	"regulars/store"
)

// BenchmarkConsoleHome opens the console's first page among a million members,
// with thirty employees, two months of their sales and some goals, as a browser
// does over HTTP: it may take 200 ms. A tenth of the members shows how it grows.
// REGULARS_BENCH_MEMBERS sets another number than a million.
func BenchmarkConsoleHome(b *testing.B) {
	most := 1_000_000
	if n, err := strconv.Atoi(os.Getenv("REGULARS_BENCH_MEMBERS")); err == nil {
		most = n
	}
	for _, members := range []int{most / 10, most} {
		b.Run(fmt.Sprint(members), func(b *testing.B) { benchConsoleHome(b, members) })
	}
}

func benchConsoleHome(b *testing.B, members int) {
	s := newBenchShop(b, benchStore(b, members))
	defer s.app.db.Close()
	busyMonths(b, s.app, 30)
	if err := s.app.shop.Rollups.Rebuild(context.Background(), s.app.clock.Now(), nil); err != nil {
		b.Fatal(err)
	}
	c, size := openConsole(b, s.app), 0
	start := time.Now()
	page := c.get("/console/")
	b.Logf("the first time: %v", time.Since(start).Round(time.Millisecond))
	if size = len(page); strings.Contains(page, "still being counted") {
		b.Fatal("the figures are not there")
	}
	for b.Loop() {
		took := c.median(21, func() { c.get("/console/") })
		verdict(b, took < 200*time.Millisecond, "the first page among %d members: %v, %d bytes (bar 200 ms)", members, took, size)
		for _, at := range []string{"/console/team", "/console/stores", "/console/stores/settlement"} {
			b.Logf("%s: %v", at, c.median(5, func() { c.get(at) }))
		}
	}
}

// busyMonths employs some people, has each sell once a day for sixty days,
// and sets goals.
func busyMonths(b *testing.B, a *app, employees int) {
	b.Helper()
	ctx, now := context.Background(), a.clock.Now()
	var buyer loyalty.MemberID
	var staff []people.Staff
	err := a.db.Update(ctx, func(tx store.Tx) error {
		for i := range employees + 1 {
			who := people.Identity{Channel: benchChannel, User: fmt.Sprintf("Uclerk%d", i)}
			p, _, err := a.shop.Vault.Meet(tx, who, people.Seen{DisplayName: fmt.Sprint("Clerk ", i)}, now, rand.Reader)
			if err != nil {
				return err
			}
			if i == employees {
				buyer = p.ID
				_, err = a.shop.Vault.Join(tx, p.ID, shop.Wording, now.AddDate(0, -3, 0), rand.Reader)
				return err
			}
			code, err := a.shop.Vault.Invite(tx, people.Clerk, "", loyalty.ByJob("bench"), now, people.CodeLife, rand.Reader)
			if err != nil {
				return err
			}
			one, err := a.shop.Vault.Enrol(tx, code, who, now, rand.Reader)
			if err != nil {
				return err
			}
			staff = append(staff, one)
		}
		return nil
	})
	for day := 60; day >= 0 && err == nil; day-- {
		err = a.db.Update(ctx, func(tx store.Tx) error {
			for i, one := range staff {
				at := now.AddDate(0, 0, -day)
				act := book.Act{Op: loyalty.OpID(fmt.Sprintf("home-%d-%d", day, i)), Actor: one.ID.Actor(), Role: one.Role, Now: at}
				if _, err := a.shop.Book.Earn(tx, buyer, act, loyalty.Money(100+i), ""); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err == nil {
		err = a.db.Update(ctx, func(tx store.Tx) error {
			for _, n := range []metric.Name{metric.Revenue, metric.Active, metric.RepeatRate} {
				if _, err := a.shop.Metrics.SetGoal(tx, metric.Goal{Metric: n, Target: 50, By: now.AddDate(0, 1, 0), SetBy: loyalty.ByJob("bench")}, now, nil); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		b.Fatal(err)
	}
}
