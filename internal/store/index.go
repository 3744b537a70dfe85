package store

import (
	"context"

	"codeberg.org/bocage/bocage/internal/directory"
)

const selectIndex = `SELECT num, seq, id, uri, origin, name, kind, status, public, theme_mask, theme,
	has_point, lat, lon, has_date, date_from, date_to, last_confirmed, updated, rank,
	licence, department, rules, terms,
	date_form, series, country FROM entry`

func scanIndex(row scanner) (x IndexRow, err error) {
	var public bool
	var mask int64
	var terms string
	err = row.Scan(&x.Num, &x.Seq, &x.ID, &x.URI, &x.Origin, &x.Name, &x.Kind, &x.Status, &public, &mask, &x.Theme,
		&x.HasPoint, &x.Lat, &x.Lon, &x.HasDate, &x.From, &x.To, &x.LastConfirmed, &x.Updated, &x.Rank,
		&x.Licence, &x.Department, &x.Rules, &terms,
		&x.DateForm, &x.Series, &x.Country)
	x.ThemeMask = uint64(mask)
	if x.Gone = !public; x.Gone {
		x = IndexRow{Num: x.Num, Seq: x.Seq, ID: x.ID, URI: x.URI, Kind: x.Kind, Status: x.Status,
			Origin: x.Origin, Theme: -1, Gone: true}
		return x, err
	}
	x.readTerms(terms)
	return x, err
}

// ScanIndex calls fn for every public entry, by number: the start of the
// in-memory indexes. Read LastSeq before, and ChangesSince it after.
func (r Reader) ScanIndex(ctx context.Context, fn func(IndexRow) error) error {
	return wrap(r.each(ctx, func(row scanner) error {
		x, err := scanIndex(row)
		if err != nil {
			return err
		}
		return fn(x)
	}, selectIndex+" WHERE public ORDER BY num"), "scan index")
}

// ScanIndexOf is ScanIndex for the entries of one origin.
func (r Reader) ScanIndexOf(ctx context.Context, origin string, fn func(IndexRow) error) error {
	return wrap(r.each(ctx, func(row scanner) error {
		x, err := scanIndex(row)
		if err != nil {
			return err
		}
		return fn(x)
	}, selectIndex+" WHERE public AND origin = $1 ORDER BY num", origin), "scan index of %s", origin)
}

// ChangesSince returns the entries whose last public change is after seq, in
// order; an entry that left the public has Gone set and nothing else of what it
// said. Limit 0 means 1000. No change can appear later with a lower seq.
func (r Reader) ChangesSince(ctx context.Context, seq int64, limit int) ([]IndexRow, error) {
	if limit <= 0 {
		limit = 1000
	}
	rows, err := collect(ctx, r, scanIndex, selectIndex+" WHERE seq > $1 AND seq > 0 ORDER BY seq"+limited("$2"), seq, limit)
	return rows, wrap(err, "changes since %d", seq)
}

// LastSeq is the last seq given, 0 before the first publication.
func (r Reader) LastSeq(ctx context.Context) (int64, error) {
	seq, err := value[int64](ctx, r, "SELECT seq FROM counter WHERE id = 1")
	return seq, wrap(err, "last seq")
}

// Catalog lists this instance's own entries that are or were public, after a
// seq, in order: all of them for ownerURI "", else those of one organisation.
// Limit 0 means 500.
func (r Reader) Catalog(ctx context.Context, ownerURI string, after int64, limit int) ([]CatalogRow, error) {
	return r.catalog(ctx, "", ownerURI, after, limit)
}

func (r Reader) catalog(ctx context.Context, which, ownerURI string, after int64, limit int, more ...any) ([]CatalogRow, error) {
	if limit <= 0 {
		limit = 500
	}
	rows, err := collect(ctx, r, func(row scanner) (c CatalogRow, err error) {
		var public bool
		var updated int64
		err = row.Scan(&c.Seq, &c.ID, &c.URI, &c.Kind, &c.Handle, &updated, &c.Hash, &public)
		c.Updated, c.Deleted = instant(updated), !public
		return c, err
	}, `SELECT seq, id, uri, kind, handle, updated, hash, status IN ('published', 'archived') FROM entry
		WHERE origin = '' AND seq > $1 AND seq > 0 AND ($2 = '' OR owner_uri = $2) `+which+` ORDER BY seq`+limited("$3"),
		append([]any{after, ownerURI, limit}, more...)...)
	return rows, wrap(err, "catalog")
}

// CountCatalog counts the public entries of Catalog, tombstones not included.
func (r Reader) CountCatalog(ctx context.Context, ownerURI string) (int, error) {
	n, err := value[int](ctx, r,
		"SELECT COUNT(*) FROM entry WHERE origin = '' AND status IN ('published', 'archived') AND ($1 = '' OR owner_uri = $1)", ownerURI)
	return n, wrap(err, "count catalog")
}

// OriginCounts counts the public entries by origin, this instance's first.
func (r Reader) OriginCounts(ctx context.Context) ([]OriginCount, error) {
	counts, err := collect(ctx, r, func(row scanner) (c OriginCount, err error) {
		var updated int64
		err = row.Scan(&c.Origin, &c.Entries, &updated)
		c.Updated = instant(updated)
		return c, err
	}, "SELECT origin, COUNT(*), MAX(updated) FROM entry WHERE public GROUP BY origin ORDER BY origin")
	return counts, wrap(err, "count origins")
}

// KindCounts counts the public entries by kind; kinds without entries are absent.
func (r Reader) KindCounts(ctx context.Context) (map[directory.Kind]int, error) {
	counts := map[directory.Kind]int{}
	err := r.each(ctx, func(row scanner) error {
		var k directory.Kind
		var n int
		err := row.Scan(&k, &n)
		counts[k] = n
		return err
	}, "SELECT kind, COUNT(*) FROM entry WHERE public GROUP BY kind")
	return counts, wrap(err, "count kinds")
}
