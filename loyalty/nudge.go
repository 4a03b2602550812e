package loyalty

// Caps are how many messages that they did not ask for may reach one member,
// nudges and promos together: today, in the seven local days that end with
// today, and in the thirty. 0 is no bound.
type Caps struct {
	Day, Week, Month int
}
