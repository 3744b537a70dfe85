package api

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"codeberg.org/bocage/bocage/internal/directory"
	"codeberg.org/bocage/bocage/internal/tileset"
)

// GroundTile answers GET /tiles/base/own/{z}/{x}/{y}: a tile of the operator's
// background, 204 where it has none.
func (a *API) GroundTile(w http.ResponseWriter, r *http.Request) error {
	z, x, y, err := address(r)
	if err != nil {
		return err
	}
	if a.cfg.Ground == nil {
		return fmt.Errorf("no background is configured: %w", directory.ErrNotFound)
	}
	open(w)
	h := w.Header()
	h.Set("Cache-Control", "public, max-age="+strconv.Itoa(baseMaxAgeSeconds))
	raw, err := a.cfg.Ground.Tile(z, x, y)
	if errors.Is(err, tileset.ErrNoTile) {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if err != nil {
		return fmt.Errorf("background: %w", err)
	}
	if fresh(w, r, etag("ground", string(raw))) {
		return nil
	}
	if a.cfg.Ground.Gzipped && strings.HasPrefix(string(raw), "\x1f\x8b") {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(r) {
			h.Set("Content-Encoding", "gzip")
		} else if raw, err = tileset.Unzip(raw); err != nil {
			return fmt.Errorf("background: %w", err)
		}
	}
	h.Set("Content-Type", a.cfg.Ground.MediaType())
	h.Set("Content-Length", strconv.Itoa(len(raw)))
	_, _ = w.Write(raw) // the client may have gone
	return nil
}
