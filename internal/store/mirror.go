package store

import (
	"context"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
)

// How a key was pinned.
const (
	PinFollowed = "followed" // seen at its origin, the first time
	PinManual   = "manual"   // given by an administrator
)

// SettingMirrorDown is the setting that also mirrors origins that are down and
// may come back, when it is "1". Those that are dead always are.
const SettingMirrorDown = "mirror.down"

// PinnedKey is the Ed25519 key of a server's own actor, by which the documents
// of all of its actors are believed when the server is gone.
type PinnedKey struct {
	Origin   string
	Multikey string
	// Actor is that actor's id, and Doc its document as received; both may be
	// empty for a key that an administrator gave.
	Actor string
	Doc   []byte
	How   string
	Seen  time.Time
	// Disputed is since when the origin names another actor than Actor as its own,
	// Named, or none; zero when it does not. A disputed key is not believed.
	Disputed time.Time
	Named    string
}

// KeptDocument is a document of another server whose proof verified.
type KeptDocument struct {
	URI, Origin string
	// Owner is the actor that speaks for the document, Multikey its key.
	Owner, Multikey string
	// Signed is when the proof says that it was made. It is not stored.
	Signed time.Time
	Hash   string
	Body   []byte // as received
	// Endorsed says of an actor's document that the pinned key vouches for Multikey.
	Endorsed bool
	// Via is the mirror that it came from, "" when it came from its origin.
	Via string
	At  time.Time // 0 = now
}

// MarkPeerDead makes a peer dead as if it had not answered for so long, since a
// time or longer; who knows it to be gone need not wait. It is up again when it
// answers.
func (t *Tx) MarkPeerDead(ctx context.Context, origin string, since time.Time) error {
	if err := t.EnsurePeer(ctx, origin); err != nil {
		return err
	}
	at := t.now() - deadAfter.Microseconds()
	if us := micros(since); us > 0 && us < at {
		at = us
	}
	_, err := t.exec(ctx, `UPDATE peer SET state = 'dead', failing_since = CASE WHEN failing_since = 0 OR failing_since > $2 THEN $2 ELSE failing_since END,
		failed_days = CASE WHEN failed_days < $3 THEN $3 ELSE failed_days END WHERE origin = $1 AND state <> 'blocked'`, origin, at, downDays)
	if err != nil {
		return wrap(err, "mark %s dead", origin)
	}
	return t.doubtPeer(ctx, origin)
}

const selectPin = "SELECT origin, multikey, actor, doc, how, first_seen, disputed, named FROM pinned_key"

func scanPin(row scanner) (p PinnedKey, err error) {
	var seen, disputed int64
	err = row.Scan(&p.Origin, &p.Multikey, &p.Actor, &p.Doc, &p.How, &seen, &disputed, &p.Named)
	p.Seen, p.Disputed = instant(seen), instant(disputed)
	return p, err
}

// PinnedKey reads the pinned key of an origin, ErrNotFound when there is none that is
// believed.
func (r Reader) PinnedKey(ctx context.Context, origin string) (PinnedKey, error) {
	p, err := one(ctx, r, scanPin, selectPin+" WHERE origin = $1 AND disputed = 0", origin)
	return p, wrap(err, "pinned key of %s", origin)
}

// AnyPin is PinnedKey of a disputed key too.
func (r Reader) AnyPin(ctx context.Context, origin string) (PinnedKey, error) {
	p, err := one(ctx, r, scanPin, selectPin+" WHERE origin = $1", origin)
	return p, wrap(err, "pinned key of %s", origin)
}

// DisputedPins lists the pinned keys that are not believed, by origin.
func (r Reader) DisputedPins(ctx context.Context) ([]PinnedKey, error) {
	ps, err := collect(ctx, r, scanPin, selectPin+" WHERE disputed > 0 ORDER BY origin")
	return ps, wrap(err, "disputed keys")
}

