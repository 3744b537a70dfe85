package site

import (
	"context"
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/store"
)

// Sizes of lists.
const (
	listSize = 30
	// stackMost is how many entries at one place a card lists.
	stackMost = 50
)

// ListView is the list beside the map.
type ListView struct {
	// Count is the sentence with the number of entries.
	Count string
	Items []Item
	// Next and First lead to other parts of the list; "" without.
	Next, First string
	// Fit is the box of all results, for the script; "" without.
	Fit string
	// Empty says what to do when there is nothing, with links.
	Empty []NamedLink
	// All leads to the entries outside the view or without a place; "" without.
	All NamedLink
	// Commune leads to the commune that the search names; Href "" without.
	Commune NamedLink
	// PrintHref leads to printing what is listed.
	PrintHref string
}

// list makes the list of the request: all that was searched for, or what is in
// the view from its centre outwards. after is the cursor of the page before.
func (s *Site) list(ctx context.Context, l *i18n.Locale, st homeState, after string, selected int64) (ListView, error) {
	var v ListView
	var es []directory.Public
	var err error
	var cursor string
	total := 0
	switch {
	case st.sel.Query != "" && st.all:
		es, total, cursor, err = s.ranked(ctx, st.sel, after)
		v.Count = l.N("list.found", total)
	case st.all:
		es, total, cursor, err = s.named(ctx, st.sel, after)
		v.Count = l.N("list.total", total)
	default:
		es, total, cursor, err = s.nearest(ctx, st, after)
		v.Count = l.N("list.in_view", total)
	}
	if err != nil {
		return v, fmt.Errorf("list entries: %w", err)
	}
	v.PrintHref = printHref(st)
	for _, e := range es {
		it := item(l, e)
		it.Selected, it.Bounds = e.Num == selected, s.boundsText(e.Num)
		v.Items = append(v.Items, it)
	}
	if cursor != "" {
		v.Next = page.Address("/", page.With(st.query, "after", cursor))
	}
	if after != "" {
		v.First = page.Address("/", st.query)
	}
	if st.fitted != nil {
		v.Fit = boxText(*st.fitted)
	}
	if !st.all {
		v.All = NamedLink{l.T("list.all"), page.Address("/", page.With(st.query, "all", "1", "c", "", "entry", ""))}
	}
	s.suggest(l, st, &v)
	return v, nil
}

// suggest adds the ways out of an empty list, and the commune that was named.
func (s *Site) suggest(l *i18n.Locale, st homeState, v *ListView) {
	if st.sel.Query != "" {
		if m, ok := s.commune(st.sel.Query); ok {
			v.Commune = NamedLink{l.T("list.around", "place", m.Name), s.nearHref(m, page.With(st.query, "q", ""))}
		}
	}
	if len(v.Items) > 0 {
		return
	}
	if narrowed(st.sel) {
		v.Empty = append(v.Empty, NamedLink{l.T("list.drop_filters"), page.Address("/", keep(st.query, "c", "lang"))})
	}
	if !st.all {
		out := st.position
		out.Zoom = math.Max(minZoom, out.Zoom-2)
		v.Empty = append(v.Empty, NamedLink{l.T("list.zoom_out"), page.Address("/", page.With(st.query, "c", out.String()))})
	} else {
		v.Empty = append(v.Empty, NamedLink{l.T("list.whole_map"), page.Address("/", keep(st.query))})
	}
}

// narrowed reports whether more is chosen than the map that the page is of.
func narrowed(sel directory.Selection) bool {
	sel.Map = ""
	return !sel.IsZero()
}

// keep returns only the named keys of q, and the map that the page is of.
func keep(q url.Values, keys ...string) url.Values {
	out := url.Values{}
	for _, k := range append(keys, "map") {
		if v, ok := q[k]; ok {
			out[k] = v
		}
	}
	return out
}

// ranked finds what was searched for, placed or not, in the order of the search,
// with the count of all of it.
func (s *Site) ranked(ctx context.Context, sel directory.Selection, after string) ([]directory.Public, int, string, error) {
	found, err := s.cfg.View.Set(ctx, sel)
	if err != nil {
		return nil, 0, "", err
	}
	from, _ := strconv.ParseInt(after, 10, 64)
	nums := found.After(from, listSize+1)
	cursor := ""
	if len(nums) > listSize {
		nums = nums[:listSize]
		cursor = strconv.FormatInt(nums[listSize-1], 10)
	}
	es, err := s.byNums(ctx, nums)
	return es, found.Len(), cursor, err
}

