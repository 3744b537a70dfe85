package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// NeighbourhoodPage is an entry among those that it is related to.
type NeighbourhoodPage struct {
	page.Base
	Name    Text
	Href    string
	Drawing sanitize.HTML
	Legend  sanitize.HTML
	Depths  []ScaleLink
	Groups  []NeighbourGroup
	Exports []NamedLink
	// Whole leads back from one group to all of them; "" on the page of all.
	Whole string
}

// NeighbourGroup is the neighbours of one relation as a list.
type NeighbourGroup struct {
	Title, Anchor string
	Items         []RelationView
	// More leads to those that are not listed; Href "" when all are.
	More NamedLink
}

// NeighbourhoodView is the part of an entry's page that shows its neighbours.
type NeighbourhoodView struct {
	Drawing, Legend sanitize.HTML
	Href            string
}

// Sizes: how many cards of a group are drawn, how many neighbours are listed on the
// page of all and on the page of one group, how many have neighbours of their own.
const (
	starMost, groupMost, onlyMost = 8, 60, 200
	secondMost                    = 12
	starWidth                     = 1000
)

// groupName is the name of a group in an address: a type, or in.TYPE for what others state.
func groupName(t directory.RelationType, inverse bool) string {
	if inverse {
		return "in." + string(t)
	}
	return string(t)
}

// neighbours reads what the request asks for: all groups, or one from a place on.
func neighbours(q url.Values) (graph.Bounds, error) {
	b := graph.Bounds{Each: groupMost, Second: secondMost}
	name := q.Get("group")
	if name == "" {
		return b, nil
	}
	t, inverse := strings.CutPrefix(name, "in.")
	b.Only, b.Inverse, b.Each = directory.RelationType(t), inverse, onlyMost
	if !b.Only.Valid() {
		return b, directory.Invalid{{Field: "group", Code: "unknown", Message: "group is a type of relation, or in. and one"}}
	}
	if s := q.Get("after"); s != "" {
		n, err := strconv.ParseInt(s, 36, 64)
		if err != nil || n < 0 {
			return b, directory.Invalid{{Field: "after", Code: "malformed", Message: "after is the cursor of a link to more"}}
		}
		b.After = n
	}
	return b, nil
}

