package site

import (
	"cmp"
	"context"
	"net/url"
	"slices"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// graphReader reads relations as graphs.
func (s *Site) graphReader() graph.Reader {
	return graph.Reader{Store: s.cfg.Store, Base: s.cfg.Env.Base}
}

// textGraph is the graph of all texts, kept until the directory changes.
func (s *Site) textGraph(ctx context.Context) (*graph.Graph, error) {
	return s.texts.get(s.cfg.View.Revision(), func() (*graph.Graph, error) { return s.graphReader().Texts(ctx) })
}

// nodeKey is what tells a node of a graph from the others in a drawing.
func nodeKey(n graph.Node) string {
	if n.Held {
		return n.ID
	}
	return n.URI
}

// nodeHref leads to the lineage of a text, to the page of another entry, to the
// origin of what is not held; base goes before what is here.
func nodeHref(n graph.Node, base string) string {
	switch {
	case !n.Held:
		return sanitize.URL(n.URI)
	case n.Kind == directory.KindText:
		return base + "/genealogy/" + url.PathEscape(n.ID)
	}
	return base + entryPath(n.Public)
}

// drawing makes a graph ready to draw, in the page's language.
func drawing(l *i18n.Locale, g *graph.Graph, base string) genealogy.Graph {
	var out genealogy.Graph
	at, ofDescent := map[string]int{}, map[string]bool{}
	for _, e := range g.Edges {
		if graph.Descent(e.Type) {
			ofDescent[e.Object], ofDescent[e.Subject] = true, true
		}
	}
	for _, n := range g.Nodes {
		if (!n.Held || n.Kind != directory.KindText) && !ofDescent[n.URI] {
			continue // a note beside the texts that name it
		}
		at[n.URI] = len(out.Nodes)
		out.Nodes = append(out.Nodes, drawnNode(l, n, base))
	}
	for _, e := range g.Edges {
		if graph.Descent(e.Type) {
			from, to := e.Ends()
			a, ok := at[from]
			b, ok2 := at[to]
			if ok && ok2 {
				out.Edges = append(out.Edges, genealogy.Edge{From: out.Nodes[a].ID, To: out.Nodes[b].ID, Type: string(e.Type), Unconfirmed: !e.Confirmed})
			}
			continue
		}
		n, ok := g.Node(e.Object)
		if i, here := at[e.Subject]; ok && here {
			out.Nodes[i].Notes = append(out.Nodes[i].Notes, genealogy.Note{ID: nodeKey(n), Title: textIn(l, n.Name).Text,
				Href: nodeHref(n, base), Type: string(e.Type), Unconfirmed: !e.Confirmed})
		}
	}
	for i := range out.Nodes {
		slices.SortStableFunc(out.Nodes[i].Notes, func(a, b genealogy.Note) int {
			return cmp.Or(-cmp.Compare(a.Type, b.Type), cmp.Compare(directory.Fold(a.Title), directory.Fold(b.Title)))
		})
	}
	return out
}

func drawnNode(l *i18n.Locale, n graph.Node, base string) genealogy.Node {
	out := genealogy.Node{ID: nodeKey(n), Title: textIn(l, n.Name).Text, Href: nodeHref(n, base), Theme: noTheme, Kind: "other"}
	if !n.Held {
		out.Outside = hostOf(n.URI)
		return out
	}
	out.Date, out.KindName, out.Theme = whenLine(l, n.Public), kindName(l, n.Public), themeOf(n.Public)
	if n.Text != nil && n.Text.Form != "" {
		out.Kind = n.Text.Form
	}
	if from := begins(n.Public); from > -1<<62 {
		out.From, out.Dated = from, true
	}
	return out
}

// drawOptions name the relation types in the drawing.
func drawOptions(l *i18n.Locale, title string) genealogy.SVGOptions {
	return genealogy.SVGOptions{Title: title, Lang: l.Tag, TypeName: func(t string) string {
		if l.Has("edge." + t) {
			return l.T("edge." + t)
		}
		return t
	}}
}

// doubt says that only one side states an edge, "" for what both do.
func doubt(l *i18n.Locale, e graph.Edge, object graph.Node) string {
	switch {
	case e.Confirmed:
		return ""
	case !object.Held:
		return l.T("relation.outside_unconfirmed", "host", hostOf(object.URI))
	}
	return l.T("relation.unconfirmed")
}
