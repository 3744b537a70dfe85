// Package store keeps the directory and everything that federation needs to
// remember, in SQLite or in PostgreSQL, from one portable SQL text.
//
// All SQL of the program is here (and in migrations and jobs). What does not
// belong here: deciding whether a change is allowed (directory, ledger), what
// goes on the wire (vocab), what happens next (outbox, inbox).
//
// Reads are methods of Reader, which both *Store and *Tx embed; writes are
// methods of *Tx only, inside Store.Write. The dialect seam is dialect.go with
// search_sqlite.go and search_postgres.go, and nowhere else.
//
// "Not found" is an error that wraps directory.ErrNotFound. Times are kept as
// BIGINT microseconds UTC; the zero time is 0. All methods may be called
// concurrently, except that a *Tx belongs to one goroutine.
package store
