// Package shop is what all rooms of handlers share: the shop with its people,
// book and programme, how a person is reached and named, how amounts are read
// and refusals worded. It owns one row:
//
//	backup/last    what is known of the shop's backups; for ever
//
// The design has no such room; it was made because members' and employees'
// commands live in different packages and must not say one thing in two ways.
package shop
