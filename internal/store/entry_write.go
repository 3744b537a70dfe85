package store

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// PutOptions says how entries are written.
type PutOptions struct {
	// Public gives each entry the next seq: the change is to be seen by the public.
	// An entry that enters or leaves the public gets one in any case, and one that
	// never was public never does.
	Public bool
	// Wire is the document of a remote entry as received; nil keeps what is there.
	Wire []byte
	// Wires is Wire for PutEntries: nil, or one for each entry.
	Wires [][]byte
	// Docs are the entries of PutEntries as JSON, for a caller who has them already: nil,
	// or one for each, nil where it has none. With one Created and Updated must be set.
	Docs [][]byte
}

// PutEntry inserts or replaces an entry by its ID, with its themes, tags,
// relations and search words. It sets e.Num on insert, e.Seq when the change is
// public, and e.Created and e.Updated when they are zero. It does not validate.
// The error wraps ErrConflict when the URI, the handle or the source key belongs
// to another entry; on PostgreSQL the transaction can then only be rolled back.
func (t *Tx) PutEntry(ctx context.Context, e *directory.Entry, opt PutOptions) error {
	opt.Wires = [][]byte{opt.Wire}
	return t.PutEntries(ctx, []*directory.Entry{e}, opt)
}

// entryColumns is the order of entryRow.
const entryColumns = `num, id, uri, origin, kind, handle, owner, owner_uri, status, public, source_key,
	name, name_key, licence, theme_mask, theme, has_point, lat, lon, has_date, date_from, date_to,
	rank, revision, seq, hash, last_confirmed, created, updated, deleted, bucket, department, rules, terms,
	date_form, series, country`

const entryUpsert = `ON CONFLICT (num) DO UPDATE SET
	uri = excluded.uri, origin = excluded.origin, kind = excluded.kind, handle = excluded.handle,
	owner = excluded.owner, owner_uri = excluded.owner_uri, status = excluded.status, public = excluded.public,
	source_key = excluded.source_key, name = excluded.name, name_key = excluded.name_key,
	licence = excluded.licence, theme_mask = excluded.theme_mask, theme = excluded.theme,
	has_point = excluded.has_point, lat = excluded.lat, lon = excluded.lon, has_date = excluded.has_date,
	date_from = excluded.date_from, date_to = excluded.date_to, rank = excluded.rank,
	revision = excluded.revision, seq = excluded.seq, hash = excluded.hash,
	last_confirmed = excluded.last_confirmed, created = excluded.created, updated = excluded.updated,
	deleted = excluded.deleted, bucket = excluded.bucket, department = excluded.department,
	rules = excluded.rules, terms = excluded.terms,
	date_form = excluded.date_form, series = excluded.series, country = excluded.country`

// PutEntries is PutEntry for many entries at once, the bulk path of imports and
// harvests: a few hundred at a time. No two may have the same ID.
func (t *Tx) PutEntries(ctx context.Context, es []*directory.Entry, opt PutOptions) error {
	for _, part := range chunks(es) {
		o := opt
		if len(opt.Wires) == len(es) {
			o.Wires, opt.Wires = opt.Wires[:len(part)], opt.Wires[len(part):]
		}
		if len(opt.Docs) == len(es) {
			o.Docs, opt.Docs = opt.Docs[:len(part)], opt.Docs[len(part):]
		}
		es = es[len(part):]
		if err := t.putChunk(ctx, part, o); err != nil {
			if len(part) == 1 {
				return fmt.Errorf("put entry %s: %w", part[0].ID, known(err))
			}
			return fmt.Errorf("put %d entries: %w", len(part), known(err))
		}
	}
	return nil
}

func (t *Tx) putChunk(ctx context.Context, es []*directory.Entry, opt PutOptions) error {
	old, err := t.number(ctx, es, opt.Public)
	if err != nil {
		return err
	}
	w, err := rowsOf(es, opt)
	if err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry ("+entryColumns+")", placeholders(37), entryUpsert, w.entry); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry_doc (num, doc, wire)", placeholders(3), `ON CONFLICT (num) DO UPDATE
		SET doc = excluded.doc, wire = COALESCE(excluded.wire, entry_doc.wire)`, w.doc); err != nil {
		return err
	}
	var replaced, hadWords []int64
	for _, o := range old {
		replaced = append(replaced, o.num)
		if o.public {
			hadWords = append(hadWords, o.num)
		}
	}
	if err := t.dropParts(ctx, replaced); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry_theme (theme, num)", placeholders(2), "ON CONFLICT DO NOTHING", w.theme); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry_tag (tag, num)", placeholders(2), "ON CONFLICT DO NOTHING", w.tag); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry_language (language, num)", placeholders(2), "ON CONFLICT DO NOTHING", w.language); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "relation (num, ordinal, id, type, object, name, date, note, source)",
		placeholders(9), "", w.relation); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "twin_key (twin, num)", placeholders(2), "ON CONFLICT DO NOTHING", w.twin); err != nil {
		return err
	}
	if err := t.insertRows(ctx, "entry_extent (num, approximate, west, south, east, north, shape)", placeholders(7), "", w.extent); err != nil {
		return err
	}
	if err := t.putSearch(ctx, hadWords, w.search); err != nil {
		return err
	}
	if err := t.retell(ctx, es); err != nil {
		return err
	}
	return t.release(ctx, old, es)
}

