package graph

import (
	"context"
	"fmt"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/store"
)

// Group is the neighbours of an entry by one kind of edge in one direction.
type Group struct {
	Type directory.RelationType
	// Inverse says that the neighbours state it about the entry.
	Inverse bool
	Edges   []Edge
	// More is how many neighbours there are besides.
	More int
	// Last is the number of the last neighbour that states an inverse edge: what
	// comes after it is read from there.
	Last int64
}

// Surroundings are an entry with its neighbours by group, what it states first.
type Surroundings struct {
	*Graph
	Centre Node
	Groups []Group
}

// Bounds of what is read around an entry.
type Bounds struct {
	// Each is how many neighbours of a group are read, Second how many of those get
	// their own neighbours, and how many each of them gets.
	Each, Second int
	// Only reads one group, by its type and direction; "" reads all. After continues
	// an inverse one.
	Only    directory.RelationType
	Inverse bool
	After   int64
}

// order is the order of the groups: who belongs together first, then texts and words.
var order = [...]directory.RelationType{
	directory.RelPartOf, directory.RelMemberOf, directory.RelPartnerOf, directory.RelFundedBy, directory.RelOrganisedBy,
	directory.RelFoundedAt, directory.RelSignedBy, directory.RelClaims, directory.RelInspires, directory.RelCites, directory.RelAmends,
	directory.RelRepeals, directory.RelTranslates, directory.RelRespondsTo, directory.RelImplements, directory.RelVersionOf,
	directory.RelBroader, directory.RelNarrower, directory.RelRelated,
}

// Around reads the neighbours of an entry: those that it names, and those that name it.
func (r Reader) Around(ctx context.Context, centre directory.Public, b Bounds) (*Surroundings, error) {
	to, err := r.Store.Redirects(ctx)
	if err != nil {
		return nil, fmt.Errorf("around %s: %w", centre.ID, err)
	}
	return r.around(ctx, centre, b, to)
}

// around is Around, with what is shown in the place of what moved or was merged.
func (r Reader) around(ctx context.Context, centre directory.Public, b Bounds, to map[string]string) (*Surroundings, error) {
	s := &Surroundings{Graph: &Graph{}, Centre: Node{Public: lean(centre), Held: true}}
	s.add(s.Centre)
	if err := r.outward(ctx, s, centre, b, to); err != nil {
		return nil, fmt.Errorf("around %s: %w", centre.ID, err)
	}
	if err := r.inward(ctx, s, centre, b); err != nil {
		return nil, fmt.Errorf("around %s: %w", centre.ID, err)
	}
	slices.SortStableFunc(s.Groups, func(a, b Group) int {
		if a.Inverse != b.Inverse {
			if a.Inverse {
				return 1
			}
			return -1
		}
		return slices.Index(order[:], a.Type) - slices.Index(order[:], b.Type)
	})
	return s, nil
}

// outward adds what the entry states itself.
func (r Reader) outward(ctx context.Context, s *Surroundings, centre directory.Public, b Bounds, to map[string]string) error {
	if b.Only != "" && b.Inverse {
		return nil
	}
	uris := make([]string, 0, len(centre.Relations))
	for _, rel := range centre.Relations {
		uris = append(uris, rel.Object)
	}
	for i, uri := range uris {
		if shown, ok := to[uri]; ok {
			uris[i] = shown
		}
	}
	hidden, err := r.addHeld(ctx, s.Graph, slices.Clone(uris))
	if err != nil {
		return err
	}
	groups := map[directory.RelationType]*Group{}
	by := s.Centre.Public
	for i, rel := range centre.Relations {
		if b.Only != "" && rel.Type != b.Only {
			continue
		}
		rel.Object = uris[i]
		before := len(s.Edges)
		r.addEdge(s.Graph, centre.URI, said{rel, &by}, hidden)
		if len(s.Edges) == before {
			continue
		}
		g := groups[rel.Type]
		if g == nil {
			g = &Group{Type: rel.Type}
			groups[rel.Type] = g
		}
		if len(g.Edges) == b.Each {
			g.More++
			continue
		}
		g.Edges = append(g.Edges, s.Edges[before])
	}
	for _, g := range groups {
		s.Groups = append(s.Groups, *g)
	}
	return nil
}

