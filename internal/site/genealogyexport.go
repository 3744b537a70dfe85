package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/genealogy"
	"codeberg.org/bocage/bocage/internal/graph"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/plate"
	"codeberg.org/bocage/bocage/internal/transfer"
)

// exportType is the media type of the files of graphs and drawings.
var exportType = map[transfer.Format]string{
	svgFile: "image/svg+xml; charset=utf-8", pdfFile: "application/pdf", transfer.GraphML: "application/graphml+xml; charset=utf-8",
	"kumu.json": "application/json; charset=utf-8", transfer.JSONLD: "application/ld+json", transfer.EdgesCSV: csvType, transfer.NodesCSV: csvType,
	transfer.Turtle: "text/turtle; charset=utf-8",
}

const (
	svgFile, pdfFile transfer.Format = "svg", "pdf"
	csvType                          = "text/csv; charset=utf-8; header=present"
)

// GraphFormats are the endings of /export/genealogy, in the order of the menu.
var GraphFormats = []transfer.Format{svgFile, pdfFile, transfer.GraphML, "kumu.json", transfer.JSONLD, transfer.EdgesCSV, transfer.NodesCSV}

// fileLinks are links to the files of a drawing or a graph.
func fileLinks(l *i18n.Locale, path string, formats []transfer.Format, q url.Values) []NamedLink {
	var out []NamedLink
	for _, f := range formats {
		href := path + "." + string(f)
		if s := q.Encode(); s != "" {
			href += "?" + s
		}
		out = append(out, NamedLink{l.T("export.format." + strings.ReplaceAll(string(f), ".", "_")), href})
	}
	return out
}

// ending is the format that a path such as /export/genealogy.svg asks for.
func ending(r *http.Request, formats []transfer.Format) (transfer.Format, error) {
	name := r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:]
	_, f, _ := strings.Cut(name, ".")
	if !slices.Contains(formats, transfer.Format(f)) {
		return "", fmt.Errorf("no file %.60q: %w", name, directory.ErrNotFound)
	}
	return transfer.Format(f), nil
}

// ExportGenealogy is GET /export/genealogy.{svg,pdf,graphml,kumu.json,jsonld,csv,nodes.csv}:
// the texts of a selection, or with id and depth the lineage of one.
func (s *Site) ExportGenealogy(w http.ResponseWriter, r *http.Request) error {
	f, err := ending(r, GraphFormats)
	if err != nil {
		return err
	}
	l, q := s.pages.Locale(r), r.URL.Query()
	all, err := s.textGraph(r.Context())
	if err != nil {
		return fmt.Errorf("export genealogy: %w", err)
	}
	one, name := q.Get("id"), "genealogy"
	var g *graph.Graph
	var title, home string
	if one != "" {
		text, ok := all.ByID(one)
		if !ok || text.Kind != directory.KindText {
			return fmt.Errorf("text %q: %w", one, directory.ErrNotFound)
		}
		depth, _ := depthOf(q.Get("depth"))
		g, _ = all.Lineage(text.URI, depth, lineageMost)
		title, name, home = l.T("lineage.title", "name", textIn(l, text.Name).Text), "lineage", "/genealogy/"+one
	} else {
		c, err := s.selection(r)
		if err != nil {
			return err
		}
		keep, err := s.of(r.Context(), c, directory.KindText)
		if err != nil {
			return err
		}
		most := 0
		if f == svgFile || f == pdfFile {
			most = overviewMost
		}
		g, title, home = all.Select(keep, most), l.T("genealogy.heading"), page.Address("/genealogy", c.boxed().values())
	}
	return s.sendFile(w, r, f, name, func() ([]byte, error) {
		if f != svgFile && f != pdfFile {
			return s.graphFile(r, l, f, g, title)
		}
		sheet := s.sheet(l, title, home, licencesOf(g))
		s.drawSheet(&sheet, l, all, g, one)
		return plateFile(sheet, f)
	})
}

