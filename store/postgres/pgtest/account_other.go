//go:build !unix

package pgtest

import (
	"errors"
	"os/exec"
)

type nobody struct{}

func account() (*nobody, error) {
	return nil, errors.New("tests start a PostgreSQL server of their own on Unix only")
}

func own(*exec.Cmd, *nobody) {}

func home(*nobody) (string, error) { return "", errNoServer }
