package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Remote is an entry of another instance as it was received: Wire is its document
// and Hash that document's.
type Remote struct {
	Entry directory.Entry
	Wire  []byte
	Hash  string
	// Wanted is asked about the entry that is held, a tombstone too, known is false
	// when there is none: a refusal leaves all as it is, and is the result. nil wants
	// it.
	Wanted func(old directory.Entry, known bool) error
}

// AcceptRemotes is AcceptRemote for a page of entries, in order, with few
// statements for all of them: the bulk path of harvests. The first result says of
// each entry whether it changed anything, the second why it was refused, nil when
// it was not: that is ErrInvalid or ErrForbidden, or what Wanted returned, and says
// nothing of the others.
func (l *Ledger) AcceptRemotes(ctx context.Context, tx *store.Tx, rs []Remote) (changed []bool, refused []error, err error) {
	changed, refused = make([]bool, len(rs)), make([]error, len(rs))
	for at := 0; at < len(rs); {
		p := &remotePage{l: l, tx: tx}
		end := p.until(rs, at)
		n := end - at
		p.known, p.entries = make(map[string]directory.Entry, 2*n), make([]*directory.Entry, 0, n)
		p.olds, p.wires = make([]directory.Entry, 0, n), make([][]byte, 0, n)
		if err := p.load(ctx, rs[at:end]); err != nil {
			return nil, nil, err
		}
		for i := at; i < end; i++ {
			if refused[i] = p.unwanted(rs[i]); refused[i] != nil {
				continue
			}
			did, err := p.take(ctx, rs[i])
			switch {
			case errors.Is(err, directory.ErrInvalid), errors.Is(err, directory.ErrForbidden):
				refused[i] = err
			case err != nil:
				return nil, nil, err
			}
			changed[i] = did
		}
		if err := p.write(ctx); err != nil {
			return nil, nil, err
		}
		at = end
	}
	return changed, refused, nil
}

// remotePage is entries that are written together: no two have the same URI.
type remotePage struct {
	l     *Ledger
	tx    *store.Tx
	known map[string]directory.Entry // by URI, tombstones too; with those of this page
	judge func(*directory.Entry) (directory.Decision, error)

	entries []*directory.Entry
	olds    []directory.Entry
	wires   [][]byte
}

// until is the end of the entries from at on that can be written together.
func (p *remotePage) until(rs []Remote, at int) int {
	seen := map[string]bool{}
	for i := at; i < len(rs); i++ {
		if seen[rs[i].Entry.URI] {
			return i
		}
		seen[rs[i].Entry.URI] = true
	}
	return len(rs)
}

func (p *remotePage) load(ctx context.Context, rs []Remote) error {
	var uris []string
	judged := map[string][]string{}
	for _, r := range rs {
		uris = append(uris, r.Entry.URI)
		judged[r.Entry.Origin] = append(judged[r.Entry.Origin], r.Entry.URI)
		if r.Entry.OwnerURI != "" && r.Entry.OwnerURI != r.Entry.URI {
			uris = append(uris, r.Entry.OwnerURI)
		}
	}
	slices.Sort(uris)
	es, err := p.tx.EntriesByURI(ctx, slices.Compact(uris))
	if err != nil {
		return fmt.Errorf("accept %d entries: %w", len(rs), err)
	}
	for _, e := range es {
		p.known[e.URI] = e
	}
	p.judge = func(*directory.Entry) (d directory.Decision, err error) { return d, nil }
	if p.l.judge != nil {
		if p.judge, err = p.l.judge.JudgePage(ctx, p.tx.Reader, judged); err != nil {
			return fmt.Errorf("judge %d entries: %w", len(rs), err)
		}
	}
	return nil
}

func (p *remotePage) unwanted(r Remote) error {
	if r.Wanted == nil {
		return nil
	}
	old, known := p.known[r.Entry.URI]
	return r.Wanted(old, known)
}

