package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/atlas"
	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/mvt"
	"codeberg.org/bocage/bocage/internal/view"
)

// maxZoom is the deepest zoom of a tile that is answered.
const maxZoom = 20

const tileType = "application/vnd.mapbox-vector-tile"

// baseMaxAgeSeconds is how long the ground may be kept: it changes with the program only.
const baseMaxAgeSeconds = 7 * 24 * 3600

// address reads {z}/{x}/{y}, with or without ".mvt". A tile that cannot exist
// is not found.
func address(r *http.Request) (z, x, y uint32, err error) {
	var n [3]uint64
	for i, name := range [...]string{"z", "x", "y"} {
		s := r.PathValue(name)
		if name == "y" {
			s = strings.TrimSuffix(s, ".mvt")
		}
		if n[i], err = strconv.ParseUint(s, 10, 32); err != nil || s[0] == '+' || len(s) > 1 && s[0] == '0' {
			return 0, 0, 0, fmt.Errorf("tile %s: %w", r.URL.Path, directory.ErrNotFound)
		}
	}
	if n[0] > maxZoom || n[1] >= 1<<n[0] || n[2] >= 1<<n[0] {
		return 0, 0, 0, fmt.Errorf("tile %s: %w", r.URL.Path, directory.ErrNotFound)
	}
	return uint32(n[0]), uint32(n[1]), uint32(n[2]), nil
}

// EntryTile answers GET /tiles/entries/{z}/{x}/{y}.mvt?selection: layer
// "entries" of a Mapbox vector tile, and layer "shapes", see shapes; 204 when
// nothing is in it. The bounding box of the selection is not used, the tile is one.
func (a *API) EntryTile(w http.ResponseWriter, r *http.Request) error {
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
	// The revision is read before the atlas: a tile is never older than its tag.
	moving, err := a.cfg.View.Moving(r.Context(), sel)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%s/%d/%d/%d?%s#%s", a.cfg.View.Revision(), z, x, y, sel.Values().Encode(), moving)
	w.Header().Set("Cache-Control", "no-cache")
	open(w)
	if fresh(w, r, etag(key)) {
		return nil
	}
	k, ok := a.tiles.get(key)
	if !ok {
		f, err := a.cfg.View.Filter(r.Context(), sel)
		if err != nil {
			return fmt.Errorf("filter a tile: %w", err)
		}
		k = newKept(key, append(a.cfg.View.Atlas().Tile(z, x, y, f), a.shapes(z, x, y, f)...))
		a.tiles.put(k)
	}
	writeTile(w, r, k)
	return nil
}

// Bounds of the lines and areas in one tile, the largest first: features, and
// positions of all of them together.
const (
	maxTileShapes    = 300
	maxTilePositions = 20_000
)

// shapes is layer "shapes" of a tile: lines and areas with the entry's number as
// id, kind, and theme unless it has none.
func (a *API) shapes(z, x, y uint32, f atlas.Filter) []byte {
	layer := mvt.NewLayer("shapes")
	n, positions := 0, 0
	a.cfg.View.Shapes(f, func(s *view.Shape) bool { return s.Outline.InTile(z, x, y) }, func(s *view.Shape) bool {
		tags := []mvt.Tag{{Key: "kind", Int: int64(s.Kind)}}
		if s.Theme != atlas.NoTheme {
			tags = append(tags, mvt.Tag{Key: "theme", Int: int64(s.Theme)})
		}
		positions += s.Outline.AddTo(layer, z, x, y, uint64(s.Num), tags...)
		n++
		return n < maxTileShapes && positions < maxTilePositions
	})
	return layer.Append(nil)
}

// BaseTile answers GET /tiles/base/{z}/{x}/{y}.mvt: the ground.
func (a *API) BaseTile(w http.ResponseWriter, r *http.Request) error {
	z, x, y, err := address(r)
	if err != nil {
		return err
	}
	key := fmt.Sprintf("%d/%d/%d", z, x, y)
	k, ok := a.base.get(key)
	if !ok {
		var tile []byte
		if a.cfg.Basemap != nil {
			tile = a.cfg.Basemap.Tile(z, x, y)
		}
		k = newKept(key, tile)
		a.base.put(k)
	}
	open(w)
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(baseMaxAgeSeconds))
	if fresh(w, r, etag("base", string(k.plain))) {
		return nil
	}
	writeTile(w, r, k)
	return nil
}

func newKept(key string, body []byte) *kept {
	k := &kept{key: key, plain: body}
	if len(body) > 0 {
		k.gzip = compressed(body)
	}
	return k
}

func writeTile(w http.ResponseWriter, r *http.Request, k *kept) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	if len(k.plain) == 0 {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	h.Set("Content-Type", tileType)
	body := k.plain
	if acceptsGzip(r) {
		h.Set("Content-Encoding", "gzip")
		body = k.gzip
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // the client may have gone
}