// inward adds what others state about the entry.
func (r Reader) inward(ctx context.Context, s *Surroundings, centre directory.Public, b Bounds) error {
	if b.Only != "" && !b.Inverse {
		return nil
	}
	counts, err := r.Store.CountRelationsTo(ctx, centre.URI)
	if err != nil {
		return err
	}
	for _, t := range order {
		if counts[t] == 0 || b.Only != "" && t != b.Only {
			continue
		}
		nums, err := r.Store.SubjectNums(ctx, centre.URI, t, b.After, b.Each)
		if err != nil {
			return err
		}
		es, err := r.Store.Entries(ctx, store.EntryFilter{Nums: nums, Limit: max(1, len(nums)), WithDead: true})
		if err != nil {
			return err
		}
		g := Group{Type: t, Inverse: true}
		for i := range es {
			p, ok := es[i].Public()
			if !ok || p.URI == centre.URI {
				continue
			}
			for _, rel := range p.Relations {
				if rel.Type == t && rel.Object == centre.URI && !s.mutual(p.URI, t) {
					s.add(Node{Public: lean(p), Held: true})
					e := Edge{Subject: p.URI, Relation: rel, StatedBy: p.Origin, Confirmed: centre.Agrees(&p, t)}
					s.Edges, g.Edges = append(s.Edges, e), append(g.Edges, e)
				}
			}
			g.Last = p.Num
		}
		if g.More = counts[t] - len(nums); b.After > 0 || g.More < 0 {
			g.More = 0
			if len(nums) == b.Each {
				g.More = 1 // there may be more; how many is not counted from the middle
			}
		}
		if len(g.Edges) > 0 {
			s.Groups = append(s.Groups, g)
		}
	}
	return nil
}

// mutual says whether the centre states the same edge from its own side already.
func (s *Surroundings) mutual(uri string, t directory.RelationType) bool {
	back := t.Converse()
	return back != "" && slices.ContainsFunc(s.Edges, func(e Edge) bool { return e.Subject == s.Centre.URI && e.Object == uri && e.Type == back })
}

// Other is the end of an edge that is not the centre.
func (s *Surroundings) Other(e Edge) Node {
	uri := e.Object
	if uri == s.Centre.URI {
		uri = e.Subject
	}
	n, _ := s.Node(uri)
	return n
}

// Second reads the neighbours of the neighbours, by URI of these: at most
// b.Second of them, so many each, without the centre.
func (r Reader) Second(ctx context.Context, s *Surroundings, b Bounds) (map[string][]Edge, *Graph, error) {
	out, g := map[string][]Edge{}, &Graph{}
	done := 0
	to, err := r.Store.Redirects(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("second degree of %s: %w", s.Centre.ID, err)
	}
	for _, group := range s.Groups {
		for _, e := range group.Edges {
			n := s.Other(e)
			if !n.Held || out[n.URI] != nil || done == b.Second {
				continue
			}
			done++
			whole, err := r.Store.Entry(ctx, n.ID)
			if err != nil {
				return nil, nil, fmt.Errorf("second degree of %s: %w", s.Centre.ID, err)
			}
			p, _ := whole.Public()
			around, err := r.around(ctx, p, Bounds{Each: b.Second}, to)
			if err != nil {
				return nil, nil, err
			}
			for _, x := range around.Edges {
				o := around.Other(x)
				if o.URI == s.Centre.URI || len(out[n.URI]) == b.Second {
					continue
				}
				g.add(o)
				out[n.URI] = append(out[n.URI], x)
			}
		}
	}
	return out, g, nil
}
