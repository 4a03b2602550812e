// Package shop is what all rooms of handlers share: the shop with its people,
// book and programme, how a person is reached and named, how amounts are read
// and refusals worded. It owns these rows:
//
//	backup/last            what is known of the shop's backups; for ever
//	calling/<member>       who asked for a person of the shop, and in which chat; 12 hours
//	uses/<day>/<staff>     how many vouchers the employee took on a local day; 40 days
//	joinday/<day>/<0 to f> how many joined on a local day, a sixteenth of them; 400 days
//	look/<hour>/<member>/<way>/<who>  who saw whose data, once an hour; 400 days
//
// uses and joinday are guarded by their own keys, look by nobody.
//
// The design has no such room; it was made because members' and employees'
// commands live in different packages and must not say one thing in two ways.
package shop