// named lists the whole selection by name.
func (s *Site) named(ctx context.Context, sel directory.Selection, after string) ([]directory.Public, int, string, error) {
	f := store.EntryFilter{Selection: sel, Order: store.ByName, Limit: listSize + 1}
	total, err := s.cfg.View.Count(ctx, sel, nil)
	if err != nil {
		return nil, 0, "", err
	}
	if num, key, ok := strings.Cut(after, "."); ok {
		f.AfterKey = key
		f.AfterNum, _ = strconv.ParseInt(num, 10, 64)
	}
	es, err := s.cfg.Store.Entries(ctx, f)
	if err != nil {
		return nil, 0, "", err
	}
	cursor := ""
	if len(es) > listSize {
		es = es[:listSize]
		next := f.After(es[listSize-1])
		cursor = strconv.FormatInt(next.AfterNum, 10) + "." + next.AfterKey
	}
	return publics(es), total, cursor, nil
}

// nearest lists what is in the view, from its centre outwards.
func (s *Site) nearest(ctx context.Context, st homeState, after string) ([]directory.Public, int, string, error) {
	a := s.cfg.View.Atlas()
	beside := s.besides(st)
	total := a.Count(st.box, st.filter) + len(beside)
	if from, ok := strings.CutPrefix(after, "b"); ok { // the points are all told
		es, cursor, err := s.page(ctx, beside, from, "b")
		return es, total, cursor, err
	}
	lat, lon := middle(st.box)
	skip, _ := strconv.Atoi(after)
	nums, next := inBox(a, st, lat, lon, max(0, skip))
	cursor := ""
	switch room := listSize - len(nums); {
	case next > 0:
		cursor = strconv.Itoa(next)
	case len(beside) > room:
		cursor = "b" + strconv.Itoa(room)
		fallthrough
	default:
		nums = append(nums, beside[:min(room, len(beside))]...)
	}
	es, err := s.byNums(ctx, nums)
	return es, total, cursor, err
}

// page reads listSize of the entries from a place in the list on, and gives the
// cursor of the next page, mark and a number.
func (s *Site) page(ctx context.Context, nums []int64, from, mark string) ([]directory.Public, string, error) {
	n, _ := strconv.Atoi(from)
	n = max(0, min(n, len(nums)))
	to := min(n+listSize, len(nums))
	cursor := ""
	if to < len(nums) {
		cursor = mark + strconv.Itoa(to)
	}
	es, err := s.byNums(ctx, nums[n:to])
	return es, cursor, err
}

// inBox returns the next listSize numbers of the box by distance from its
// centre, skipping the nearest skip of the whole map, and the skip of the page
// after; 0 when there is none. The corners of a box are farther than points
// beside it, hence the whole map is walked and the box tested.
func inBox(a *atlas.Atlas, st homeState, lat, lon float64, skip int) ([]int64, int) {
	const batch = 128
	reach := corner(st.box, lat, lon)
	var nums []int64
	for {
		hits := a.Nearest(lat, lon, st.filter, batch, skip)
		for i, h := range hits {
			if h.Metres > reach {
				return nums, 0
			}
			if !inside(st.box, h) {
				continue
			}
			if len(nums) == listSize {
				return nums, skip + i
			}
			nums = append(nums, h.Num)
		}
		if len(hits) < batch {
			return nums, 0
		}
		skip += len(hits)
	}
}

func inside(b atlas.BBox, h atlas.Hit) bool {
	if h.Lat < b.South || h.Lat > b.North {
		return false
	}
	if b.West > b.East {
		return h.Lon >= b.West || h.Lon <= b.East
	}
	return h.Lon >= b.West && h.Lon <= b.East
}

