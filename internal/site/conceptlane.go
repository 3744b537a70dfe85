package site

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// known is what the rows and lanes of concepts draw on.
type known struct {
	byURI map[string]directory.Public
	// narrower and related are the edges that others state, by URI of the concept.
	narrower, related map[string][]string
	// claims are the texts that say that they are about a concept.
	claims map[string][]directory.Public
}

// conceptsKnown gathers the edges between concepts, seen from both sides, and the
// texts that claim them.
func (s *Site) conceptsKnown(ctx context.Context, all []directory.Public) (known, error) {
	k := known{byURI: make(map[string]directory.Public, len(all)), narrower: map[string][]string{}, related: map[string][]string{}, claims: map[string][]directory.Public{}}
	for _, c := range all {
		k.byURI[c.URI] = c
	}
	for _, c := range all {
		for _, r := range c.Relations {
			switch r.Type {
			case directory.RelBroader:
				k.narrower[r.Object] = append(k.narrower[r.Object], c.URI)
			case directory.RelNarrower:
				k.narrower[c.URI] = append(k.narrower[c.URI], r.Object)
			case directory.RelRelated:
				k.related[r.Object] = append(k.related[r.Object], c.URI)
				k.related[c.URI] = append(k.related[c.URI], r.Object)
			}
		}
	}
	texts, err := s.textGraph(ctx)
	if err != nil {
		return k, fmt.Errorf("texts about concepts: %w", err)
	}
	for _, n := range texts.Nodes {
		for _, r := range n.Relations {
			if n.Held && r.Type == directory.RelClaims {
				k.claims[r.Object] = append(k.claims[r.Object], n.Public)
			}
		}
	}
	return k, nil
}

// broader are the URIs of the broader concepts that are here, in the order of the
// statements, its own first.
func (k known) broader(c directory.Public) []string {
	var out []string
	for _, r := range c.Relations {
		if _, ok := k.byURI[r.Object]; ok && r.Type == directory.RelBroader && !slices.Contains(out, r.Object) {
			out = append(out, r.Object)
		}
	}
	for _, p := range slices.Sorted(mapKeys(k.narrower)) {
		if _, ok := k.byURI[p]; ok && slices.Contains(k.narrower[p], c.URI) && !slices.Contains(out, p) {
			out = append(out, p)
		}
	}
	return out
}

func mapKeys[V any](m map[string]V) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

// conceptLinks are the broader, narrower and related concepts of one.
func conceptLinks(l *i18n.Locale, c directory.Public, k known) []ConceptLinks {
	var out []ConceptLinks
	for _, part := range []struct {
		key  string
		uris []string
	}{{"rel.broader", k.broader(c)}, {"rel.narrower", k.narrower[c.URI]}, {"rel.related", k.related[c.URI]}} {
		group := ConceptLinks{Title: l.T(part.key)}
		seen := map[string]bool{c.URI: true}
		for _, uri := range part.uris {
			if b, ok := k.byURI[uri]; ok && !seen[uri] {
				seen[uri] = true
				group.Links = append(group.Links, NamedLink{textIn(l, b.Name).Text, entryPath(b)})
			}
		}
		if len(group.Links) > 0 {
			sort.SliceStable(group.Links, func(i, j int) bool {
				return directory.Fold(group.Links[i].Name) < directory.Fold(group.Links[j].Name)
			})
			out = append(out, group)
		}
	}
	return out
}

// lane gives a concept's dated uses to the drawing: the first, the definitions by
// author, the texts that are about it. base goes before the addresses.
func lane(l *i18n.Locale, c directory.Public, k known, base string) genealogy.Concept {
	out := genealogy.Concept{ID: c.ID, Title: textIn(l, c.Name).Text, Href: base + entryPath(c), Theme: themeOf(c)}
	if up := k.broader(c); len(up) > 0 {
		out.Parent = k.byURI[up[0]].ID
	}
	add := func(date, label, href string, definition bool) {
		if from, ok := started(date); ok {
			out.Uses = append(out.Uses, genealogy.Use{From: from, Date: l.EDTF(date), Label: label, Href: href, Definition: definition})
		}
	}
	if c.Concept != nil {
		add(c.Concept.FirstUse, cmp.Or(c.Concept.SourceWork, c.Concept.FirstAuthor), out.Href, false)
		for _, d := range c.Concept.Definitions {
			if d.Date != c.Concept.FirstUse || d.Author != c.Concept.FirstAuthor {
				add(d.Date, cmp.Or(d.Author, l.T("concepts.definition")), out.Href, true)
			}
		}
	}
	for _, t := range k.claims[c.URI] {
		if t.Period != nil {
			add(t.Period.Start, textIn(l, t.Name).Text, base+entryPath(t), false)
		}
	}
	sort.SliceStable(out.Uses, func(i, j int) bool { return out.Uses[i].From < out.Uses[j].From })
	return out
}

// ConceptView is what a concept's own page says besides: its lane among its
// neighbours, and who claims it.
type ConceptView struct {
	Drawing sanitize.HTML
	// Count says how many entries claim it, "" when none does; Links lead to them in
	// the four views.
	Count string
	Links []NamedLink
	Items []Item
}

