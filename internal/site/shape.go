package site

import (
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/basemap"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/i18n"
	"codeberg.org/bocage/bocage/internal/page"
	"codeberg.org/bocage/bocage/internal/sanitize"
	"codeberg.org/bocage/bocage/internal/view"
)

// shapeField is the field of a place's line or area, as GeoJSON.
func shapeField(placed []directory.Kind) formField {
	return formField{name: "shape", path: "place.shape", input: "geojson", kinds: placed,
		get: func(e *directory.Entry) string { return string(place(e).Shape) },
		set: func(e *directory.Entry, v string) error {
			place(e).Shape = ""
			if v == "" {
				return nil
			}
			shape, err := directory.ParseShape([]byte(v))
			place(e).Shape = shape
			return err
		}}
}

// takeFile puts a GeoJSON file that was sent with the entry form in place of the
// text of the field.
func takeFile(r *http.Request) error {
	if r.MultipartForm == nil {
		return nil
	}
	f, head, err := r.FormFile("shape_file")
	if err != nil || head.Size == 0 {
		return nil // no file was chosen
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, directory.MaxShapeInputBytes+1))
	if err != nil {
		return fmt.Errorf("read the file of a shape: %w: %w", directory.ErrInvalid, err)
	}
	r.PostForm.Set("shape", string(raw))
	return nil
}

// shapeView says in words what a shape is: "area of 3.4 km²".
func shapeWords(l *i18n.Locale, s directory.Shape) string {
	g, ok := s.Geometry()
	if !ok {
		return ""
	}
	if a := g.SquareMetres(); g.Area && a >= 1e6 {
		return l.T("shape.area.km2", "n", quantity(l, a/1e6))
	} else if g.Area && a >= 1e4 {
		return l.T("shape.area.ha", "n", quantity(l, a/1e4))
	} else if g.Area {
		return l.T("shape.area.m2", "n", quantity(l, a))
	}
	if m := g.Length(); m >= 1000 {
		return l.T("shape.line.km", "n", quantity(l, m/1000))
	}
	return l.T("shape.line.m", "n", quantity(l, g.Length()))
}

// quantity rounds to what can be said of a drawn outline: two or three digits.
func quantity(l *i18n.Locale, v float64) string {
	if v >= 10 {
		return l.Number(int(math.Round(v)))
	}
	s := strconv.FormatFloat(v, 'f', 1, 64)
	if l.Tag == "fr" {
		s = s[:len(s)-2] + "," + s[len(s)-1:]
	}
	return s
}

// shapeChange is a shape in the history: what it is, of how many points, and a
// mark that differs when any of them does.
func shapeChange(l *i18n.Locale, s directory.Shape) string {
	g, ok := s.Geometry()
	if !ok {
		return ""
	}
	b := g.Bounds()
	return l.N("shape.change", g.Vertices(), "what", shapeWords(l, s), "box", fmt.Sprintf("%.3f, %.3f, %.3f, %.3f", b.West, b.South, b.East, b.North))
}

// preview draws the shape that the form holds; "" without one that can be read.
func (s *Site) preview(l *i18n.Locale, shape directory.Shape) sanitize.HTML {
	g, ok := shape.Geometry()
	if !ok {
		return ""
	}
	v := viewOf(g)
	opt := s.svgOptions(l, shapeWords(l, shape), true)
	opt.Outlines = []basemap.Drawn{{Outline: basemap.NewOutline(g.Area, g.Parts), Theme: -1, Chosen: true}}
	return sanitize.Drawn(s.cfg.Basemap.SVG(v, nil, opt))
}

// viewOf is a small map that shows a whole shape.
func viewOf(g directory.Geometry) basemap.View {
	b := g.Bounds()
	return basemap.Fit(b.West, b.South, b.East, b.North, locatorWidth, locatorHeight, closestLocator)
}

// outlines are the lines and areas of the view, as links; none when the visitor
// switched them off.
func (s *Site) outlines(l *i18n.Locale, st homeState) []basemap.Drawn {
	const most = 100
	box := directory.BBox(boundsOf(st.position.view(mapWidth, mapHeight)))
	pixels := 256 * math.Exp2(st.position.Zoom)
	var found []*view.Shape
	s.cfg.View.Shapes(st.filter, func(sh *view.Shape) bool {
		own := directory.BBox(sh.Bounds)
		if own.West > own.East {
			own.East += 360
		}
		return sh.Outline.Size()*pixels >= leastOutline && own.Meets(box)
	}, func(sh *view.Shape) bool {
		found = append(found, sh)
		return len(found) < most
	})
	nums := make([]int64, len(found))
	for i, sh := range found {
		nums[i] = sh.Num
	}
	labels := s.cfg.View.Labels(nums)
	var out []basemap.Drawn
	for _, sh := range found {
		label, ok := labels[sh.Num]
		if !ok {
			continue // it left between the two looks
		}
		key := strconv.FormatInt(sh.Num, 10)
		out = append(out, basemap.Drawn{Outline: sh.Outline, Theme: int(sh.Theme), Label: label.Name,
			Chosen: st.query.Get("entry") == key,
			Href:   page.Address("/", page.With(st.query, "c", st.position.String(), "entry", key)) + "#fiche"})
	}
	return out
}

// leastOutline is the size in pixels from which an outline is drawn.
const leastOutline = 6

// boundsText is the box of a shape for the script, "" for a point.
func (s *Site) boundsText(num int64) string {
	sh := s.cfg.View.Shape(num)
	if sh == nil {
		return ""
	}
	return boxText(sh.Bounds)
}

// besides lists the shapes that reach into the view from outside, for the end of
// its list.
func (s *Site) besides(st homeState) []int64 {
	return s.cfg.View.Beside(atlas.BBox(st.box), st.filter)
}

// showOn is the address of the home page that shows an entry: all of its shape,
// or the surroundings of its point.
func (s *Site) showOn(e directory.Public, pt directory.Point) string {
	at := MapPosition{pt.Lat, pt.Lon, nearZoom}
	if g, ok := e.Place.Shape.Geometry(); ok {
		at = fit(atlas.BBox(g.Box()))
	}
	return page.Address("/", url.Values{"c": {at.String()}, "entry": {fmt.Sprint(e.Num)}}) + "#fiche"
}

// shapeOf is shapeWords of an entry.
func shapeOf(l *i18n.Locale, e directory.Public) string {
	if e.Place == nil {
		return ""
	}
	return shapeWords(l, e.Place.Shape)
}
