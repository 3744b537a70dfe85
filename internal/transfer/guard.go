package transfer

import "strings"

// Spreadsheets run a cell that begins with one of these as a formula.
const formulaSigns = "=+-@\t\r"

// formula reports whether a spreadsheet would run the cell, were the apostrophes
// before it not there.
func formula(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.IndexByte(formulaSigns, s[0]) >= 0
}

// guard makes a cell harmless to a spreadsheet with an apostrophe, which
// unguard takes away.
func guard(s string) string {
	if formula(s) {
		return "'" + s
	}
	return s
}

func unguard(s string) string {
	if strings.HasPrefix(s, "'") && formula(s) {
		return s[1:]
	}
	return s
}