// corner is the distance in metres of the box's farthest corner from a point,
// with a margin for the index's own measure.
func corner(b atlas.BBox, lat, lon float64) float64 {
	far := 0.0
	for _, la := range []float64{b.South, b.North, lat} {
		for _, lo := range []float64{b.West, b.East} {
			far = math.Max(far, metres(lat, lon, la, lo))
		}
	}
	return far*1.02 + 100
}

// metres is the great-circle distance (haversine, mean radius).
func metres(lat1, lon1, lat2, lon2 float64) float64 {
	const earth, rad = 6371008.8, math.Pi / 180
	dLat, dLon := (lat2-lat1)*rad, (lon2-lon1)*rad
	h := math.Pow(math.Sin(dLat/2), 2) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Pow(math.Sin(dLon/2), 2)
	return 2 * earth * math.Asin(math.Min(1, math.Sqrt(h)))
}

// byNums reads entries and gives them in the order of their numbers in nums.
func (s *Site) byNums(ctx context.Context, nums []int64) ([]directory.Public, error) {
	if len(nums) == 0 {
		return nil, nil
	}
	es, err := s.cfg.Store.EntriesByNum(ctx, nums)
	if err != nil {
		return nil, err
	}
	byNum := make(map[int64]directory.Public, len(es))
	for _, p := range publics(es) {
		byNum[p.Num] = p
	}
	out := make([]directory.Public, 0, len(nums))
	for _, n := range nums {
		if p, ok := byNum[n]; ok {
			out = append(out, p)
		}
	}
	return out, nil
}

// marks are the clusters and points of the view, as links.
func (s *Site) marks(l *i18n.Locale, st homeState) []basemap.Mark {
	zoom := uint32(max(0, math.Round(st.position.Zoom)-1)) // a tile of 512 px at zoom z is the world of 256 px at z+1
	box := boundsOf(st.position.view(mapWidth, mapHeight))
	a := s.cfg.View.Atlas()
	clusters := spaced(a.Clusters(box, zoom, st.filter), st.position.Zoom)
	labels := s.cfg.View.Labels(single(clusters))
	marks := make([]basemap.Mark, 0, len(clusters))
	for _, c := range clusters {
		m := basemap.Mark{Lat: c.Lat, Lon: c.Lon, N: c.N, Shares: c.Shares, Theme: int(c.Theme), Approximate: c.Approximate}
		if c.N > 1 && !c.Stack {
			to := MapPosition{c.Lat, c.Lon, math.Min(maxZoom, math.Max(st.position.Zoom+2, apart(c)))}
			m.Href = page.Address("/", page.With(st.query, "c", to.String(), "entry", "", "all", ""))
			m.Label = l.N("map.cluster", c.N)
			marks = append(marks, m)
			continue
		}
		m.Label = labels[c.Num].Name
		if c.N > 1 {
			m.Label = l.N("map.stack", c.N)
			if hits := a.Within(c.Box, st.filter, 1); len(hits) > 0 {
				c.Num = hits[0].Num
			}
		}
		m.Href = page.Address("/", page.With(st.query, "c", st.position.String(), "entry", strconv.FormatInt(c.Num, 10))) + "#fiche"
		marks = append(marks, m)
	}
	return marks
}

// apart is the zoom of a view that shows a cluster in several parts. Parts that
// would touch are drawn as one, hence it may be closer than where they begin to
// be in different cells. A tile's zoom is one less than that of its view.
func apart(c atlas.Cluster) float64 {
	const pixels, tile = 72, 512 // between two marks; of a tile's side
	wide := math.Max((c.Box.East-c.Box.West)/360, mercatorY(c.Box.South)-mercatorY(c.Box.North))
	return math.Max(float64(c.Expand), math.Ceil(math.Log2(pixels/tile/math.Max(wide, 1e-9)))) + 1
}

// single lists the numbers of the clusters that are one entry.
func single(clusters []atlas.Cluster) []int64 {
	var nums []int64
	for _, c := range clusters {
		if c.N == 1 {
			nums = append(nums, c.Num)
		}
	}
	return nums
}

// svgOptions are those of a map in this locale.
func (s *Site) svgOptions(l *i18n.Locale, title string, decorative bool) basemap.SVGOptions {
	return basemap.SVGOptions{Title: title, Lang: l.Tag, Icons: s.pages.Asset("icons.svg"), Decorative: decorative}
}
