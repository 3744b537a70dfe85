// Package directory says what is true of a directory of the commons: its
// entries, their places, dates, pillars and relations, what makes them valid,
// who may change them and which errors tell what went wrong.
//
// It is pure: no I/O, no clock, no randomness. Package ledger changes entries,
// package store keeps them, package vocab turns them into ActivityPub documents.
package directory
