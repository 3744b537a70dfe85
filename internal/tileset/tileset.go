// Package tileset reads the map backgrounds that an operator brings: a PMTiles
// or an MBTiles file, whose tiles this instance then serves itself, the template
// of a raster tile server, or a vector style.
//
// What belongs: the two formats, read within bounds, the reading of the setting,
// and a style made ready for pages. What does not: the ground that
// is built in (package basemap) and answering HTTP. Package app opens a Set or
// keeps a Style, package api serves them.
package tileset

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// Formats of tiles.
const (
	MVT  = "mvt"
	PNG  = "png"
	JPEG = "jpeg"
	WebP = "webp"
)

// Bounds of what a file may ask for.
const (
	maxTileBytes     = 8 << 20 // of one tile, as it is in the file
	maxUnpackedBytes = 32 << 20
	maxZoom          = 22
)

// ErrNoTile is the error of a tile that the file does not have.
var ErrNoTile = errors.New("no such tile")

// Set is an open background. Its methods are safe from several goroutines.
type Set struct {
	// Format is one of the formats above.
	Format           string
	MinZoom, MaxZoom uint32
	// Attribution is what the file says of its source, "" when it says nothing; it
	// may hold markup.
	Attribution string
	// Gzipped says that tiles are gzip streams.
	Gzipped bool

	read  func(z, x, y uint32) ([]byte, error)
	close func() error
}

// Tile returns the bytes of a tile as they are in the file; the error wraps
// ErrNoTile when there is none.
func (s *Set) Tile(z, x, y uint32) ([]byte, error) {
	if z < s.MinZoom || z > s.MaxZoom || x>>z != 0 || y>>z != 0 {
		return nil, fmt.Errorf("%d/%d/%d: %w", z, x, y, ErrNoTile)
	}
	raw, err := s.read(z, x, y)
	if err != nil {
		return nil, fmt.Errorf("%d/%d/%d: %w", z, x, y, err)
	}
	return raw, nil
}

// Close closes the file.
func (s *Set) Close() error { return s.close() }

// MediaType is that of the tiles.
func (s *Set) MediaType() string {
	if s.Format == MVT {
		return "application/vnd.mapbox-vector-tile"
	}
	return "image/" + s.Format
}

// Unzip returns what a gzip stream holds, within bounds.
func Unzip(raw []byte) ([]byte, error) {
	z, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	out, err := io.ReadAll(io.LimitReader(z, maxUnpackedBytes+1))
	if err != nil {
		return nil, err
	}
	if len(out) > maxUnpackedBytes {
		return nil, errors.New("unpacks to too much")
	}
	return out, nil
}

// Open opens a .pmtiles or .mbtiles file and looks at its first tile, so that a
// bad file is told at start.
func Open(path string) (*Set, error) {
	var s *Set
	var err error
	if _, err = os.Stat(path); err != nil {
		return nil, fmt.Errorf("background %s: %w", path, err)
	}
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case ".pmtiles":
		s, err = openPMTiles(path)
	case ".mbtiles":
		s, err = openMBTiles(path)
	default:
		err = fmt.Errorf("%q is not .pmtiles or .mbtiles", ext)
	}
	if err != nil {
		return nil, fmt.Errorf("background %s: %w", path, err)
	}
	if s.MaxZoom > maxZoom || s.MinZoom > s.MaxZoom {
		return nil, fmt.Errorf("background %s: zooms %d to %d: %w", path, s.MinZoom, s.MaxZoom, s.Close())
	}
	return s, nil
}

// Source is the setting read: a file, or a template.
type Source struct {
	// File is a path, "" for a template.
	File string
	// Template has {z}, {x} and {y}; Origin is its scheme://host.
	Template, Origin string
	// Style is the address of a vector style, "" for none; Origin is its own.
	Style string
}

// ParseSource reads the setting: a path that ends in .pmtiles or .mbtiles, an
// https URL with {z}, {x} and {y}, or one of a vector style, whose path ends in
// .json or has "style" in it; "" is the zero Source.
func ParseSource(s string) (Source, error) {
	s = strings.TrimSpace(s)
	switch ext := strings.ToLower(filepath.Ext(s)); {
	case s == "":
		return Source{}, nil
	case !strings.Contains(s, "://") && (ext == ".pmtiles" || ext == ".mbtiles"):
		return Source{File: s}, nil
	}
	u, err := safeURL(strings.NewReplacer("{", "", "}", "").Replace(s))
	if err != nil {
		return Source{}, errors.New("want a .pmtiles or .mbtiles file, https://host/{z}/{x}/{y}.png or the https address of a style.json")
	}
	origin := u.Scheme + "://" + u.Host
	if !strings.ContainsAny(s, "{}") && (strings.HasSuffix(u.Path, ".json") || strings.Contains(u.Path, "style")) {
		return Source{Style: s, Origin: origin}, nil
	}
	for _, part := range []string{"{z}", "{x}", "{y}"} {
		if !strings.Contains(s, part) {
			return Source{}, fmt.Errorf("the template has no %s", part)
		}
	}
	return Source{Template: s, Origin: origin}, nil
}

// Refused reports whether the source's operators refuse such use.
func (s Source) Refused() bool { return strings.HasSuffix(s.Origin, "tile.openstreetmap.org") }

// Warning is what an operator should know of a source, "" for nothing.
func (s Source) Warning() string {
	if s.Refused() {
		return "the tiles of openstreetmap.org are for its own site: its operators block servers that send them visitors; bring a file or a server of your own"
	}
	if s.Style != "" {
		return "each visitor's browser asks the servers of the tiles that " + s.Style + " names, which learn their addresses"
	}
	if s.Origin != "" {
		return "each visitor's browser asks " + s.Origin + " for tiles, which learns their addresses"
	}
	return ""
}