// claimsShown is how many of the entries that claim a concept its page lists.
const claimsShown = 12

// conceptView makes the part of a concept's page.
func (s *Site) conceptView(ctx context.Context, l *i18n.Locale, e directory.Public) (*ConceptView, error) {
	all, err := s.concepts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.conceptList(ctx) })
	if err != nil {
		return nil, err
	}
	k, err := s.conceptsKnown(ctx, all)
	if err != nil {
		return nil, err
	}
	v := &ConceptView{}
	if c, ok := k.byURI[e.URI]; ok {
		lanes := []genealogy.Concept{}
		for _, uri := range slices.Concat(k.broader(c), []string{c.URI}, k.narrower[c.URI], k.related[c.URI]) {
			if o, ok := k.byURI[uri]; ok && len(lanes) < claimsShown {
				lanes = append(lanes, lane(l, o, k, ""))
			}
		}
		v.Drawing = sanitize.Drawn(genealogy.ConceptLanes(lanes, s.cfg.Clock().Unix(), 0, drawOptions(l, l.N("concepts.drawing", len(lanes)))))
	}
	q := url.Values{"concept": {e.ID}}
	c, err := s.choose(ctx, q)
	if err != nil {
		return nil, err
	}
	c.sel.Kinds = slices.DeleteFunc(directory.Kinds(), func(k directory.Kind) bool { return k == directory.KindConcept }) // not itself
	n, err := s.cfg.View.Count(ctx, c.sel, nil)
	if err != nil {
		return nil, fmt.Errorf("claims of %s: %w", e.ID, err)
	}
	if n > 0 {
		v.Count = l.N("concept.claims", n)
		for _, to := range [][2]string{{"concept.on_map", "/"}, {"concept.on_timeline", "/timeline"}, {"concept.in_genealogy", "/genealogy"}} {
			v.Links = append(v.Links, NamedLink{l.T(to[0]), page.Address(to[1], q)})
		}
		es, _, _, err := s.named(ctx, c.sel, "")
		if err != nil {
			return nil, fmt.Errorf("claims of %s: %w", e.ID, err)
		}
		for _, o := range es[:min(len(es), claimsShown)] {
			v.Items = append(v.Items, item(l, o))
		}
	}
	return v, nil
}

// ConceptFormats are the endings of /export/concepts, in the order of the menu.
var ConceptFormats = []transfer.Format{svgFile, pdfFile, transfer.Turtle, transfer.JSONLD}

// ExportConcepts is GET /export/concepts.{svg,pdf,ttl,jsonld}: the concepts of a
// selection, or with id one alone. The data have the themes too.
func (s *Site) ExportConcepts(w http.ResponseWriter, r *http.Request) error {
	f, err := ending(r, ConceptFormats)
	if err != nil {
		return err
	}
	ctx, l := r.Context(), s.pages.Locale(r)
	all, err := s.concepts.get(s.cfg.View.Revision(), func() ([]directory.Public, error) { return s.conceptList(ctx) })
	if err != nil {
		return fmt.Errorf("export concepts: %w", err)
	}
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	keep, err := s.of(ctx, c, directory.KindConcept)
	if err != nil {
		return err
	}
	one := r.URL.Query().Get("id")
	list := slices.DeleteFunc(slices.Clone(all), func(p directory.Public) bool { return !keep.Has(p.Num) || one != "" && p.ID != one })
	if one != "" && len(list) == 0 {
		return fmt.Errorf("concept %q: %w", one, directory.ErrNotFound)
	}
	return s.sendFile(w, r, f, "concepts", func() ([]byte, error) {
		if f != svgFile && f != pdfFile {
			var b bytes.Buffer
			err := transfer.WriteSKOS(&b, f, list, transfer.SKOSInfo{Base: s.cfg.Env.Base, Title: l.T("concepts.title") + " — " + s.pages.InstanceName(), Themes: one == ""})
			return b.Bytes(), err
		}
		k, err := s.conceptsKnown(ctx, all)
		if err != nil {
			return nil, err
		}
		return s.conceptSheet(l, f, list, k, c.sel.Values())
	})
}

// conceptSheet draws concepts on a sheet, as far as they can be read there.
func (s *Site) conceptSheet(l *i18n.Locale, f transfer.Format, list []directory.Public, k known, q url.Values) ([]byte, error) {
	var lanes []genealogy.Concept
	var licences []string
	for _, c := range list[:min(len(list), lanesMost)] {
		lanes = append(lanes, lane(l, c, k, s.cfg.Env.Base))
		if lic, ok := directory.LicenceByID(c.Licence); ok && !slices.Contains(licences, lic.Name) {
			licences = append(licences, lic.Name)
		}
	}
	sheet := s.sheet(l, l.T("concepts.heading"), page.Address("/concepts", q), licences)
	sheet.Under = append(sheet.Under, l.N("concepts.count", len(list)), l.T("concepts.legend.first")+" · "+l.T("concepts.legend.definition")+" · "+l.T("concepts.legend.use"))
	sheet.Drawing = genealogy.ConceptLanes(lanes, s.cfg.Clock().Unix(), usualChart, drawOptions(l, l.N("concepts.drawing", len(lanes))))
	return plateFile(sheet, f)
}
