package directory

import "strings"

// Fold is the search key of s: lower case, without accents.
func Fold(s string) string { return strings.ToLower(s) }

// Handle is an ASCII local part for an acct: URI made from a name; "" when nothing is left.
func Handle(name string) string { return "" }
