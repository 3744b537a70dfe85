package ledger

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Create adds an entry of this instance. The caller gives what an editor
// knows; ID, URI, handle, times and hash are made here. Status "" means draft.
// The errors are Invalid with every field, ErrForbidden, ErrConflict.
func (l *Ledger) Create(ctx context.Context, who directory.Who, e directory.Entry) (directory.Entry, error) {
	return e, directory.ErrUnavailable
}

// CreateOrganisation is Create for an organisation, which owns itself; only
// administrators may.
func (l *Ledger) CreateOrganisation(ctx context.Context, who directory.Who, e directory.Entry) (directory.Entry, error) {
	return e, directory.ErrUnavailable
}

// Edit applies change to the entry and returns it as it is now. A change that
// leaves it the same does nothing and is no error.
func (l *Ledger) Edit(ctx context.Context, who directory.Who, id string, change func(*directory.Entry) error) (directory.Entry, error) {
	return directory.Entry{}, directory.ErrUnavailable
}

// SetStatus publishes, archives or takes an entry back to draft or proposed.
// An entry that leaves the public is deleted at the peers and stays here.
func (l *Ledger) SetStatus(ctx context.Context, who directory.Who, id string, s directory.Status) (directory.Entry, error) {
	return directory.Entry{}, directory.ErrUnavailable
}

// Confirm records that the entry is still right.
func (l *Ledger) Confirm(ctx context.Context, who directory.Who, id string) (directory.Entry, error) {
	return directory.Entry{}, directory.ErrUnavailable
}

// Revert brings back the content of an earlier revision as a new one.
func (l *Ledger) Revert(ctx context.Context, who directory.Who, id string, revision int64) (directory.Entry, error) {
	return directory.Entry{}, directory.ErrUnavailable
}

// Delete removes an entry for good: a tombstone stays, so that its id answers
// 410 and is never used again.
func (l *Ledger) Delete(ctx context.Context, who directory.Who, id, reason string) error {
	return directory.ErrUnavailable
}

// Upsert creates or updates many entries by (Owner, SourceKey), in chunks of
// one transaction each. One result per entry, in order; the error is for
// failures that stopped the whole.
func (l *Ledger) Upsert(ctx context.Context, who directory.Who, es []directory.Entry, opt UpsertOptions) ([]UpsertResult, error) {
	return nil, directory.ErrUnavailable
}

// AcceptRemote writes an entry of another instance in the caller's
// transaction. wire is its document as received and hash that document's hash;
// the same hash again changes nothing. Who may say this is the caller's business.
func (l *Ledger) AcceptRemote(ctx context.Context, tx *store.Tx, e directory.Entry, wire []byte, hash string) (changed bool, err error) {
	return false, directory.ErrUnavailable
}

// RemoveRemote takes an entry of another instance away, in the caller's
// transaction. An unknown URI is no error.
func (l *Ledger) RemoveRemote(ctx context.Context, tx *store.Tx, uri string) error {
	return directory.ErrUnavailable
}
