package site

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sort"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/qr"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/store"
	"codeberg.org/bocage/bocage/internal/view"
)

// printFormats are what a selection can be printed as, with the most entries of each.
var printFormats = [...]struct {
	name string
	most int
}{{"poster", 200}, {"booklet", 200}, {"large", 300}, {"list", 500}}

// Sizes of the poster's map, in pixels of which four are a millimetre of paper.
const (
	posterWidth, posterHeight = 1040, 974
	// posterZoom is the nearest that a poster looks at its entries.
	posterZoom = 14
	// printText is the length of a description on a sheet of a booklet, in characters.
	printText = 700
)

// PrintPage offers the formats in which a selection can be printed.
type PrintPage struct {
	page.Base
	Count   string
	Filters []string
	Formats []PrintFormat
	BackTo  string
}

// PrintFormat is one of them; Note says what is left out, "" when nothing is.
type PrintFormat struct{ Name, Words, Note, Href, Icon string }

// PaperPage is a document for paper: its own page size, no navigation.
type PaperPage struct {
	page.Base
	Format string
	// Style is the style sheet's asset, with the paper's size.
	Style string
	// Subtitle says what was selected, Count how much there is, LeftOut what is not on it.
	Subtitle, Count, LeftOut string
	// Made is the day, Credits where data and map come from, Licences those of the entries.
	Made, Credits, Licences string
	// Link is the address of the same selection, QR its code.
	Link    string
	QR      sanitize.HTML
	BackTo  string
	Map     sanitize.HTML
	Columns string // class of the poster's legend
	Sheets  []PaperSheet
	// Groups are the sheets by theme; on a poster, the key of its colours.
	Groups []PaperGroup
}

// PaperSheet is one entry on paper.
type PaperSheet struct {
	N                                 int
	Item                              Item
	Kind, ThemeName, Address, Website string
	Hours, When, Position, Licence    string
	Body                              sanitize.HTML
	BodyLang                          string
	Pillars                           []Pillar
	Facts                             []Fact
	Link                              string
	QR                                sanitize.HTML
	// OffMap says that it has no number on the map.
	OffMap bool
}

// PaperGroup is the sheets of one theme.
type PaperGroup struct {
	Name, Theme string
	Sheets      []PaperSheet
}

// Print is GET /print: the choice of a format, or the document of ?format=.
func (s *Site) Print(w http.ResponseWriter, r *http.Request) error {
	c, err := s.selection(r)
	if err != nil {
		return err
	}
	format := r.URL.Query().Get("format")
	for _, f := range printFormats {
		if f.name == format {
			return s.paper(w, r, c, f.name, f.most)
		}
	}
	if format != "" {
		return fmt.Errorf("format %.20q: %w", format, directory.ErrInvalid)
	}
	p := &PrintPage{Base: s.pages.Base(w, r, "print", "print.title")}
	l := p.Locale
	p.NoIndex = true
	total, err := s.cfg.View.Count(r.Context(), c.sel, (*atlas.BBox)(c.box))
	if err != nil {
		return err
	}
	p.Count = l.N("print.count", total)
	for _, a := range s.activeFilters(r.Context(), l, c, "/", view.Shows{}) {
		p.Filters = append(p.Filters, a.Name)
	}
	q := s.printQuery(c)
	p.BackTo = page.Address("/", q)
	for _, f := range printFormats {
		v := PrintFormat{Name: l.T("print." + f.name), Words: l.T("print." + f.name + "_words"), Href: page.Address("/print", page.With(q, "format", f.name))}
		if total > f.most {
			v.Note = l.N("print.at_most", f.most)
		}
		p.Formats = append(p.Formats, v)
	}
	return s.pages.Page(w, r, http.StatusOK, "print", p)
}

// printQuery is the address's query of a selection, with its box.
func (s *Site) printQuery(c chosen) url.Values {
	sel := c.sel
	sel.BBox = c.box
	return sel.Values()
}

// printHref leads from a list to printing it: of the view, or of everything.
func printHref(st homeState) string {
	q := st.sel.Values()
	if !st.all {
		q.Set("bbox", boxText(st.box))
	}
	return page.Address("/print", q)
}

// paper makes a document of a selection.
func (s *Site) paper(w http.ResponseWriter, r *http.Request, c chosen, format string, most int) error {
	p := &PaperPage{Base: s.pages.Base(w, r, "papier", "print.title"), Format: format, Style: "print-" + format + ".css"}
	l, ctx := p.Locale, r.Context()
	p.NoIndex = true
	es, total, err := s.printed(ctx, c, format, most)
	if err != nil {
		return err
	}
	if err := s.headPaper(ctx, p, c, total, len(es)); err != nil {
		return err
	}
	for i, e := range es {
		sheet, err := s.paperSheet(l, e, i+1, format)
		if err != nil {
			return err
		}
		p.Sheets = append(p.Sheets, sheet)
	}
	p.Licences = paperLicences(es)
	if format == "poster" {
		s.drawPoster(p, c, es)
	}
	if format == "poster" || format == "booklet" {
		p.Groups = groupSheets(l, p.Sheets)
	}
	return s.pages.Whole(w, r, "paper", p)
}

