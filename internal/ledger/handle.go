package ledger

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// reserved handles are the instance's own, and words that would mislead.
var reserved = []string{"instance", "relay", "actor", "inbox", "admin", "bocage"}

// maxNumbered is how far "name-2", "name-3"… go before a handle takes a part
// of the entry's id, so that a thousand entries of one name cost no more than one.
const maxNumbered = 9

// batch remembers what one transaction has found out, so that many entries
// cost no more questions than one: handles that are taken or given, though not
// yet written, and the URIs of owners.
type batch struct {
	taken  map[string]bool
	owners map[string]string
}

func newBatch() *batch { return &batch{taken: map[string]bool{}, owners: map[string]string{}} }

// allocateHandle settles the handle of an actor: the one that the caller asked
// for, which must be free, else one made of the name. Objects have none.
func (l *Ledger) allocateHandle(ctx context.Context, tx *store.Tx, e *directory.Entry, b *batch) (directory.Invalid, error) {
	if !e.Kind.IsActor() {
		e.Handle = ""
		return nil, nil
	}
	if e.Handle != "" {
		e.Handle = strings.ToLower(e.Handle)
		free, err := l.handleFree(ctx, tx, e.Handle, b)
		if err != nil {
			return nil, err
		}
		if !free {
			return directory.Invalid{{Field: "handle", Code: "taken", Message: fmt.Sprintf("%q is taken or reserved", e.Handle)}}, nil
		}
		b.taken[e.Handle] = true
		return nil, nil
	}
	for _, h := range candidates(e) {
		free, err := l.handleFree(ctx, tx, h, b)
		if err != nil {
			return nil, err
		}
		if free {
			e.Handle = h
			b.taken[h] = true
			return nil, nil
		}
	}
	return nil, fmt.Errorf("no free handle for %s: %w", e.ID, directory.ErrConflict)
}

// candidates are the handles to try, the readable ones first.
func candidates(e *directory.Entry) []string {
	name, _ := e.Name.In()
	base := directory.Handle(name)
	if base == "" {
		base = string(e.Kind)
	}
	out := []string{base}
	if e.Place != nil && e.Place.Locality != "" && e.Place.Precision != directory.PrecisionHidden {
		if h := directory.Handle(name + " " + e.Place.Locality); h != "" && h != base {
			out = append(out, h)
		}
	}
	for n := 2; n <= maxNumbered; n++ {
		out = append(out, base+"-"+strconv.Itoa(n))
	}
	// The tail of a UUIDv7 is random.
	return append(out, base+"-"+e.ID[len(e.ID)-6:], base+"-"+e.ID[len(e.ID)-12:])
}

func (l *Ledger) handleFree(ctx context.Context, tx *store.Tx, h string, b *batch) (bool, error) {
	if b.taken[h] || slices.Contains(reserved, h) || h == l.host() {
		return false, nil
	}
	taken, err := tx.HandleTaken(ctx, h)
	if err != nil {
		return false, fmt.Errorf("handle %q: %w", h, err)
	}
	b.taken[h] = taken
	return !taken, nil
}

// host is the instance's host name, itself a handle of the instance actor.
func (l *Ledger) host() string {
	u, err := url.Parse(l.env.Base)
	if err != nil {
		return ""
	}
	return u.Hostname()
}
