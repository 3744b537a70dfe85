package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// tourDocument is what a version of a tour keeps: the rest is in the tour's row.
type tourDocument struct {
	Title   directory.LangText   `json:"title"`
	Summary directory.LangText   `json:"summary,omitempty"`
	Steps   []directory.TourStep `json:"steps,omitempty"`
}

// TourRevision is one version of a tour.
type TourRevision struct {
	Number         int64
	At             time.Time
	WhoID, WhoName string
	// Summary says what was done, in a word such as "create", "edit" or "revert".
	Summary string
}

const tourColumns = "t.id, t.slug, t.revision, t.live, t.created, t.updated, t.deleted, r.doc"

func scanTour(row scanner) (t directory.Tour, err error) {
	var created, updated, deleted int64
	var raw []byte
	if err := row.Scan(&t.ID, &t.Slug, &t.Revision, &t.Live, &created, &updated, &deleted, &raw); err != nil {
		return t, err
	}
	var doc tourDocument
	if err := json.Unmarshal(raw, &doc); err != nil {
		return t, fmt.Errorf("document of tour %s: %w", t.ID, err)
	}
	t.Title, t.Summary, t.Steps = doc.Title, doc.Summary, doc.Steps
	t.Created, t.Updated, t.DeletedAt = instant(created), instant(updated), instant(deleted)
	return t, nil
}

// oneTour reads a tour; a deleted one is ErrGone, with what is left of it.
func (r Reader) oneTour(ctx context.Context, query string, args ...any) (directory.Tour, error) {
	t, err := one(ctx, r, scanTour, query, args...)
	if err == nil && !t.DeletedAt.IsZero() {
		err = directory.ErrGone
	}
	return t, wrap(err, "tour %v", args[0])
}

// Tour reads the newest version of a tour by its ID; the error wraps ErrNotFound or ErrGone.
func (r Reader) Tour(ctx context.Context, id string) (directory.Tour, error) {
	return r.oneTour(ctx, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id AND r.number = t.revision
		WHERE t.id = $1`, id)
}

// TourBySlug is Tour by slug.
func (r Reader) TourBySlug(ctx context.Context, slug string) (directory.Tour, error) {
	return r.oneTour(ctx, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id AND r.number = t.revision
		WHERE t.slug = $1`, slug)
}

// LiveTour reads the version of a tour that everybody may read, by slug. Without
// one the error wraps ErrNotFound; ErrGone when the tour was deleted.
func (r Reader) LiveTour(ctx context.Context, slug string) (directory.Tour, error) {
	t, err := r.oneTour(ctx, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id
		AND r.number = CASE WHEN t.live > 0 THEN t.live ELSE t.revision END WHERE t.slug = $1 AND (t.live > 0 OR t.deleted > 0)`, slug)
	if err != nil {
		return directory.Tour{}, err // nothing of what was deleted
	}
	return t, nil
}

// TourVersion reads a tour as it was at a version.
func (r Reader) TourVersion(ctx context.Context, id string, number int64) (directory.Tour, error) {
	return r.oneTour(ctx, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id
		WHERE t.id = $1 AND r.number = $2`, id, number)
}

// Tours lists the newest version of every tour, drafts too, by slug.
func (r Reader) Tours(ctx context.Context) ([]directory.Tour, error) {
	ts, err := collect(ctx, r, scanTour, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id
		AND r.number = t.revision WHERE t.deleted = 0 ORDER BY t.slug`)
	return ts, wrap(err, "tours")
}

// LiveTours lists the tours that everybody may read, the oldest first.
func (r Reader) LiveTours(ctx context.Context) ([]directory.Tour, error) {
	ts, err := collect(ctx, r, scanTour, "SELECT "+tourColumns+` FROM tour t JOIN tour_revision r ON r.tour_id = t.id
		AND r.number = t.live WHERE t.deleted = 0 AND t.live > 0 ORDER BY t.created, t.id`)
	return ts, wrap(err, "live tours")
}

// CountTours counts the tours that are not deleted.
func (r Reader) CountTours(ctx context.Context) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM tour WHERE deleted = 0")
	return n, wrap(err, "count tours")
}

// TourRevisions lists the versions of a tour, the newest first, at most limit.
func (r Reader) TourRevisions(ctx context.Context, id string, limit int) ([]TourRevision, error) {
	rs, err := collect(ctx, r, func(row scanner) (v TourRevision, err error) {
		var at int64
		err = row.Scan(&v.Number, &at, &v.WhoID, &v.WhoName, &v.Summary)
		v.At = instant(at)
		return v, err
	}, "SELECT number, at, who_id, who_name, summary FROM tour_revision WHERE tour_id = $1 ORDER BY number DESC LIMIT $2", id, limit)
	return rs, wrap(err, "versions of tour %s", id)
}

// PutTour inserts or changes the row of a tour, by ID, but not its texts. A slug
// that another tour has or had is ErrConflict.
func (t *Tx) PutTour(ctx context.Context, tour directory.Tour) error {
	_, err := t.exec(ctx, `INSERT INTO tour (id, slug, revision, live, created, updated, deleted) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id) DO UPDATE SET revision = excluded.revision, live = excluded.live, updated = excluded.updated,
		deleted = excluded.deleted`,
		tour.ID, tour.Slug, tour.Revision, tour.Live, micros(tour.Created), micros(tour.Updated), micros(tour.DeletedAt))
	return wrap(err, "put tour %s", tour.ID)
}

// AddTourRevision keeps the texts of a tour as its version tour.Revision. The
// version is there already when two wrote at once: ErrConflict.
func (t *Tx) AddTourRevision(ctx context.Context, tour directory.Tour, rev TourRevision) error {
	doc, err := json.Marshal(tourDocument{Title: tour.Title, Summary: tour.Summary, Steps: tour.Steps})
	if err != nil {
		return wrap(err, "version of tour %s", tour.ID)
	}
	_, err = t.exec(ctx, `INSERT INTO tour_revision (tour_id, number, at, who_id, who_name, summary, doc) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		tour.ID, tour.Revision, micros(rev.At), rev.WhoID, rev.WhoName, rev.Summary, string(doc))
	return wrap(err, "version %d of tour %s", tour.Revision, tour.ID)
}
