package main

import (
	"context"
	_ "embed"
)

// viewsSQL makes the views that people with SQL read. viewsVersion grows with
// each change of it: see postgres.DB.Publish. What a view gives is a promise to
// whoever built a report on it: columns are added, not renamed.
//
//go:embed views.sql
var viewsSQL string

const viewsVersion = 1

// publishViews brings the views in the shop's database up to date, where it is in
// one. An account that may not make them serves the shop all the same.
func (a *app) publishViews(ctx context.Context) {
	db, ok := a.db.(interface {
		Publish(ctx context.Context, version int, sql string) error
	})
	if !ok {
		return
	}
	if err := db.Publish(ctx, viewsVersion, viewsSQL); err != nil && ctx.Err() == nil {
		a.log.Warn("the views for SQL could not be brought up to date; nothing else needs them", "error", err)
	}
}
