// Package intake brings a shop's past along: members, balances and purchases
// out of files that other systems write, CSV in whatever encoding and XLSX.
//
// # One way through
//
// A file is read row by row, never as a whole. Its columns are found by their
// headings in six languages, or by what stands in them ([Columns]). Rows are
// read, hashed and sealed side by side, and written some dozens a transaction,
// in the order of the file wherever two rows are about one person. A dry run is
// the same run, whose transactions are taken back: what it says is what would
// happen.
//
// # Safe again
//
// A person is known again by source and customer number, or by the phone number
// where there is none; a balance by its person, source and end; a purchase by
// its order number and day, or else by its moment and amount, the second of two
// such being another one. What was taken once is not taken again, however often
// the file comes, and what it says differently of a balance is refused. Of
// every file: rows read = taken + unchanged + refused, and its points = opened +
// known before + refused.
//
// # What a row makes
//
// A member without accounts, whose phone number is claimed and not proven (see
// loyalty/people), who may earn and not spend until they prove to be it. Points
// are an entry of kind "opening", and so are purchases, which count for tiers
// and visits and give nothing, unless they are told to earn. Cells are text and
// never more: the report guards them for spreadsheets.
//
// # A million rows
//
// One writer has to take them all, so it is left as little as possible. What a
// transaction will write is worked out ahead, side by side, on what a View
// shows; the writer only looks whether that still stands. Ids follow the lines,
// so that new rows lie beside each other in the store. The rows by which names
// are found lie everywhere: they are written for 80,000 members together, and
// what a run that was cut off left of them by the next run, or by serve's sweep
// (see people.IndexNames). Nothing is kept per row in memory, but for some
// hashes in a dry run.
//
// # Rows
//
//	intake/<member>/<hash>  a balance or a purchase that was taken: what it said; kept for ever
//
// They are guarded by "member/<id>". The hash is 96 bits of SHA-256 over kind,
// source and what the row is known by, none of which names anybody.
package intake
