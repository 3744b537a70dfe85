package store

import (
	"context"
	"encoding/json"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// MapEdit is a map as one edit left it.
type MapEdit struct {
	Map directory.Map
	At  time.Time
	// Who is the name of who made it, Reason why; "" when that was not kept.
	Who, Reason string
}

// AddMapEdit keeps a map as an edit left it, by its ID and revision.
func (t *Tx) AddMapEdit(ctx context.Context, e MapEdit) error {
	doc, err := json.Marshal(e.Map)
	if err != nil {
		return wrap(err, "edit of map %s", e.Map.ID)
	}
	_, err = t.exec(ctx, "INSERT INTO map_version (map_id, revision, doc, at, who, reason) VALUES ($1, $2, $3, $4, $5, $6)",
		e.Map.ID, e.Map.Revision, string(doc), micros(e.At), e.Who, e.Reason)
	return wrap(err, "edit of map %s", e.Map.ID)
}

func scanMapEdit(row scanner) (e MapEdit, err error) {
	var doc []byte
	var at int64
	if err := row.Scan(&doc, &at, &e.Who, &e.Reason); err != nil {
		return e, err
	}
	e.At = instant(at)
	return e, json.Unmarshal(doc, &e.Map)
}

// MapEdits lists the edits of a map, the last first.
func (r Reader) MapEdits(ctx context.Context, id string, limit int) ([]MapEdit, error) {
	es, err := collect(ctx, r, scanMapEdit, "SELECT doc, at, who, reason FROM map_version WHERE map_id = $1 ORDER BY revision DESC LIMIT $2", id, limit)
	return es, wrap(err, "edits of map %s", id)
}

// MapEdit reads a map as one edit left it; the error wraps ErrNotFound.
func (r Reader) MapEdit(ctx context.Context, id string, revision int64) (MapEdit, error) {
	e, err := one(ctx, r, scanMapEdit, "SELECT doc, at, who, reason FROM map_version WHERE map_id = $1 AND revision = $2", id, revision)
	return e, wrap(err, "edit %d of map %s", revision, id)
}

// ForgetMapEdits forgets what a deleted map was.
func (t *Tx) ForgetMapEdits(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "DELETE FROM map_version WHERE map_id = $1", id)
	return wrap(err, "forget edits of map %s", id)
}
