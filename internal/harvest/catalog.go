package harvest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"codeberg.org/bocage/bocage/federation"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/jobs"
	"codeberg.org/bocage/bocage/internal/ledger"
	"codeberg.org/bocage/bocage/internal/peer"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/vocab"
)

const (
	pageSize = 100
	// passTime bounds one job, below the limit of the Runner; the next job goes
	// on from the cursor.
	passTime = 3 * time.Minute
)

// errMore ends a pass that has not come to the end.
var errMore = errors.New("more pages to read")

func decode[T any](job jobs.Job) (v T, err error) {
	if err := json.Unmarshal(job.Payload, &v); err != nil {
		return v, fmt.Errorf("%w: %w", jobs.ErrDiscard, err)
	}
	return v, nil
}

// walkCatalog reads the catalogue from where the last pass stopped, a page per
// transaction, so that a crash costs one page.
func (h *Harvester) walkCatalog(ctx context.Context, f *store.Following) (changed int, err error) {
	page := f.Page
	if page == "" {
		page = catalogPage(f.Catalog, f.Cursor, "")
	}
	for start, pages := h.now(), 0; h.now().Sub(start) < passTime && pages < maxPages; pages++ {
		tags := h.tagsOf(*f)
		col, notModified, err := h.page(ctx, f.Origin, page, tags)
		if errors.Is(err, directory.ErrGone) && cursor(page) > 0 {
			return changed, h.startOver(ctx, f)
		}
		if err != nil {
			return changed, err
		}
		if notModified {
			return changed, h.advance(ctx, f, nil, page, "", &changed)
		}
		b, err := h.read(ctx, *f, col.Items)
		if err != nil {
			return changed, err
		}
		next, err := following(f.Origin, page, col)
		if err != nil {
			return changed, err
		}
		if err := h.advance(ctx, f, &b, page, next, &changed); err != nil {
			return changed, err
		}
		tags.keep()
		if next == "" {
			return changed, nil
		}
		h.cfg.Changed()
		page = next
	}
	return changed, errMore
}

// startOver forgets the cursor, which the source no longer knows: the catalogue is
// read from its beginning and compared with what we hold.
func (h *Harvester) startOver(ctx context.Context, f *store.Following) error {
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.Following(ctx, f.Actor, f.Object)
		if err != nil {
			return err
		}
		now.Cursor, now.Page = 0, ""
		f.Cursor, f.Page = 0, ""
		if err := tx.WantHeal(ctx, f.Origin); err != nil {
			return err
		}
		return tx.PutFollowing(ctx, now)
	})
	if err == nil {
		err = errMore
	}
	return err
}

func catalogPage(catalog string, after int64, bucket string) string {
	return catalogQuery(catalog, after, pageSize, true, bucket)
}

// catalogQuery is a page of a catalogue: of documents when it is full, else of
// stubs.
func catalogQuery(catalog string, after int64, limit int, full bool, bucket string) string {
	sep := "?"
	if u, err := url.Parse(catalog); err == nil && u.RawQuery != "" {
		sep = "&"
	}
	s := catalog + sep + "after=" + strconv.FormatInt(after, 10) + "&limit=" + strconv.Itoa(limit)
	if full {
		s += "&full=1"
	}
	if bucket != "" {
		s += "&bucket=" + bucket
	}
	return s
}

// page gets one page. With tags, one that was read before as the last one is
// asked for by its ETag; nil asks for all of it.
func (h *Harvester) page(ctx context.Context, origin, rawURL string, tags *tags) (col federation.Collection, notModified bool, err error) {
	if !peer.SameOrigin(rawURL, origin) {
		return col, false, fmt.Errorf("page %s is not on %s: %w", rawURL, origin, directory.ErrInvalid)
	}
	done, err := h.pace.wait(ctx, rawURL)
	if err != nil {
		return col, false, err
	}
	defer done()
	resp, err := h.cfg.Actors.Get(ctx, rawURL, federation.GetOptions{ETag: tags.of(rawURL)})
	if err != nil {
		return col, false, err
	}
	if resp.Status == http.StatusNotModified {
		return col, true, nil
	}
	if !peer.SameOrigin(resp.URL, origin) {
		return col, false, fmt.Errorf("page %s leads to %s: %w", rawURL, resp.URL, directory.ErrInvalid)
	}
	if col, err = federation.ParseCollection(resp.Body); err != nil {
		return col, false, fmt.Errorf("page %s: %w: %w", rawURL, directory.ErrInvalid, err)
	}
	if col.Next == "" {
		tags.learn(rawURL, resp.Header.Get("ETag"))
	}
	return col, false, nil
}