// dropParts deletes the side rows of entries that are about to be replaced.
func (t *Tx) dropParts(ctx context.Context, nums []int64) error {
	if len(nums) == 0 {
		return nil
	}
	for _, query := range []string{
		"DELETE FROM entry_theme WHERE num IN ",
		"DELETE FROM entry_tag WHERE num IN ",
		"DELETE FROM entry_language WHERE num IN ",
		"DELETE FROM relation WHERE num IN ",
		"DELETE FROM twin_key WHERE num IN ",
		"DELETE FROM entry_extent WHERE num IN ",
	} {
		var a args
		if _, err := t.q.ExecContext(ctx, query+list(&a, nums), a...); err != nil {
			return err
		}
	}
	return nil
}

// oldEntry is what number needs of the row that an entry replaces.
type oldEntry struct {
	id       string
	num, seq int64
	public   bool
}

// number gives the entries their numbers and their seqs out of the counter row,
// and returns the rows that they replace. Whoever holds the counter row holds it
// until the commit, so that seqs appear in order.
func (t *Tx) number(ctx context.Context, es []*directory.Entry, public bool) ([]oldEntry, error) {
	ids := make([]string, len(es))
	now := t.clock()
	for i, e := range es {
		if e.ID == "" || e.URI == "" {
			return nil, fmt.Errorf("entry without id or uri: %w", directory.ErrInvalid)
		}
		ids[i] = e.ID
		if e.Created.IsZero() {
			e.Created = now
		}
		if e.Updated.IsZero() {
			e.Updated = now
		}
	}
	var a args
	old, err := collect(ctx, t.Reader, func(row scanner) (o oldEntry, err error) {
		return o, row.Scan(&o.id, &o.num, &o.seq, &o.public)
	}, "SELECT id, num, seq, public FROM entry WHERE id IN "+list(&a, ids), a...)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]oldEntry, len(old))
	for _, o := range old {
		byID[o.id] = o
	}
	sequenced := func(o oldEntry, e *directory.Entry) bool {
		is := e.Listed()
		return is != o.public || (public && (is || o.seq > 0)) || (is && o.seq == 0)
	}
	var nums, seqs int64
	for _, e := range es {
		o := byID[e.ID]
		if o.num == 0 {
			nums++
		}
		if sequenced(o, e) {
			seqs++
		}
	}
	num, seq, err := t.advance(ctx, nums, seqs)
	if err != nil {
		return nil, err
	}
	num, seq = num-nums, seq-seqs
	for _, e := range es {
		o := byID[e.ID]
		if e.Num, e.Seq = o.num, o.seq; o.num == 0 {
			num++
			e.Num = num
		}
		if sequenced(o, e) {
			seq++
			e.Seq = seq
		}
	}
	return old, nil
}

// advance adds to the counters and returns their new values.
func (t *Tx) advance(ctx context.Context, nums, seqs int64) (num, seq int64, err error) {
	if nums == 0 && seqs == 0 {
		return 0, 0, nil
	}
	err = t.q.QueryRowContext(ctx, "UPDATE counter SET num = num + $1, seq = seq + $2 WHERE id = 1 RETURNING num, seq",
		nums, seqs).Scan(&num, &seq)
	return num, seq, err
}

// placeholders is a row template for insertRows.
func placeholders(n int) string {
	b := []byte("(%s")
	for range n - 1 {
		b = append(b, ",%s"...)
	}
	return string(append(b, ')'))
}

// entryRows are the rows of a chunk of entries, by table.
type entryRows struct {
	entry, doc, theme, tag, language, relation, twin, search, extent [][]any
}

func rowsOf(es []*directory.Entry, opt PutOptions) (w entryRows, err error) {
	for i, e := range es {
		var wire any
		if i < len(opt.Wires) && opt.Wires[i] != nil {
			wire = opt.Wires[i]
		}
		var doc []byte
		if i < len(opt.Docs) {
			doc = opt.Docs[i]
		}
		if err := w.add(e, doc, wire); err != nil {
			return w, err
		}
	}
	return w, nil
}

