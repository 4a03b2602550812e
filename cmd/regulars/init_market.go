package main

import (
	"fmt"
	"strings"

	"regulars/loyalty/programme"
)

// noMarket says that there is no such market, and which was probably meant.
func noMarket(name string) error {
	if near := programme.NearestMarket(strings.ToLower(name)); near != "" {
		return &usageError{fmt.Sprintf("there is no market %q; did you mean %s?", name, near)}
	}
	return &usageError{fmt.Sprintf("there is no market %q; choose one of %s, or leave it out and edit programme.toml", name, strings.Join(programme.Markets(), ", "))}
}
