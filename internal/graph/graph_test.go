package graph

import (
	"fmt"
	"testing"

	"codeberg.org/bocage/bocage/internal/directory"
)

// chain is n texts, each citing the one before, all signed by one organisation.
func chain(n int) *Graph {
	g := &Graph{}
	for i := range n {
		g.add(Node{Public: directory.Public{URI: fmt.Sprint("t", i), ID: fmt.Sprint(i), Num: int64(i + 1), Kind: directory.KindText}, Held: true})
	}
	g.add(Node{Public: directory.Public{URI: "org", ID: "org", Kind: directory.KindOrganisation}, Held: true})
	g.add(Node{Public: directory.Public{URI: "far", Name: directory.LangText{"und": "far"}}})
	for i := range n {
		if i > 0 {
			g.Edges = append(g.Edges, Edge{Subject: fmt.Sprint("t", i), Relation: directory.Relation{Type: directory.RelCites, Object: fmt.Sprint("t", i-1)}})
		}
		g.Edges = append(g.Edges, Edge{Subject: fmt.Sprint("t", i), Relation: directory.Relation{Type: directory.RelSignedBy, Object: "org"}})
	}
	g.Edges = append(g.Edges, Edge{Subject: "t0", Relation: directory.Relation{Type: directory.RelAmends, Object: "far"}})
	return g
}

func TestLineageIsBounded(t *testing.T) {
	t.Parallel()
	g := chain(100)
	for _, tt := range []struct{ depth, most, nodes, left int }{
		{1, 1000, 4, 0},    // itself, one before, one after, the organisation
		{2, 1000, 6, 0},    //
		{-1, 1000, 102, 0}, // all, with what is not held
		{-1, 10, 11, 2},    // the nearest, and the organisation
		{0, 1000, 2, 0},    // itself
	} {
		got, ok := g.Lineage("t50", tt.depth, tt.most)
		if !ok || len(got.Nodes) != tt.nodes || got.Left != tt.left {
			t.Errorf("depth %d, most %d: %d nodes and %d left, want %d and %d", tt.depth, tt.most, len(got.Nodes), got.Left, tt.nodes, tt.left)
		}
	}
	if _, ok := g.Lineage("nobody", 1, 10); ok {
		t.Error("a lineage of nobody")
	}
}

func TestSelectKeepsWhatHangsOnTheTexts(t *testing.T) {
	t.Parallel()
	g := chain(5)
	got := g.Select(directory.NewNumSet(1, 2), 0)
	var uris []string
	for _, n := range got.Nodes {
		uris = append(uris, n.URI)
	}
	if fmt.Sprint(uris) != "[t0 t1 org far]" || len(got.Edges) != 4 {
		t.Errorf("nodes %v and %d edges", uris, len(got.Edges))
	}
	if texts := got.Texts(); len(texts.Nodes) != 2 || len(texts.Edges) != 1 {
		t.Errorf("texts alone: %d nodes, %d edges", len(texts.Nodes), len(texts.Edges))
	}
	if got := g.Select(nil, 3); got.Left != 2 {
		t.Errorf("%d left out, want 2", got.Left)
	}
}
