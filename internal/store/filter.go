package store

import (
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// Order is the order of a listing; each has its own keyset cursor in EntryFilter.
type Order int

// The orders. ByNum is the zero value.
const (
	ByNum    Order = iota // by entry number; cursor AfterNum
	ByName                // by folded name, then number; cursor AfterKey and AfterNum
	ByRecent              // last changed first; cursor AfterKey and AfterNum
	BySeq                 // in the order of publication; cursor AfterSeq
)

// EntryFilter chooses and orders entries. The zero value is every public entry
// by number, at most DefaultLimit.
type EntryFilter struct {
	directory.Selection
	// Statuses keeps these; empty means the public ones.
	Statuses []directory.Status
	// LocalOnly keeps this instance's own entries.
	LocalOnly bool
	// Owner keeps the entries of one organisation, by its ID.
	Owner string
	// OwnerURI is the same by ActivityPub id.
	OwnerURI string
	// Since keeps entries changed at or after; zero keeps all.
	Since time.Time
	// Nums keeps these entries, nil keeps all; an empty slice keeps none.
	Nums []int64

	Order Order
	// AfterNum, AfterKey and AfterSeq continue after the last entry of the page
	// before: see Cursor.
	AfterNum int64
	AfterKey string
	AfterSeq int64
	// Limit is the page size; 0 means DefaultLimit, more than MaxLimit is MaxLimit.
	Limit int
}

// Sizes of a page of a listing.
const (
	DefaultLimit = 100
	MaxLimit     = 5000
)

// After returns the filter that continues after e, the last entry of a page.
func (f EntryFilter) After(e directory.Entry) EntryFilter { return f }

// PutOptions says how an entry is written.
type PutOptions struct {
	// Public gives the entry the next seq: the change is visible to the public
	// (or takes the entry away from it).
	Public bool
	// Wire is the document of a remote entry as received; nil keeps what is there.
	Wire []byte
}
