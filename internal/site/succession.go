package site

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/auth"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
)

// SourceView is another sheet of the same thing, which is not listed any more.
type SourceView struct {
	Name Text
	// Merged is true of a twin, false of what it was before it moved.
	Merged bool
	// Host says whose it is, "" ours; URI is its id, Own its own page here.
	Host, URI, Own, History string
	Licence, LicenceHref    string
	Updated, Since          string
	Reason                  string
	// Differences are the fields in which it says something else.
	Differences []Change
	// SplitHref is where the visitor may show both again, "" for others.
	SplitHref, ID string
}

// MovedView says where an entry went.
type MovedView struct{ Words, Href, Since string }

// asItself is the query of an entry's own page when another is shown in its place.
const asItself = "own"

// lead sends the visitor on when the address is an old handle, or when another
// entry is shown in the place of this one; it reports whether it did. Nobody may
// remember it for long: a rename, a merge and a move can be undone.
func (s *Site) lead(w http.ResponseWriter, r *http.Request, e directory.Entry) (bool, error) {
	if r.URL.Query().Has(asItself) {
		return false, nil
	}
	to, status := e, 0
	if next, ok, err := s.cfg.Store.Successor(r.Context(), e); err != nil {
		return false, fmt.Errorf("successor of %s: %w", e.ID, err)
	} else if ok {
		to, status = next, http.StatusFound
		if e.MovedTo != "" {
			status = http.StatusPermanentRedirect
		}
	} else if handle, ok := strings.CutPrefix(r.URL.Path, "/@"); ok && e.Handle != "" && strings.ToLower(handle) != e.Handle && e.Origin == "" {
		status = http.StatusPermanentRedirect
	}
	if status == 0 {
		return false, nil
	}
	public, ok := to.Public()
	if !ok {
		return false, nil
	}
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Add("Vary", "Accept")
	http.Redirect(w, r, entryPath(public), status)
	return true, nil
}

// lives sets what the page says of the entry's other lives: where it went, what
// it was before, which twins are shown as it.
func (s *Site) lives(ctx context.Context, p *EntryPage, r *http.Request, e directory.Entry) error {
	who := auth.From(r.Context()).Who()
	if e.MovedTo != "" {
		p.NoIndex = true
		p.Moved = &MovedView{Words: p.T("life.moved_to", "host", hostOf(e.MovedTo)), Href: sanitize.URL(e.MovedTo)}
		if m, err := s.cfg.Store.LastMove(ctx, e.URI); err == nil {
			p.Moved.Since = p.Date(m.At)
		} else if !errors.Is(err, directory.ErrNotFound) {
			return err
		}
	}
	before, err := s.cfg.Store.Predecessors(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("lives of %s: %w", e.ID, err)
	}
	for _, b := range before {
		o, err := s.cfg.Store.Entry(ctx, b.OldID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return fmt.Errorf("lives of %s: %w", e.ID, err)
		}
		public, ok := o.Public()
		if !ok {
			continue
		}
		view := s.sourceView(p, e, public, b)
		if b.Why == store.WhyMerged && s.cfg.Ledger != nil && p.User != nil && (who.MayAdminister() || who.MayEdit(&e) || who.MayEdit(&o)) {
			view.SplitHref, view.ID = lifePath(e), o.ID
		}
		p.Others = append(p.Others, view)
	}
	if s.cfg.Ledger != nil && p.User != nil && e.Status.Public() && (who.MayEdit(&e) || who.MayAdminister()) {
		p.LifeHref = lifePath(e)
	}
	return nil
}

// lifePath is the page where an entry is renamed, moved and merged.
func lifePath(e directory.Entry) string { return "/" + e.Kind.Path() + "/" + e.ID + "/life" }

func (s *Site) sourceView(p *EntryPage, e directory.Entry, o directory.Public, b store.Succession) SourceView {
	l := p.Locale
	v := SourceView{Name: textIn(l, o.Name), Merged: b.Why == store.WhyMerged, URI: sanitize.URL(o.URI),
		Own:     page.Address("/"+o.Kind.Path()+"/"+o.ID, url.Values{asItself: {"1"}}),
		History: "/" + o.Kind.Path() + "/" + o.ID + "/history", Updated: p.Date(o.Updated), Since: p.Date(b.At), Reason: b.Reason}
	if o.Origin != "" {
		v.Host = hostOf(o.Origin)
	}
	v.Licence, v.LicenceHref = licence(l, o.Licence)
	if v.Merged {
		public, _ := e.Public()
		v.Differences = changes(l, comparable(fields(l, public)), comparable(fields(l, o)))
	}
	return v
}

// comparable leaves out what two sheets never have in common.
func comparable(fields map[string]string) map[string]string {
	for k := range fields {
		switch top, _, _ := strings.Cut(k, "."); top {
		case "handle", "status", "kind", "relations", "confirmed", "alsoKnownAs", "movedTo", "lastConfirmed", "discussion":
			delete(fields, k)
		}
	}
	return fields
}

// shown maps the ids of entries to what lists show for them: themselves, or what
// they were merged into or became.
func (s *Site) shown(ctx context.Context, es []directory.Entry) (map[string]directory.Public, error) {
	out := map[string]directory.Public{}
	for _, e := range es {
		to, ok, err := s.cfg.Store.Successor(ctx, e)
		if err != nil {
			return nil, err
		}
		if !ok {
			to = e
		}
		if public, ok := to.Public(); ok {
			out[e.URI] = public
		}
	}
	return out, nil
}

// inbound are the relations to an entry, and to those that are shown as it.
func (s *Site) inbound(ctx context.Context, e directory.Public) ([]store.InboundRelation, error) {
	in, err := s.cfg.Store.RelationsTo(ctx, e.URI)
	if err != nil {
		return nil, err
	}
	before, err := s.cfg.Store.Predecessors(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	for _, b := range before {
		o, err := s.cfg.Store.Entry(ctx, b.OldID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		more, err := s.cfg.Store.RelationsTo(ctx, o.URI)
		if err != nil {
			return nil, err
		}
		for _, m := range more {
			if m.SubjectID != e.ID && !slices.ContainsFunc(in, func(x store.InboundRelation) bool {
				return x.SubjectID == m.SubjectID && x.Relation.Type == m.Relation.Type
			}) {
				in = append(in, m)
			}
		}
	}
	return in, nil
}

// mergedRelations are what the twins that are shown as an entry say of others.
func (s *Site) mergedRelations(ctx context.Context, e directory.Public) ([]store.InboundRelation, error) {
	before, err := s.cfg.Store.Predecessors(ctx, e.ID)
	if err != nil {
		return nil, err
	}
	var out []store.InboundRelation
	for _, b := range before {
		if b.Why != store.WhyMerged {
			continue // what moved says it itself, where it is now
		}
		o, err := s.cfg.Store.Entry(ctx, b.OldID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if public, ok := o.Public(); ok {
			for _, r := range public.Relations {
				out = append(out, store.InboundRelation{SubjectID: o.ID, SubjectURI: o.URI, SubjectOrigin: o.Origin, Relation: r})
			}
		}
	}
	return out, nil
}

// states reports whether the entry itself says that it is so related to what is shown as o.
func states(e directory.Public, r directory.Relation, o directory.Public, known map[string]directory.Public) bool {
	return slices.ContainsFunc(e.Relations, func(x directory.Relation) bool {
		return x.Type == r.Type && (x.Object == r.Object || known[x.Object].ID == o.ID)
	})
}
