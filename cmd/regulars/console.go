package main

import (
	"regulars/handlers/console"
)

// newConsole puts the manager's pages together, in the order of their navigation.
func (a *app) newConsole() *console.Console {
	c := console.New(a.shop, a.db)
	return c
}
