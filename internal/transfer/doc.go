// Package transfer moves entries between the directory and files: it imports
// CSV and GeoJSON, and exports CSV, GeoJSON, iCalendar and Atom, all as streams.
//
// What belongs here: formats, encodings, column mappings, and the report of
// what a file would do. What does not: deciding whether an entry is valid
// (package directory) or writing it (package ledger, through Upsert). Its
// callers are the import and export commands, api's downloads and demo.
//
// Import reads its input twice: once to check all of it, once to write it. An
// input that cannot be read to its end (broken quote, invalid JSON, truncated,
// over a limit) writes nothing at all. Rows that are wrong are reported with
// their line and field and left out, and the others are imported, unless
// Strict, when one wrong row refuses the file.
package transfer