// printed are the entries of a document, in its order, at most most, and how many
// the selection has. A poster has those with a public position, from place to place.
func (s *Site) printed(ctx context.Context, c chosen, format string, most int) ([]directory.Public, int, error) {
	box := world
	if c.box != nil {
		box = atlasBox(*c.box)
	}
	if format == "poster" {
		es, err := s.byNums(ctx, s.central(box, c.filter, most))
		es = slices.DeleteFunc(es, func(e directory.Public) bool { return pointOf(e) == nil })
		sort.SliceStable(es, func(i, j int) bool { return along(es[i]) < along(es[j]) })
		return es, s.cfg.View.Atlas().Count(box, c.filter), err
	}
	sel := c.sel
	sel.BBox = c.box
	es, err := s.cfg.Store.Entries(ctx, store.EntryFilter{Selection: sel, Order: store.ByName, Limit: most})
	if err != nil {
		return nil, 0, fmt.Errorf("entries to print: %w", err)
	}
	out := publics(es)
	total, err := s.cfg.View.Count(ctx, c.sel, (*atlas.BBox)(c.box))
	return out, max(len(out), total), err
}

// central are the entries of a box nearest to its middle, as the list of a view has
// them; without a box, to where most entries are.
func (s *Site) central(box atlas.BBox, f atlas.Filter, most int) []int64 {
	lat, lon := middle(box)
	if box == world {
		at := s.firstView()
		lat, lon = at.Lat, at.Lon
	}
	const batch, looked = 500, 20_000
	var nums []int64
	for skip := 0; skip < looked; skip += batch {
		hits := s.cfg.View.Atlas().Nearest(lat, lon, f, batch, skip)
		for _, h := range hits {
			if inside(box, h) && len(nums) < most {
				nums = append(nums, h.Num)
			}
		}
		if len(hits) < batch || len(nums) == most {
			break
		}
	}
	return nums
}

// along is where an entry is on a curve through all places, on which neighbours
// are near one another: the numbers of a poster follow it.
func along(e directory.Public) uint64 {
	pt := pointOf(e)
	const cells = 1 << 16
	x := uint64((pt.Lon + 180) / 360 * (cells - 1))
	y := uint64(mercatorY(pt.Lat) * (cells - 1))
	var d uint64
	for side := uint64(cells / 2); side > 0; side /= 2 { // the Hilbert curve
		rx, ry := uint64(0), uint64(0)
		if x&side > 0 {
			rx = 1
		}
		if y&side > 0 {
			ry = 1
		}
		d += side * side * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = cells-1-x, cells-1-y
			}
			x, y = y, x
		}
	}
	return d
}

// headPaper fills what every document says of itself.
func (s *Site) headPaper(ctx context.Context, p *PaperPage, c chosen, total, shown int) error {
	l := p.Locale
	p.Title = p.Instance
	if c.sel.Map != "" {
		m, err := s.cfg.Store.MapByHandle(ctx, c.sel.Map)
		if err != nil {
			return fmt.Errorf("map %s: %w", c.sel.Map, err)
		}
		p.Title = textIn(l, m.Name).Text
	}
	for i, a := range s.activeFilters(ctx, l, c, "/", view.Shows{}) {
		if i > 0 {
			p.Subtitle += " · "
		}
		p.Subtitle += a.Name
	}
	p.Count = l.N("print.count", shown)
	if total > shown {
		p.LeftOut = l.N("print.left_out", total-shown)
	}
	p.Made, p.Credits = p.Date(s.cfg.Clock()), l.T("print.credits")
	q := s.printQuery(c)
	p.Link = s.cfg.Env.Base + page.Address("/", q)
	p.BackTo = page.Address("/print", q)
	var err error
	p.QR, err = qrOf(l, p.Link)
	return err
}

// qrOf draws the code of an address; an address that is too long for one has none.
func qrOf(l *i18n.Locale, link string) (sanitize.HTML, error) {
	const most = 1200 // bytes; beyond, no telephone reads it from paper
	if len(link) > most {
		return "", nil
	}
	c, err := qr.Encode(link)
	if err != nil {
		return "", fmt.Errorf("code of an address: %w", err)
	}
	return sanitize.Drawn(c.SVG(l.T("share.qr_of", "url", link))), nil
}

// paperSheet is an entry on paper.
func (s *Site) paperSheet(l *i18n.Locale, e directory.Public, n int, format string) (PaperSheet, error) {
	v := PaperSheet{N: n, Item: item(l, e), Kind: kindName(l, e), When: whenLine(l, e), Website: hostOf(sanitize.URL(e.Website)),
		Address: addressLine(l, e.Place), Hours: e.OpeningHours, Position: positionNote(l, e.Place), Link: s.cfg.Env.Base + entryPath(e)}
	if t := themeOf(e); t != noTheme {
		v.ThemeName = themeName(l, t)
	}
	v.Licence = e.Licence
	v.OffMap = pointOf(e) == nil
	if format != "booklet" && format != "sheet" {
		return v, nil
	}
	text := textIn(l, e.Description)
	if format == "booklet" {
		text.Text = shorten(text.Text, printText)
	}
	v.Body, v.BodyLang = sanitize.Text(text.Text), text.Lang
	if p := pillars(l, e.Pillars); p != nil {
		v.Pillars = p.Parts
	}
	var err error
	v.QR, err = qrOf(l, v.Link)
	return v, err
}

