package site

import (
	"context"
	"fmt"
	"sync"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
)

// overview is where the texts of a graph stand, with the legend of their edges.
type overview struct {
	dots   *genealogy.Dots
	legend sanitize.HTML
	count  int
}

// firstChosen is the id of the first dot that is not pale.
const firstChosen = "premier-choisi"

// textsOf are the texts of a set with the edges between them; nil has all.
func textsOf(all *graph.Graph, keep *directory.NumSet) *graph.Graph {
	if keep == nil {
		return all.Texts()
	}
	return all.Select(keep, 0).Texts()
}

// drawOverview draws the texts where they stand among all those of the directory, or
// of the map that the page is of. Where these are too many to be drawn, the texts that
// are chosen are laid out by themselves, and a note says so.
func (s *Site) drawOverview(ctx context.Context, p *GenealogyPage, all, texts *graph.Graph) error {
	switch {
	case len(texts.Nodes) == 0:
		return nil
	case len(texts.Nodes) > overviewMost:
		p.Notes = append(p.Notes, p.N("genealogy.too_many", overviewMost))
		return nil
	}
	o, err := s.standing(ctx, &p.Base, all)
	if err != nil {
		return err
	}
	only := idsOf(texts)
	if o == nil {
		o = layOut(&p.Base, texts)
		p.Notes = append(p.Notes, p.N("genealogy.alone", overviewMost))
	}
	opt := drawOptions(p.Locale, p.N("genealogy.drawing", len(texts.Nodes)))
	if len(only) == o.count {
		only = nil
	} else {
		opt.FirstID = firstChosen
		p.Pale = NamedLink{p.T("genealogy.pale"), "#" + firstChosen}
	}
	p.Drawing, p.Legend = sanitize.Drawn(o.dots.SVG(only, opt)), o.legend
	if n := len(o.dots.Cycles()); n > 0 {
		p.Notes = append(p.Notes, p.N("lineage.cycles", n))
	}
	return nil
}

// standing is the layout of the texts of the whole directory, made once for each
// language and revision, or of a map; nil when they are too many to be drawn.
func (s *Site) standing(ctx context.Context, b *page.Base, all *graph.Graph) (*overview, error) {
	if f := page.FrameOf(ctx); f != nil {
		keep, err := s.cfg.View.Set(ctx, directory.Selection{Map: f.Map.Handle})
		if err != nil {
			return nil, fmt.Errorf("texts of map %s: %w", f.Map.Handle, err)
		}
		texts := textsOf(all, keep)
		if len(texts.Nodes) > overviewMost {
			return nil, nil
		}
		return layOut(b, texts), nil
	}
	made, err := s.overviews.get(s.cfg.View.Revision(), func() (*sync.Map, error) { return &sync.Map{}, nil })
	if err != nil {
		return nil, err
	}
	if kept, ok := made.Load(b.Locale.Tag); ok {
		return kept.(*overview), nil
	}
	texts := all.Texts()
	if len(texts.Nodes) > overviewMost {
		return nil, nil
	}
	o := layOut(b, texts)
	made.Store(b.Locale.Tag, o)
	return o, nil
}

func layOut(b *page.Base, texts *graph.Graph) *overview {
	g := drawing(b.Locale, texts, "")
	stayInMap(b, &g)
	opt := drawOptions(b.Locale, "")
	return &overview{g.Dots(usualChart, opt.Lang), sanitize.Drawn(g.Legend(opt)), len(g.Nodes)}
}

// idsOf are the nodes of a graph as drawings name them.
func idsOf(g *graph.Graph) map[string]bool {
	out := make(map[string]bool, len(g.Nodes))
	for _, n := range g.Nodes {
		out[nodeKey(n)] = true
	}
	return out
}

// overviewFile draws the texts of a file where they stand on the page.
func (s *Site) overviewFile(l *i18n.Locale, all, texts *graph.Graph, opt genealogy.SVGOptions) []byte {
	whole := all.Texts()
	if len(texts.Nodes) == len(whole.Nodes) || len(whole.Nodes) > overviewMost {
		return drawing(l, texts, s.cfg.Env.Base).Overview(usualChart, opt)
	}
	return drawing(l, whole, s.cfg.Env.Base).Dots(usualChart, opt.Lang).SVG(idsOf(texts), opt)
}
