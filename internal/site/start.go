package site

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// startNear is how many places near the visitor the page for newcomers shows.
const startNear = 2

// StartPage is the first page for somebody who never heard of commons: what one
// is, a tour, a concept, two of them nearby.
type StartPage struct {
	page.Base
	Parts []StartPart
	Tours []TourRow
	// Concept is one concept, nil when there is none.
	Concept *StartConcept
	Near    NearBox
	// Places are near Where, "" before the visitor said where.
	Places []StartPlace
	Where  string
	// MapHref shows the surroundings on the map.
	MapHref string
}

// StartPart is one of the four parts of the definition of a commons.
type StartPart struct{ Icon, Name, Words, Question string }

// StartConcept is one concept with its short definition.
type StartConcept struct {
	Name, Words Text
	Href, When  string
}

// StartPlace is an entry near the visitor.
type StartPlace struct {
	Item
	Far string
}

// Start is GET /start; ?near= is a commune or a postcode, ?at=lat,lon a position.
func (s *Site) Start(w http.ResponseWriter, r *http.Request) error {
	p := &StartPage{Base: s.pages.Base(w, r, "start", "start.title")}
	l, ctx, q := p.Locale, r.Context(), r.URL.Query()
	p.Canonical, p.Description = s.cfg.Env.Base+"/start", p.T("start.words")
	p.Picture = s.viewPicture(ctx, l, "")
	for _, part := range [...][2]string{{"resource", "couches"}, {"community", "personne"}, {"governance", "texte"}, {"protection", "coche"}} {
		p.Parts = append(p.Parts, StartPart{Icon: part[1], Name: l.T("start." + part[0]), Words: l.T("start." + part[0] + "_words"),
			Question: l.T("start." + part[0] + "_question")})
	}
	var err error
	if p.Tours, err = s.tourRows(ctx, l); err != nil {
		return err
	}
	if p.Concept, err = s.startConcept(ctx, l); err != nil {
		return err
	}
	if err := s.startPlaces(ctx, p, q); err != nil {
		return err
	}
	return s.pages.Page(w, r, http.StatusOK, "start", p)
}

// startConcept is the concept to begin with: the broadest one, under which most
// others are; of equals, the first by name.
func (s *Site) startConcept(ctx context.Context, l *i18n.Locale) (*StartConcept, error) {
	all, err := s.allConcepts(ctx)
	if err != nil {
		return nil, err
	}
	under := map[string]int{}
	for _, c := range all {
		for _, rel := range c.Relations {
			if rel.Type == directory.RelBroader {
				under[rel.Object]++
			}
		}
	}
	if len(all) == 0 {
		return nil, nil
	}
	first := slices.MinFunc(all, func(a, b directory.Public) int {
		if d := under[b.URI] - under[a.URI]; d != 0 {
			return d
		}
		return strings.Compare(directory.Fold(textIn(l, a.Name).Text), directory.Fold(textIn(l, b.Name).Text))
	})
	return &StartConcept{Name: textIn(l, first.Name), Words: shortDefinition(l, first), Href: entryPath(first), When: whenLine(l, first)}, nil
}

// shortDefinition is a concept's summary, else its first definition.
func shortDefinition(l *i18n.Locale, c directory.Public) Text {
	if t := textIn(l, c.Summary); t.Text != "" || c.Concept == nil {
		return t
	}
	for _, d := range definitions(l, c.Concept) {
		if d.Text.Text != "" {
			return d.Text
		}
	}
	return Text{}
}

// startPlaces finds the commons near where the visitor says to be.
func (s *Site) startPlaces(ctx context.Context, p *StartPage, q url.Values) error {
	l := p.Locale
	at, ok := parsePosition(q.Get("at") + "," + fmt.Sprint(nearZoom))
	if ok {
		p.Where = l.T("start.here")
	}
	if text := strings.TrimSpace(q.Get("near")); text != "" && !ok {
		p.Near.Text = text
		m, found := s.commune(text)
		if !found {
			_, p.Near = s.near(l, text, url.Values{})
			for i, sug := range p.Near.Suggestions {
				p.Near.Suggestions[i].Href = page.Address("/start", url.Values{"near": {sug.Name}}) + "#pres"
			}
			return nil
		}
		at, ok, p.Where = MapPosition{m.Point.Lat, m.Point.Lon, nearZoom}, true, m.Name
	}
	if !ok {
		return nil
	}
	f := atlas.Filter{From: math.MinInt64, To: math.MaxInt64}
	for _, k := range directory.Kinds() {
		if k.IsActor() {
			f.Kinds |= 1 << k.Number()
		}
	}
	hits := s.cfg.View.Atlas().Nearest(at.Lat, at.Lon, f, startNear, 0)
	nums := make([]int64, len(hits))
	for i, h := range hits {
		nums[i] = h.Num
	}
	es, err := s.byNums(ctx, nums)
	if err != nil {
		return err
	}
	for _, e := range es {
		it := StartPlace{Item: item(l, e)}
		if it.HasPoint {
			it.Far = far(l, metres(at.Lat, at.Lon, it.Lat, it.Lon))
		}
		p.Places = append(p.Places, it)
	}
	p.MapHref = page.Address("/", url.Values{"c": {at.String()}})
	return nil
}

// far says how far off a place is, as exactly as people care.
func far(l *i18n.Locale, metres float64) string {
	const km, near = 1000, 10
	switch {
	case metres < km:
		return l.T("start.metres", "n", l.Number(int(math.Max(1, math.Round(metres/50)))*50))
	case metres < near*km:
		return l.T("start.km", "n", l.Decimal(metres/km, 1))
	}
	return l.T("start.km", "n", l.Number(int(math.Round(metres/km))))
}
