package main

import "context"

// shared says that several processes may have the store: it is no file.
func (c *Config) shared() bool { return onServer(c.Data) }

// join makes this process one that the others know to live, until leave.
func (a *app) join(ctx context.Context) (leave func(), err error) {
	if a.replica == nil {
		return func() {}, nil
	}
	return a.replica.Join(ctx)
}

// alone makes of f what one process among those that share the store does: f
// runs to its end while this one has the lease of that name, its ctx ends when
// the lease is lost, and another process that lost its own takes over within ten
// seconds. Over a bolt file, which has one process, it is f itself.
func (a *app) alone(name string, f func(context.Context) error) func(context.Context) error {
	if a.replica == nil {
		return f
	}
	return func(ctx context.Context) error {
		return a.replica.Alone(ctx, name, func(ctx context.Context, _ uint64) error { return f(ctx) })
	}
}
