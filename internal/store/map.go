package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

const selectMap = "SELECT id, doc, status, deleted FROM map"

func scanMap(row scanner) (m directory.Map, err error) {
	var id, status string
	var doc []byte
	var deleted int64
	if err := row.Scan(&id, &doc, &status, &deleted); err != nil {
		return m, err
	}
	if err := json.Unmarshal(doc, &m); err != nil {
		return m, fmt.Errorf("document of map %s: %w", id, err)
	}
	m.ID, m.Status, m.DeletedAt = id, directory.Status(status), instant(deleted)
	return m, nil
}

func (r Reader) oneMap(ctx context.Context, condition, key string) (directory.Map, error) {
	m, err := one(ctx, r, scanMap, selectMap+" WHERE "+condition, key)
	if err == nil && m.Status == directory.StatusDeleted {
		err = directory.ErrGone
	}
	return m, wrap(err, "map %s", key)
}

// Map reads a map by its ID; the error wraps ErrNotFound, or ErrGone with what
// is left of a deleted one.
func (r Reader) Map(ctx context.Context, id string) (directory.Map, error) {
	return r.oneMap(ctx, "id = $1", id)
}

// MapByHandle is Map by handle.
func (r Reader) MapByHandle(ctx context.Context, handle string) (directory.Map, error) {
	return r.oneMap(ctx, "handle = $1", handle)
}

// Maps lists the maps by handle.
func (r Reader) Maps(ctx context.Context) ([]directory.Map, error) {
	ms, err := collect(ctx, r, scanMap, selectMap+" WHERE status <> 'deleted' ORDER BY handle")
	return ms, wrap(err, "maps")
}

// MapStamp says which version of a map counts, and up to which entry its members
// are known (-1 = all of them).
type MapStamp struct {
	ID       string
	Revision int64
	Filled   int64
}

// MapStamps lists the stamp of each map, by ID: so that who matches entries reads
// a map again only when it changed.
func (r Reader) MapStamps(ctx context.Context) ([]MapStamp, error) {
	s, err := collect(ctx, r, func(row scanner) (s MapStamp, err error) {
		return s, row.Scan(&s.ID, &s.Revision, &s.Filled)
	}, "SELECT id, revision, filled FROM map WHERE status <> 'deleted' ORDER BY id")
	return s, wrap(err, "map stamps")
}

// PutMap inserts or replaces a map, by ID; its members are to be counted again. A
// handle that another map has is ErrConflict.
func (t *Tx) PutMap(ctx context.Context, m directory.Map) error {
	doc, err := json.Marshal(m)
	if err != nil {
		return wrap(err, "put map %s", m.ID)
	}
	_, err = t.exec(ctx, `INSERT INTO map (id, handle, status, revision, filled, doc, created, updated, deleted)
		VALUES ($1, $2, $3, $4, 0, $5, $6, $7, $8) ON CONFLICT (id) DO UPDATE SET status = excluded.status,
		revision = excluded.revision, filled = 0, doc = excluded.doc, updated = excluded.updated, deleted = excluded.deleted`,
		m.ID, m.Handle, string(m.Status), m.Revision, string(doc), micros(m.Created), micros(m.Updated), micros(m.DeletedAt))
	return wrap(err, "put map %s", m.ID)
}

// EmptyMap forgets the members of a map that was deleted.
func (t *Tx) EmptyMap(ctx context.Context, id string) error {
	_, err := t.exec(ctx, "DELETE FROM map_entry WHERE map_id = $1", id)
	return wrap(err, "empty map %s", id)
}

// SetMapFilled notes how far the members of one version of a map were counted, and
// reports whether that version still counts.
func (t *Tx) SetMapFilled(ctx context.Context, s MapStamp) (bool, error) {
	n, err := t.exec(ctx, "UPDATE map SET filled = $3 WHERE id = $1 AND revision = $2 AND status <> 'deleted'", s.ID, s.Revision, s.Filled)
	return n > 0, wrap(err, "fill map %s", s.ID)
}

// Member is an entry's place in a map.
type Member struct {
	MapID string
	Num   int64
	// Present is false when the entry has left.
	Present bool
	// Entered is when it entered, or was published if it was there before the map.
	Entered time.Time
	// Announced is when the map told of it; zero = never.
	Announced time.Time
}

func scanMember(row scanner) (m Member, err error) {
	var entered, announced int64
	err = row.Scan(&m.MapID, &m.Num, &m.Present, &entered, &announced)
	m.Entered, m.Announced = instant(entered), instant(announced)
	return m, err
}

// MembersOf lists the maps that an entry is in or was in, by map.
func (r Reader) MembersOf(ctx context.Context, num int64) ([]Member, error) {
	ms, err := collect(ctx, r, scanMember,
		"SELECT map_id, num, present, entered, announced FROM map_entry WHERE num = $1 ORDER BY map_id", num)
	return ms, wrap(err, "maps of entry %d", num)
}