// drawSheet puts the drawing of a part of all on a sheet: the lineage of the text one
// as cards, texts as dots when one is "".
func (s *Site) drawSheet(sheet *plate.Sheet, l *i18n.Locale, all, g *graph.Graph, one string) {
	const legendLeast = 500 // as wide as the sheet is in any case
	if one == "" {
		texts := g.Texts()
		drawn := drawing(l, texts, s.cfg.Env.Base)
		opt := drawOptions(l, l.N("genealogy.drawing", len(drawn.Nodes)))
		sheet.Drawing, sheet.Legend = s.overviewFile(l, all, texts, opt), drawn.LegendDrawing(usualChart, opt)
		sheet.Under = append(sheet.Under, l.N("genealogy.count", len(texts.Nodes)))
	} else {
		drawn := drawing(l, g, s.cfg.Env.Base)
		opt := drawOptions(l, sheet.Title)
		layout := drawn.Layout(genealogy.LayoutOptions{Focus: one, Lang: l.Tag, Width: usualChart, Least: minChart})
		sheet.Drawing, sheet.Legend = layout.SVG(opt), layout.LegendDrawing(max(legendLeast, layout.Width()), opt)
		focus, _ := g.ByID(one)
		up, down := reach(g.Edges, focus.URI)
		sheet.Under = append(sheet.Under, join(l.N("lineage.older", up), l.N("lineage.newer", down)))
	}
	if g.Left > 0 {
		sheet.Under = append(sheet.Under, l.N("lineage.left", g.Left))
	}
}

// graphFile writes a graph as data.
func (s *Site) graphFile(r *http.Request, l *i18n.Locale, f transfer.Format, g *graph.Graph, title string) ([]byte, error) {
	if f == "kumu.json" {
		f = transfer.Kumu
	}
	var b bytes.Buffer
	err := transfer.WriteGraph(&b, f, g, transfer.GraphInfo{Title: title + " — " + s.pages.InstanceName(), Lang: l.Tag,
		Base: s.cfg.Env.Base, Self: s.cfg.Env.Base + r.URL.RequestURI(), Now: s.cfg.Clock()})
	return b.Bytes(), err
}

// sheet starts a sheet: its title, where it comes from, its licences and its date.
func (s *Site) sheet(l *i18n.Locale, title, home string, licences []string) plate.Sheet {
	now := s.cfg.Clock()
	out := plate.Sheet{Title: title, Lang: l.Tag, Author: s.pages.InstanceName(), Base: s.cfg.Env.Base, Created: now,
		Under: []string{s.pages.InstanceName()}}
	if len(licences) > 0 {
		out.Foot = append(out.Foot, l.T("export.licences", "names", strings.Join(licences, ", ")))
	} else {
		out.Foot = append(out.Foot, l.T("licence.none"))
	}
	out.Foot = append(out.Foot, l.T("export.made", "date", l.Date(now), "address", s.cfg.Env.Base+home))
	return out
}

// licencesOf names the licences of the entries of a graph, each once.
func licencesOf(g *graph.Graph) []string {
	var out []string
	for _, n := range g.Nodes {
		name := n.Licence
		if known, ok := directory.LicenceByID(n.Licence); ok {
			name = known.Name
		}
		if name != "" && !slices.Contains(out, name) {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

func plateFile(sheet plate.Sheet, f transfer.Format) ([]byte, error) {
	if f == pdfFile {
		return sheet.PDF()
	}
	return sheet.SVG()
}

// sendFile answers with a file, made when the client has not got it yet: its tag is
// of the directory's revision, the day and the address.
func (s *Site) sendFile(w http.ResponseWriter, r *http.Request, f transfer.Format, name string, make func() ([]byte, error)) error {
	day := s.cfg.Clock().UTC().Format("2006-01-02")
	sel, _ := directory.ParseSelection(r.URL.Query()) // what can be read of it
	moving, err := s.cfg.View.Moving(r.Context(), sel)
	if err != nil {
		return fmt.Errorf("export %s: %w", name, err)
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{s.cfg.View.Revision(), day, moving, s.pages.Locale(r).Tag, r.URL.RequestURI()}, "\n")))
	tag := `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "no-cache")
	h.Set("Vary", "Accept-Language, Cookie")
	h.Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), strings.Trim(tag, `"`)) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	b, err := make()
	if err != nil {
		return fmt.Errorf("export %s: %w", name, err)
	}
	h.Set("Content-Type", exportType[f])
	h.Set("Content-Disposition", `attachment; filename="`+name+"."+string(f)+`"`)
	_, _ = w.Write(b) // the client may have left
	return nil
}
