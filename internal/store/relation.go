package store

import (
	"context"
	"encoding/json"

	"codeberg.org/bocage/bocage/internal/directory"
)

// selectRelation reads relations of public subjects only.
const selectRelation = `SELECT r.id, r.type, r.object, r.name, r.date, r.note, r.source,
	e.id, e.uri, e.kind, e.handle, e.origin, d.doc
	FROM relation r JOIN entry e ON e.num = r.num JOIN entry_doc d ON d.num = e.num WHERE e.public AND `

func scanRelation(row scanner) (v InboundRelation, err error) {
	var doc []byte
	rel := &v.Relation
	err = row.Scan(&rel.ID, &rel.Type, &rel.Object, &rel.Name, &rel.Date, &rel.Note, &rel.Source,
		&v.SubjectID, &v.SubjectURI, &v.SubjectKind, &v.SubjectHandle, &v.SubjectOrigin, &doc)
	if err != nil {
		return v, err
	}
	var subject struct{ Name directory.LangText }
	err = json.Unmarshal(doc, &subject)
	v.SubjectName = subject.Name
	return v, err
}

// RelationsTo lists the relations that public entries state about an ActivityPub id.
func (r Reader) RelationsTo(ctx context.Context, uri string) ([]InboundRelation, error) {
	rels, err := collect(ctx, r, scanRelation, selectRelation+"r.object = $1 ORDER BY r.num, r.ordinal LIMIT 2000", uri)
	return rels, wrap(err, "relations to %s", uri)
}

// SubjectNums are the numbers of the listed entries that state a relation of a type
// about an ActivityPub id, in order, after one, at most limit.
func (r Reader) SubjectNums(ctx context.Context, uri string, t directory.RelationType, after int64, limit int) ([]int64, error) {
	nums, err := collect(ctx, r, scanValue[int64], `SELECT DISTINCT r.num FROM relation r JOIN entry e ON e.num = r.num
		WHERE r.object = $1 AND r.type = $2 AND r.num > $3 AND e.public ORDER BY r.num LIMIT $4`, uri, string(t), after, limit)
	return nums, wrap(err, "relations to %s", uri)
}

// CountRelationsTo counts, by type, the relations that listed entries state about an
// ActivityPub id.
func (r Reader) CountRelationsTo(ctx context.Context, uri string) (map[directory.RelationType]int, error) {
	out := map[directory.RelationType]int{}
	err := r.each(ctx, func(row scanner) error {
		var t string
		var n int
		err := row.Scan(&t, &n)
		out[directory.RelationType(t)] = n
		return err
	}, `SELECT r.type, COUNT(*) FROM relation r JOIN entry e ON e.num = r.num
		WHERE r.object = $1 AND e.public GROUP BY r.type`, uri)
	return out, wrap(err, "relations to %s", uri)
}

// Relation reads the relation of a public entry by its own ID, or ErrNotFound.
func (r Reader) Relation(ctx context.Context, id string) (InboundRelation, error) {
	rel, err := one(ctx, r, scanRelation, selectRelation+"r.id = $1 AND r.id <> '' ORDER BY r.num LIMIT 1", id)
	return rel, wrap(err, "relation %s", id)
}

// AllRelations lists every relation of the public entries of these kinds, by
// subject: the graph of texts, or of concepts.
func (r Reader) AllRelations(ctx context.Context, kinds ...directory.Kind) ([]InboundRelation, error) {
	var a args
	rels, err := collect(ctx, r, scanRelation, selectRelation+"e.kind IN "+list(&a, kinds)+" ORDER BY r.num, r.ordinal", a...)
	return rels, wrap(err, "relations")
}

// Revisions lists the history of an entry, newest first, without its documents.
func (r Reader) Revisions(ctx context.Context, entryID string) ([]Revision, error) {
	vs, err := collect(ctx, r, scanRevision,
		"SELECT entry_id, number, at, who_id, who_name, summary, '' FROM revision WHERE entry_id = $1 ORDER BY number DESC", entryID)
	return vs, wrap(err, "revisions of %s", entryID)
}

// Revision reads one revision with its document, or ErrNotFound.
func (r Reader) Revision(ctx context.Context, entryID string, number int64) (Revision, error) {
	v, err := one(ctx, r, scanRevision, `SELECT entry_id, number, at, who_id, who_name, summary, doc FROM revision
		WHERE entry_id = $1 AND number = $2`, entryID, number)
	return v, wrap(err, "revision %d of %s", number, entryID)
}

func scanRevision(row scanner) (v Revision, err error) {
	var at int64
	var doc []byte
	err = row.Scan(&v.EntryID, &v.Number, &at, &v.WhoID, &v.WhoName, &v.Summary, &doc)
	v.At, v.Doc = instant(at), doc
	return v, err
}

// AddRevision appends to the history of an entry. The error wraps ErrConflict
// when the number is taken.
func (t *Tx) AddRevision(ctx context.Context, v Revision) error {
	return t.AddRevisions(ctx, []Revision{v})
}

// AddRevisions is AddRevision for many.
func (t *Tx) AddRevisions(ctx context.Context, vs []Revision) error {
	rows := make([][]any, len(vs))
	for i, v := range vs {
		at := micros(v.At)
		if at == 0 {
			at = t.now()
		}
		rows[i] = []any{v.EntryID, v.Number, at, v.WhoID, v.WhoName, v.Summary, string(v.Doc)}
	}
	err := t.insertRows(ctx, "revision (entry_id, number, at, who_id, who_name, summary, doc)", placeholders(7), "", rows)
	return wrap(known(err), "add revision")
}
