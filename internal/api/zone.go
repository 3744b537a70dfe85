package api

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/mvt"
	"codeberg.org/bocage/bocage/internal/view"
)

// levels are the values of {level} and by.
var levels = map[string]string{"region": directory.AreaRegion, "dep": directory.AreaDepartment}

// zones is the answer of /api/v1/areas.
type zones struct {
	// Total counts the entries in any area, Elsewhere the others of the selection.
	Total     int        `json:"total"`
	Elsewhere int        `json:"elsewhere"`
	Breaks    []int      `json:"breaks"`
	Areas     []zoneJSON `json:"areas"`
}

type zoneJSON struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Count int    `json:"count"`
	// Theme is the slug of the root theme of most of them.
	Theme string `json:"theme,omitempty"`
	// Themes counts by root theme, by dominant theme of each entry.
	Themes map[string]int `json:"themes,omitempty"`
}

// Areas answers GET /api/v1/areas?by=region|dep&selection: how many entries of
// the selection are in each French région or département, and of what.
func (a *API) Areas(w http.ResponseWriter, r *http.Request) error {
	ask, err := ask(r)
	if err != nil {
		return err
	}
	by := r.URL.Query().Get("by")
	if by == "" {
		by = "region"
	}
	level, ok := levels[by]
	if !ok {
		return directory.Invalid{{Field: "by", Code: "unknown", Message: "by is region or dep"}}
	}
	c, err := a.areaCounts(r, level, ask.filter.Selection)
	if err != nil {
		return err
	}
	out := zones{Total: c.Total, Elsewhere: c.Elsewhere, Breaks: c.Breaks, Areas: []zoneJSON{}}
	roots := directory.RootThemes()
	for _, z := range c.Areas {
		j := zoneJSON{Code: z.Code, Name: z.Name, Count: z.N}
		for i, n := range z.Shares {
			if n > 0 && i < len(roots) {
				if j.Themes == nil {
					j.Themes = map[string]int{}
				}
				j.Themes[roots[i].Slug] = n
			}
		}
		if z.Theme >= 0 {
			j.Theme = roots[z.Theme].Slug
		}
		out.Areas = append(out.Areas, j)
	}
	return writeJSON(w, r, "application/json", out)
}

func (a *API) areaCounts(r *http.Request, level string, sel directory.Selection) (*view.ZoneCounts, error) {
	c, err := a.cfg.View.ZoneCounts(r.Context(), level, sel)
	if err != nil {
		return nil, fmt.Errorf("count areas: %w", err)
	}
	return c, nil
}

// ZoneTile answers GET /tiles/areas/{level}/{z}/{x}/{y}.mvt?selection: layer
// "zones", the régions or départements with code, name, n, class (1 to 5, 0
// without entries) and theme, and layer "entries", one point in each that is
// large enough, with n and the counts c0 to c7 and cx of a cluster.
func (a *API) ZoneTile(w http.ResponseWriter, r *http.Request) error {
	level, ok := levels[r.PathValue("level")]
	if !ok {
		return fmt.Errorf("areas by %.20q: %w", r.PathValue("level"), directory.ErrNotFound)
	}
	z, x, y, err := address(r)
	if err != nil {
		return err
	}
	q, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return directory.Invalid{{Field: "query", Code: "malformed", Message: "the query is not percent-encoded"}}
	}
	q.Del("bbox")
	sel, err := directory.ParseSelection(q)
	if err != nil {
		return err
	}
	moving, err := a.cfg.View.Moving(r.Context(), sel)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%s/%d/%d/%d?%s#%s", a.cfg.View.Revision(), level, z, x, y, sel.Values().Encode(), moving)
	w.Header().Set("Cache-Control", "no-cache")
	open(w)
	if fresh(w, r, etag(key)) {
		return nil
	}
	k, ok := a.tiles.get(key)
	if !ok {
		c, err := a.areaCounts(r, level, sel)
		if err != nil {
			return err
		}
		k = newKept(key, a.zoneTile(level, c, z, x, y))
		a.tiles.put(k)
	}
	writeTile(w, r, k)
	return nil
}

// tilePixels is how wide a tile is drawn.
const tilePixels = 512

func (a *API) zoneTile(level string, c *view.ZoneCounts, z, x, y uint32) []byte {
	polygons, points := mvt.NewLayer("zones"), mvt.NewLayer("entries")
	scale := float64(uint64(1) << z)
	for _, area := range a.cfg.Basemap.Areas(level) {
		if !area.InTile(z, x, y) {
			continue
		}
		n := c.Of(area.Code)
		tags := []mvt.Tag{{Key: "code", Text: area.Code}, {Key: "name", Text: n.Name}, {Key: "n", Int: int64(n.N)}, {Key: "class", Int: int64(n.Class)},
			{Key: "box", Text: area.Bounds.String()}}
		area.AddTo(polygons, z, x, y, 0, append(tags, themeTag(n)...)...)
		if n.N == 0 || area.Room(scale*tilePixels) < view.MarkRoom(n.N) {
			continue
		}
		px, py := tilePosition(area.Mark, scale)
		if math.Floor(px) != float64(x) || math.Floor(py) != float64(y) {
			continue // it is in another tile
		}
		for i, k := range n.Shares {
			if k > 0 {
				tags = append(tags, mvt.Tag{Key: shareKey(i), Int: int64(k)})
			}
		}
		at := mvt.Point{X: int32((px - float64(x)) * mvt.Extent), Y: int32((py - float64(y)) * mvt.Extent)}
		points.AddPoint(0, at, append(tags, themeTag(n)...)...)
	}
	return points.Append(polygons.Append(nil))
}

func themeTag(n view.ZoneCount) []mvt.Tag {
	if n.Theme < 0 {
		return nil
	}
	return []mvt.Tag{{Key: "theme", Int: int64(n.Theme)}}
}

// shareKey is c0 to c7, and cx for no theme.
func shareKey(i int) string {
	if i == len(directory.RootThemes()) {
		return "cx"
	}
	return "c" + strconv.Itoa(i)
}

// tilePosition is where a position is, in tiles from the north-west.
func tilePosition(p directory.Point, scale float64) (x, y float64) {
	const limit = 85.0511
	s := math.Sin(math.Max(-limit, math.Min(limit, p.Lat)) * math.Pi / 180)
	return (p.Lon/360 + 0.5) * scale, (0.5 - math.Log((1+s)/(1-s))/(4*math.Pi)) * scale
}
