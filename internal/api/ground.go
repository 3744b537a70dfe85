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

// styleMaxAgeSeconds is how long a style may be kept by a browser.
const styleMaxAgeSeconds = 3600

// style is the copy of the operator's style that there is now.
func (a *API) style() (*tileset.Style, error) {
	if a.cfg.Style != nil {
		if s := a.cfg.Style(); s != nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("no style is configured, or it was not had yet: %w", directory.ErrNotFound)
}

// GroundStyle answers GET /tiles/base/style.json: the operator's style, made ready.
func (a *API) GroundStyle(w http.ResponseWriter, r *http.Request) error {
	s, err := a.style()
	if err != nil {
		return err
	}
	return a.ground(w, r, "application/json", s.JSON)
}

// GroundSprite answers GET /tiles/base/sprite.png: the icons of that style.
func (a *API) GroundSprite(w http.ResponseWriter, r *http.Request) error {
	s, err := a.style()
	if err != nil {
		return err
	}
	if s.Sprite == nil {
		return fmt.Errorf("the style has no icons: %w", directory.ErrNotFound)
	}
	return a.ground(w, r, "image/png", s.Sprite)
}

// ground answers with a part of the style.
func (a *API) ground(w http.ResponseWriter, r *http.Request, kind string, body []byte) error {
	open(w)
	w.Header().Set("Cache-Control", "public, max-age="+strconv.Itoa(styleMaxAgeSeconds))
	if fresh(w, r, etag("style", string(body))) {
		return nil
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(body) // the client may have gone
	return nil
}
