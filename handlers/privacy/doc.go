// Package privacy is what members and anybody else may read of how the shop keeps
// what it knows: the notice, filled from the programme and the configuration, as a
// page and as a text; and, behind a link of their own, everything that is kept of one
// member. It only reads, and owns no rows.
//
// The notice says what the laws of the markets ask for at collection: TW PDPA art. 8,
// HK PDPO schedule 1 principle 1 (3) and 5, JP APPI art. 21 and 32, TH PDPA s. 23,
// CN PIPL art. 17, GDPR art. 13.
package privacy