// take settles one entry and puts it among those to write, unless it says nothing
// new or is not wanted.
func (p *remotePage) take(ctx context.Context, r Remote) (changed bool, err error) {
	e, l := r.Entry, p.l
	if e.Origin == "" || strings.HasPrefix(e.URI, l.env.Base+"/") || !strings.HasPrefix(e.URI, e.Origin+"/") {
		return false, fmt.Errorf("accept %s from %q: %w", e.URI, e.Origin, directory.ErrForbidden)
	}
	if r.Hash == "" {
		return false, fmt.Errorf("accept %s: it has no canonical form (RFC 8785): %w", e.URI, directory.ErrInvalid)
	}
	old, have := p.known[e.URI]
	switch {
	case !have:
		if e.ID, err = newID(); err != nil {
			return false, err
		}
		e.Num, e.Revision, e.Created = 0, 1, l.now()
	case old.Origin != e.Origin:
		return false, fmt.Errorf("accept %s: it belongs to %q: %w", e.URI, old.Origin, directory.ErrForbidden)
	case stale(old, e, r.Hash):
		return false, nil
	default:
		e.ID, e.Num, e.Revision, e.Created, e.ShownAs = old.ID, old.Num, old.Revision+1, old.Created, old.ShownAs
	}
	e.Hash, e.Contact, e.SourceKey, e.DeletedAt = r.Hash, nil, "", zeroTime
	if !e.Status.Public() {
		e.Status = directory.StatusPublished
	}
	e.Owner = p.owner(&e)
	if err := tolerate(&e); err != nil {
		return false, fmt.Errorf("accept %s: %w", e.URI, err)
	}
	d, err := p.judge(&e)
	if err != nil {
		return false, fmt.Errorf("accept %s: judge: %w", e.URI, err)
	}
	obey(d, &e)
	if d.Action == directory.DecideIgnore || d.Action == directory.DecideHold {
		return l.ignore(ctx, p.tx, e, d)
	}
	p.known[e.URI] = e
	p.entries, p.olds, p.wires = append(p.entries, &e), append(p.olds, old), append(p.wires, r.Wire)
	return true, nil
}

// owner is the ID under which this instance holds the entry's owner, "" when it
// does not.
func (p *remotePage) owner(e *directory.Entry) string {
	if e.OwnerURI == "" || e.OwnerURI == e.URI {
		return e.ID
	}
	o, ok := p.known[e.OwnerURI]
	if !ok || o.Status == directory.StatusDeleted || o.Origin != e.Origin {
		return ""
	}
	return o.ID
}

func (p *remotePage) write(ctx context.Context) error {
	if len(p.entries) == 0 {
		return nil
	}
	uris := make([]string, len(p.entries))
	revisions, docs := make([]store.Revision, len(p.entries)), make([][]byte, len(p.entries))
	for i, e := range p.entries {
		uris[i] = e.URI
		var err error
		revisions[i], err = p.l.revision(directory.Who{UserID: e.Origin, Name: e.Origin}, change{after: e, summary: "received"})
		if err != nil {
			return err
		}
		if !e.Updated.IsZero() { // else the store sets it
			docs[i] = revisions[i].Doc
		}
	}
	what := fmt.Sprintf("accept %s", uris[0])
	if len(uris) > 1 {
		what += fmt.Sprintf(" and %d more", len(uris)-1)
	}
	if err := p.tx.DeleteIgnored(ctx, uris...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := p.tx.PutEntries(ctx, p.entries, store.PutOptions{Public: true, Wires: p.wires, Docs: docs}); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if err := p.tx.AddRevisions(ctx, revisions); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return p.tell(ctx)
}

// tell lets moves and maps know of what was written.
func (p *remotePage) tell(ctx context.Context) error {
	untold, err := p.l.publisher.Untold(ctx, p.tx.Reader)
	if err != nil {
		return err
	}
	for i, e := range p.entries {
		if err := p.l.link(ctx, p.tx, e); err != nil {
			return fmt.Errorf("accept %s: %w", e.URI, err)
		}
		if untold && e.Listed() {
			continue
		}
		if err := p.l.enterMaps(ctx, p.tx, &p.olds[i], e); err != nil {
			return fmt.Errorf("accept %s: %w", e.URI, err)
		}
	}
	return nil
}
