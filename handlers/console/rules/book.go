package rules

import (
	"errors"
	"time"

	"regulars/loyalty/programme"
	"regulars/store"
)

// Book is the shop's programme: its versions, and the file that the newest of
// them stands in.
type Book interface {
	// At is the version in force at a moment.
	At(time.Time) *programme.Programme
	// Versions are all of them in the order of their beginnings.
	Versions() []programme.Version
	// Consider tells what would become of a text, and does nothing.
	Consider(text []byte, now time.Time) (p *programme.Programme, changed bool, err error)
	// Soon is the moment from which on what is saved now can hold: every process
	// on the store knows it by then.
	Soon() time.Time
	// File is what stands in the programme file.
	File() ([]byte, error)
	// Publish takes versions in and writes the newest into the file. It is
	// [*ChangedError] where the file is not Publication.Was, or not what the newest
	// version says and Stray is not set; then nothing was done. [ErrUnwritten] comes after everything was
	// done but the file, which is written as soon as it can be.
	Publish(Publication) error
}

// Publication is what is to become of the programme.
type Publication struct {
	Was      []byte   // what the file must hold
	Stray    bool     // the file may be other than the newest version: who saves has read it
	Texts    [][]byte // new versions in the order of their beginnings
	Withdraw []int    // versions that shall never begin
	// Update runs a transaction, and Also is part of it.
	Update func(func(store.Tx) error) error
	Also   func(store.Tx) error
}

// ChangedError says that somebody changed the programme file meanwhile.
type ChangedError struct {
	Text []byte // what stands there now
}

// Error is for the log; pages have a sentence of their own.
func (*ChangedError) Error() string { return "rules: the programme file was changed meanwhile" }

// ErrUnwritten says that versions were taken in and the file could not be written.
var ErrUnwritten = errors.New("rules: the programme file cannot be written")