// PutMember inserts or replaces an entry's place in a map.
func (t *Tx) PutMember(ctx context.Context, m Member) error {
	_, err := t.exec(ctx, `INSERT INTO map_entry (map_id, num, present, entered, announced) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (map_id, num) DO UPDATE SET present = excluded.present, entered = excluded.entered, announced = excluded.announced`,
		m.MapID, m.Num, m.Present, micros(m.Entered), micros(m.Announced))
	return wrap(err, "put entry %d in map %s", m.Num, m.MapID)
}

// FillMembers writes the places of entries that were there before the map, in one
// go; a place that is known keeps its times.
func (t *Tx) FillMembers(ctx context.Context, ms []Member) error {
	rows := make([][]any, len(ms))
	for i, m := range ms {
		rows[i] = []any{m.MapID, m.Num, m.Present, micros(m.Entered), int64(0)}
	}
	err := t.insertRows(ctx, "map_entry (map_id, num, present, entered, announced)", placeholders(5),
		"ON CONFLICT (map_id, num) DO UPDATE SET present = excluded.present", rows)
	return wrap(err, "fill map")
}

// CountMap counts the public entries in a map.
func (r Reader) CountMap(ctx context.Context, id string) (int, error) {
	n, err := value[int](ctx, r, `SELECT COUNT(*) FROM map_entry m JOIN entry e ON e.num = m.num
		WHERE m.map_id = $1 AND m.present AND e.public`, id)
	return n, wrap(err, "count map %s", id)
}

// LatestInMap lists the public entries of a map, the last to enter first.
func (r Reader) LatestInMap(ctx context.Context, id string, limit int) ([]directory.Entry, error) {
	es, err := collect(ctx, r, scanEntry, selectEntry+` JOIN map_entry m ON m.num = e.num
		WHERE m.map_id = $1 AND m.present AND e.public ORDER BY m.entered DESC, m.num DESC LIMIT $2`, id, limit)
	return es, wrap(err, "latest in map %s", id)
}

// MapVersion changes whenever the members of a map may have changed other than by
// a change of an entry. A handle that no map has is ErrNotFound.
func (r Reader) MapVersion(ctx context.Context, handle string) (string, error) {
	v, err := one(ctx, r, func(row scanner) (string, error) {
		var revision, filled int64
		err := row.Scan(&revision, &filled)
		return fmt.Sprintf("%d.%d", revision, filled), err
	}, "SELECT revision, filled FROM map WHERE handle = $1 AND status <> 'deleted'", handle)
	return v, wrap(err, "map %s", handle)
}

// HideActivitiesOf takes everything that an actor of ours said out of the public
// and of its outbox; waiting deliveries still go out.
func (t *Tx) HideActivitiesOf(ctx context.Context, actor string) error {
	_, err := t.exec(ctx, "UPDATE activity SET public = FALSE, outbox = FALSE WHERE actor = $1", actor)
	return wrap(err, "hide activities of %s", actor)
}

// MapsTold lists the handles of the maps that announced an entry, the first one first.
func (r Reader) MapsTold(ctx context.Context, num int64) ([]string, error) {
	hs, err := collect(ctx, r, scanValue[string], `SELECT m.handle FROM map_entry e JOIN map m ON m.id = e.map_id
		WHERE e.num = $1 AND e.announced > 0 AND m.status <> 'deleted' ORDER BY e.announced, m.id`, num)
	return hs, wrap(err, "maps of entry %d", num)
}

// MapFilled is up to which entry the members of a map are known, -1 = all.
func (r Reader) MapFilled(ctx context.Context, id string) (int64, error) {
	n, err := value[int64](ctx, r, "SELECT filled FROM map WHERE id = $1", id)
	return n, wrap(err, "map %s", id)
}

// PresentIn are the entries with numbers in [from, to] that are in a map.
func (r Reader) PresentIn(ctx context.Context, id string, from, to int64) (map[int64]bool, error) {
	nums, err := collect(ctx, r, scanValue[int64],
		"SELECT num FROM map_entry WHERE map_id = $1 AND present AND num >= $2 AND num <= $3", id, from, to)
	out := make(map[int64]bool, len(nums))
	for _, n := range nums {
		out[n] = true
	}
	return out, wrap(err, "members of map %s", id)
}

// HoldChanges keeps other transactions from changing the public directory until
// this one ends.
func (t *Tx) HoldChanges(ctx context.Context) error {
	_, err := t.exec(ctx, "UPDATE counter SET seq = seq WHERE id = 1")
	return wrap(err, "hold changes")
}