// PinsToCheck lists pinned keys, not those that an administrator gave, of whose
// origins was last asked before the given time whom they name, never asked ones first.
// Origins that are blocked, paused, away or in doubt are left alone.
func (r Reader) PinsToCheck(ctx context.Context, before time.Time, limit int) ([]PinnedKey, error) {
	ps, err := collect(ctx, r, scanPin, selectPin+` WHERE checked < $1 AND how = $2 AND actor <> '' AND NOT EXISTS (SELECT 1 FROM peer p
		WHERE p.origin = pinned_key.origin AND (p.state NOT IN ('up', 'failing') OR p.paused > 0 OR p.doubted > 0))
		ORDER BY checked, origin LIMIT $3`, micros(before), PinFollowed, limit)
	return ps, wrap(err, "keys to check")
}

// PinChecked notes that the origin of a pinned key was asked whom it names, and
// returns the key, disputed or not.
func (t *Tx) PinChecked(ctx context.Context, origin string) (PinnedKey, error) {
	if _, err := t.exec(ctx, "UPDATE pinned_key SET checked = $2 WHERE origin = $1", origin, t.now()); err != nil {
		return PinnedKey{}, wrap(err, "pinned key of %s", origin)
	}
	return t.AnyPin(ctx, origin)
}

// DisputePin has a pinned key not believed any more, because its origin names another
// actor, or "", as its own.
func (t *Tx) DisputePin(ctx context.Context, origin, named string) error {
	_, err := t.exec(ctx, "UPDATE pinned_key SET disputed = $2, named = $3 WHERE origin = $1", origin, t.now(), named)
	return wrap(err, "dispute key of %s", origin)
}

// SettlePin has a disputed key believed again.
func (t *Tx) SettlePin(ctx context.Context, origin string) error {
	_, err := t.exec(ctx, "UPDATE pinned_key SET disputed = 0, named = '' WHERE origin = $1", origin)
	return wrap(err, "settle key of %s", origin)
}

// PinnedKeys lists the pinned keys by origin, disputed ones too.
func (r Reader) PinnedKeys(ctx context.Context) ([]PinnedKey, error) {
	ps, err := collect(ctx, r, scanPin, selectPin+" ORDER BY origin")
	return ps, wrap(err, "pinned keys")
}

// PinKey pins a key unless its origin has one, which stays: a key is pinned
// once. Who changes it replaces it.
func (t *Tx) PinKey(ctx context.Context, p PinnedKey) error {
	_, err := t.exec(ctx, `INSERT INTO pinned_key (origin, multikey, actor, doc, how, first_seen)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (origin) DO NOTHING`, p.args(t)...)
	return wrap(err, "pin key of %s", p.Origin)
}

// ReplacePinnedKey pins a key in the place of the one that its origin may have.
// What was kept by the old key is no longer vouched for.
func (t *Tx) ReplacePinnedKey(ctx context.Context, p PinnedKey) error {
	if _, err := t.exec(ctx, "UPDATE kept_document SET endorsed = FALSE WHERE origin = $1 AND EXISTS (SELECT 1 FROM pinned_key k WHERE k.origin = $1 AND k.multikey <> $2)",
		p.Origin, p.Multikey); err != nil {
		return wrap(err, "replace key of %s", p.Origin)
	}
	_, err := t.exec(ctx, `INSERT INTO pinned_key (origin, multikey, actor, doc, how, first_seen)
		VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (origin) DO UPDATE SET multikey = excluded.multikey,
		actor = excluded.actor, doc = excluded.doc, how = excluded.how, first_seen = excluded.first_seen, disputed = 0, named = ''`, p.args(t)...)
	return wrap(err, "replace key of %s", p.Origin)
}

func (p PinnedKey) args(t *Tx) []any {
	seen, doc := micros(p.Seen), p.Doc
	if seen == 0 {
		seen = t.now()
	}
	if doc == nil {
		doc = []byte{}
	}
	return []any{p.Origin, p.Multikey, p.Actor, doc, p.How, seen}
}

const selectKept = "SELECT k.uri, k.origin, k.owner, k.multikey, k.hash, k.body, k.endorsed, k.via, k.at FROM kept_document k"

func scanKept(row scanner) (d KeptDocument, err error) {
	var at int64
	err = row.Scan(&d.URI, &d.Origin, &d.Owner, &d.Multikey, &d.Hash, &d.Body, &d.Endorsed, &d.Via, &at)
	d.At = instant(at)
	return d, err
}

