package store

import (
	"context"
	"time"
)

// RemoteDocument is what is remembered of a document of another server.
type RemoteDocument struct {
	URI    string
	Origin string
	// ETag is its validator, "" without one. Mark says what it was read from: the
	// hash of the line of a collection that named it.
	ETag, Mark string
	// Checked is when it was last asked for, Missing since when its origin answers
	// 404; zero when it does not.
	Checked, Missing time.Time
}

// RemoteDocument reads what is remembered of a document, or ErrNotFound.
func (r Reader) RemoteDocument(ctx context.Context, uri string) (RemoteDocument, error) {
	d, err := one(ctx, r, func(row scanner) (d RemoteDocument, err error) {
		var checked, missing int64
		err = row.Scan(&d.URI, &d.Origin, &d.ETag, &d.Mark, &checked, &missing)
		d.Checked, d.Missing = instant(checked), instant(missing)
		return d, err
	}, "SELECT uri, origin, etag, mark, checked, missing FROM remote_document WHERE uri = $1", uri)
	return d, wrap(err, "remote document %s", uri)
}

// PutRemoteDocument inserts or replaces what is remembered of a document.
func (t *Tx) PutRemoteDocument(ctx context.Context, d RemoteDocument) error {
	_, err := t.exec(ctx, `INSERT INTO remote_document (uri, origin, etag, mark, checked, missing)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (uri) DO UPDATE SET origin = excluded.origin, etag = excluded.etag,
		mark = excluded.mark, checked = excluded.checked, missing = excluded.missing`,
		d.URI, d.Origin, d.ETag, d.Mark, micros(d.Checked), micros(d.Missing))
	return wrap(err, "remote document %s", d.URI)
}

// ForgetRemoteDocuments removes what is remembered of an origin's documents, those
// of them that were last asked for before a time; origin "" is every one.
func (t *Tx) ForgetRemoteDocuments(ctx context.Context, origin string, before time.Time) error {
	_, err := t.exec(ctx, "DELETE FROM remote_document WHERE checked < $2 AND ($1 = '' OR origin = $1)", origin, micros(before))
	return wrap(err, "forget documents of %s", origin)
}

// UpcomingFrom lists the public events held from an origin that begin after a
// time and not after another: what should be looked at again before they do.
func (r Reader) UpcomingFrom(ctx context.Context, origin string, from, to time.Time, limit int) ([]Upcoming, error) {
	es, err := collect(ctx, r, func(row scanner) (u Upcoming, err error) {
		var start, checked int64
		err = row.Scan(&u.URI, &start, &checked)
		u.Start, u.Checked = time.Unix(start, 0).UTC(), instant(checked)
		return u, err
	}, `SELECT e.uri, e.date_from, COALESCE(d.checked, 0) FROM entry e LEFT JOIN remote_document d ON d.uri = e.uri
		WHERE e.origin = $1 AND e.public AND e.kind = 'event' AND e.has_date AND e.date_from > $2 AND e.date_from <= $3
		ORDER BY e.date_from, e.uri LIMIT $4`, origin, from.Unix(), to.Unix(), limit)
	return es, wrap(err, "upcoming events of %s", origin)
}

// Upcoming is an event of another server, when it begins and when it was last
// looked at.
type Upcoming struct {
	URI            string
	Start, Checked time.Time
}
