package site

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
)

// CardView is the card over the map: one entry, or all those of one place.
type CardView struct {
	// Shown is false when there is no card.
	Shown bool
	Num   int64
	Item  Item
	Place string
	// Theme is the name of the dominant theme, "" without.
	Theme string
	// PositionNote says that the place is approximate or hidden, "" when exact.
	PositionNote string
	// HaloMetres is how far off an approximate place may be, 0 when exact.
	HaloMetres int
	// Shape says what line or area it has, "" for a point.
	Shape     string
	CloseHref string
	// Stack holds every entry of the place when there are several.
	Stack      []Item
	StackTitle string
	// StackPart says which of a long pile are listed; Previous and Next are the
	// pages beside it, "" at the ends.
	StackPart      string
	Previous, Next StackPage
}

// StackPage leads to another part of a pile; Href "" is none. From is how many
// entries come before it, for the script.
type StackPage struct {
	Href string
	From int
}

// haloMetres is half the diagonal of the grid of approximate places.
const haloMetres = 1500

// samePlaceDegrees is half the box around a point in which entries are at the
// same place; the atlas keeps positions to about 2 cm, addresses to 1 m.
const samePlaceDegrees = 0.000005

// card makes the card of an entry, by its number or its ID; an entry that is
// not listed, or unknown, gives none.
func (s *Site) card(ctx context.Context, l *i18n.Locale, st homeState, key string) (CardView, error) {
	e, err := s.byKey(ctx, key)
	if errors.Is(err, directory.ErrNotFound) {
		return CardView{}, nil
	}
	if err != nil {
		return CardView{}, fmt.Errorf("card: %w", err)
	}
	p, ok := e.Public()
	if !ok || !e.Listed() {
		return CardView{}, nil
	}
	c := CardView{Shown: true, Num: p.Num, Item: item(l, p), Shape: shapeOf(l, p), Place: placeLine(l, p.Place),
		CloseHref: page.Address("/", page.With(st.query, "entry", "")), PositionNote: positionNote(l, p.Place)}
	if t := themeOf(p); t != noTheme {
		c.Theme = themeName(l, t)
	}
	if p.Place != nil && p.Place.Precision == directory.PrecisionApproximate {
		c.HaloMetres = haloMetres
	}
	if !c.Item.HasPoint {
		return c, nil
	}
	return s.stack(ctx, l, st, c, key)
}

// stack adds the entries that are at the same place, a page of them, so that all
// can be reached however many they are.
func (s *Site) stack(ctx context.Context, l *i18n.Locale, st homeState, c CardView, key string) (CardView, error) {
	a, box := s.cfg.View.Atlas(), placeBox(c.Item.Lat, c.Item.Lon)
	total := a.Count(box, st.filter)
	if total < 2 {
		return c, nil
	}
	from := min(max(0, st.stack), (total-1)/stackMost*stackMost)
	hits := a.WithinFrom(box, st.filter, from, stackMost)
	nums := make([]int64, len(hits))
	for i, h := range hits {
		nums[i] = h.Num
	}
	es, err := s.byNums(ctx, nums)
	if err != nil {
		return c, fmt.Errorf("card: %w", err)
	}
	if len(es) == 0 {
		return c, nil // they left between the two looks
	}
	for _, e := range es {
		c.Stack = append(c.Stack, item(l, e))
	}
	c.StackTitle = l.N("card.stack", total)
	leaf := func(from int) StackPage {
		return StackPage{page.Address("/", page.With(st.query, "entry", key, "stack", strconv.Itoa(from))) + "#fiche", from}
	}
	if total > stackMost {
		c.StackPart = l.T("card.stack_part", "from", l.Number(from+1), "to", l.Number(from+len(hits)), "total", l.Number(total))
	}
	if from > 0 {
		c.Previous = leaf(max(0, from-stackMost))
	}
	if from+stackMost < total {
		c.Next = leaf(from + stackMost)
	}
	return c, nil
}

// byKey finds an entry by its number or its ID.
func (s *Site) byKey(ctx context.Context, key string) (directory.Entry, error) {
	if key == "" {
		return directory.Entry{}, directory.ErrNotFound
	}
	if at, ok := strings.CutPrefix(key, "@"); ok {
		return s.byPlace(ctx, at)
	}
	if !strings.Contains(key, "-") {
		num, err := strconv.ParseInt(key, 10, 64)
		if err != nil {
			return directory.Entry{}, directory.ErrNotFound
		}
		return s.cfg.Store.EntryByNum(ctx, num)
	}
	return s.cfg.Store.Entry(ctx, key)
}

// byPlace finds an entry that is at "lat,lon": the first of those drawn as one.
func (s *Site) byPlace(ctx context.Context, at string) (directory.Entry, error) {
	p, ok := parsePosition(at + ",0")
	if !ok {
		return directory.Entry{}, directory.ErrNotFound
	}
	hits := s.cfg.View.Atlas().Within(placeBox(p.Lat, p.Lon), atlas.Filter{}, 1)
	if len(hits) == 0 {
		return directory.Entry{}, directory.ErrNotFound
	}
	return s.cfg.Store.EntryByNum(ctx, hits[0].Num)
}

// placeBox is the box in which entries are at the same place.
func placeBox(lat, lon float64) atlas.BBox {
	return atlas.BBox{West: lon - samePlaceDegrees, East: lon + samePlaceDegrees, South: lat - samePlaceDegrees, North: lat + samePlaceDegrees}
}

// positionNote says in words that a place is not exact.
func positionNote(l *i18n.Locale, p *directory.Place) string {
	switch {
	case p == nil:
		return ""
	case p.Precision == directory.PrecisionApproximate:
		return l.T("place.approximate")
	case p.Precision == directory.PrecisionHidden:
		return l.T("place.hidden")
	case p.Point != nil && strings.HasPrefix(p.PointSource, "gazetteer:"):
		return l.T("place.commune_centre")
	}
	return ""
}
