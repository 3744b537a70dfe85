package graph

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Reader reads graphs. Its methods may be called concurrently.
type Reader struct {
	Store *store.Store
	// Base is the instance's URL, without a trailing slash.
	Base string
}

const (
	// mostNodes is how many entries of a kind a graph takes, readPage how many are
	// read at a time.
	mostNodes = 20000
	readPage  = 1000
)

// lean leaves out the long parts of an entry, which a graph does not show.
func lean(p directory.Public) directory.Public {
	if p.Kind != directory.KindConcept { // whose texts are exported
		p.Description = nil
	}
	p.Images, p.Links, p.Pillars, p.OpeningHours = nil, nil, nil, ""
	return p
}

// said is a relation with the entry that states it, which may be a merged twin of
// the one that is shown.
type said struct {
	directory.Relation
	by *directory.Public
}

// OfKind reads the listed entries of a kind by number, without their long texts,
// with the relations of their merged twins among their own; what they relate to
// is what is shown in its place. Left is how many there are besides.
func (r Reader) OfKind(ctx context.Context, k directory.Kind) (out []directory.Public, left int, err error) {
	nodes, left, err := r.ofKind(ctx, k)
	if err != nil {
		return nil, 0, fmt.Errorf("read all of kind %s: %w", k, err)
	}
	for _, n := range nodes {
		p := n.Public
		p.Relations = make([]directory.Relation, len(n.said))
		for i, s := range n.said {
			p.Relations[i] = s.Relation
		}
		out = append(out, p)
	}
	return out, left, nil
}

type spoken struct {
	directory.Public
	said []said
}

func (r Reader) ofKind(ctx context.Context, k directory.Kind) ([]*spoken, int, error) {
	var out []*spoken
	f := store.EntryFilter{Selection: directory.Selection{Kinds: []directory.Kind{k}}, Limit: readPage}
	for len(out) < mostNodes {
		es, err := r.Store.Entries(ctx, f)
		if err != nil {
			return nil, 0, err
		}
		for i := range es {
			if p, ok := es[i].Public(); ok {
				s := &spoken{Public: lean(p)}
				for _, rel := range p.Relations {
					s.said = append(s.said, said{rel, &s.Public})
				}
				out = append(out, s)
			}
		}
		if len(es) < readPage {
			break
		}
		f = f.After(es[len(es)-1])
	}
	left := 0
	if len(out) >= mostNodes {
		n, err := r.Store.CountEntries(ctx, store.EntryFilter{Selection: f.Selection})
		if err != nil {
			return nil, 0, err
		}
		left = max(0, n-len(out))
	}
	if err := r.addMerged(ctx, k, out); err != nil {
		return nil, 0, err
	}
	return out, left, r.redirect(ctx, out)
}

// redirect makes relations to what moved or was merged lead to what is shown instead.
func (r Reader) redirect(ctx context.Context, list []*spoken) error {
	to, err := r.Store.Redirects(ctx)
	if err != nil || len(to) == 0 {
		return err
	}
	for _, n := range list {
		for i := range n.said {
			if uri, ok := to[n.said[i].Object]; ok {
				n.said[i].Object = uri
			}
		}
	}
	return nil
}

// addMerged gives to the entries of a chart the relations of their merged twins.
func (r Reader) addMerged(ctx context.Context, k directory.Kind, out []*spoken) error {
	merged, err := r.Store.Successions(ctx, store.WhyMerged, time.Time{}, store.MaxLimit)
	if err != nil || len(merged) == 0 {
		return err
	}
	at := make(map[string]*spoken, len(out))
	for _, e := range out {
		at[e.ID] = e
	}
	for _, m := range merged {
		n, ok := at[m.NewID]
		if !ok {
			continue
		}
		o, err := r.Store.Entry(ctx, m.OldID)
		if errors.Is(err, directory.ErrNotFound) || errors.Is(err, directory.ErrGone) {
			continue
		}
		if err != nil {
			return err
		}
		if public, ok := o.Public(); ok && o.Kind == k {
			twin := lean(public)
			for _, rel := range public.Relations {
				if rel.Object != n.URI {
					n.said = append(n.said, said{rel, &twin})
				}
			}
		}
	}
	return nil
}

// Texts reads the graph of all texts: who descends from whom, who signed them and
// where they were born.
func (r Reader) Texts(ctx context.Context) (*Graph, error) {
	texts, left, err := r.ofKind(ctx, directory.KindText)
	if err != nil {
		return nil, fmt.Errorf("graph of texts: %w", err)
	}
	g := &Graph{Left: left}
	for _, t := range texts {
		g.add(Node{Public: t.Public, Held: true})
	}
	var others []string
	for _, t := range texts {
		t.said = slices.DeleteFunc(t.said, func(s said) bool { return !Descent(s.Type) && !Attached(s.Type) })
		for _, s := range t.said {
			if _, ok := g.index[s.Object]; !ok {
				others = append(others, s.Object)
			}
		}
	}
	hidden, err := r.addHeld(ctx, g, others)
	if err != nil {
		return nil, fmt.Errorf("graph of texts: %w", err)
	}
	for _, t := range texts {
		for _, s := range t.said {
			r.addEdge(g, t.URI, s, hidden)
		}
	}
	return g, nil
}

// addHeld adds those of the entries that are here and listed, and returns those
// that are here and that nobody may see.
func (r Reader) addHeld(ctx context.Context, g *Graph, uris []string) (hidden map[string]bool, err error) {
	hidden = map[string]bool{}
	slices.Sort(uris)
	for part := range slices.Chunk(slices.Compact(uris), readPage) {
		es, err := r.Store.EntriesByURI(ctx, part)
		if err != nil {
			return nil, err
		}
		for i := range es {
			switch p, ok := es[i].Public(); {
			case ok && es[i].Listed():
				g.add(Node{Public: lean(p), Held: true})
			case !ok || es[i].Withheld || es[i].ShownAs != "":
				hidden[es[i].URI] = true
			}
		}
	}
	return hidden, nil
}

// addEdge adds what one entry says, with its object by the name that it gives when
// the object is not held. What is here and hidden, or ours and unknown, is not named.
func (r Reader) addEdge(g *Graph, subject string, s said, hidden map[string]bool) {
	if s.Object == subject || hidden[s.Object] {
		return
	}
	e := Edge{Subject: subject, Relation: s.Relation, StatedBy: s.by.Origin}
	if o, ok := g.Node(s.Object); ok && o.Held {
		e.Confirmed = o.Agrees(s.by, s.Type)
		g.Edges = append(g.Edges, e)
		return
	}
	origin, err := directory.Origin(s.Object)
	if err != nil || s.Name == "" || strings.HasPrefix(s.Object, r.Base+"/") {
		return
	}
	g.add(Node{Public: directory.Public{URI: s.Object, Origin: origin, Name: directory.LangText{"und": s.Name}}})
	g.Edges = append(g.Edges, e)
}