// following checks the next page: on the same host, and further than this one,
// which must have listed something. A catalogue need not end, but it must not
// lead on for nothing.
func following(origin, page string, col federation.Collection) (string, error) {
	next := col.Next
	if next == "" {
		return "", nil
	}
	if !peer.SameOrigin(next, origin) {
		return "", fmt.Errorf("next page %s is not on %s: %w", next, origin, directory.ErrInvalid)
	}
	if cursor(next) <= cursor(page) || len(col.Items) == 0 {
		return "", fmt.Errorf("page %s does not lead on: %w", next, directory.ErrInvalid)
	}
	return next, nil
}

// cursor is the "after" of a page's URL, -1 without one.
func cursor(page string) int64 {
	u, err := url.Parse(page)
	if err != nil {
		return -1
	}
	n, err := strconv.ParseInt(u.Query().Get("after"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// batch is what one page says.
type batch struct {
	accept []document
	remove []string
}

type document struct {
	entry directory.Entry
	wire  []byte
	hash  string
	kept  *store.KeptDocument // nil without a proof
}

// read sorts a page's items. Ids of other hosts are refused: a catalogue
// speaks for its own host only. What cannot be read is left out, so that one
// bad document does not hide those after it.
func (h *Harvester) read(ctx context.Context, f store.Following, items []json.RawMessage) (b batch, err error) {
	for _, raw := range items {
		m, err := federation.ParseObject(raw)
		if err != nil {
			h.skip(ctx, f, "?", err)
			continue
		}
		id := m.Text("id")
		if !peer.SameOrigin(id, f.Origin) {
			h.skip(ctx, f, id, errors.New("not an id of this host"))
			continue
		}
		if m.Text("type") == "Tombstone" {
			b.remove = append(b.remove, id)
			continue
		}
		if isStub(m) {
			if raw, err = h.missing(ctx, f, id, m.Text("hash")); err != nil {
				return b, err
			}
			if raw == nil {
				continue
			}
		}
		e, err := vocab.Entry(raw, f.Origin)
		if errors.Is(err, directory.ErrForbidden) {
			b.remove = append(b.remove, id)
		}
		if err != nil {
			h.skip(ctx, f, id, err)
			continue
		}
		d, err := h.vouched(ctx, f, e, raw)
		if errors.Is(err, peer.ErrAltered) {
			h.skip(ctx, f, id, err)
			continue
		}
		if err != nil {
			return b, err
		}
		b.accept = append(b.accept, d)
	}
	return b, nil
}

func (h *Harvester) skip(ctx context.Context, f store.Following, id string, err error) {
	h.cfg.Logger.WarnContext(ctx, "catalogue item left out", "source", f.Object, "id", id, "error", err)
}

// isStub: a line of the catalogue has a hash and no name.
func isStub(m federation.Members) bool {
	return m.Text("hash") != "" && m.Text("name") == "" && len(m.LangMap("nameMap")) == 0
}

// missing fetches the document of a stub unless we have it; nil when we do or
// when there is none any more.
func (h *Harvester) missing(ctx context.Context, f store.Following, id, hash string) (json.RawMessage, error) {
	old, err := h.cfg.Store.EntryByURI(ctx, id)
	if err == nil && old.Hash == hash {
		return nil, nil
	}
	if ignored, err := h.cfg.Store.IgnoredByURI(ctx, id); err == nil && ignored.Entry.Hash == hash {
		return nil, nil
	}
	done, err := h.pace.wait(ctx, id)
	if err != nil {
		return nil, err
	}
	defer done()
	raw, err := h.cfg.Actors.Fetch(ctx, id)
	if errors.Is(err, directory.ErrGone) || errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrInvalid) {
		h.skip(ctx, f, id, err)
		return nil, nil
	}
	return raw, err
}

// advance applies a page and moves the cursor in one transaction. When the
// page as a whole is refused, its documents are tried one by one: one that the
// database does not take must not stop the rest for ever.
func (h *Harvester) advance(ctx context.Context, f *store.Following, b *batch, page, next string, changed *int) error {
	err := h.cfg.Store.Write(ctx, func(tx *store.Tx) error {
		n, err := 0, error(nil)
		if b != nil {
			if n, err = h.apply(ctx, tx, *f, *b); err != nil {
				return err
			}
		}
		if err := h.move(ctx, tx, f, page, next); err != nil {
			return err
		}
		*changed += n
		return nil
	})
	if err == nil || b == nil || ctx.Err() != nil || !rowFault(err) {
		return err
	}
	*changed += h.applyEach(ctx, *f, *b)
	return h.cfg.Store.Write(ctx, func(tx *store.Tx) error { return h.move(ctx, tx, f, page, next) })
}

// rowFault reports whether one of the rows is at fault and not the database.
func rowFault(err error) bool {
	return errors.Is(err, directory.ErrConflict) || errors.Is(err, directory.ErrGone)
}

// apply writes what counts of a batch, see certain.
func (h *Harvester) apply(ctx context.Context, tx *store.Tx, f store.Following, b batch) (changed int, err error) {
	if b, err = h.certain(ctx, tx, f.Origin, b); err != nil {
		return 0, err
	}
	page := make([]ledger.Remote, len(b.accept))
	for i, d := range b.accept {
		page[i] = ledger.Remote{Entry: d.entry, Wire: d.wire, Hash: d.hash}
	}
	did, refused, err := h.cfg.Ledger.AcceptRemotes(ctx, tx, page)
	if err != nil {
		return 0, err
	}
	for i, d := range b.accept {
		if refused[i] != nil {
			h.skip(ctx, f, d.entry.URI, refused[i])
			continue
		}
		if did[i] {
			changed++
		}
		if d.kept != nil {
			if err := tx.KeepCurrent(ctx, *d.kept); err != nil {
				return changed, err
			}
		}
	}
	for _, uri := range b.remove {
		_, err := tx.EntryByURI(ctx, uri)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			if err := tx.DeleteIgnored(ctx, uri); err != nil {
				return changed, err
			}
			continue
		}
		if err != nil {
			return changed, err
		}
		if err := h.cfg.Ledger.RemoveRemote(ctx, tx, uri); err != nil {
			return changed, err
		}
		changed++
	}
	return changed, nil
}

func (h *Harvester) applyEach(ctx context.Context, f store.Following, b batch) (changed int) {
	singles := make([]batch, 0, len(b.accept)+len(b.remove))
	for _, d := range b.accept {
		singles = append(singles, batch{accept: []document{d}})
	}
	for _, uri := range b.remove {
		singles = append(singles, batch{remove: []string{uri}})
	}
	for _, one := range singles {
		n := 0
		err := h.cfg.Store.Write(ctx, func(tx *store.Tx) (err error) {
			n, err = h.apply(ctx, tx, f, one)
			return err
		})
		if err != nil {
			h.cfg.Logger.ErrorContext(ctx, "remote entry not taken", "source", f.Object, "error", err)
			continue
		}
		changed += n
	}
	return changed
}

// move writes the cursor. Without a next page the pass is complete and the
// same page is read again next time, since it may have grown.
func (h *Harvester) move(ctx context.Context, tx *store.Tx, f *store.Following, page, next string) error {
	now, err := tx.Following(ctx, f.Actor, f.Object)
	if err != nil {
		return err
	}
	now.Page, now.LastError = next, ""
	if n := cursor(page); n >= 0 {
		now.Cursor = n
	}
	if next == "" {
		now.Synced = h.now()
	}
	f.Page, f.Cursor, f.Synced = now.Page, now.Cursor, now.Synced
	return tx.PutFollowing(ctx, now)
}