// KeptDocument reads a kept document whether or not it may be mirrored, or ErrNotFound.
func (r Reader) KeptDocument(ctx context.Context, uri string) (KeptDocument, error) {
	d, err := one(ctx, r, scanKept, selectKept+" WHERE k.uri = $1", uri)
	return d, wrap(err, "kept document %s", uri)
}

// KeepDocument keeps a document in the place of an older one.
func (t *Tx) KeepDocument(ctx context.Context, d KeptDocument) error {
	at := micros(d.At)
	if at == 0 {
		at = t.now()
	}
	_, err := t.exec(ctx, `INSERT INTO kept_document (uri, origin, owner, hash, body, multikey, endorsed, via, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (uri) DO UPDATE SET owner = excluded.owner, hash = excluded.hash,
		body = excluded.body, multikey = excluded.multikey, endorsed = excluded.endorsed, via = excluded.via, at = excluded.at`,
		d.URI, d.Origin, d.Owner, d.Hash, d.Body, d.Multikey, d.Endorsed, d.Via, at)
	return wrap(err, "keep document %s", d.URI)
}

// KeepCurrent keeps a document when it is the version that its entry has: what
// was refused, or is older than what is held, is not kept.
func (t *Tx) KeepCurrent(ctx context.Context, d KeptDocument) error {
	n, err := value[int](ctx, t.Reader, "SELECT COUNT(*) FROM entry WHERE uri = $1 AND hash = $2", d.URI, d.Hash)
	if err != nil || n == 0 {
		return wrap(err, "keep document %s", d.URI)
	}
	return t.KeepDocument(ctx, d)
}

// mirrorable joins a kept document with its entry, its owner's document and the
// pinned key: what is shown here as it was received, and that the pinned key
// vouches for, directly or by its word about the owner.
const mirrorable = ` JOIN entry e ON e.uri = k.uri JOIN pinned_key p ON p.origin = k.origin LEFT JOIN kept_document o ON o.uri = k.owner
	WHERE e.public AND e.origin = k.origin AND e.hash = k.hash AND (k.owner = p.actor AND k.multikey = p.multikey
	OR o.endorsed AND o.multikey = k.multikey)`

// MirrorRow is a kept document with its place in the catalogue of a mirror.
type MirrorRow struct {
	KeptDocument
	Seq     int64
	Kind    directory.Kind
	Updated time.Time
}

// MirrorDocument reads a document that may be served in its origin's place, or ErrNotFound.
func (r Reader) MirrorDocument(ctx context.Context, uri string) (KeptDocument, error) {
	d, err := one(ctx, r, scanKept, selectKept+mirrorable+" AND k.uri = $1", uri)
	return d, wrap(err, "mirrored document %s", uri)
}

// MirrorCatalog lists the documents of an origin that may be served in its
// place, after a sequence number, in the order in which they changed here.
func (r Reader) MirrorCatalog(ctx context.Context, origin string, after int64, limit int) ([]MirrorRow, error) {
	rows, err := collect(ctx, r, func(row scanner) (m MirrorRow, err error) {
		var at, updated int64
		err = row.Scan(&m.URI, &m.Origin, &m.Owner, &m.Multikey, &m.Hash, &m.Body, &m.Endorsed, &m.Via, &at, &m.Seq, &m.Kind, &updated)
		m.At, m.Updated = instant(at), instant(updated)
		return m, err
	}, "SELECT k.uri, k.origin, k.owner, k.multikey, k.hash, k.body, k.endorsed, k.via, k.at, e.seq, e.kind, e.updated FROM kept_document k"+
		mirrorable+" AND e.origin = $1 AND e.seq > $2 ORDER BY e.seq LIMIT $3", origin, after, limit)
	return rows, wrap(err, "mirror of %s", origin)
}

// CountMirror counts what MirrorCatalog lists.
func (r Reader) CountMirror(ctx context.Context, origin string) (int, error) {
	n, err := value[int](ctx, r, "SELECT COUNT(*) FROM kept_document k"+mirrorable+" AND e.origin = $1", origin)
	return n, wrap(err, "count mirror of %s", origin)
}
