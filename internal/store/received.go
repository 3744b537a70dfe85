package store

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
)

const receivedColumns = "id, actor, origin, type, body, at, done, error"

func (r Reader) receivedRow(v Received) []any {
	at := micros(v.At)
	if at == 0 {
		at = r.now()
	}
	return []any{v.ID, v.Actor, v.Origin, v.Type, v.Body, at, micros(v.Done), v.Error}
}

// InsertAllReceived keeps activities none of which was seen before, see
// ReceivedAmong: another process that keeps one of them meanwhile is ErrConflict, and
// then the transaction can only be rolled back.
func (t *Tx) InsertAllReceived(ctx context.Context, vs []Received) error {
	rows := make([][]any, len(vs))
	for i, v := range vs {
		rows[i] = t.receivedRow(v)
	}
	err := t.insertRows(ctx, "received ("+receivedColumns+")", placeholders(8), "", rows)
	return wrap(known(err), "receive %d activities", len(vs))
}

// Received reads an activity as received, or ErrNotFound.
func (r Reader) Received(ctx context.Context, id string) (Received, error) {
	v, err := one(ctx, r, scanReceived, "SELECT "+receivedColumns+" FROM received WHERE id = $1", id)
	return v, wrap(err, "received %s", id)
}

func scanReceived(row scanner) (v Received, err error) {
	var at, done int64
	err = row.Scan(&v.ID, &v.Actor, &v.Origin, &v.Type, &v.Body, &at, &done, &v.Error)
	v.At, v.Done = instant(at), instant(done)
	return v, err
}

// ReceivedAmong says which of these activities were received before.
func (r Reader) ReceivedAmong(ctx context.Context, ids []string) (map[string]bool, error) {
	seen, err := among(ctx, r, "SELECT id FROM received WHERE id IN ", ids)
	return seen, wrap(err, "received before")
}

// Waiting reports whether something that an actor said is still to be applied,
// other than what it shares of others.
func (r Reader) Waiting(ctx context.Context, actor string) (bool, error) {
	n, err := value[int](ctx, r, `SELECT COUNT(*) FROM (SELECT 1 FROM received
		WHERE done = 0 AND type <> 'Announce' AND actor = $1 LIMIT 1) AS x`, actor)
	return n > 0, wrap(err, "what waits of %s", actor)
}

// among says which of the values a query with an IN list at its end finds.
func among(ctx context.Context, r Reader, query string, values []string) (map[string]bool, error) {
	found := map[string]bool{}
	for _, part := range chunks(values) {
		var a args
		err := r.each(ctx, func(row scanner) error {
			var v string
			err := row.Scan(&v)
			found[v] = true
			return err
		}, query+list(&a, part), a...)
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}

// FinishReceived records that a received activity was applied (reason "") or
// dropped, in the transaction of its effects.
func (t *Tx) FinishReceived(ctx context.Context, id, reason string) error {
	n, err := t.exec(ctx, "UPDATE received SET done = $2, error = $3 WHERE id = $1", id, t.now(), reason)
	if err == nil && n == 0 {
		err = directory.ErrNotFound
	}
	return wrap(err, "finish received %s", id)
}