// Neighbourhood is GET /entries/{id}/neighbourhood and its like for the other kinds.
func (s *Site) Neighbourhood(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	e, err := s.listed(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	b, err := neighbours(q)
	if err != nil {
		return err
	}
	p := &NeighbourhoodPage{Base: s.pages.Base(w, r, "neighbourhood", "")}
	p.Name, p.Href, p.Section = textIn(p.Locale, e.Name), entryPath(e), sectionOf(e.Kind)
	p.Title = p.T("around.title", "name", p.Name.Text)
	here := aroundPath(e)
	p.Description, p.Canonical = p.Title, s.cfg.Env.Base+here
	around, err := s.graphReader().Around(ctx, e, b)
	if err != nil {
		return err
	}
	if b.Only == "" {
		if err := s.drawAround(ctx, p, around, q.Get("depth") == "2", b); err != nil {
			return err
		}
		for _, d := range []string{"1", "2"} {
			p.Depths = append(p.Depths, ScaleLink{Name: p.T("around.depth." + d), Current: (q.Get("depth") == "2") == (d == "2"),
				Href: page.Address(here, page.With(keep(q, "lang"), "depth", map[string]string{"2": "2"}[d]))})
		}
		p.Exports = fileLinks(p.Locale, "/export/neighbourhood", GraphFormats, page.With(url.Values{"id": {e.ID}}, "depth", q.Get("depth"), "lang", q.Get("lang")))
	} else {
		p.Whole, p.NoIndex = page.Address(here, keep(q, "lang")), true
	}
	p.Groups = neighbourGroups(p.Locale, around, here)
	return s.pages.Page(w, r, http.StatusOK, "neighbourhood", p)
}

// listed reads an entry that lists show.
func (s *Site) listed(ctx context.Context, id string) (directory.Public, error) {
	e, err := s.cfg.Store.Entry(ctx, id)
	if err != nil {
		return directory.Public{}, fmt.Errorf("entry %q: %w", id, err)
	}
	p, ok := e.Public()
	if !ok || !e.Listed() {
		return directory.Public{}, fmt.Errorf("entry %q: %w", id, directory.ErrNotFound)
	}
	return p, nil
}

func aroundPath(e directory.Public) string {
	return "/" + e.Kind.Path() + "/" + url.PathEscape(e.ID) + "/neighbourhood"
}

// drawAround draws the page's star.
func (s *Site) drawAround(ctx context.Context, p *NeighbourhoodPage, around *graph.Surroundings, second bool, b graph.Bounds) error {
	star, err := s.star(ctx, p.Locale, around, second, b, "")
	if err != nil {
		return err
	}
	opt := aroundOptions(p.Locale, p.Title)
	if len(star.Groups) > 0 {
		p.Drawing, p.Legend = sanitize.Drawn(star.SVG(starWidth, opt)), sanitize.Drawn(star.Legend(opt))
	}
	return nil
}

// aroundOptions name the relation types from the side of who states them.
func aroundOptions(l *i18n.Locale, title string) genealogy.SVGOptions {
	return genealogy.SVGOptions{Title: title, Lang: l.Tag, TypeName: func(t string) string { return l.T("rel." + t) }}
}

// star makes the drawing of what is around an entry; second adds the neighbours of
// the neighbours as notes. base goes before the addresses.
func (s *Site) star(ctx context.Context, l *i18n.Locale, around *graph.Surroundings, second bool, b graph.Bounds, base string) (genealogy.Star, error) {
	out := genealogy.Star{Focus: aroundNode(l, around.Centre, base)}
	var beyond map[string][]graph.Edge
	var others *graph.Graph
	if second {
		var err error
		if beyond, others, err = s.graphReader().Second(ctx, around, b); err != nil {
			return out, err
		}
	}
	for _, g := range around.Groups {
		group := genealogy.StarGroup{Type: string(g.Type), Inverse: g.Inverse, Title: groupTitle(l, g)}
		for i, e := range g.Edges {
			if i == starMost {
				break
			}
			n := around.Other(e)
			node := genealogy.StarNode{Node: aroundNode(l, n, base), Unconfirmed: !e.Confirmed}
			for _, x := range beyond[n.URI] {
				uri, key := x.Object, "rel."
				if uri == n.URI {
					uri, key = x.Subject, "rel.inverse."
				}
				o, _ := others.Node(uri)
				node.Notes = append(node.Notes, genealogy.Note{ID: nodeKey(o), Title: l.T(key+string(x.Type)) + " " + textIn(l, o.Name).Text,
					Href: aroundHref(o, base), Type: string(x.Type), Unconfirmed: !x.Confirmed})
			}
			group.Nodes = append(group.Nodes, node)
		}
		if more := len(g.Edges) - len(group.Nodes) + g.More; more > 0 {
			group.More = l.N("around.more", more)
			group.MoreHref = base + aroundPath(around.Centre.Public) + "?group=" + groupName(g.Type, g.Inverse)
		}
		out.Groups = append(out.Groups, group)
	}
	return out, nil
}

// aroundHref leads to the page of an entry that is here, else to its origin.
func aroundHref(n graph.Node, base string) string {
	if !n.Held {
		return sanitize.URL(n.URI)
	}
	return base + entryPath(n.Public)
}

func aroundNode(l *i18n.Locale, n graph.Node, base string) genealogy.Node {
	out := drawnNode(l, n, base)
	out.Href = aroundHref(n, base)
	if n.Held && n.Kind.IsActor() {
		out.Date, out.KindName = "", kindName(l, n.Public)
	}
	return out
}

func groupTitle(l *i18n.Locale, g graph.Group) string {
	if g.Inverse {
		return l.T("rel.inverse." + string(g.Type))
	}
	return l.T("rel." + string(g.Type))
}

// neighbourGroups lists the neighbours.
func neighbourGroups(l *i18n.Locale, around *graph.Surroundings, here string) []NeighbourGroup {
	var out []NeighbourGroup
	for _, g := range around.Groups {
		v := NeighbourGroup{Title: groupTitle(l, g), Anchor: "g-" + strings.ReplaceAll(groupName(g.Type, g.Inverse), ".", "-")}
		for _, e := range g.Edges {
			n := around.Other(e)
			item := RelationView{Name: textIn(l, n.Name), Href: aroundHref(n, ""), Theme: noTheme, Icon: "lien", Outside: true, Line: l.T("relation.outside", "host", hostOf(n.URI))}
			if n.Held {
				item = relationItem(l, n.Public, e.Relation)
			}
			if !e.Confirmed {
				item.Doubt = l.T("relation.unconfirmed")
			}
			v.Items = append(v.Items, item)
		}
		if g.More > 0 {
			q := url.Values{"group": {groupName(g.Type, g.Inverse)}}
			if g.Inverse {
				q.Set("after", strconv.FormatInt(g.Last, 36))
			}
			v.More = NamedLink{l.N("around.more", g.More), page.Address(here, q)}
			if len(g.Edges) >= onlyMost {
				v.More.Name = l.T("around.next")
			}
		}
		out = append(out, v)
	}
	return out
}

// ExportNeighbourhood is GET /export/neighbourhood.{svg,pdf,graphml,kumu.json,jsonld,csv,nodes.csv}?id=.
func (s *Site) ExportNeighbourhood(w http.ResponseWriter, r *http.Request) error {
	f, err := ending(r, GraphFormats)
	if err != nil {
		return err
	}
	ctx, l, q := r.Context(), s.pages.Locale(r), r.URL.Query()
	e, err := s.listed(ctx, q.Get("id"))
	if err != nil {
		return err
	}
	b := graph.Bounds{Each: onlyMost, Second: secondMost}
	around, err := s.graphReader().Around(ctx, e, b)
	if err != nil {
		return err
	}
	title := l.T("around.title", "name", textIn(l, e.Name).Text)
	return s.sendFile(w, r, f, "neighbourhood", func() ([]byte, error) {
		if f != svgFile && f != pdfFile {
			return s.graphFile(r, l, f, around.Graph, title)
		}
		star, err := s.star(ctx, l, around, q.Get("depth") == "2", b, s.cfg.Env.Base)
		if err != nil {
			return nil, err
		}
		sheet, opt := s.sheet(l, title, aroundPath(e), licencesOf(around.Graph)), aroundOptions(l, title)
		sheet.Drawing, sheet.Legend = star.SVG(starWidth, opt), star.LegendDrawing(starWidth, opt)
		return plateFile(sheet, f)
	})
}