func (w *entryRows) add(e *directory.Entry, doc []byte, wire any) (err error) {
	if doc == nil {
		if doc, err = json.Marshal(e); err != nil {
			return err
		}
	}
	p, _ := e.Public()
	public := e.Listed()
	var lat, lon float64
	hasPoint := p.Place != nil && p.Place.Point != nil
	if hasPoint {
		lat, lon = p.Place.Point.Lat, p.Place.Point.Lon
	}
	from, to, hasDate := entryInterval(e)
	w.entry = append(w.entry, []any{
		e.Num, e.ID, e.URI, e.Origin, string(e.Kind), e.Handle, e.Owner, e.OwnerURI, string(e.Status), public,
		e.SourceKey, displayName(e), nameKey(e), e.Licence, int64(directory.ThemeMask(e.Themes)),
		directory.DominantRoot(e.Themes), hasPoint, lat, lon, hasDate, from, to, rank(e), e.Revision, e.Seq, e.Hash,
		micros(e.LastConfirmed), micros(e.Created), micros(e.Updated), micros(e.DeletedAt), bucketOf(e.URI),
		p.Department(), p.RulesArePublished(), termsOf(&p),
		int64(dateForm(e)), seriesOf(e), countryOf(&p),
	})
	for _, l := range directory.EntryLanguages(e) {
		w.language = append(w.language, []any{l, e.Num})
	}
	w.doc = append(w.doc, []any{e.Num, string(doc), wire})
	for _, slug := range e.Themes {
		w.theme = append(w.theme, []any{slug, e.Num})
	}
	for _, tag := range e.Tags {
		w.tag = append(w.tag, []any{directory.Fold(tag), e.Num})
	}
	for i, rel := range e.Relations {
		w.relation = append(w.relation, []any{
			e.Num, i, rel.ID, string(rel.Type), rel.Object, rel.Name, rel.Date, rel.Note, rel.Source})
	}
	if e.Status.Public() {
		w.twin = append(w.twin, twinRows(e)...)
	}
	if x := extentRow(e.Num, p); public && x != nil {
		w.extent = append(w.extent, x)
	}
	if public {
		w.search = append(w.search, []any{e.Num, searchText(p)})
	}
	return nil
}

// entryInterval is when the entry was: its period, or a concept's first use.
func entryInterval(e *directory.Entry) (from, to int64, ok bool) {
	if from, to, ok = e.Period.Interval(); ok || e.Concept == nil {
		return from, to, ok
	}
	d, err := directory.ParseEDTF(e.Concept.FirstUse)
	return d.From, d.To, err == nil
}

func displayName(e *directory.Entry) string {
	name, _ := e.Name.In("fr", "en")
	return name
}

func nameKey(e *directory.Entry) string { return directory.Fold(displayName(e)) }

// rank orders entries where not all can be shown: those that say more, and that
// more was related to, first. It is not a judgment and is never shown.
func rank(e *directory.Entry) float64 {
	score := 1 + math.Log1p(float64(len(e.Relations)))
	for _, has := range []bool{
		len(e.Summary) > 0, len(e.Description) > 0, len(e.Images) > 0, e.Pillars != nil, !e.LastConfirmed.IsZero(),
	} {
		if has {
			score += 0.5
		}
	}
	return score
}

// DeleteEntry turns an entry into a tombstone that keeps its ID, URI, handle,
// owner and source key and nothing of what it said; its history goes too. An
// entry that never was public disappears. The error wraps ErrNotFound; a
// tombstone is left as it is.
func (t *Tx) DeleteEntry(ctx context.Context, id string, at time.Time) error {
	e, err := t.Entry(ctx, id)
	if e.Status == directory.StatusDeleted {
		return nil
	}
	if err != nil {
		return wrap(err, "delete")
	}
	for _, query := range []string{"DELETE FROM revision WHERE entry_id = $1", "DELETE FROM succession WHERE old_id = $1", "DELETE FROM reaction WHERE entry_id = $1"} {
		if _, err := t.exec(ctx, query, id); err != nil {
			return wrap(err, "delete entry %s", id)
		}
	}
	if _, err := t.exec(ctx, "DELETE FROM kept_document WHERE uri = $1", e.URI); err != nil {
		return wrap(err, "delete entry %s", id)
	}
	if e.Seq == 0 {
		_, err := t.exec(ctx, "DELETE FROM entry WHERE id = $1", id)
		return wrap(err, "delete entry %s", id)
	}
	stone := directory.Entry{
		ID: e.ID, URI: e.URI, Origin: e.Origin, Kind: e.Kind, Handle: e.Handle, Owner: e.Owner, OwnerURI: e.OwnerURI,
		Status: directory.StatusDeleted, SourceKey: e.SourceKey, Revision: e.Revision,
		Created: e.Created, Updated: at, DeletedAt: at,
	}
	if err := t.PutEntry(ctx, &stone, PutOptions{Public: true}); err != nil {
		return err
	}
	_, err = t.exec(ctx, "UPDATE entry_doc SET wire = NULL WHERE num = $1", e.Num)
	return wrap(err, "delete entry %s", id)
}

// PutHandleAlias keeps a handle that an entry had, so that it is still found.
func (t *Tx) PutHandleAlias(ctx context.Context, handle, entryID string) error {
	_, err := t.exec(ctx, `INSERT INTO handle_alias (handle, entry_id) VALUES ($1, $2)
		ON CONFLICT (handle) DO UPDATE SET entry_id = excluded.entry_id`, handle, entryID)
	return wrap(err, "alias %s", handle)
}