// addressLine is an address as far as it is public, on one line.
func addressLine(l *i18n.Locale, p *directory.Place) string {
	if p == nil {
		return ""
	}
	town := p.Locality
	if p.PostalCode != "" && p.Precision != directory.PrecisionHidden {
		town = p.PostalCode + " " + p.Locality
	}
	line := ""
	for _, part := range [...]string{p.Name, p.Street, town} {
		if part == "" || part == " " {
			continue
		}
		if line != "" {
			line += ", "
		}
		line += part
	}
	if line == "" {
		return placeLine(l, p)
	}
	if p.Country != "" && p.Country != "FR" {
		line += ", " + l.Country(p.Country)
	}
	return line
}

// paperLicences names the licences of the entries by SPDX id, each once.
func paperLicences(es []directory.Public) string {
	var names []string
	for _, e := range es {
		if name := e.Licence; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	out := ""
	for i, n := range names {
		if i > 0 {
			out += ", "
		}
		out += n
	}
	return out
}

// drawPoster draws the map, whose numbers are those of the legend.
func (s *Site) drawPoster(p *PaperPage, c chosen, es []directory.Public) {
	var marks []basemap.Numbered
	box := atlas.BBox{West: 180, South: 90, East: -180, North: -90}
	for i, e := range es {
		pt := pointOf(e)
		marks = append(marks, basemap.Numbered{Lat: pt.Lat, Lon: pt.Lon, N: i + 1, Theme: rootNumber(themeOf(e)),
			Approximate: e.Place.Precision == directory.PrecisionApproximate})
		box.West, box.East = min(box.West, pt.Lon), max(box.East, pt.Lon)
		box.South, box.North = min(box.South, pt.Lat), max(box.North, pt.Lat)
	}
	if c.box != nil {
		box = atlasBox(*c.box)
	}
	v := MapPosition{Lat: 46.6, Lon: 2.5, Zoom: 5.5}.view(posterWidth, posterHeight)
	if len(es) > 0 || c.box != nil {
		v = basemap.Fit(box.West, box.South, box.East, box.North, posterWidth, posterHeight, posterZoom)
	}
	opt := s.svgOptions(p.Locale, p.N("print.map", len(marks)), true)
	p.Map = sanitize.Drawn(s.cfg.Basemap.NumberedSVG(v, marks, opt))
	p.Columns = "une"
	switch n := len(es); {
	case n > 90:
		p.Columns = "trois"
	case n > 30:
		p.Columns = "deux"
	}
}

// groupSheets puts the sheets under their theme, for the index.
func groupSheets(l *i18n.Locale, sheets []PaperSheet) []PaperGroup {
	var out []PaperGroup
	for i := range len(directory.RootThemes()) + 1 {
		slug := rootSlug(i)
		g := PaperGroup{Name: l.T("theme.none"), Theme: slug}
		if slug != noTheme {
			g.Name = themeName(l, slug)
		}
		for _, sh := range sheets {
			if sh.Item.Theme == slug {
				g.Sheets = append(g.Sheets, sh)
			}
		}
		if len(g.Sheets) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// PrintEntry is GET /entries/{id}/print: one entry on one sheet, with the code of its page.
func (s *Site) PrintEntry(w http.ResponseWriter, r *http.Request) error {
	e, err := s.cfg.Store.Entry(r.Context(), r.PathValue("id"))
	if err != nil {
		return fmt.Errorf("entry %q: %w", r.PathValue("id"), err)
	}
	public, ok := e.Public()
	if !ok {
		return fmt.Errorf("entry %s: %w", e.ID, directory.ErrNotFound)
	}
	if led, err := s.lead(w, r, e); led || err != nil {
		return err
	}
	if leaving, err := s.leaving(w, r, e); leaving || err != nil {
		return err
	}
	p := &PaperPage{Base: s.pages.Base(w, r, "papier", "print.title"), Format: "sheet", Style: "print-sheet.css"}
	l := p.Locale
	sheet, err := s.paperSheet(l, public, 0, "sheet")
	if err != nil {
		return err
	}
	p.NoIndex, p.Title, p.BackTo = true, sheet.Item.Name.Text, entryPath(public)
	p.Made, p.Credits, p.Link = p.Date(s.cfg.Clock()), l.T("print.credits"), sheet.Link
	sheet.Facts = facts(l, public)
	p.Sheets, p.Licences = []PaperSheet{sheet}, sheet.Licence
	if pt := pointOf(public); pt != nil {
		const zoom = 9
		p.Map = s.locator(l, public, MapPosition{pt.Lat, pt.Lon, zoom})
	}
	return s.pages.Whole(w, r, "paper", p)
}
