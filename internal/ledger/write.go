package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sort"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/federation/proof"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/outbox"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

var zeroTime time.Time

// change is one entry before and after a verb; before is nil for a new one.
type change struct {
	before, after *directory.Entry
	summary       string
	bulk          bool
}

// write puts one prepared change into the transaction with all that goes with it.
func (l *Ledger) write(ctx context.Context, tx *store.Tx, who directory.Who, c change) error {
	public, err := l.seal(ctx, tx, c)
	if err != nil {
		return err
	}
	if err := tx.PutEntry(ctx, c.after, store.PutOptions{Public: public}); err != nil {
		return err
	}
	rev, err := l.revision(who, c)
	if err != nil {
		return err
	}
	if err := tx.AddRevision(ctx, rev); err != nil {
		return err
	}
	if err := l.publish(ctx, tx, c, public); err != nil {
		return err
	}
	return l.audit(ctx, tx, who, c.summary, c.after.ID, "")
}

// publish tells the peers, when the public document changed.
func (l *Ledger) publish(ctx context.Context, tx *store.Tx, c change, public bool) error {
	if !public {
		return nil
	}
	if err := l.publisher.Publish(ctx, tx, outbox.Change{Before: c.before, After: c.after, Bulk: c.bulk}); err != nil {
		return fmt.Errorf("publish %s: %w", c.after.URI, err)
	}
	return nil
}

// seal settles times and hash of the entry, and reports whether what the
// public sees changes. Updated is in the public document, so it moves only
// with it: a private edit leaves document, hash and seq as they were.
func (l *Ledger) seal(ctx context.Context, tx *store.Tx, c change) (bool, error) {
	e := c.after
	was := c.before != nil && c.before.Status.Public()
	if !e.Status.Public() {
		e.Hash = ""
		if was || c.before == nil {
			l.touch(c)
		}
		return was, nil
	}
	if was {
		hash, err := l.hash(ctx, tx, e)
		if err != nil {
			return false, err
		}
		if hash == c.before.Hash {
			e.Hash = hash
			return false, nil
		}
	}
	l.touch(c)
	if e.PublishedAt.IsZero() {
		e.PublishedAt = e.Updated // the same instant: it is new and not edited
	}
	hash, err := l.hash(ctx, tx, e)
	if err != nil {
		return false, err
	}
	e.Hash = hash
	return true, nil
}

// touch moves Updated forward, strictly, and by a whole second: documents of
// other servers keep no fractions, and an Update must look newer there.
func (l *Ledger) touch(c change) {
	c.after.Updated = l.now()
	if c.before != nil && c.after.Updated.Before(c.before.Updated.Add(time.Second)) {
		c.after.Updated = c.before.Updated.Add(time.Second)
	}
}

// hash is the hash of the public document as it is served.
func (l *Ledger) hash(ctx context.Context, tx *store.Tx, e *directory.Entry) (string, error) {
	pub, ok := e.Public()
	if !ok {
		return "", nil
	}
	var keys vocab.Keys
	if e.Kind.IsActor() {
		pair, err := l.keys.PairTx(ctx, tx, e.Owner)
		if err != nil {
			return "", fmt.Errorf("keys of %s: %w", e.Owner, err)
		}
		keys = pair.Public.Unsigned() // no hash covers a proof
	}
	doc, err := l.env.Document(pub, keys)
	if err != nil {
		return "", fmt.Errorf("document of %s: %w", e.URI, err)
	}
	return proof.Hash(doc), nil
}

func (l *Ledger) revision(who directory.Who, c change) (store.Revision, error) {
	doc, err := json.Marshal(c.after)
	if err != nil {
		return store.Revision{}, fmt.Errorf("revision of %s: %w", c.after.ID, err)
	}
	return store.Revision{EntryID: c.after.ID, Number: c.after.Revision, At: l.now(),
		WhoID: whoID(who), WhoName: who.Name, Summary: c.summary, Doc: doc}, nil
}

func (l *Ledger) audit(ctx context.Context, tx *store.Tx, who directory.Who, verb, object, detail string) error {
	id, err := newID()
	if err != nil {
		return err
	}
	return tx.AddAudit(ctx, store.AuditEntry{ID: id, At: l.now(), WhoID: whoID(who), WhoName: who.Name,
		Verb: verb, Object: object, Detail: detail})
}

func whoID(who directory.Who) string {
	if who.UserID == "" && who.System {
		return "system"
	}
	return who.UserID
}

// clone is a deep copy by way of the document form.
func clone(e directory.Entry) directory.Entry {
	raw, err := json.Marshal(e)
	if err != nil {
		return e // an Entry of numbers, texts and raw JSON; only invalid raw JSON gets here, and Validate refuses it
	}
	var out directory.Entry
	if err := json.Unmarshal(raw, &out); err != nil {
		return e
	}
	out.Num, out.Seq, out.Hash = e.Num, e.Seq, e.Hash
	return out
}

// same reports whether two entries have the same document, and else the names
// of the top-level fields that differ.
func same(a, b *directory.Entry) (bool, []string) {
	ra, erra := json.Marshal(a)
	rb, errb := json.Marshal(b)
	if erra == nil && errb == nil && bytes.Equal(ra, rb) {
		return true, nil
	}
	var ma, mb map[string]json.RawMessage
	if json.Unmarshal(ra, &ma) != nil || json.Unmarshal(rb, &mb) != nil {
		return false, nil
	}
	var fields []string
	for k, v := range mb {
		if !bytes.Equal(v, ma[k]) {
			fields = append(fields, k)
		}
	}
	for k := range ma {
		if _, ok := mb[k]; !ok {
			fields = append(fields, k)
		}
	}
	sort.Strings(fields)
	return false, fields
}

// summarise says in a few words what an edit did, for the history.
func summarise(before, after *directory.Entry, fields []string) string {
	if before.Status != after.Status {
		switch {
		case after.Status == directory.StatusPublished:
			return "published"
		case after.Status == directory.StatusArchived:
			return "archived"
		case before.Status.Public():
			return "unpublished"
		}
		return string(after.Status)
	}
	return "edited: " + strings.Join(fields, ", ")
}
