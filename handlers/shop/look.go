package shop

import "regulars/i18n"

// UnusualLine says what is unusual of an employee's day in one line.
func (s *Shop) UnusualLine(p i18n.Printer, u Unusual) string { return unusualLine(p, u) }
