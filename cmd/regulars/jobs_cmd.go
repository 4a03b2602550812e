package main

import "context"

// jobsCmd is about what the shop does because time passes.
type jobsCmd struct {
	List jobsList `cmd:"" help:"List the jobs: when they run, how the last run went."`
	Run  jobsRun  `cmd:"" help:"Run one now. Who had theirs gets no second."`
}

type jobsList struct{}

// Run prints them.
func (*jobsList) Run(ctx context.Context, m *Main) error { return m.ask(ctx, "jobs-list", nil) }

type jobsRun struct {
	Job string `arg:"" help:"As in the list."`
}

// Run runs one.
func (c *jobsRun) Run(ctx context.Context, m *Main) error {
	return m.ask(ctx, "jobs-run", map[string]string{"name": c.Job})
}
