package store

import (
	"context"
	"encoding/json"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
)

// JobRetell is the kind of the jobs that tell a digest anew, because an entry that
// it names is shown no more. Whatever takes an entry out of lists leaves one.
const JobRetell = "outbox.retell"

// Digest is one post of an actor of ours that told of many entries together.
type Digest struct {
	// Note is the post's id and Post that of the activity that sent it.
	Note, Post string
	Actor      string
	// Fresh is true when all that it told of was new.
	Fresh bool
	// Others is how many entries it counts and does not name.
	Others int
	// Named are the ids of the entries that it names, in order.
	Named []string
}

// RetellPayload is the payload of a JobRetell.
type RetellPayload struct {
	Note string `json:"note"`
}

// PutDigest remembers a digest.
func (t *Tx) PutDigest(ctx context.Context, d Digest) error {
	_, err := t.exec(ctx, "INSERT INTO digest (note, actor, post, fresh, others) VALUES ($1, $2, $3, $4, $5)",
		d.Note, d.Actor, d.Post, d.Fresh, d.Others)
	if err != nil {
		return wrap(err, "put digest %s", d.Note)
	}
	rows := make([][]any, len(d.Named))
	for i, uri := range d.Named {
		rows[i] = []any{d.Note, i, uri}
	}
	return wrap(t.insertRows(ctx, "digest_entry (note, ordinal, uri)", placeholders(3), "", rows), "put digest %s", d.Note)
}

// Digest reads a digest by its Note, or ErrNotFound.
func (r Reader) Digest(ctx context.Context, note string) (Digest, error) {
	d, err := one(ctx, r, func(row scanner) (d Digest, err error) {
		err = row.Scan(&d.Note, &d.Actor, &d.Post, &d.Fresh, &d.Others)
		return d, err
	}, "SELECT note, actor, post, fresh, others FROM digest WHERE note = $1", note)
	if err != nil {
		return d, wrap(err, "digest %s", note)
	}
	d.Named, err = collect(ctx, r, scanValue[string], "SELECT uri FROM digest_entry WHERE note = $1 ORDER BY ordinal", note)
	return d, wrap(err, "digest %s", note)
}

// DigestsNaming lists the Notes of the digests that name one of some entries.
func (r Reader) DigestsNaming(ctx context.Context, uris ...string) ([]string, error) {
	notes := []string{}
	for _, part := range chunks(uris) {
		var a args
		found, err := collect(ctx, r, scanValue[string], "SELECT DISTINCT note FROM digest_entry WHERE uri IN "+list(&a, part)+" ORDER BY note", a...)
		if err != nil {
			return nil, wrap(err, "digests that name entries")
		}
		notes = append(notes, found...)
	}
	return notes, nil
}

// UnnameInDigest forgets that a digest named an entry: it never does again.
func (t *Tx) UnnameInDigest(ctx context.Context, note, uri string) error {
	_, err := t.exec(ctx, "DELETE FROM digest_entry WHERE note = $1 AND uri = $2", note, uri)
	return wrap(err, "digest %s", note)
}

// DeleteDigest forgets a digest.
func (t *Tx) DeleteDigest(ctx context.Context, note string) error {
	_, err := t.exec(ctx, "DELETE FROM digest WHERE note = $1", note)
	return wrap(err, "delete digest %s", note)
}

// retell leaves a job for each digest that names an entry which lists no longer show.
func (t *Tx) retell(ctx context.Context, es []*directory.Entry) error {
	var gone []string
	for _, e := range es {
		if !e.Listed() {
			gone = append(gone, e.URI)
		}
	}
	if len(gone) == 0 {
		return nil
	}
	notes, err := t.DigestsNaming(ctx, gone...)
	if err != nil {
		return err
	}
	for _, note := range notes {
		payload, err := json.Marshal(RetellPayload{note})
		if err != nil {
			return err
		}
		if err := jobs.Insert(ctx, t.Jobs(), jobs.Job{Kind: JobRetell, Key: note, Payload: payload}); err != nil {
			return err
		}
	}
	return nil
}
